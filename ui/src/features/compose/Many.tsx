/** Many messages from a file: rehearsed first, then started as one batch. */
import { useQuery } from '@tanstack/react-query';
import { useRouter } from '@tanstack/react-router';
import { type ReactNode, useState } from 'react';
import type { Connection, ImportArgs, ImportCheck, ImportStartArgs } from '@/api/generated';
import { useNow } from '@/app/clock';
import { paths } from '@/app/paths';
import { useCore, useFormat, useMutate } from '@/app/queries';
import { errorAt, refusalText } from '@/app/refusal';
import { useShortcuts } from '@/app/shortcuts';
import { Button, Icon, IconButton, KeyHint, Note, toast } from '@/components';
import type { ApiError } from '@/host/host';
import { BatchList } from './BatchList';
import styles from './Compose.module.css';
import { type CsvFile, CsvPick, PickButton, readCsv } from './CsvPick';
import { CsvSheet } from './CsvSheet';
import { guessMap, OWN_FIELDS, usedMap } from './csv';
import { ANY_LINE, channelOf, channelsOf, EMPTY, instantOf, useIdempotencyKey } from './draft';
import many from './Many.module.css';
import { ManyPanel } from './ManyPanel';
import { Block, LineChoice, TextBlock, Times } from './parts';
import { StartDialog } from './StartDialog';
import { composeText as t } from './text';
import { useRehearsal } from './useRehearsal';
import { useRested } from './useRested';

/** The look at the file. Its text is no part of the key: it may be 30 MB. */
function useImportCheck(file: CsvFile | null, args: Omit<ImportArgs, 'csv'> | null) {
  const { host } = useCore();
  return useQuery<ImportCheck, ApiError>({
    queryKey: ['import_check', { file: file?.id, ...args }],
    queryFn: ({ signal }) =>
      host.call('import_check', { csv: file?.text ?? '', ...(args as Omit<ImportArgs, 'csv'>) }, signal),
    enabled: file !== null && args !== null,
    // The answer to the same file's last question stays on screen while the next is asked.
    placeholderData: (old, before) =>
      (before?.queryKey[1] as { file?: number } | undefined)?.file === file?.id ? old : undefined,
  });
}

export interface ManyProps {
  lines: readonly Connection[];
  header: ReactNode;
}

