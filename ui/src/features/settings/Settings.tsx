/** The settings, each saved by itself with the confirmation beside it. */
import { Link, useRouterState } from '@tanstack/react-router';
import { useEffect } from 'react';
import { useCommand } from '@/app/queries';
import { Screen } from '@/app/Screen';
import { ErrorState, SkeletonRows } from '@/components';
import { Addresses } from './Addresses';
import { Business, Hours, PublicUrl, Window } from './Business';
import type { SectionKey } from './parts';
import styles from './Settings.module.css';
import { Tokens } from './Tokens';
import { settingsText as t } from './text';
import { Backup, Installation, ReceiptsLink } from './Upkeep';
import { Vault } from './Vault';

const keys = Object.keys(t.sections) as SectionKey[];

export function SettingsScreen() {
  const { data, error, isFetching, refetch } = useCommand('settings', {});
  const hash = useRouterState({ select: (s) => s.location.hash });
  const ready = data !== undefined;
  useEffect(() => {
    if (!ready || hash === '') return;
    const section = document.getElementById(hash);
    const main = section?.closest('main');
    if (!section || !main) return;
    // Only the pane moves: scrollIntoView would move the frame around it as well.
    const top = section.getBoundingClientRect().top - main.getBoundingClientRect().top;
    main.scrollTop += top;
    section.focus({ preventScroll: true });
  }, [hash, ready]);
  return (
    <Screen title={t.title}>
      {data === undefined ? (
        error === null ? (
          <SkeletonRows label={t.reading} />
        ) : (
          <ErrorState
            error={error}
            title={t.failed}
            onRetry={() => void refetch()}
            busy={isFetching}
            compact
          />
        )
      ) : (
        <div className={styles.layout}>
          <nav className={styles.side} aria-label={t.nav}>
            {keys.map((key) => (
              <Link
                key={key}
                to="/settings"
                hash={key}
                activeOptions={{ exact: true, includeHash: true, includeSearch: false }}
                activeProps={{ 'aria-current': 'location' }}
              >
                {t.sections[key]}
              </Link>
            ))}
          </nav>
          <div className={styles.content}>
            <Business settings={data} />
            <Hours settings={data} />
            <PublicUrl settings={data} />
            <Window settings={data} />
            <Addresses />
            <Tokens />
            <Vault />
            <ReceiptsLink />
            <Backup />
            <Installation />
          </div>
        </div>
      )}
    </Screen>
  );
}
