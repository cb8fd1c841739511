/** The overview: is all well, and if not, what needs me. */
import { createRoute, lazyRouteComponent } from '@tanstack/react-router';
import type { Feature } from '@/app/features';
import { paths } from '@/app/paths';
import { rootRoute } from '@/app/root';
import { overviewText as t } from './text';

const route = createRoute({
  getParentRoute: () => rootRoute,
  path: '/',
  component: lazyRouteComponent(() => import('./Overview'), 'Overview'),
});

export const feature: Feature = {
  name: 'overview',
  routes: [route],
  nav: [{ section: 'today', order: 10, label: t.title, icon: 'overview', to: paths.overview(), key: 'o' }],
};
