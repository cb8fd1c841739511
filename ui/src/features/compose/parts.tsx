/** What both ways of composing share: blocks, the choice of line, the text, the times, the bubble. */
import { type ReactNode, useId, useRef, useState } from 'react';
import type { Channel, Connection } from '@/api/generated';
import { useNow } from '@/app/clock';
import { address, type Format } from '@/app/format';
import { useLineName } from '@/app/queries';
import { channelWord, signalWord } from '@/app/words';
import { Button, Dialog, Menu, type MenuItem, Segmented, Select, TextArea, TextField } from '@/components';
import styles from './Compose.module.css';
import { ANY_LINE, IN_ORDER } from './draft';
import { LineOrder } from './LineOrder';
import { insertField, parts } from './template';
import { composeText as t } from './text';

export function Block({ title, children }: { title: string; children: ReactNode }) {
  const id = useId();
  return (
    <section className={styles.block} aria-labelledby={id}>
      <h2 id={id}>{title}</h2>
      <div className={styles.content}>{children}</div>
    </section>
  );
}

export interface LineChoiceProps {
  channels: readonly Channel[];
  channel: Channel | null;
  lines: readonly Connection[];
  line: string;
  /** The line the core would take now, for "first line that is clear". */
  taken: string | null;
  onChannel: (channel: Channel) => void;
  onLine: (line: string) => void;
  /** Left out where only one line can be named. */
  order?: readonly string[] | undefined;
  onOrder?: ((order: string[]) => void) | undefined;
  error?: string | null;
}

export function LineChoice({
  channels,
  channel,
  lines,
  line,
  taken,
  onChannel,
  onLine,
  order,
  onOrder,
  error,
}: LineChoiceProps) {
  const name = useLineName();
  const own = lines.filter((l) => l.channel === channel);
  const usable = own.filter((l) => l.state !== 'disabled');
  const ordered = onOrder !== undefined && usable.length > 1;
  const options = [
    { value: ANY_LINE, label: t.line.any, hint: taken === null ? undefined : t.line.anyNow(name(taken)) },
    ...own.map((l) => ({
      value: l.id,
      label: name(l.id),
      hint:
        l.state === 'disabled'
          ? t.line.off
          : l.signal === 'danger' || l.signal === 'off'
            ? t.line.waits(signalWord(l.signal))
            : l.address === null
              ? undefined
              : address(l.address),
      disabled: l.state === 'disabled',
    })),
    ...(ordered ? [{ value: IN_ORDER, label: t.line.inOrder, hint: t.line.inOrderHint }] : []),
  ];
  const shown = options.some((o) => o.value === line) ? line : ANY_LINE;
  const choice = (
    <div className={styles.row}>
      {channels.length > 1 && channel !== null && (
        <Segmented
          label={t.channel}
          value={channel}
          options={channels.map((c) => ({ value: c, label: channelWord(c) }))}
          onChange={onChannel}
        />
      )}
      <div className={styles.line}>
        <Select
          label={t.line.label}
          hideLabel
          options={options}
          value={shown}
          onChange={(next) => {
            if (next === IN_ORDER) onOrder?.(usable.map((l) => l.id));
            onLine(next);
          }}
          error={shown === IN_ORDER ? null : error}
        />
      </div>
    </div>
  );
  if (!ordered || shown !== IN_ORDER) return choice;
  return (
    <>
      {choice}
      <LineOrder lines={usable} order={order ?? []} onOrder={onOrder} error={error} />
    </>
  );
}

export interface TextBlockProps {
  channel: Channel | null;
  subject: string;
  body: string;
  /** Fields that may be inserted: the columns of a file, or `name`. */
  fields: readonly string[];
  /** Whether a person may invent more. */
  mayInvent: boolean;
  onSubject: (text: string) => void;
  onBody: (text: string) => void;
  subjectError?: string | null;
  bodyError?: string | null;
  onBlur?: (field: 'subject' | 'body') => void;
  hint?: ReactNode;
}

