/** Small parts: facts, meter, progress, step bar, timeline, copy, section. */
import { type ReactNode, useId, useRef, useState } from 'react';
import type { Signal } from '@/api/generated';
import styles from './Bits.module.css';
import { Button } from './Button';
import { cx } from './classes';
import { Icon } from './Icon';
import { Lamp } from './Lamp';
import { partText } from './text';

export interface SectionProps {
  title: ReactNode;
  /** Quiet words after the title. */
  note?: ReactNode;
  /** At the end of the title's line: a legend, a link, a button. */
  end?: ReactNode;
  children: ReactNode;
  className?: string | undefined;
  /** 2 unless told. */
  level?: 2 | 3 | undefined;
}

/** A panel: a heading and what belongs to it. Panels are divided by space and hairlines, not by boxes. */
export function Section({ title, note, end, children, className, level = 2 }: SectionProps) {
  const id = useId();
  const Heading = level === 2 ? 'h2' : 'h3';
  return (
    <section className={className} aria-labelledby={id}>
      <div className={styles.sectionHead}>
        <Heading id={id} className={styles.sectionTitle}>
          {title}
        </Heading>
        {note !== undefined && <span className={cx('ink3', 't12', styles.sectionNote)}>{note}</span>}
        {end !== undefined && <span className={styles.sectionEnd}>{end}</span>}
      </div>
      {children}
    </section>
  );
}

export interface FactRowsProps {
  rows: readonly { label: ReactNode; value: ReactNode; key?: string | undefined }[];
  /** Width of the labels in px; 132 unless told. */
  labels?: number | undefined;
}

/** Label and value, one pair a line (a definition list). */
export function FactRows({ rows, labels = 132 }: FactRowsProps) {
  return (
    <dl className={styles.facts} style={{ gridTemplateColumns: `${labels}px minmax(0, 1fr)` }}>
      {rows.map((row, i) => (
        <div key={row.key ?? (typeof row.label === 'string' ? row.label : i)} className={styles.factPair}>
          <dt>{row.label}</dt>
          <dd>{row.value}</dd>
        </div>
      ))}
    </dl>
  );
}

export interface KeyFactsProps {
  facts: readonly { value: ReactNode; label: ReactNode }[];
}

/** Up to three figures that decide: big value, small label. */
export function KeyFacts({ facts }: KeyFactsProps) {
  return (
    <dl className={styles.keyFacts}>
      {facts.map((f, i) => (
        <div key={typeof f.label === 'string' ? f.label : i} className={styles.keyFact}>
          <dt>{f.label}</dt>
          <dd>{f.value}</dd>
        </div>
      ))}
    </dl>
  );
}

export interface MeterProps {
  value: number;
  max: number;
  /** What is measured: "People per day". */
  label: string;
  /** The reading in words, beside the bar: "61 of 1,000 used in the last 24 h". */
  text: string;
}

/** A share of a limit. Always with its numbers in words. */
export function Meter({ value, max, label, text }: MeterProps) {
  const share = max > 0 ? Math.min(1, Math.max(0, value / max)) : 0;
  return (
    <span className={styles.meterLine}>
      <meter className="vh" min={0} max={max} value={value} aria-label={label}>
        {text}
      </meter>
      <span className={styles.meter} aria-hidden="true">
        <span style={{ width: `${share * 100}%` }} />
      </span>
      <span>{text}</span>
    </span>
  );
}

export interface ProgressProps {
  /** 0 to `max`; null while the end is not known. */
  value: number | null;
  max: number;
  label: string;
  text?: ReactNode;
}

export function Progress({ value, max, label, text }: ProgressProps) {
  const share = value === null || max <= 0 ? 0 : Math.min(1, value / max);
  return (
    <div className={styles.progressWrap}>
      <progress className="vh" aria-label={label} max={max} {...(value === null ? {} : { value })} />
      <span className={cx(styles.progress, value === null && styles.progressOpen)} aria-hidden="true">
        <span style={{ width: `${share * 100}%` }} />
      </span>
      {text !== undefined && <span className="t12 ink3">{text}</span>}
    </div>
  );
}

