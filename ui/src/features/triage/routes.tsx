/** Triage: failed messages and those with an unknown outcome, by cause. */
import { createRoute, lazyRouteComponent } from '@tanstack/react-router';
import type { Feature } from '@/app/features';
import { paths, type TriageFilters } from '@/app/paths';
import { rootRoute } from '@/app/root';
import { readFilters } from '../messages/filters';
import { triageText as t } from './text';

const route = createRoute({
  getParentRoute: () => rootRoute,
  path: '/triage',
  validateSearch: (search: Record<string, unknown>): TriageFilters => {
    const { batch: _batch, ...filters } = readFilters(search);
    return filters;
  },
  component: lazyRouteComponent(() => import('./Triage'), 'Triage'),
});

export const feature: Feature = {
  name: 'triage',
  routes: [route],
  nav: [
    {
      section: 'today',
      order: 30,
      label: t.title,
      icon: 'triage',
      to: paths.triage(),
      key: 't',
      badge: ({ status, format }) => {
        const n = status === undefined ? 0 : status.failed + status.unknown;
        return n === 0 ? null : { text: format.number(n), short: format.compact(n) };
      },
    },
  ],
};
