/** Writing: to one person, or to many from a file. */
import { getRouteApi, useRouter } from '@tanstack/react-router';
import { paths } from '@/app/paths';
import { useCommand } from '@/app/queries';
import { Screen } from '@/app/Screen';
import { ButtonLink, EmptyState, ErrorState, Segmented, SkeletonRows } from '@/components';
import { BatchProgress } from './BatchProgress';
import styles from './Compose.module.css';
import type { Start } from './draft';
import { Many } from './Many';
import { One } from './One';
import { composeText as t } from './text';

export interface ComposeSearch extends Start {
  mode?: 'many' | undefined;
  batch?: string | undefined;
}

const route = getRouteApi('/compose');

export function Compose() {
  const search: ComposeSearch = route.useSearch();
  const router = useRouter();
  const lines = useCommand('connections', {});
  const header = (
    <Segmented
      label={t.modes.label}
      value={search.mode ?? 'one'}
      options={[
        { value: 'one', label: t.modes.one },
        { value: 'many', label: t.modes.many },
      ]}
      onChange={(mode) => router.history.replace(paths.compose(mode === 'many' ? { mode } : {}))}
    />
  );
  const canSend = lines.data?.items.some((l) => l.channel !== null) ?? false;
  return (
    <Screen
      title={t.title}
      crumbs={[{ label: t.crumb, to: paths.messages() }]}
      newMessage={false}
      surface="panes"
    >
      {lines.data === undefined ? (
        <div className={styles.left}>
          {lines.error === null ? (
            <SkeletonRows label={t.reading} />
          ) : (
            <ErrorState
              error={lines.error}
              title={t.failed}
              onRetry={() => void lines.refetch()}
              busy={lines.isFetching}
              compact
            />
          )}
        </div>
      ) : canSend ? (
        <div className={styles.panes}>
          {search.batch !== undefined ? (
            <BatchProgress id={search.batch} header={header} />
          ) : search.mode === 'many' ? (
            <Many lines={lines.data.items} header={header} />
          ) : (
            <One lines={lines.data.items} start={search} header={header} />
          )}
        </div>
      ) : (
        <EmptyState action={<ButtonLink to={paths.connect()}>{t.connect}</ButtonLink>}>
          {t.noLines}
        </EmptyState>
      )}
    </Screen>
  );
}
