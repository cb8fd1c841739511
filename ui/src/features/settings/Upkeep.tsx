/** Receipts, backup, and a look at the installation. */
import { useState } from 'react';
import { bytes, latency } from '@/app/format';
import { paths } from '@/app/paths';
import { useCommand, useFormat, useMutate, useStatus } from '@/app/queries';
import { errorAt, errorBeside, refusalText, sentence } from '@/app/refusal';
import {
  Aspect,
  Button,
  ButtonLink,
  CopyButton,
  ErrorState,
  FactRows,
  Lamp,
  Note,
  Section,
  SkeletonRows,
  TextField,
} from '@/components';
import { Part } from './parts';
import styles from './Settings.module.css';
import { settingsText as t } from './text';

/** Dead receipts that are counted one by one. */
const COUNTED = 50;

export function ReceiptsLink() {
  const dead = useCommand('receipts', { state: 'dead', limit: COUNTED }).data;
  const format = useFormat();
  const n = dead === undefined ? null : `${format.number(dead.items.length)}${dead.next === null ? '' : '+'}`;
  return (
    <Part id="receipts" say={t.receiptsLink.say}>
      <div className={styles.inline}>
        <ButtonLink to={paths.receipts()}>{t.receiptsLink.open}</ButtonLink>
        {dead !== undefined &&
          (dead.items.length === 0 ? (
            <span className="ink3">{t.receiptsLink.deadNone}</span>
          ) : (
            <Aspect signal="caution" word={t.receiptsLink.dead(n ?? '')} />
          ))}
      </div>
    </Part>
  );
}

export function Backup() {
  const backup = useMutate('backup');
  const [path, setPath] = useState('');
  const beside = errorBeside(backup.error, ['path']);
  return (
    <Part id="backup" say={t.backup.say}>
      <form
        className={styles.row}
        noValidate
        onSubmit={(event) => {
          event.preventDefault();
          backup.mutate(path.trim() === '' ? {} : { path: path.trim() });
        }}
      >
        <TextField
          label={t.backup.path}
          optional
          mono
          hint={t.backup.pathHint}
          value={path}
          autoComplete="off"
          spellCheck={false}
          onChange={(text) => {
            backup.reset();
            setPath(text);
          }}
          error={errorAt(backup.error, 'path')}
        />
        <span className={styles.beside}>
          <Button type="submit" busy={backup.isPending}>
            {t.backup.now}
          </Button>
        </span>
      </form>
      {backup.data !== undefined && (
        <Note signal="clear" role="status">
          {t.backup.done(bytes(backup.data.bytes), latency(backup.data.took_ms))}
          <span className={styles.inline}>
            <code className="mono">{backup.data.path}</code>
            <CopyButton text={backup.data.path} label={t.backup.copyPath} />
          </span>
        </Note>
      )}
      {beside !== null && (
        <Note signal="danger" role="alert">
          {refusalText(beside)}
        </Note>
      )}
      <p className="ink3 t12 prose">{t.backup.restore}</p>
    </Part>
  );
}

function Doctor() {
  const { data, error, isFetching, refetch } = useCommand('doctor', {});
  const ill = data?.items.filter((i) => !i.ok).length ?? 0;
  return (
    <Section
      level={3}
      title={t.installation.checks}
      note={data === undefined ? undefined : ill === 0 ? t.installation.allWell : t.installation.unwell(ill)}
      end={
        <Button size="sm" busy={isFetching} onClick={() => void refetch()}>
          {t.installation.again}
        </Button>
      }
    >
      {data === undefined ? (
        error === null ? (
          <SkeletonRows label={t.installation.checking} rows={4} />
        ) : (
          <ErrorState error={error} title={t.installation.failed} compact />
        )
      ) : (
        <ul>
          {data.items.map((item) => (
            <li key={item.what} className={styles.check}>
              <Lamp
                signal={item.ok ? 'clear' : 'caution'}
                label={item.ok ? t.installation.ok : t.installation.ill}
              />
              <span className="medium">{item.what}</span>
              <span>
                {sentence(item.say)}{' '}
                {!item.ok && item.remedy !== '' && <span className="ink2">{sentence(item.remedy)}</span>}
              </span>
            </li>
          ))}
        </ul>
      )}
    </Section>
  );
}

export function Installation() {
  const status = useStatus();
  const format = useFormat();
  return (
    <Part id="installation">
      {status === undefined ? (
        <SkeletonRows label={t.reading} rows={4} />
      ) : (
        <FactRows
          rows={[
            { label: t.installation.version, value: status.version },
            {
              label: t.installation.home,
              value: <code className={`mono ${styles.mono}`}>{status.home}</code>,
            },
            { label: t.installation.started, value: format.full(status.started_at) },
            {
              label: t.installation.vault,
              value: (
                <Aspect
                  signal={status.vault.mode === 'locked' ? 'danger' : 'clear'}
                  word={`${t.installation.vaultModes[status.vault.mode]}. ${sentence(status.vault.say)}`}
                />
              ),
            },
            {
              label: t.installation.store,
              value: t.installation.storeText(status.store.messages, bytes(status.store.bytes)),
            },
            {
              label: t.installation.disk,
              value: (
                <Aspect
                  signal={status.disk.free_bytes === null ? 'unknown' : status.disk.ok ? 'clear' : 'danger'}
                  word={t.installation.diskText(
                    status.disk.free_bytes === null
                      ? t.installation.diskUnknown
                      : bytes(status.disk.free_bytes),
                    bytes(status.disk.floor_bytes),
                  )}
                />
              ),
            },
            {
              label: t.installation.network,
              value: status.offline ? t.installation.offline : t.installation.online,
            },
          ]}
        />
      )}
      <Doctor />
    </Part>
  );
}
