/** The signal of a line: shape and colour, and always a word. */
import type { Signal } from '@/api/generated';
import { signalWord } from '@/app/words';
import { cx } from './classes';
import styles from './Lamp.module.css';

const shapes: Record<Signal, React.ReactNode> = {
  clear: <circle className={styles.clear} cx="7" cy="7" r="5" />,
  caution: <path className={styles.caution} d="M7 1.2 13.3 12.4H.7z" strokeLinejoin="round" />,
  danger: (
    <>
      <polygon className={styles.danger} points="4.7,1 9.3,1 13,4.7 13,9.3 9.3,13 4.7,13 1,9.3 1,4.7" />
      <path className={styles.cut} d="M4.3 7h5.4" />
    </>
  ),
  off: <circle className={styles.off} cx="7" cy="7" r="5" />,
  unknown: <circle className={styles.unknown} cx="7" cy="7" r="5" />,
};

export interface LampProps {
  signal: Signal;
  size?: 11 | 12 | 14 | 20;
  /** True when the word stands beside it already. */
  silent?: boolean;
  /** Replaces the signal's word as accessible name, for example "2 lines at danger". */
  label?: string | undefined;
  className?: string | undefined;
}

export function Lamp({ signal, size = 14, silent = false, label, className }: LampProps) {
  const shape = (
    <svg
      className={cx(styles.lamp, className)}
      width={size}
      height={size}
      viewBox="0 0 14 14"
      data-signal={signal}
      aria-hidden="true"
      focusable="false"
    >
      {shapes[signal]}
    </svg>
  );
  if (silent) return shape;
  return (
    <span className={styles.named}>
      {shape}
      <span className="vh">{label ?? signalWord(signal)}</span>
    </span>
  );
}

export interface AspectProps {
  signal: Signal;
  /** Another word than the signal's own, for example a message's state. */
  word?: React.ReactNode;
  size?: 11 | 12 | 14;
  className?: string | undefined;
}

/** Lamp and word together. */
export function Aspect({ signal, word, size = 14, className }: AspectProps) {
  return (
    <span className={cx(styles.aspect, className)} data-signal={signal}>
      <Lamp signal={signal} size={size} silent />
      <span className={styles.word}>{word ?? signalWord(signal)}</span>
    </span>
  );
}
