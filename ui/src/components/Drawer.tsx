/**
 * Beside a list: what the current row holds. It is no dialog: the list stays usable. Esc closes it and
 * gives the focus back. Below 860 px (a small window, or 200 % zoom) it lies over the list.
 */
import { type ReactNode, useEffect, useRef } from 'react';
import { IconButton } from './Button';
import styles from './Drawer.module.css';
import { partText } from './text';

export interface DrawerProps {
  /** The accessible name: "Message to June Albright". */
  label: string;
  onClose: () => void;
  /** Stands above everything: the next box. */
  lead?: ReactNode;
  title: ReactNode;
  /** Under the title, quieter. */
  subtitle?: ReactNode;
  /** Buttons under the head. */
  actions?: ReactNode;
  children?: ReactNode;
}

export function Drawer({ label, onClose, lead, title, subtitle, actions, children }: DrawerProps) {
  const ref = useRef<HTMLElement>(null);
  const before = useRef<Element | null>(null);
  const close = useRef(onClose);
  close.current = onClose;

  useEffect(() => {
    before.current = document.activeElement;
    return () => {
      const back = before.current;
      // Only when the focus went down with the drawer.
      if (
        back instanceof HTMLElement &&
        back.isConnected &&
        (document.activeElement === document.body || document.activeElement === null)
      ) {
        back.focus();
      }
    };
  }, []);

  useEffect(() => {
    const node = ref.current;
    if (node === null) return;
    const onKey = (event: KeyboardEvent) => {
      if (event.key !== 'Escape' || event.defaultPrevented) return;
      event.preventDefault();
      close.current();
    };
    node.addEventListener('keydown', onKey);
    return () => node.removeEventListener('keydown', onKey);
  }, []);

  return (
    <aside ref={ref} className={styles.drawer} aria-label={label}>
      <div className={styles.section}>
        {lead}
        <div className={styles.head}>
          <div className={styles.titles}>
            <h2>{title}</h2>
            {subtitle !== undefined && <div className="ink3">{subtitle}</div>}
          </div>
          <IconButton icon="close" label={partText.close} size="sm" onClick={onClose} />
        </div>
        {actions !== undefined && <div className={styles.actions}>{actions}</div>}
      </div>
      {children}
    </aside>
  );
}

export interface DrawerSectionProps {
  title?: ReactNode;
  children: ReactNode;
}

export function DrawerSection({ title, children }: DrawerSectionProps) {
  return (
    <section className={styles.section}>
      {title !== undefined && <h3 className={styles.sectionTitle}>{title}</h3>}
      {children}
    </section>
  );
}

export interface WithDrawerProps {
  children: ReactNode;
  /** The drawer, or null when it is closed. */
  drawer: ReactNode | null;
}

/** The work area of a screen and its drawer, side by side. */
export function WithDrawer({ children, drawer }: WithDrawerProps) {
  return (
    <div className={styles.split} data-open={drawer !== null || undefined}>
      <div className={styles.main}>{children}</div>
      {drawer}
    </div>
  );
}
