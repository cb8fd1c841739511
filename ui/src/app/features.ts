/**
 * What a feature brings: its routes, its place in the navigation, its palette actions. Each
 * `src/features/NAME/routes.tsx` exports one `feature`; nothing else has to be touched to add a screen.
 */
import type { AnyRoute } from '@tanstack/react-router';
import type { Connection, Status } from '@/api/generated';
import type { IconName } from '@/components';
import { extras } from './extras';
import type { Format } from './format';

export interface NavBadge {
  /** At the end of the item: "11 waiting". */
  text?: string | undefined;
  /** In the rail and for "58": the number alone. */
  short?: string | undefined;
  /** A lamp at danger, with its meaning. */
  danger?: string | undefined;
}

export interface NavFacts {
  status: Status | undefined;
  lines: Connection[] | undefined;
  format: Format;
}

export interface NavItem {
  section: 'today' | 'network' | 'library' | 'foot';
  /** Within the section, ascending. */
  order: number;
  label: string;
  icon: IconName;
  /** An address from `paths`. */
  to: string;
  /** `g` then this key goes there. */
  key?: string | undefined;
  badge?: ((facts: NavFacts) => NavBadge | null) | undefined;
}

export interface PaletteAction {
  id: string;
  label: string;
  icon: IconName;
  /** Other words people may type. */
  also?: string | undefined;
  to: string;
}

export interface Feature {
  name: string;
  /** Made with `createRoute({ getParentRoute: () => rootRoute, … })`. */
  routes: readonly AnyRoute[];
  nav?: readonly NavItem[] | undefined;
  actions?: readonly PaletteAction[] | undefined;
}

const found = import.meta.glob<{ feature: Feature }>('../features/*/routes.tsx', { eager: true });

export const features: readonly Feature[] = [
  ...Object.keys(found)
    .sort()
    .flatMap((file) => {
      const feature = found[file]?.feature;
      return feature === undefined ? [] : [feature];
    }),
  ...extras,
];

const sections: readonly NavItem['section'][] = ['today', 'network', 'library', 'foot'];

/** As they stand in the navigation, from top to bottom. */
export const navItems: readonly NavItem[] = features
  .flatMap((f) => f.nav ?? [])
  .sort((a, b) => sections.indexOf(a.section) - sections.indexOf(b.section) || a.order - b.order);

export const paletteActions: readonly PaletteAction[] = features.flatMap((f) => f.actions ?? []);
