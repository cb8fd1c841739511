/** One sentence: is all well. */
import type { Signal } from '@/api/generated';
import { sentence } from '@/app/refusal';
import { Lamp } from '@/components';
import styles from './Verdict.module.css';

export interface VerdictProps {
  signal: Signal;
  say: string;
  detail: string | null;
  when?: string | undefined;
  checked?: string | undefined;
}

export function Verdict({ signal, say, detail, when, checked }: VerdictProps) {
  return (
    <section className={styles.verdict}>
      <Lamp signal={signal} size={20} />
      <div className={styles.words} aria-live="polite">
        <p className={styles.say}>{say}</p>
        {detail !== null && <p className={styles.detail}>{sentence(detail)}</p>}
      </div>
      {when !== undefined && (
        <p className={styles.when}>
          {when}
          <br />
          {checked}
        </p>
      )}
    </section>
  );
}
