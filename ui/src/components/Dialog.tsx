/** Dialogs trap the focus and give it back. One that sends starts on Cancel; Ctrl or ⌘ Enter confirms. */
import { Dialog as Base } from '@base-ui/react/dialog';
import { type KeyboardEvent, type ReactNode, type RefObject, useRef } from 'react';
import { sentence } from '@/app/refusal';
import type { ApiError } from '@/host/host';
import { Button, type ButtonVariant, IconButton } from './Button';
import { cx } from './classes';
import styles from './Dialog.module.css';
import { KeyHint } from './KeyHint';
import { Note } from './Note';
import { partText } from './text';

export interface DialogProps {
  open: boolean;
  onClose: () => void;
  title: ReactNode;
  /** One sentence under the title. */
  description?: ReactNode;
  /** Between the title and the edge: a lamp or a count. */
  size?: 'sm' | 'md' | 'lg' | undefined;
  children: ReactNode;
  /** Buttons. The primary one comes last. */
  footer?: ReactNode;
  /** What gets the focus first; without it the first field or button. */
  initialFocus?: RefObject<HTMLElement | null> | undefined;
  onKeyDown?: ((event: KeyboardEvent) => void) | undefined;
  /** A step that must not be left by a click beside it. */
  firm?: boolean | undefined;
}

export function Dialog({
  open,
  onClose,
  title,
  description,
  size = 'md',
  children,
  footer,
  initialFocus,
  onKeyDown,
  firm = false,
}: DialogProps) {
  return (
    <Base.Root
      open={open}
      disablePointerDismissal={firm}
      onOpenChange={(next) => {
        if (!next) onClose();
      }}
    >
      <Base.Portal>
        <Base.Backdrop className={styles.scrim} />
        <Base.Viewport className={styles.viewport}>
          <Base.Popup
            className={cx(styles.dialog, styles[size])}
            {...(initialFocus ? { initialFocus } : {})}
            onKeyDown={onKeyDown}
          >
            <header className={styles.header}>
              <div className={styles.titles}>
                <Base.Title className={styles.title}>{title}</Base.Title>
                {description !== undefined && (
                  <Base.Description className={styles.description}>{description}</Base.Description>
                )}
              </div>
              <Base.Close
                render={<IconButton icon="close" label={partText.close} size="sm" className={styles.x} />}
              />
            </header>
            <div className={styles.body}>{children}</div>
            {footer !== undefined && <footer className={styles.footer}>{footer}</footer>}
          </Base.Popup>
        </Base.Viewport>
      </Base.Portal>
    </Base.Root>
  );
}

export interface ConfirmDialogProps extends Omit<DialogProps, 'footer' | 'initialFocus' | 'onKeyDown'> {
  /** A verb, with the count when it matters: "Send 34". */
  confirm: string;
  cancel?: string | undefined;
  onConfirm: () => void;
  /** The confirmed action runs. */
  busy?: boolean | undefined;
  /** Nothing to confirm yet, or nothing at all. */
  disabled?: boolean | undefined;
  /** A refusal: says what did not change. */
  error?: ApiError | null | undefined;
  variant?: Extract<ButtonVariant, 'primary' | 'danger'> | undefined;
  /** More buttons, at the left. */
  extra?: ReactNode;
}

/** For what sends or cannot be undone. Everything else happens at once and offers Undo. */
export function ConfirmDialog({
  confirm,
  cancel = partText.cancel,
  onConfirm,
  busy = false,
  disabled = false,
  error,
  variant = 'primary',
  extra,
  children,
  onClose,
  ...rest
}: ConfirmDialogProps) {
  const cancelRef = useRef<HTMLButtonElement>(null);
  return (
    <Dialog
      {...rest}
      onClose={onClose}
      initialFocus={cancelRef}
      onKeyDown={(event) => {
        if (event.key === 'Enter' && (event.ctrlKey || event.metaKey) && !busy && !disabled) {
          event.preventDefault();
          onConfirm();
        }
      }}
      footer={
        <>
          {extra}
          <span className={styles.space} />
          <Button ref={cancelRef} onClick={onClose} className={styles.cancel}>
            {cancel}
          </Button>
          <Button variant={variant} busy={busy} disabled={disabled} onClick={onConfirm}>
            {confirm}
          </Button>
          <KeyHint keys="mod+enter" />
        </>
      }
    >
      {children}
      {error && (
        <Note signal="danger" role="alert">
          <b>{sentence(error.message)}</b> {sentence(error.remedy)}
        </Note>
      )}
    </Dialog>
  );
}
