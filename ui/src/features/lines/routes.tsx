/** The lines, and one line. */
import { createRoute } from '@tanstack/react-router';
import type { Feature } from '@/app/features';
import { asList, paths } from '@/app/paths';
import { rootRoute } from '@/app/root';
import { type LineDialog, LinePage } from './LinePage';
import { Lines } from './Lines';
import { linesText as t } from './text';

const list = createRoute({ getParentRoute: () => rootRoute, path: '/lines', component: Lines });

const dialogs: readonly LineDialog[] = ['reconnect', 'test', 'remove'];

const one = createRoute({
  getParentRoute: () => rootRoute,
  path: '/lines/$id',
  validateSearch: (s: Record<string, unknown>): { act?: LineDialog | undefined } => ({
    act: asList(s.act, dialogs)?.[0],
  }),
  component: () => {
    const { id } = one.useParams();
    // Another line is another page: what was typed into its dialogs does not come along.
    return <LinePage key={id} id={id} act={one.useSearch().act} />;
  },
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
