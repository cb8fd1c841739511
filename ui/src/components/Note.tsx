/** A sentence that matters where it stands. */
import type { ReactNode } from 'react';
import type { Signal } from '@/api/generated';
import { cx } from './classes';
import { Icon, type IconName } from './Icon';
import { Lamp } from './Lamp';
import styles from './Note.module.css';

export interface NoteProps {
  children: ReactNode;
  /** Without it the note is neutral. */
  signal?: Extract<Signal, 'caution' | 'danger' | 'clear' | 'unknown'> | undefined;
  icon?: IconName | undefined;
  role?: 'alert' | 'status' | undefined;
  className?: string | undefined;
}

export function Note({ children, signal, icon = 'info', role, className }: NoteProps) {
  return (
    <div className={cx(styles.note, className)} data-signal={signal ?? 'info'} role={role}>
      {signal ? <Lamp signal={signal} /> : <Icon name={icon} size={14} className={styles.icon} />}
      <div className={styles.text}>{children}</div>
    </div>
  );
}
