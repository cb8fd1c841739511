/**
 * One of a long list, found by typing. Made by hand: the library's hides the rest of the page, its own
 * label included, from screen readers while it is open.
 */
import { type KeyboardEvent, type ReactNode, useEffect, useId, useRef, useState } from 'react';
import { cx, Field, Icon } from '@/components';
import fieldStyles from '@/components/Field.module.css';
import popup from '@/components/popup.module.css';
import type { Named } from './countries';
import styles from './SearchSelect.module.css';
import { settingsText as t } from './text';

/** Drawn at once; typing finds the rest. */
const SHOWN = 60;

export interface SearchSelectProps {
  label: string;
  hint?: ReactNode;
  error?: string | null;
  options: readonly Named[];
  value: string;
  onChange: (value: string) => void;
}

/** Every word typed stands somewhere in the name; what begins with it comes first. */
export function find(options: readonly Named[], typed: string): Named[] {
  const words = typed.toLocaleLowerCase().split(/\s+/).filter(Boolean);
  const fits = options.filter((o) => {
    const hay = `${o.label} ${o.value}`.toLocaleLowerCase();
    return words.every((w) => hay.includes(w));
  });
  const first = words[0];
  if (first === undefined) return fits;
  const begins = (o: Named) => (o.label.toLocaleLowerCase().startsWith(first) ? 0 : 1);
  return fits.sort((a, b) => begins(a) - begins(b));
}

export function SearchSelect({ label, hint, error, options, value, onChange }: SearchSelectProps) {
  const listId = useId();
  const list = useRef<HTMLDivElement>(null);
  /** Null: closed. */
  const [typed, setTyped] = useState<string | null>(null);
  const [at, setAt] = useState(0);
  const current = options.find((o) => o.value === value)?.label ?? value;
  const open = typed !== null;
  const found = open ? find(options, typed === current ? '' : typed).slice(0, SHOWN) : [];
  const active = found[Math.min(at, found.length - 1)];

  useEffect(() => {
    const box = list.current;
    const option = box?.querySelector<HTMLElement>('[aria-selected=true]');
    if (!box || !option || active === undefined) return;
    const top = option.offsetTop;
    if (top < box.scrollTop) box.scrollTop = top;
    else if (top + option.offsetHeight > box.scrollTop + box.clientHeight)
      box.scrollTop = top + option.offsetHeight - box.clientHeight;
  }, [active]);

  const show = (text: string, place = 0) => {
    setTyped(text);
    setAt(place);
  };
  const choose = (option: Named | undefined) => {
    setTyped(null);
    if (option !== undefined && option.value !== value) onChange(option.value);
  };
  const openAtCurrent = () =>
    show(
      current,
      Math.max(
        0,
        options.slice(0, SHOWN).findIndex((o) => o.value === value),
      ),
    );
  const onKeyDown = (event: KeyboardEvent<HTMLInputElement>) => {
    if (event.nativeEvent.isComposing) return;
    const here = Math.min(at, found.length - 1);
    if (event.key === 'ArrowDown' || event.key === 'ArrowUp') {
      event.preventDefault();
      if (!open) openAtCurrent();
      else setAt(Math.max(0, Math.min(found.length - 1, here + (event.key === 'ArrowDown' ? 1 : -1))));
    } else if (event.key === 'Enter' && open) {
      event.preventDefault();
      choose(active);
    } else if (event.key === 'Escape' && open) {
      event.preventDefault();
      setTyped(null);
    }
  };
  return (
    <Field label={label} hint={hint} error={error}>
      {({ id, describedBy, invalid }) => (
        <span className={styles.wrap}>
          <span className={fieldStyles.control} data-invalid={invalid || undefined}>
            <Icon name="search" size={14} />
            <input
              id={id}
              type="text"
              role="combobox"
              className={fieldStyles.input}
              autoComplete="off"
              spellCheck={false}
              aria-describedby={describedBy}
              aria-invalid={invalid || undefined}
              aria-autocomplete="list"
              aria-expanded={open}
              aria-controls={listId}
              aria-activedescendant={active === undefined ? undefined : `${listId}-${active.value}`}
              placeholder={t.business.search}
              value={typed ?? current}
              onChange={(event) => show(event.target.value)}
              onFocus={(event) => event.currentTarget.select()}
              onClick={() => {
                if (!open) openAtCurrent();
              }}
              onBlur={() => setTyped(null)}
              onKeyDown={onKeyDown}
            />
          </span>
          {open && (
            <div
              ref={list}
              id={listId}
              role="listbox"
              aria-label={label}
              tabIndex={-1}
              className={cx(popup.popup, styles.list)}
              // The field keeps the focus: a press on the list must not close it first.
              onMouseDown={(event) => event.preventDefault()}
            >
              {found.map((option, i) => (
                // biome-ignore lint/a11y/useKeyWithClickEvents: the field has the keys
                <div
                  key={option.value}
                  id={`${listId}-${option.value}`}
                  role="option"
                  tabIndex={-1}
                  aria-selected={option === active}
                  data-highlighted={option === active || undefined}
                  className={popup.item}
                  onClick={() => choose(option)}
                  onPointerMove={() => {
                    if (i !== at) setAt(i);
                  }}
                >
                  <span className={popup.mark}>
                    {option.value === value && <Icon name="check" size={14} />}
                  </span>
                  <span className={popup.label}>{option.label}</span>
                  <span className={popup.end}>{option.value.length === 2 ? option.value : ''}</span>
                </div>
              ))}
              {found.length === 0 && (
                <div
                  role="option"
                  aria-selected="false"
                  aria-disabled="true"
                  tabIndex={-1}
                  className={styles.none}
                >
                  {t.business.none}
                </div>
              )}
            </div>
          )}
        </span>
      )}
    </Field>
  );
}
