/** Messages: the list of all, and one as a page. */
import { createRoute, lazyRouteComponent } from '@tanstack/react-router';
import type { Feature } from '@/app/features';
import { type MessageFilters, paths } from '@/app/paths';
import { rootRoute } from '@/app/root';
import { readFilters } from './filters';
import { messagesText as t } from './text';

const list = createRoute({
  getParentRoute: () => rootRoute,
  path: '/messages',
  validateSearch: (search: Record<string, unknown>): MessageFilters => readFilters(search),
  component: lazyRouteComponent(() => import('./Messages'), 'Messages'),
});

const one = createRoute({
  getParentRoute: () => rootRoute,
  path: '/messages/$id',
  component: lazyRouteComponent(() => import('./MessagePage'), 'MessagePage'),
});

export const feature: Feature = {
  name: 'messages',
  routes: [list, one],
  nav: [
    {
      section: 'today',
      order: 20,
      label: t.title,
      icon: 'messages',
      to: paths.messages(),
      key: 'm',
      badge: ({ status, format }) =>
        status !== undefined && status.waiting > 0
          ? { text: t.nav.waiting(format.compact(status.waiting)) }
          : null,
    },
  ],
};
