/** One line: how it is, what waits for it, who it is, what it was last asked, and what can be done. */
import { getRouteApi, useRouter } from '@tanstack/react-router';
import { useState } from 'react';
import type { ConnectionDetail } from '@/api/generated';
import { useNow } from '@/app/clock';
import { paths } from '@/app/paths';
import { useCommand, useFormat, useProviderName } from '@/app/queries';
import { refusalText } from '@/app/refusal';
import { Screen } from '@/app/Screen';
import { lineName } from '@/app/words';
import { Button, ErrorState, IconButton, Lamp, Menu, type MenuItem, Note, SkeletonRows } from '@/components';
import { Calls } from './Calls';
import { EditDialog } from './EditDialog';
import { Checks, History, Limits, SignIn, Webhook } from './LineHealth';
import styles from './LinePage.module.css';
import { askedOf, Held, Identity, LineSettings } from './LineSections';
import { ReconnectDialog } from './ReconnectDialog';
import { ReleaseDialog } from './ReleaseDialog';
import { RemoveDialog } from './RemoveDialog';
import { TestDialog } from './TestDialog';
import { linesText as t } from './text';
import { actsOf, type LineActions, useLineActions } from './useLineActions';
import { verdictDetail, verdictOf } from './verdict';

export type LineDialog = 'reconnect' | 'test' | 'remove';

const route = getRouteApi('/lines/$id');

/** Another line is another page: what was typed into its dialogs does not come along. */
export function LineScreen() {
  const { id }: { id: string } = route.useParams();
  const { act }: { act?: LineDialog | undefined } = route.useSearch();
  return <LinePage key={id} id={id} act={act} />;
}

interface LinePageProps {
  id: string;
  act: LineDialog | undefined;
}

const crumbs = [{ label: t.title, to: paths.lines() }];

/** The one action of a line that is not well. */
function Primary({
  line,
  actions,
  onReconnect,
}: {
  line: ConnectionDetail;
  actions: LineActions;
  onReconnect: () => void;
}) {
  const busy = actions.running?.id === line.id;
  const can = (what: string) => line.can.includes(what);
  if (line.state === 'reconnect' && can('reconnect')) {
    return (
      <Button variant="primary" onClick={onReconnect}>
        {t.page.reconnect}
      </Button>
    );
  }
  const act =
    line.state === 'paused' && can('resume')
      ? 'resume'
      : line.state === 'disabled' && can('enable')
        ? 'enable'
        : (line.signal === 'unknown' || line.signal === 'danger') && can('check')
          ? 'check'
          : null;
  if (act === null) return null;
  return (
    <Button variant="primary" busy={busy} onClick={() => actions.run(act, line)}>
      {t.actions[act]}
    </Button>
  );
}

function LinePage({ id, act }: LinePageProps) {
  const router = useRouter();
  const { data: line, error, isFetching, refetch } = useCommand('connection', { id });
  const providers = useCommand('providers', {}).data?.items;
  const health = useCommand('health', {}).data;
  const providerName = useProviderName();
  const format = useFormat();
  const now = useNow();
  const actions = useLineActions();
  const [editing, setEditing] = useState(false);
  const [releasing, setReleasing] = useState(false);

  const show = (dialog?: LineDialog) => router.history.replace(paths.line(id, dialog));
  if (line === undefined) {
    return (
      <Screen title={t.line} crumbs={crumbs}>
        {error === null ? (
          <SkeletonRows label={t.page.reading} />
        ) : (
          <ErrorState
            error={error}
            title={t.page.failed}
            onRetry={() => void refetch()}
            busy={isFetching}
            compact
          />
        )}
      </Screen>
    );
  }
  const name = lineName(line, providerName(line.provider));
  const provider = providers?.find((p) => p.key === line.provider);
  const next = health?.items.find((h) => h.connection === id)?.next_check;
  const facts = { line, format, now };
  const failed = actions.failed?.id === id ? actions.failed.error : null;
  const detail = verdictDetail(line, format, now);
  const menu: (MenuItem | '-')[] = [
    ...actsOf(line).map((one) => ({ label: t.actions[one], onSelect: () => actions.run(one, line) })),
    '-',
    { label: t.actions.rename, onSelect: () => setEditing(true) },
    ...(line.can.includes('reconnect')
      ? [{ label: t.actions.reconnect, onSelect: () => show('reconnect') }]
      : []),
    ...(line.can.includes('remove')
      ? [{ label: t.actions.remove, danger: true, onSelect: () => show('remove') }]
      : []),
  ];
  const dialog = { line, name, onClose: () => show() };
  return (
    <Screen
      title={name}
      crumbs={crumbs}
      surface="panes"
      newMessage={false}
      actions={
        <>
          {line.can.includes('test') && <Button onClick={() => show('test')}>{t.actions.test}</Button>}
          <Menu
            align="end"
            trigger={<IconButton icon="settings" variant="default" label={t.actions.menu} />}
            items={menu}
          />
        </>
      }
    >
      <div className={styles.panes}>
        <div className={styles.left}>
          <section className={styles.verdict} aria-live="polite">
            <Lamp signal={line.signal} size={20} silent />
            <h2>{verdictOf(line)}</h2>
            <Primary line={line} actions={actions} onReconnect={() => show('reconnect')} />
            {detail !== '' && <p>{detail}</p>}
          </section>
          {error !== null && (
            <Note signal="unknown" role="status" className={styles.note}>
              {t.page.stale} {refusalText(error)}
            </Note>
          )}
          {failed !== null && (
            <Note signal="danger" role="alert" className={styles.note}>
              {refusalText(failed)}
            </Note>
          )}
          <Held {...facts} onRelease={() => setReleasing(true)} />
          <Identity line={line} provider={providerName(line.provider)} />
          <SignIn {...facts} next={next} />
          <LineSettings
            line={line}
            provider={provider}
            onEdit={() => setEditing(true)}
            onReplace={() => show('reconnect')}
          />
          <Limits {...facts} />
          <Checks
            {...facts}
            check={
              line.can.includes('check') && (
                <Button
                  size="sm"
                  busy={actions.running?.id === id && actions.running.act === 'check'}
                  onClick={() => actions.run('check', line)}
                >
                  {t.actions.check}
                </Button>
              )
            }
          />
          <Webhook {...facts} provider={provider} />
          <History {...facts} />
        </div>
        <Calls calls={line.calls} />
      </div>
      <TestDialog {...dialog} open={act === 'test'} />
      <ReconnectDialog {...dialog} provider={provider} open={act === 'reconnect'} />
      <RemoveDialog
        {...dialog}
        open={act === 'remove'}
        onRemoved={() => router.history.push(paths.lines())}
      />
      <EditDialog {...dialog} provider={provider} open={editing} onClose={() => setEditing(false)} />
      <ReleaseDialog
        line={line}
        open={releasing}
        onClose={() => setReleasing(false)}
        reasons={askedOf(line).map((h) => h.reason)}
      />
    </Screen>
  );
}
