/** One section of a line's page. */
import { type ReactNode, useId } from 'react';
import type { ConnectionDetail } from '@/api/generated';
import type { Format } from '@/app/format';
import styles from './LinePage.module.css';

export interface FactsProps {
  line: ConnectionDetail;
  format: Format;
  now: number;
}

export function Part({ title, id, children }: { title: string; id?: string; children: ReactNode }) {
  const own = useId();
  return (
    <section className={styles.section} aria-labelledby={own} id={id}>
      <h3 id={own}>{title}</h3>
      <div className={styles.content}>{children}</div>
    </section>
  );
}
