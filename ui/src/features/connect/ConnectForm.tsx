/** The form of one provider. The test comes before anything is kept. */
import { useRouter } from '@tanstack/react-router';
import { useId, useRef } from 'react';
import type { ProviderInfo } from '@/api/generated';
import { paths } from '@/app/paths';
import { useConnections } from '@/app/queries';
import { useShortcuts } from '@/app/shortcuts';
import { words } from '@/app/text';
import { AppLink, Note, Radios, TextField, toast } from '@/components';
import styles from './Connect.module.css';
import { ConnectAside } from './ConnectAside';
import { ProviderInput } from './ProviderInput';
import { connectText as t } from './text';
import { environmentsOf, hasApi, useConnectForm } from './useConnectForm';

export function ConnectForm({ provider }: { provider: ProviderInfo }) {
  const router = useRouter();
  const form = useConnectForm(provider);
  const { entered, edit } = form;
  const node = useRef<HTMLFormElement>(null);
  const lineId = useId();
  const accountId = useId();
  const environments = environmentsOf(provider);
  const lines = useConnections() ?? [];
  const same = provider.multiple
    ? undefined
    : lines.find((l) => l.provider === provider.key && l.environment === entered.environment);

  const focusInvalid = () =>
    requestAnimationFrame(() => node.current?.querySelector<HTMLElement>('[aria-invalid=true]')?.focus());
  const save = (anyway: boolean) => {
    const begun = form.save(anyway, (id) => {
      toast({ text: t.save.connected(entered.name.trim()) });
      router.history.push(paths.line(id));
    });
    if (!begun) focusInvalid();
  };
  useShortcuts([
    { keys: 'mod+enter', label: t.save.key, run: () => save(false), inFields: true, group: 'here' },
  ]);

  const api = entered.environment === 'custom' && hasApi(provider);
  return (
    <div className={styles.panes}>
      <div className={styles.left}>
        <form
          ref={node}
          className={styles.measure}
          aria-label={t.form.label(provider.name)}
          noValidate
          onSubmit={(event) => event.preventDefault()}
        >
          <section className={styles.block} aria-labelledby={lineId}>
            <h2 id={lineId}>{t.form.line}</h2>
            <div className={styles.fields}>
              <TextField
                label={t.form.name}
                name="name"
                autoFocus
                autoComplete="off"
                hint={t.form.nameHint}
                value={entered.name}
                error={form.problem('name')}
                onChange={(name) => edit({ name })}
              />
              {environments.length > 1 && (
                <Radios
                  label={t.form.environment}
                  value={entered.environment}
                  options={environments.map((e) => ({
                    value: e,
                    label: words.environment[e],
                    hint: t.form.environments[e],
                  }))}
                  onChange={(environment) => edit({ environment })}
                />
              )}
              {same !== undefined && (
                <Note signal="caution">
                  {t.form.single(provider.name)}{' '}
                  <AppLink className={styles.inText} to={paths.line(same.id)}>
                    {t.form.openLine}
                  </AppLink>
                </Note>
              )}
            </div>
          </section>
          <section className={styles.block} aria-labelledby={accountId}>
            <h2 id={accountId}>{t.form.account}</h2>
            <div className={styles.fields}>
              {provider.fields.map((field) => (
                <ProviderInput
                  key={field.key}
                  field={field}
                  value={entered.values[field.key] ?? ''}
                  onChange={(value) => form.setValue(field.key, value)}
                  onBlur={() => form.leave(field.key)}
                  error={form.problem(field.key)}
                />
              ))}
              {api && (
                <TextField
                  label={t.form.api}
                  name="api"
                  optional
                  mono
                  type="url"
                  autoComplete="off"
                  hint={t.form.apiHint}
                  value={entered.api}
                  error={form.problem('url.api')}
                  onChange={(value) => edit({ api: value })}
                />
              )}
            </div>
          </section>
        </form>
      </div>
      <ConnectAside
        provider={provider}
        form={form}
        shown={['name', ...provider.fields.map((f) => f.key), ...(api ? ['url.api'] : [])]}
        onTest={() => {
          if (!form.runTest()) focusInvalid();
        }}
        onSave={save}
      />
    </div>
  );
}
