/** Technical detail: second, quieter, and closed until asked for. */
import type { ReactNode } from 'react';
import styles from './Disclosure.module.css';
import { Icon } from './Icon';

export interface DisclosureProps {
  summary: ReactNode;
  /** At the end of the summary line: "redacted". */
  end?: ReactNode;
  children: ReactNode;
  open?: boolean | undefined;
}

export function Disclosure({ summary, end, children, open }: DisclosureProps) {
  return (
    <details className={styles.details} open={open}>
      <summary className={styles.summary}>
        <Icon name="right" size={14} className={styles.arrow} />
        {summary}
        {end !== undefined && <span className={styles.end}>{end}</span>}
      </summary>
      <div className={styles.body}>{children}</div>
    </details>
  );
}
