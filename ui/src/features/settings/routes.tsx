/** Settings and receipts. */
import { createRoute, lazyRouteComponent } from '@tanstack/react-router';
import type { Feature } from '@/app/features';
import { paths } from '@/app/paths';
import { rootRoute } from '@/app/root';
import { settingsText as t } from './text';

const settings = createRoute({
  getParentRoute: () => rootRoute,
  path: '/settings',
  component: lazyRouteComponent(() => import('./Settings'), 'SettingsScreen'),
});
const receipts = createRoute({
  getParentRoute: () => rootRoute,
  path: '/settings/receipts',
  component: lazyRouteComponent(() => import('./Receipts'), 'Receipts'),
});

export const feature: Feature = {
  name: 'settings',
  routes: [settings, receipts],
  nav: [{ section: 'foot', order: 10, label: t.title, icon: 'settings', to: paths.settings() }],
  actions: [
    {
      id: 'receipts',
      label: t.receipts.title,
      icon: 'list',
      also: 'webhook dead letter replay',
      to: paths.receipts(),
    },
    {
      id: 'tokens',
      label: t.sections.tokens,
      icon: 'settings',
      also: 'token api key program',
      to: paths.settings('tokens'),
    },
    {
      id: 'backup',
      label: t.sections.backup,
      icon: 'download',
      also: 'copy store',
      to: paths.settings('backup'),
    },
    {
      id: 'suppressed',
      label: t.sections.addresses,
      icon: 'no',
      also: 'opt out stop suppressed unsubscribe',
      to: paths.settings('addresses'),
    },
  ],
};
