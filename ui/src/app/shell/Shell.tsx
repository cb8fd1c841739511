/** The frame around every screen. */
import { Outlet, useRouter } from '@tanstack/react-router';
import { Suspense, useMemo } from 'react';
import { ToastProvider } from '@/components';
import { navItems } from '../features';
import { paths } from '../paths';
import { useSettings } from '../queries';
import { type Shortcut, ShortcutRoot, useShortcuts } from '../shortcuts';
import { appText as t } from '../text';
import { Banner } from './Banner';
import { KeyHelp } from './KeyHelp';
import { LiveRegions } from './LiveRegions';
import { Nav } from './Nav';
import { Palette } from './Palette';
import { openKeys, openPalette, useOverlay } from './palette-state';
import styles from './Shell.module.css';
import { StatusBar } from './StatusBar';
import { useHasRoute } from './TopBarTools';
import { useRail } from './useRail';

function useShellKeys(): void {
  const router = useRouter();
  const canCompose = useHasRoute('/compose');
  const shortcuts = useMemo<Shortcut[]>(
    () => [
      { keys: 'mod+k', label: t.keys.search, run: openPalette, group: 'everywhere', inFields: true },
      ...(canCompose
        ? [
            {
              keys: 'n',
              label: t.keys.newMessage,
              run: () => router.history.push(paths.compose()),
              group: 'everywhere' as const,
            },
          ]
        : []),
      ...navItems
        .filter((i) => i.key !== undefined)
        .map((i) => ({
          keys: `g ${i.key}`,
          label: t.keys.goTo(i.label),
          run: () => router.history.push(i.to),
          group: 'everywhere' as const,
        })),
      { keys: '?', label: t.keys.help, run: openKeys, group: 'everywhere' },
    ],
    [router, canCompose],
  );
  useShortcuts(shortcuts);
}

export function Shell() {
  const settings = useSettings();
  const rail = useRail();
  const overlay = useOverlay();
  useShellKeys();
  return (
    <ShortcutRoot single={settings?.single_key_shortcuts ?? true}>
      <ToastProvider>
        <a className={styles.skip} href="#main">
          {t.skip}
        </a>
        <div className={styles.shell} data-rail={rail.rail || undefined}>
          <Nav {...rail} />
          <Banner />
          <Suspense>
            <Outlet />
          </Suspense>
          <StatusBar />
        </div>
        <Palette open={overlay === 'palette'} toggleRail={rail.toggle} />
        <KeyHelp open={overlay === 'keys'} />
        <LiveRegions />
      </ToastProvider>
    </ShortcutRoot>
  );
}
