/** A section of the settings, and the confirmation beside what was saved. */
import { type ReactNode, useId, useState } from 'react';
import { Button, cx, Icon, Spinner, Switch, TextField, type TextFieldProps } from '@/components';
import styles from './Settings.module.css';
import { settingsText as t } from './text';
import type { SaveState } from './useSetting';

export type SectionKey = keyof typeof t.sections;

export function Part({ id, say, children }: { id: SectionKey; say?: ReactNode; children: ReactNode }) {
  const heading = useId();
  return (
    <section id={id} className={styles.section} aria-labelledby={heading} tabIndex={-1}>
      <h2 id={heading}>{t.sections[id]}</h2>
      {say !== undefined && <p className="ink2 prose">{say}</p>}
      <div className={styles.body}>{children}</div>
    </section>
  );
}

/** "Saved", beside what was saved. */
export function Saved({ state }: { state: SaveState }) {
  return (
    <span className={styles.state} role="status">
      {state === 'saving' && (
        <>
          <Spinner />
          {t.saving}
        </>
      )}
      {state === 'saved' && (
        <>
          <Icon name="check" size={14} />
          {t.saved}
        </>
      )}
    </span>
  );
}

export interface SavedTextProps extends Omit<TextFieldProps, 'value' | 'onChange' | 'error'> {
  /** As it is now. */
  value: string;
  saver: { save: (value: string) => void; state: SaveState; error: string | null; reset: () => void };
}

/** A text that is saved by Enter or its button; Esc takes back what was typed. */
export function SavedText({ value, saver, ...field }: SavedTextProps) {
  const [typed, setTyped] = useState<string | null>(null);
  const shown = typed ?? value;
  const changed = typed !== null && typed !== value;
  const save = () => {
    if (changed) saver.save(typed);
  };
  // What was saved is what stands there now; a refusal keeps what was typed.
  if (typed !== null && saver.state === 'saved') setTyped(null);
  return (
    <form
      className={styles.row}
      noValidate
      onSubmit={(event) => {
        event.preventDefault();
        save();
      }}
    >
      <TextField
        {...field}
        value={shown}
        error={saver.error}
        onChange={(text) => {
          saver.reset();
          setTyped(text);
        }}
        onKeyDown={(event) => {
          if (event.key !== 'Escape' || typed === null) return;
          event.preventDefault();
          saver.reset();
          setTyped(null);
        }}
      />
      <span className={styles.beside}>
        {changed && saver.state !== 'saving' && (
          <Button type="submit" aria-label={`${t.save}: ${String(field.label)}`}>
            {t.save}
          </Button>
        )}
        <Saved state={saver.state} />
      </span>
    </form>
  );
}

export interface SavedSwitchProps {
  label: string;
  hint: ReactNode;
  checked: boolean;
  saver: { save: (value: boolean) => void; state: SaveState; error: string | null };
}

export function SavedSwitch({ label, hint, checked, saver }: SavedSwitchProps) {
  return (
    <div className={styles.row}>
      <div>
        <Switch label={label} hint={hint} checked={checked} onChange={saver.save} />
        {saver.error !== null && (
          <p className={styles.error} role="alert">
            {saver.error}
          </p>
        )}
      </div>
      <span className={styles.besideSwitch}>
        <Saved state={saver.state} />
      </span>
    </div>
  );
}

/** Any control, with its confirmation beside it. */
export function Beside({
  children,
  state,
  plain,
}: {
  children: ReactNode;
  state: SaveState;
  plain?: boolean;
}) {
  return (
    <div className={styles.row}>
      {children}
      <span className={cx(plain ? styles.besideSwitch : styles.beside)}>
        <Saved state={state} />
      </span>
    </div>
  );
}