export function Many({ lines, header }: ManyProps) {
  const router = useRouter();
  const format = useFormat();
  const now = useNow();
  const [draft, setDraft] = useState(EMPTY);
  const [file, setFile] = useState<CsvFile | null>(null);
  const [map, setMap] = useState<Record<string, string>>({});
  const [asking, setAsking] = useState(false);
  const start = useMutate('import_start');
  const key = useIdempotencyKey();

  const channel = channelOf(draft, lines);
  const used = usedMap(map);
  const mapped = new Set(Object.values(used));
  const needs =
    file === null
      ? null
      : !mapped.has('to')
        ? t.csv.needsTo
        : draft.body.trim() === '' && !mapped.has('body')
          ? t.csv.needsBody
          : channel === 'email' && draft.subject.trim() === '' && !mapped.has('subject')
            ? t.csv.needsSubject
            : null;
  const args: Omit<ImportArgs, 'csv'> | null =
    file === null || channel === null || needs !== null
      ? null
      : {
          map: used,
          channel,
          ...(draft.body.trim() === '' ? {} : { body: draft.body }),
          ...(channel === 'email' && draft.subject.trim() !== '' ? { subject: draft.subject } : {}),
          ...(draft.line === ANY_LINE ? {} : { connection: draft.line }),
        };
  const rested = useRested(args, 350);
  const query = useImportCheck(file, rested);
  const check = args === null || rested === null ? undefined : query.data;
  const settled = JSON.stringify(args) === JSON.stringify(rested) && !query.isPlaceholderData;

  const sendAt = draft.when === 'later' ? instantOf(draft.sendAt, format) : null;
  const until = draft.usefulUntil === '' ? null : instantOf(draft.usefulUntil, format);
  const times = {
    ...(sendAt === null ? {} : { send_at: sendAt }),
    ...(until === null ? {} : { useful_until: until }),
  };
  const rehearsal = useRehearsal({ check, args: rested, times, now });
  const edit = (part: Partial<typeof EMPTY>) => {
    start.reset();
    setDraft((old) => ({ ...old, ...part }));
  };
  const take = (next: CsvFile) => {
    start.reset();
    setFile(next);
    setMap(guessMap(next.table.columns, channel ?? 'sms'));
  };

  const canStart =
    check !== undefined &&
    settled &&
    check.ready > 0 &&
    query.error === null &&
    (draft.when === 'now' || sendAt !== null);
  const ask = () => {
    if (canStart) setAsking(true);
  };
  useShortcuts([{ keys: 'mod+enter', label: t.actions.sendKey, run: ask, inFields: true, group: 'here' }]);

  const confirm = (name: string) => {
    if (file === null || args === null) return;
    const request: ImportStartArgs = { csv: file.text, ...args, ...times, name };
    const { csv: _text, ...rest } = request;
    start.mutate(
      { ...request, idempotency_key: key.keyFor({ file: file.id, ...rest }) },
      {
        onSuccess: (batch) => {
          key.done();
          setAsking(false);
          toast({ text: t.batch.started(check?.ready ?? batch.total, batch.name) });
          router.history.push(paths.compose({ mode: 'many', batch: batch.id }));
        },
      },
    );
  };

  const columns = [...mapped].filter((f) => !(OWN_FIELDS as readonly string[]).includes(f));
  const insertable = mapped.has('name') ? ['name', ...columns] : columns;
  const problem = args === null ? null : query.error;
  return (
    <>
      <div className={styles.left}>
        <div className={file === null ? styles.measure : undefined}>
          <Block title={t.blocks.to}>
            <div className={styles.row}>
              {header}
              {file !== null && (
                <>
                  <span className={many.file}>
                    <Icon name="document" size={14} />
                    <b title={file.name}>{file.name}</b>
                    {t.csv.rows(file.table.rows.length)}
                    <IconButton icon="close" size="sm" label={t.csv.remove} onClick={() => setFile(null)} />
                  </span>
                  <span className={styles.grow} />
                  <PickButton label={t.csv.replace} onPick={(next) => void readCsv(next).then(take)} />
                </>
              )}
            </div>
            {file === null ? (
              <CsvPick onFile={take} />
            ) : (
              <>
                {file.guessed && <Note signal="caution">{t.csv.guessed}</Note>}
                <CsvSheet
                  name={file.name}
                  table={file.table}
                  map={map}
                  onMap={(next) => {
                    start.reset();
                    setMap(next);
                  }}
                  check={check}
                  format={format}
                  zone={format.zoneName(now)}
                />
                {needs !== null && <Note>{needs}</Note>}
                {problem !== null && errorAt(problem, 'body', 'subject', 'connection') === null && (
                  <Note signal="danger" role="alert">
                    <b>{t.csv.checkFailed}</b> {refusalText(problem)}
                  </Note>
                )}
              </>
            )}
          </Block>
          {file === null ? (
            <Block title={t.blocks.batches}>
              <BatchList />
            </Block>
          ) : (
            <div className={styles.measure}>
              <Block title={t.blocks.message}>
                <TextBlock
                  channel={channel}
                  subject={draft.subject}
                  body={draft.body}
                  fields={insertable}
                  mayInvent={false}
                  onSubject={(subject) => edit({ subject })}
                  onBody={(body) => edit({ body })}
                  subjectError={errorAt(problem, 'subject')}
                  bodyError={errorAt(problem, 'body')}
                />
              </Block>
              <Block title={t.blocks.line}>
                <LineChoice
                  channels={channelsOf(lines)}
                  channel={channel}
                  lines={lines}
                  line={draft.line}
                  taken={draft.line === ANY_LINE ? rehearsal.connection : null}
                  onChannel={(next) => {
                    edit({ channel: next, line: ANY_LINE });
                    if (file !== null && mapped.size === 0) setMap(guessMap(file.table.columns, next));
                  }}
                  onLine={(line) => edit({ line })}
                  error={errorAt(problem, 'connection')}
                />
              </Block>
              <Block title={t.blocks.when}>
                <Times
                  when={draft.when}
                  sendAt={draft.sendAt}
                  usefulUntil={draft.usefulUntil}
                  format={format}
                  defaultUntil={rehearsal.usefulUntil}
                  onWhen={(when) => edit({ when })}
                  onSendAt={(at) => edit({ sendAt: at })}
                  onUsefulUntil={(at) => edit({ usefulUntil: at })}
                  sendAtError={errorAt(start.error ?? rehearsal.error, 'send_at')}
                  usefulUntilError={errorAt(start.error ?? rehearsal.error, 'useful_until')}
                />
              </Block>
            </div>
          )}
        </div>
      </div>
      <ManyPanel
        check={check}
        checking={args !== null && (query.isFetching || !settled)}
        channel={channel}
        rehearsal={rehearsal}
        lines={lines}
        footer={
          <>
            <span className={styles.grow} />
            <Button variant="primary" disabled={!canStart} onClick={ask}>
              {check === undefined || check.ready === 0
                ? t.rehearsal.none
                : (draft.when === 'later' ? t.rehearsal.schedule : t.rehearsal.start)(
                    format.number(check.ready),
                  )}
            </Button>
            <KeyHint keys="mod+enter" />
          </>
        }
      />
      {check !== undefined && file !== null && (
        <StartDialog
          open={asking}
          onClose={() => setAsking(false)}
          file={file.name}
          ready={check.ready}
          later={draft.when === 'later'}
          rehearsal={rehearsal}
          check={check}
          busy={start.isPending}
          error={start.error}
          onConfirm={confirm}
        />
      )}
    </>
  );
}
