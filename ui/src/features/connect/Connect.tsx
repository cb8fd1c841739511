/** Connecting: choose a provider, then fill in its form. */
import { getRouteApi } from '@tanstack/react-router';
import { paths } from '@/app/paths';
import { useCommand } from '@/app/queries';
import { Screen } from '@/app/Screen';
import { ButtonLink, EmptyState, ErrorState, SkeletonRows } from '@/components';
import { Catalogue } from './Catalogue';
import { ConnectForm } from './ConnectForm';
import { connectText as t } from './text';

const toLines = { label: t.crumb, to: paths.lines() };

const route = getRouteApi('/connect');

export function Connect() {
  const chosen: string | undefined = route.useSearch().provider;
  const { data, error, isFetching, refetch } = useCommand('providers', {});
  const provider = data?.items.find((p) => p.key === chosen);
  if (provider !== undefined) {
    return (
      <Screen
        title={t.titleFor(provider.name)}
        crumbs={[toLines, { label: t.crumbConnect, to: paths.connect() }]}
        newMessage={false}
        surface="panes"
      >
        <ConnectForm key={provider.key} provider={provider} />
      </Screen>
    );
  }
  return (
    <Screen title={t.title} crumbs={[toLines]} newMessage={false}>
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
      ) : chosen !== undefined ? (
        <EmptyState compact action={<ButtonLink to={paths.connect()}>{t.all}</ButtonLink>}>
          {t.unknown}
        </EmptyState>
      ) : data.items.length === 0 ? (
        <EmptyState compact>{t.none}</EmptyState>
      ) : (
        <Catalogue providers={data.items} />
      )}
    </Screen>
  );
}
