/** Compose: one message, or many from a file. */
import { createRoute, lazyRouteComponent } from '@tanstack/react-router';
import type { Channel } from '@/api/generated';
import type { Feature } from '@/app/features';
import { asList, asText, paths } from '@/app/paths';
import { rootRoute } from '@/app/root';
import type { ComposeSearch } from './Compose';
import { composeText as t } from './text';

const channels: readonly Channel[] = ['sms', 'whatsapp', 'email'];

const route = createRoute({
  getParentRoute: () => rootRoute,
  path: '/compose',
  validateSearch: (s: Record<string, unknown>): ComposeSearch => ({
    to: asText(s.to),
    channel: asList(s.channel, channels)?.[0],
    connection: asText(s.connection),
    mode: s.mode === 'many' ? 'many' : undefined,
    batch: asText(s.batch),
  }),
  component: lazyRouteComponent(() => import('./Compose'), 'Compose'),
});

export const feature: Feature = {
  name: 'compose',
  routes: [route],
  actions: [
    {
      id: 'csv',
      label: t.importAction,
      icon: 'upload',
      also: 'import batch',
      to: paths.compose({ mode: 'many' }),
    },
  ],
};
