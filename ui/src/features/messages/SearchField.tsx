/** The search of a view: "/" leads to it, Esc empties it, Arrow Down or Enter leads on to the list. */
import { useEffect, useRef, useState } from 'react';
import { useShortcuts } from '@/app/shortcuts';
import { IconButton, TextField } from '@/components';
import styles from './FilterBar.module.css';
import { messagesText as t } from './text';

const WAIT_MS = 250;

export interface SearchFieldProps {
  label: string;
  value: string;
  onChange: (q: string | undefined) => void;
  /** Puts the focus on the list. */
  onLeave: () => void;
}

export function SearchField({ label, value, onChange, onLeave }: SearchFieldProps) {
  const [typed, setTyped] = useState(value);
  const box = useRef<HTMLDivElement>(null);
  const timer = useRef<ReturnType<typeof setTimeout>>(undefined);
  const sent = useRef(value);

  // The address changed from elsewhere: Back, a link, "Clear filters".
  useEffect(() => {
    if (value === sent.current) return;
    sent.current = value;
    clearTimeout(timer.current);
    setTyped(value);
  }, [value]);
  useEffect(() => () => clearTimeout(timer.current), []);

  const send = (text: string) => {
    clearTimeout(timer.current);
    const q = text.trim();
    if (q === sent.current) return;
    sent.current = q;
    onChange(q === '' ? undefined : q);
  };
  const focus = () => {
    const input = box.current?.querySelector('input');
    input?.focus();
    input?.select();
  };
  const clear = () => {
    setTyped('');
    send('');
  };
  useShortcuts([{ keys: '/', label: t.goToSearch, hint: t.keys.short.search, run: focus }]);

  return (
    <div ref={box} className={styles.search}>
      <TextField
        type="search"
        size="sm"
        label={label}
        hideLabel
        icon="search"
        keyHint="/"
        placeholder={label}
        value={typed}
        autoComplete="off"
        spellCheck={false}
        onChange={(text) => {
          setTyped(text);
          clearTimeout(timer.current);
          timer.current = setTimeout(() => send(text), WAIT_MS);
        }}
        onKeyDown={(event) => {
          if (event.key === 'Escape') {
            event.preventDefault();
            if (typed === '') onLeave();
            else clear();
          } else if (event.key === 'Enter' || event.key === 'ArrowDown') {
            event.preventDefault();
            send(typed);
            onLeave();
          }
        }}
        end={
          typed === '' ? undefined : (
            <IconButton
              icon="close"
              size="sm"
              label={t.clearSearch}
              onClick={() => {
                clear();
                focus();
              }}
            />
          )
        }
      />
    </div>
  );
}
