/** The lines, and one line. */
import { createRoute, lazyRouteComponent } from '@tanstack/react-router';
import type { Feature } from '@/app/features';
import { asList, paths } from '@/app/paths';
import { rootRoute } from '@/app/root';
import type { LineDialog } from './LinePage';
import { linesText as t } from './text';

const list = createRoute({
  getParentRoute: () => rootRoute,
  path: '/lines',
  component: lazyRouteComponent(() => import('./Lines'), 'Lines'),
});

const dialogs: readonly LineDialog[] = ['reconnect', 'test', 'remove'];

const one = createRoute({
  getParentRoute: () => rootRoute,
  path: '/lines/$id',
  validateSearch: (s: Record<string, unknown>): { act?: LineDialog | undefined } => ({
    act: asList(s.act, dialogs)?.[0],
  }),
  component: lazyRouteComponent(() => import('./LinePage'), 'LineScreen'),
});

export const feature: Feature = {
  name: 'lines',
  routes: [list, one],
  nav: [
    {
      section: 'network',
      order: 10,
      label: t.title,
      icon: 'lines',
      to: paths.lines(),
      key: 'l',
      badge: ({ lines, format }) => {
        const n = lines?.filter((l) => l.signal === 'danger').length ?? 0;
        return n === 0 ? null : { danger: t.danger(n), text: format.number(n), short: format.number(n) };
      },
    },
  ],
};
