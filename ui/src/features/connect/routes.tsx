/** Connecting a line. */
import { createRoute, lazyRouteComponent } from '@tanstack/react-router';
import type { Feature } from '@/app/features';
import { asText, paths } from '@/app/paths';
import { rootRoute } from '@/app/root';
import { connectText as t } from './text';

const route = createRoute({
  getParentRoute: () => rootRoute,
  path: '/connect',
  validateSearch: (s: Record<string, unknown>): { provider?: string | undefined } => ({
    provider: asText(s.provider),
  }),
  component: lazyRouteComponent(() => import('./Connect'), 'Connect'),
});

export const feature: Feature = {
  name: 'connect',
  routes: [route],
  nav: [{ section: 'network', order: 30, label: t.nav, icon: 'connect', to: paths.connect() }],
  actions: [
    {
      id: 'connect',
      label: t.action,
      icon: 'connect',
      also: 'account provider twilio resend smtp',
      to: paths.connect(),
    },
  ],
};