export function TextBlock({
  channel,
  subject,
  body,
  fields,
  mayInvent,
  onSubject,
  onBody,
  subjectError,
  bodyError,
  onBlur,
  hint,
}: TextBlockProps) {
  const area = useRef<HTMLTextAreaElement>(null);
  const place = useRef<{ start: number; end: number }>({ start: body.length, end: body.length });
  const [inventing, setInventing] = useState(false);
  const newField = useRef<HTMLInputElement>(null);
  const [invented, setInvented] = useState('');
  const note = () => {
    const node = area.current;
    if (node !== null) place.current = { start: node.selectionStart, end: node.selectionEnd };
  };
  const insert = (name: string) => {
    const at = Math.min(place.current.start, body.length);
    const next = insertField(body, name, at, Math.min(place.current.end, body.length));
    onBody(next.text);
    place.current = { start: next.caret, end: next.caret };
    // After the menu has given its focus back.
    setTimeout(() => {
      area.current?.focus();
      area.current?.setSelectionRange(next.caret, next.caret);
    }, 50);
  };
  const items: (MenuItem | '-')[] = fields.map((name) => ({
    label: `{${name}}`,
    onSelect: () => insert(name),
  }));
  if (mayInvent) items.push('-', { label: `${t.insertNew}…`, onSelect: () => setInventing(true) });
  const add = () => {
    const name = invented.trim();
    setInventing(false);
    setInvented('');
    if (name !== '') insert(name);
  };
  return (
    <>
      {channel === 'email' && (
        <TextField
          label={t.subject}
          value={subject}
          onChange={onSubject}
          error={subjectError}
          name="subject"
          onBlur={() => onBlur?.('subject')}
        />
      )}
      <div className={styles.textHead}>
        <TextArea
          ref={area}
          label={t.body}
          value={body}
          rows={channel === 'email' ? 8 : 4}
          name="body"
          error={bodyError}
          hint={hint}
          onChange={(text) => {
            onBody(text);
            note();
          }}
          onSelect={note}
          onBlur={() => onBlur?.('body')}
        />
        {items.length > 0 && (
          <span className={styles.insert}>
            <Menu
              align="end"
              trigger={
                <Button size="sm" variant="quiet" icon="plus">
                  {t.insert}
                </Button>
              }
              items={items}
            />
          </span>
        )}
      </div>
      <Dialog
        open={inventing}
        onClose={() => setInventing(false)}
        title={t.newField.title}
        size="sm"
        initialFocus={newField}
        footer={
          <Button variant="primary" onClick={add}>
            {t.newField.add}
          </Button>
        }
      >
        <TextField
          ref={newField}
          label={t.newField.label}
          hint={t.newField.hint}
          value={invented}
          onChange={(text) => setInvented(text.replace(/[{}]/g, ''))}
          onKeyDown={(event) => {
            if (event.key === 'Enter') {
              event.preventDefault();
              add();
            }
          }}
        />
      </Dialog>
    </>
  );
}

export interface TimesProps {
  when: 'now' | 'later';
  sendAt: string;
  usefulUntil: string;
  format: Format;
  /** What the core takes when "useful until" is left empty; null while it is not known. */
  defaultUntil: string | null;
  onWhen: (when: 'now' | 'later') => void;
  onSendAt: (local: string) => void;
  onUsefulUntil: (local: string) => void;
  sendAtError?: string | null;
  usefulUntilError?: string | null;
}

export function Times({
  when,
  sendAt,
  usefulUntil,
  format,
  defaultUntil,
  onWhen,
  onSendAt,
  onUsefulUntil,
  sendAtError,
  usefulUntilError,
}: TimesProps) {
  const now = useNow();
  const zone = t.send.zone(format.zoneName(now), format.offset(now));
  return (
    <>
      <div className={styles.row}>
        <Segmented
          label={t.send.label}
          value={when}
          options={[
            { value: 'now', label: t.send.now },
            { value: 'later', label: t.send.later },
          ]}
          onChange={onWhen}
        />
        <span className="ink3 t12">{zone}</span>
      </div>
      <div className={styles.times}>
        {when === 'later' && (
          <TextField
            label={t.send.at}
            type="datetime-local"
            name="send_at"
            value={sendAt}
            min={format.toField(now)}
            onChange={onSendAt}
            error={sendAtError}
          />
        )}
        <TextField
          label={t.send.until}
          type="datetime-local"
          name="useful_until"
          optional
          value={usefulUntil}
          min={format.toField(now)}
          onChange={onUsefulUntil}
          error={usefulUntilError}
          hint={
            defaultUntil !== null && usefulUntil === ''
              ? `${t.send.untilHint} ${t.send.untilDefault(format.full(defaultUntil))}`
              : t.send.untilHint
          }
        />
      </div>
    </>
  );
}

export interface BubbleProps {
  template: string;
  values: Record<string, string>;
  /** As the core filled it; it wins where the two differ. */
  filled?: string | undefined;
}

/** The text as it will be read, with what was filled in marked. */
export function Bubble({ template, values, filled }: BubbleProps) {
  const all = parts(template);
  const own = all.map((p) => (p.kind === 'text' ? p.text : (values[p.name] ?? ''))).join('');
  if (filled !== undefined && filled !== own) return <div className={styles.bubble}>{filled}</div>;
  return (
    <div className={styles.bubble}>
      {all.map((p, i) => {
        // biome-ignore lint/suspicious/noArrayIndexKey: the parts of a text have no identity but their place
        if (p.kind === 'text') return <span key={i}>{p.text}</span>;
        const value = values[p.name] ?? '';
        return (
          // biome-ignore lint/suspicious/noArrayIndexKey: as above
          <span key={i} className={value === '' ? styles.hole : styles.value}>
            {value === '' ? p.name : value}
          </span>
        );
      })}
    </div>
  );
}
