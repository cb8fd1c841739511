/** What stands in place of a list or a panel: empty, failed, or being read. */
import { type ReactNode, useEffect, useState } from 'react';
import { sentence, sentences } from '@/app/refusal';
import type { ApiError } from '@/host/host';
import { Button } from './Button';
import { cx } from './classes';
import { Disclosure } from './Disclosure';
import { Lamp } from './Lamp';
import { Spinner } from './Spinner';
import styles from './States.module.css';
import { partText } from './text';

export interface EmptyStateProps {
  /** One sentence. */
  children: ReactNode;
  /** One action. */
  action?: ReactNode;
  /** In a panel rather than a page. */
  compact?: boolean | undefined;
}

export function EmptyState({ children, action, compact = false }: EmptyStateProps) {
  return (
    <div className={cx(styles.state, compact && styles.compact)}>
      <p className="prose">{children}</p>
      {action}
    </div>
  );
}

export interface ErrorStateProps {
  error: Pick<ApiError, 'message' | 'code'> & { remedy?: string | undefined };
  /** Says what could not be done; without it the error's own sentence leads. */
  title?: ReactNode;
  onRetry?: (() => void) | undefined;
  busy?: boolean | undefined;
  compact?: boolean | undefined;
}

export function ErrorState({ error, title, onRetry, busy = false, compact = false }: ErrorStateProps) {
  return (
    <div className={cx(styles.state, styles.failed, compact && styles.compact)} role="alert">
      <Lamp signal="unknown" silent />
      <div>
        <p className="medium">{title ?? sentence(error.message)}</p>
        <p className={cx('ink2', 'prose')}>
          {title === undefined ? sentence(error.remedy ?? '') : sentences(error.message, error.remedy)}
        </p>
        {onRetry && (
          <Button className={styles.retry} onClick={onRetry} busy={busy}>
            {partText.tryAgain}
          </Button>
        )}
        <Disclosure summary={partText.why.what}>
          <code className="mono">{error.code}</code>
        </Disclosure>
      </div>
    </div>
  );
}

/** True once `ms` have passed: what is quick never flashes a skeleton. */
export function useLate(ms = 300): boolean {
  const [late, setLate] = useState(false);
  useEffect(() => {
    const timer = setTimeout(() => setLate(true), ms);
    return () => clearTimeout(timer);
  }, [ms]);
  return late;
}

export interface SkeletonRowsProps {
  /** What is being read, for the screen reader: "Reading messages". */
  label: string;
  rows?: number | undefined;
  height?: number | undefined;
}

/** Eight grey rows after 300 ms. */
export function SkeletonRows({ label, rows = 8, height = 33 }: SkeletonRowsProps) {
  const late = useLate();
  return (
    <div role="status" className={styles.skeleton}>
      <span className="vh">{label}</span>
      {late &&
        Array.from({ length: rows }, (_, i) => (
          // biome-ignore lint/suspicious/noArrayIndexKey: grey rows have no identity
          <span key={i} className={styles.row} style={{ height }} aria-hidden="true">
            <span className={styles.bar} style={{ width: `${[34, 46, 28, 52, 40, 31, 48, 37][i % 8]}%` }} />
          </span>
        ))}
    </div>
  );
}

/** A named wait. */
export function Waiting({ children }: { children: ReactNode }) {
  return (
    <p className={styles.waiting} role="status">
      <Spinner />
      {children}
    </p>
  );
}
