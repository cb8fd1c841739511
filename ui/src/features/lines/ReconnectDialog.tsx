/** A new credential for the same account. It is tried before the old one is given up. */
import { useEffect, useRef, useState } from 'react';
import type { ConnectArgs, ConnectionDetail, ProviderInfo } from '@/api/generated';
import { address } from '@/app/format';
import { useMutate } from '@/app/queries';
import { errorAt, errorBeside, refusalText, sentence } from '@/app/refusal';
import { Button, Dialog, FactRows, Note, toast } from '@/components';
import { partText } from '@/components/text';
import { ProviderInput } from '@/features/connect/ProviderInput';
import styles from './LinePage.module.css';
import type { LineDialogProps } from './TestDialog';
import { linesText } from './text';

const t = linesText.reconnect;

/**
 * What the line would be with the new secrets, to be tried before anything is kept. Null when some secret
 * is left as it is: only the core knows it, so the whole cannot be tried from here.
 */
export function trialOf(
  line: ConnectionDetail,
  provider: ProviderInfo,
  secrets: Record<string, string>,
): ConnectArgs | null {
  const own = provider.fields.filter((f) => f.secret);
  const whole = own.every((f) => secrets[f.key] !== undefined || line.fields[f.key] !== 'set');
  if (!whole) return null;
  const fields: Record<string, string> = {};
  const urls: Record<string, string> = {};
  for (const [key, value] of Object.entries(line.fields)) {
    if (own.some((f) => f.key === key)) continue;
    if (key.startsWith('url.')) urls[key.slice(4)] = value;
    else fields[key] = value;
  }
  return {
    provider: line.provider,
    name: line.name,
    environment: line.environment,
    fields,
    secrets,
    ...(Object.keys(urls).length === 0 ? {} : { urls }),
  };
}

export function ReconnectDialog({
  line,
  name,
  open,
  onClose,
  provider,
}: LineDialogProps & { provider: ProviderInfo | undefined }) {
  const check = useMutate('connect_check');
  const update = useMutate('connection_update');
  const [values, setValues] = useState<Record<string, string>>({});
  const [tried, setTried] = useState(false);
  const [refused, setRefused] = useState<string | null>(null);
  const [saved, setSaved] = useState<string | null>(null);
  const form = useRef<HTMLFormElement>(null);
  const first = useRef<HTMLInputElement>(null);
  const fresh = () => {
    check.reset();
    update.reset();
    setRefused(null);
    setSaved(null);
  };
  // biome-ignore lint/correctness/useExhaustiveDependencies: only opening starts afresh
  useEffect(() => {
    if (!open) return;
    setValues({});
    setTried(false);
    fresh();
  }, [open]);

  if (provider === undefined) {
    return (
      <Dialog
        open={open}
        onClose={onClose}
        title={t.title(name)}
        size="sm"
        footer={<Button onClick={onClose}>{t.close}</Button>}
      >
        <p className="prose">{t.unknownProvider}</p>
      </Dialog>
    );
  }
  const secrets = provider.fields.filter((f) => f.secret);
  const given = Object.fromEntries(
    Object.entries(values)
      .map(([key, value]) => [key, value.trim()])
      .filter(([, value]) => value !== ''),
  ) as Record<string, string>;
  const nothing = Object.keys(given).length === 0;
  const error = check.error ?? update.error;
  const failed = () =>
    requestAnimationFrame(() => form.current?.querySelector<HTMLElement>('[aria-invalid=true]')?.focus());
  const keep = () =>
    update.mutate(
      { id: line.id, secrets: given },
      {
        onSuccess: (after) => {
          if (after.signal === 'danger') {
            setSaved(
              after.reason === null ? '' : refusalText({ ...after.reason, message: after.reason.say }),
            );
            return;
          }
          toast({ text: t.ok(name) });
          onClose();
        },
        onError: failed,
      },
    );
  const submit = () => {
    if (check.isPending || update.isPending) return;
    setTried(true);
    if (nothing) {
      failed();
      return;
    }
    fresh();
    const trial = trialOf(line, provider, given);
    if (trial === null) {
      keep();
      return;
    }
    check.mutate(trial, {
      onSuccess: (probe) => {
        if (probe.ok) keep();
        else setRefused([probe.say === null ? '' : sentence(probe.say), probe.code ?? ''].join(' ').trim());
      },
      onError: failed,
    });
  };
  const beside = errorBeside(
    error,
    secrets.map((f) => f.key),
  );
  return (
    <Dialog
      open={open}
      onClose={onClose}
      initialFocus={first}
      title={t.title(name)}
      description={secrets.every((f) => f.required) ? t.say : t.sayPart}
      footer={
        <>
          <Button onClick={onClose}>{partText.cancel}</Button>
          <Button variant="primary" busy={check.isPending || update.isPending} onClick={submit}>
            {t.confirm}
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
          submit();
        }}
      >
        {line.address !== null && (
          <FactRows labels={84} rows={[{ label: t.expecting, value: address(line.address) }]} />
        )}
        {secrets.map((field, i) => (
          <ProviderInput
            key={field.key}
            inputRef={i === 0 ? first : undefined}
            field={field}
            value={values[field.key] ?? ''}
            onChange={(value) => {
              fresh();
              setValues({ ...values, [field.key]: value });
            }}
            needed={false}
            hint={secrets.length > 1 || !field.required ? `${sentence(field.hint)} ${t.keep}` : field.hint}
            error={errorAt(error, field.key) ?? (tried && nothing && i === 0 ? t.needed : null)}
          />
        ))}
        {line.waiting > 0 && <Note>{t.held(line.waiting)}</Note>}
        {refused !== null && (
          <Note signal="danger" role="alert">
            <b>{t.failed}</b> {refused}
          </Note>
        )}
        {saved !== null && (
          <Note signal="danger" role="alert">
            <b>{t.notYet}</b> {saved}
          </Note>
        )}
        {beside !== null && (
          <Note signal="danger" role="alert">
            <b>{t.failed}</b> {refusalText(beside)}
          </Note>
        )}
        <button type="submit" hidden />
      </form>
    </Dialog>
  );
}
