/** One question of a provider, as its catalogue describes it. Used to connect a line and to change one. */
import { type ReactNode, type Ref, useState } from 'react';
import type { ProviderField } from '@/api/generated';
import { Button, Select, TextField } from '@/components';
import { connectText as t } from './text';

const BY_DEFAULT = '-';

/** What is plainly wrong while typing; everything else is for the core to say. */
export function fieldProblem(field: ProviderField, value: string, needed: boolean): string | null {
  const text = value.trim();
  if (text === '') return needed && field.required ? t.form.missing(field.label) : null;
  if (field.pattern === null) return null;
  try {
    return new RegExp(field.pattern, 'u').test(text) ? null : t.form.pattern(field.example);
  } catch {
    return null;
  }
}

export interface ProviderInputProps {
  field: ProviderField;
  value: string;
  onChange: (value: string) => void;
  onBlur?: (() => void) | undefined;
  error?: string | null | undefined;
  /** In place of the catalogue's hint. */
  hint?: ReactNode;
  /** False where leaving it empty keeps what is there. */
  needed?: boolean;
  inputRef?: Ref<HTMLInputElement> | undefined;
}

export function ProviderInput({
  field,
  value,
  onChange,
  onBlur,
  error,
  hint,
  needed = true,
  inputRef,
}: ProviderInputProps) {
  const [shown, setShown] = useState(false);
  const optional = needed && !field.required;
  const hints = hint ?? (field.hint === '' ? undefined : field.hint);
  if (field.kind === 'choice' && field.choices !== null) {
    return (
      <Select
        label={field.label}
        optional={optional}
        hint={hints}
        error={error}
        value={value === '' ? (field.required ? null : BY_DEFAULT) : value}
        onChange={(next) => onChange(next === BY_DEFAULT ? '' : next)}
        options={[
          ...(field.required ? [] : [{ value: BY_DEFAULT, label: t.form.byDefault }]),
          ...field.choices.map((choice) => ({ value: choice, label: t.form.choices[choice] ?? choice })),
        ]}
      />
    );
  }
  const code = field.secret || field.pattern !== null;
  return (
    <TextField
      ref={inputRef}
      label={field.label}
      name={field.key}
      optional={optional}
      hint={hints}
      error={error}
      value={value}
      onChange={onChange}
      onBlur={onBlur}
      mono={code}
      type={field.secret && !shown ? 'password' : field.kind === 'phone' ? 'tel' : 'text'}
      inputMode={field.kind === 'number' ? 'numeric' : field.kind === 'email' ? 'email' : undefined}
      autoComplete={field.secret ? 'new-password' : 'off'}
      autoCapitalize="off"
      spellCheck={false}
      placeholder={field.secret ? undefined : field.example}
      end={
        field.secret && value !== '' ? (
          <Button size="sm" variant="link" aria-pressed={shown} onClick={() => setShown(!shown)}>
            {shown ? t.form.hide : t.form.show}
          </Button>
        ) : undefined
      }
    />
  );
}
