/** Another name, other settings. Secrets are replaced by reconnecting. */
import { useEffect, useRef, useState } from 'react';
import type { ProviderInfo } from '@/api/generated';
import { useMutate } from '@/app/queries';
import { errorAt, errorBeside, refusalText } from '@/app/refusal';
import { Button, Dialog, Note, TextField, toast } from '@/components';
import { partText } from '@/components/text';
import { fieldProblem, ProviderInput } from '@/features/connect/ProviderInput';
import styles from './LinePage.module.css';
import type { LineDialogProps } from './TestDialog';
import { linesText } from './text';

const t = linesText.edit;

export function EditDialog({
  line,
  name,
  open,
  onClose,
  provider,
}: LineDialogProps & { provider: ProviderInfo | undefined }) {
  const update = useMutate('connection_update');
  const [typed, setTyped] = useState(line.name);
  const [values, setValues] = useState<Record<string, string>>({});
  const [tried, setTried] = useState(false);
  const form = useRef<HTMLFormElement>(null);
  const first = useRef<HTMLInputElement>(null);
  const { reset } = update;
  // biome-ignore lint/correctness/useExhaustiveDependencies: only opening starts afresh; a refresh must not undo typing
  useEffect(() => {
    if (!open) return;
    setTyped(line.name);
    setValues({});
    setTried(false);
    reset();
  }, [open]);
  const fields = (provider?.fields ?? []).filter((f) => !f.secret);
  const current = (key: string) => values[key] ?? line.fields[key] ?? '';
  const strict = line.environment === 'production' || line.environment === 'sandbox';
  const problem = (key: string): string | null => {
    const field = fields.find((f) => f.key === key);
    const told =
      field === undefined
        ? null
        : fieldProblem(strict ? field : { ...field, pattern: null }, current(key), true);
    return errorAt(update.error, key) ?? (tried ? told : null);
  };
  const changed = Object.fromEntries(
    Object.entries(values).filter(([key, value]) => value !== (line.fields[key] ?? '')),
  );
  const save = () => {
    setTried(true);
    const wrong = fields.some(
      (f) => fieldProblem(strict ? f : { ...f, pattern: null }, current(f.key), true) !== null,
    );
    if (wrong) return;
    update.mutate(
      {
        id: line.id,
        ...(typed.trim() === line.name ? {} : { name: typed.trim() }),
        ...(Object.keys(changed).length === 0 ? {} : { fields: changed }),
      },
      {
        onSuccess: () => {
          toast({ text: t.saved });
          onClose();
        },
        onError: () =>
          requestAnimationFrame(() =>
            form.current?.querySelector<HTMLElement>('[aria-invalid=true]')?.focus(),
          ),
      },
    );
  };
  const shown = ['name', ...fields.map((f) => f.key)];
  const beside = errorBeside(update.error, shown);
  return (
    <Dialog
      open={open}
      onClose={onClose}
      initialFocus={first}
      title={t.title(name)}
      footer={
        <>
          <Button onClick={onClose}>{partText.cancel}</Button>
          <Button variant="primary" busy={update.isPending} onClick={save}>
            {t.save}
          </Button>
        </>
      }
    >
      <form
        ref={form}
        className={styles.form}
        noValidate
        onSubmit={(event) => {
          event.preventDefault();
          save();
        }}
      >
        <TextField
          ref={first}
          label={t.name}
          value={typed}
          autoComplete="off"
          onChange={(text) => {
            update.reset();
            setTyped(text);
          }}
          error={errorAt(update.error, 'name')}
        />
        {fields.map((field) => (
          <ProviderInput
            key={field.key}
            field={field}
            value={current(field.key)}
            onChange={(value) => {
              update.reset();
              setValues({ ...values, [field.key]: value });
            }}
            error={problem(field.key)}
          />
        ))}
        {beside !== null && (
          <Note signal="danger" role="alert">
            <b>{t.refused}</b> {refusalText(beside)}
          </Note>
        )}
        <button type="submit" hidden />
      </form>
    </Dialog>
  );
}
