/** Confirms what was done, with Undo where it can be undone. Never carries a problem. */
import { Toast as Base } from '@base-ui/react/toast';
import type { ReactNode } from 'react';
import { Button, ButtonLink, IconButton } from './Button';
import styles from './Toast.module.css';
import { partText } from './text';

interface Data {
  undo?: (() => void) | undefined;
  link?: ToastLink | undefined;
}

export interface ToastLink {
  label: string;
  /** An address from `paths`. */
  to: string;
}

const manager = Base.createToastManager<Data>();

export interface ToastOptions {
  /** "34 messages dismissed." */
  text: string;
  undo?: (() => void) | undefined;
  /** Where what was done can be seen. */
  link?: ToastLink | undefined;
}

/** `toast({ text: 'Dismissed 3 messages.', undo: () => … })`. With Undo it stays ten seconds, else five. */
export function toast({ text, undo, link }: ToastOptions): void {
  manager.add({ title: text, timeout: undo || link ? 10_000 : 5_000, data: { undo, link } });
}

function Toasts() {
  const { toasts } = Base.useToastManager<Data>();
  return toasts.map((one) => (
    <Base.Root key={one.id} toast={one} className={styles.toast} swipeDirection={['down', 'right']}>
      <Base.Content className={styles.content}>
        <Base.Title className={styles.title} render={<p />} />
        {one.data?.undo && (
          <Button
            size="sm"
            variant="link"
            onClick={() => {
              one.data?.undo?.();
              manager.close(one.id);
            }}
          >
            {partText.undo}
          </Button>
        )}
        {one.data?.link && (
          <ButtonLink size="sm" variant="link" to={one.data.link.to} onClick={() => manager.close(one.id)}>
            {one.data.link.label}
          </ButtonLink>
        )}
        <Base.Close render={<IconButton icon="close" label={partText.close} size="sm" />} />
      </Base.Content>
    </Base.Root>
  ));
}

export function ToastProvider({ children }: { children: ReactNode }) {
  return (
    <Base.Provider toastManager={manager} limit={3}>
      {children}
      <Base.Portal>
        <Base.Viewport className={styles.viewport} aria-label={partText.notices}>
          <Toasts />
        </Base.Viewport>
      </Base.Portal>
    </Base.Provider>
  );
}
