/** One message to one person. */
import { useEffect, useRef, useState } from 'react';
import type { Connection, Preview } from '@/api/generated';
import { useNow } from '@/app/clock';
import { address } from '@/app/format';
import { paths } from '@/app/paths';
import { useCommand, useFormat, useMutate } from '@/app/queries';
import { errorAt, errorBeside, refusalText } from '@/app/refusal';
import { useShortcuts } from '@/app/shortcuts';
import { Button, KeyHint, Note, TextField, toast } from '@/components';
import type { ApiError } from '@/host/host';
import styles from './Compose.module.css';
import {
  ANY_LINE,
  channelOf,
  channelsOf,
  EMPTY,
  IN_ORDER,
  type Missing,
  missingOf,
  type Start,
  sendArgs,
  textFields,
  useDraft,
  useIdempotencyKey,
} from './draft';
import { OnePanel } from './OnePanel';
import { Block, LineChoice, TextBlock, Times } from './parts';
import { composeText as t } from './text';
import { useRested } from './useRested';

/** Fields of the form that show a refusal themselves. */
const SHOWN = ['to', 'name', 'connection', 'route', 'subject', 'body', 'send_at', 'useful_until'];

function neededText(missing: Missing): string {
  return missing.startsWith('value:')
    ? t.needed.value(missing.slice('value:'.length))
    : t.needed[missing as Exclude<Missing, `value:${string}`>];
}

/** Puts the focus on the first field that is not right, as soon as one is drawn as such. */
function useFocusInvalid(form: HTMLElement | null): { want: () => void; forget: () => void } {
  const wanted = useRef(false);
  const go = () => {
    const field = wanted.current ? form?.querySelector<HTMLElement>('[aria-invalid=true]') : null;
    if (!field) return;
    wanted.current = false;
    field.focus();
  };
  // After every drawing: a busy computer draws the refusal later than it hears of it.
  useEffect(go);
  return {
    want: () => {
      wanted.current = true;
      go();
    },
    forget: () => {
      wanted.current = false;
    },
  };
}

export interface OneProps {
  lines: readonly Connection[];
  start: Start;
  header: React.ReactNode;
}