export interface Step {
  label: string;
  state: 'done' | 'current' | 'todo' | 'bad';
}

/** Where a dialog of several steps stands. */
export function StepBar({ steps, label }: { steps: readonly Step[]; label: string }) {
  return (
    <ol className={styles.steps} aria-label={label}>
      {steps.map((step) => (
        <li
          key={step.label}
          className={styles[step.state]}
          aria-current={step.state === 'current' ? 'step' : undefined}
        >
          {step.label}
          <span className="vh">, {partText.stepState[step.state]}</span>
        </li>
      ))}
    </ol>
  );
}

export interface TimelineItem {
  key: string;
  /** The instant, for `<time>`. */
  at: string;
  /** The instant as written. */
  time: string;
  text: ReactNode;
  detail?: ReactNode;
  /** A ring, a full dot, or a lamp. */
  mark?: 'ring' | 'dot' | Signal | undefined;
  /** A wait: dashed, quieter. */
  waiting?: boolean | undefined;
}

export function Timeline({ items, label }: { items: readonly TimelineItem[]; label: string }) {
  return (
    <ol className={styles.timeline} aria-label={label}>
      {items.map((item) => (
        <li key={item.key} className={item.waiting ? styles.wait : undefined}>
          {item.mark === undefined || item.mark === 'ring' || item.mark === 'dot' ? (
            <span className={cx(styles.dot, item.mark === 'dot' && styles.full)} />
          ) : (
            <span className={styles.timelineLamp}>
              <Lamp signal={item.mark} size={12} silent />
            </span>
          )}
          <span className={styles.timelineText}>
            {item.text}
            {item.detail !== undefined && item.detail !== null && (
              <span className={styles.timelineDetail}>{item.detail}</span>
            )}
          </span>
          <time dateTime={item.at}>{item.time}</time>
        </li>
      ))}
    </ol>
  );
}

/** Copies a text, and says so. */
export function CopyButton({ text, label = partText.copy }: { text: string; label?: string | undefined }) {
  const [done, setDone] = useState(false);
  const timer = useRef<ReturnType<typeof setTimeout>>(undefined);
  return (
    <Button
      size="sm"
      variant="quiet"
      icon={done ? 'check' : 'copy'}
      onClick={() => {
        void navigator.clipboard.writeText(text).then(() => {
          setDone(true);
          clearTimeout(timer.current);
          timer.current = setTimeout(() => setDone(false), 2_000);
        });
      }}
    >
      <span aria-live="polite">{done ? partText.copied : label}</span>
    </Button>
  );
}

/** A secret or an address that shows only after a person asked for it. */
export function Reveal({ text, label }: { text: string; label: string }) {
  const [shown, setShown] = useState(false);
  return (
    <span className={styles.reveal}>
      {shown ? (
        <span className="mono">{text}</span>
      ) : (
        <>
          <span className={styles.redacted} aria-hidden="true" />
          <span className="vh">{label}</span>
        </>
      )}
      <Button size="sm" variant="quiet" aria-pressed={shown} onClick={() => setShown(!shown)}>
        {shown ? partText.hide : partText.show}
      </Button>
    </span>
  );
}

export interface LegendProps {
  items: readonly { label: ReactNode; swatch: ReactNode }[];
}

export function Legend({ items }: LegendProps) {
  return (
    <ul className={styles.legend}>
      {items.map((item, i) => (
        <li key={typeof item.label === 'string' ? item.label : i}>
          <svg width="10" height="10" viewBox="0 0 10 10" aria-hidden="true" focusable="false">
            {item.swatch}
          </svg>
          {item.label}
        </li>
      ))}
    </ul>
  );
}

/** What happens next: the first thing a drawer says, even when it is nothing. */
export function NextBox({ children, detail }: { children: ReactNode; detail?: ReactNode }) {
  return (
    <div className={styles.next}>
      <Icon name="arrow" size={14} className={styles.nextIcon} />
      <div>
        {children}
        {detail !== undefined && detail !== null && <span>{detail}</span>}
      </div>
    </div>
  );
}