export function One({ lines, start, header }: OneProps) {
  const [draft, change] = useDraft(start);
  const [touched, setTouched] = useState<ReadonlySet<string>>(new Set());
  const [tried, setTried] = useState(false);
  const [form, setForm] = useState<HTMLElement | null>(null);
  const format = useFormat();
  const now = useNow();
  const send = useMutate('send');
  const key = useIdempotencyKey();
  const invalid = useFocusInvalid(form);

  const channel = channelOf(draft, lines);
  const missing = missingOf(draft, channel);
  const args = channel === null ? null : sendArgs(draft, channel, format);
  const rested = useRested(args);
  const complete = args !== null && missing.length === 0;
  const settled = complete && JSON.stringify(rested) === JSON.stringify(args);
  // Asked only about what stands there now; the answer before stays on screen meanwhile.
  const preview = useCommand('preview', rested ?? { channel: 'sms', to: '', body: '' }, {
    enabled: settled,
    keep: true,
  });
  const fresh = settled && !preview.isPlaceholderData;
  // The refusal of what stood there a moment ago says nothing about what stands there now.
  const refusal: ApiError | null = send.error ?? (fresh ? preview.error : null);
  const shown: Preview | undefined =
    complete && preview.error === null && preview.data !== undefined ? preview.data : undefined;

  const touch = (field: string) => setTouched((old) => new Set(old).add(field));
  const told = (field: string, need: Missing | null): string | null => {
    if (need !== null && missing.includes(need)) return tried ? neededText(need) : null;
    const own = errorAt(refusal, field);
    return own !== null && (tried || touched.has(field) || send.error !== null) ? own : null;
  };
  const edit = (part: Parameters<typeof change>[0]) => {
    if (send.error !== null) send.reset();
    invalid.forget();
    change(part);
  };

  const submit = () => {
    if (send.isPending) return;
    setTried(true);
    if (args === null || missing.length > 0) {
      invalid.want();
      return;
    }
    send.mutate(
      { ...args, idempotency_key: key.keyFor(args) },
      {
        onSuccess: (message) => {
          key.done();
          const to = message.name ?? address(message.to);
          toast({
            text:
              message.send_at === null ? t.sent.now(to) : t.sent.later(to, format.when(message.send_at, now)),
            link: { label: t.sent.open, to: paths.message(message.id) },
          });
          // The line and the channel stay: the next message often goes the same way.
          change({ ...EMPTY, channel: draft.channel, line: draft.line, order: draft.order });
          setTried(false);
          setTouched(new Set());
          requestAnimationFrame(() => form?.querySelector<HTMLElement>('[name=to]')?.focus());
        },
        onError: (error) => {
          if (errorBeside(error, SHOWN) === null) invalid.want();
        },
      },
    );
  };
  useShortcuts([{ keys: 'mod+enter', label: t.actions.sendKey, run: submit, inFields: true, group: 'here' }]);

  const fields = textFields(draft, channel).filter((f) => f !== 'name');
  const isEmpty = draft.to === '' && draft.body === '' && draft.name === '' && draft.subject === '';
  return (
    <>
      <div className={styles.left}>
        <form
          ref={setForm}
          className={styles.measure}
          noValidate
          onSubmit={(event) => {
            event.preventDefault();
          }}
        >
          <Block title={t.blocks.to}>
            <div className={styles.row}>{header}</div>
            <div className={styles.pair}>
              <TextField
                label={t.to.label}
                name="to"
                autoFocus
                autoComplete="off"
                value={draft.to}
                onChange={(to) => edit({ to })}
                onBlur={() => touch('to')}
                hint={channel === null ? undefined : t.to.hint[channel]}
                error={told('to', 'to')}
              />
              <TextField
                label={t.to.name}
                name="name"
                autoComplete="off"
                optional={!missing.includes('value:name')}
                value={draft.name}
                onChange={(name) => edit({ name })}
                hint={t.to.nameHint}
                error={told('name', 'value:name')}
              />
            </div>
          </Block>
          <Block title={t.blocks.line}>
            <LineChoice
              channels={channelsOf(lines)}
              channel={channel}
              lines={lines}
              line={draft.line}
              taken={draft.line === ANY_LINE ? (shown?.connection ?? null) : null}
              onChannel={(next) => edit({ channel: next, line: ANY_LINE })}
              // An order is one of this channel's lines, whatever the recipient suggests later.
              onLine={(line) => edit({ line, ...(line === IN_ORDER ? { channel } : {}) })}
              order={draft.order}
              onOrder={(order) => edit({ order })}
              error={errorAt(refusal, 'connection', 'route')}
            />
          </Block>
          <Block title={t.blocks.message}>
            <TextBlock
              channel={channel}
              subject={draft.subject}
              body={draft.body}
              fields={['name', ...fields]}
              mayInvent
              onSubject={(subject) => edit({ subject })}
              onBody={(body) => edit({ body })}
              onBlur={touch}
              subjectError={told('subject', 'subject')}
              bodyError={told('body', 'body')}
            />
            {fields.length > 0 && (
              <fieldset>
                <legend className="vh">{t.values}</legend>
                <div className={styles.pair}>
                  {fields.map((field) => (
                    <TextField
                      key={field}
                      label={`{${field}}`}
                      value={draft.values[field] ?? ''}
                      onChange={(value) => edit({ values: { ...draft.values, [field]: value } })}
                      error={told(`value:${field}`, `value:${field}`)}
                    />
                  ))}
                </div>
              </fieldset>
            )}
          </Block>
          <Block title={t.blocks.when}>
            <Times
              when={draft.when}
              sendAt={draft.sendAt}
              usefulUntil={draft.usefulUntil}
              format={format}
              defaultUntil={shown?.useful_until ?? null}
              onWhen={(when) => edit({ when })}
              onSendAt={(sendAt) => edit({ sendAt })}
              onUsefulUntil={(usefulUntil) => edit({ usefulUntil })}
              sendAtError={
                missing.includes('sendAt') && tried ? t.needed.sendAt : errorAt(refusal, 'send_at')
              }
              usefulUntilError={errorAt(refusal, 'useful_until')}
            />
          </Block>
        </form>
      </div>
      <OnePanel
        preview={shown}
        fresh={fresh}
        checking={complete && (preview.isFetching || !settled)}
        draft={draft}
        channel={channel}
        lines={lines}
        footer={
          <>
            {!isEmpty && (
              <Button
                variant="quiet"
                onClick={() => {
                  edit({ ...EMPTY, channel: draft.channel, line: draft.line, order: draft.order });
                  setTried(false);
                }}
              >
                {t.actions.clear}
              </Button>
            )}
            <span className={styles.grow} />
            <Button variant="primary" busy={send.isPending} onClick={submit}>
              {draft.when === 'later' ? t.actions.schedule : t.actions.send}
            </Button>
            <KeyHint keys="mod+enter" />
          </>
        }
      >
        <Refused error={errorBeside(refusal, SHOWN)} />
      </OnePanel>
    </>
  );
}

function Refused({ error }: { error: ApiError | null }) {
  if (error === null) return null;
  return (
    <Note signal="danger" role="alert">
      <b>{t.check.refused}</b> {refusalText(error)}
    </Note>
  );
}
