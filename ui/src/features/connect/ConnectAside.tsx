/** Beside the form: what the test said, where to find the values, and how receipts arrive. */
import type { ProviderInfo } from '@/api/generated';
import { latency } from '@/app/format';
import { paths } from '@/app/paths';
import { useStatus } from '@/app/queries';
import { errorBeside, refusalText, sentence } from '@/app/refusal';
import { Aspect, Button, ButtonLink, CopyButton, Disclosure, Icon, Note, Waiting } from '@/components';
import styles from './Connect.module.css';
import { connectText as t } from './text';
import type { ConnectForm } from './useConnectForm';

/** Where the provider reports to before the line has an id: the account or the secret tells which line. */
export function webhookAddress(publicUrl: string, provider: string): string {
  return `${publicUrl.replace(/\/+$/, '')}/api/webhooks/${provider}`;
}

function TestOutcome({ form, provider }: { form: ConnectForm; provider: ProviderInfo }) {
  const { test, stale } = form;
  if (test.state === 'asking') return <Waiting>{t.test.asking(provider.name)}</Waiting>;
  if (test.state === 'idle') return <p className="ink2">{t.test.idle(provider.name)}</p>;
  if (test.state === 'refused') {
    return (
      <Note signal="danger" role="alert">
        {refusalText(test.error)}
      </Note>
    );
  }
  const { probe } = test;
  return (
    <div className={styles.result}>
      <div role="status">
        <Aspect
          signal={stale ? 'unknown' : probe.ok ? 'clear' : 'danger'}
          word={probe.ok ? t.test.ok : t.test.failed}
        />
      </div>
      {probe.say !== null && <p>{sentence(probe.say)}</p>}
      {probe.latency_ms !== null && <p className="ink3 t12">{t.test.took(latency(probe.latency_ms))}</p>}
      {probe.code !== null && (
        <Disclosure summary={t.test.code}>
          <code className="mono">{probe.code}</code>
        </Disclosure>
      )}
      {stale && <p className="ink3 t12">{t.test.stale}</p>}
    </div>
  );
}

function Receipts({ provider }: { provider: ProviderInfo }) {
  const publicUrl = useStatus()?.public_url ?? null;
  if (!provider.webhook) return <p className="ink2">{t.receipts.none(provider.name)}</p>;
  if (publicUrl === null) {
    return (
      <>
        <p className="ink2">{t.receipts.what(provider.name)}</p>
        <Note signal="caution">{t.receipts.noUrl}</Note>
        <ButtonLink to={paths.settings('public-url')} size="sm">
          {t.receipts.setUrl}
        </ButtonLink>
      </>
    );
  }
  const address = webhookAddress(publicUrl, provider.key);
  const how =
    provider.key === 'twilio'
      ? t.receipts.twilio
      : provider.key === 'resend'
        ? t.receipts.resend
        : t.receipts.other;
  return (
    <>
      <p className="ink2">{t.receipts.what(provider.name)}</p>
      <div className={styles.address}>
        <code className="mono">
          <span className="vh">{t.receipts.address}: </span>
          {address}
        </code>
        <CopyButton text={address} />
      </div>
      <p className="ink2">{how}</p>
      <p className="ink3 t12">{t.receipts.afterSaving}</p>
    </>
  );
}

export interface ConnectAsideProps {
  provider: ProviderInfo;
  form: ConnectForm;
  shown: readonly string[];
  onTest: () => void;
  onSave: (anyway: boolean) => void;
}

export function ConnectAside({ provider, form, shown, onTest, onSave }: ConnectAsideProps) {
  const refused = errorBeside(form.saveError, shown);
  const mayForce =
    !form.hopeless &&
    ((form.test.state === 'done' && !form.test.probe.ok && !form.stale) || refused?.code === 'probe_failed');
  return (
    <aside className={styles.right} aria-label={t.aside}>
      <div className={styles.scroll}>
        <section className={styles.part} aria-label={t.test.title}>
          <h2>{t.test.title}</h2>
          <TestOutcome form={form} provider={provider} />
          <Button busy={form.test.state === 'asking'} onClick={onTest}>
            {form.test.state === 'done' ? t.test.again : t.test.run}
          </Button>
          {refused !== null && (
            <Note signal="danger" role="alert">
              <b>{t.save.refused}</b> {refusalText(refused)}
            </Note>
          )}
          {mayForce && (
            <Button variant="link" onClick={() => onSave(true)}>
              {t.save.anyway}
            </Button>
          )}
        </section>
        <section className={styles.part} aria-label={t.receipts.title}>
          <h2>{t.receipts.title}</h2>
          <Receipts provider={provider} />
        </section>
        <section className={styles.part} aria-label={t.docs.title}>
          <h2>{t.docs.title}</h2>
          <a href={provider.docs_url} target="_blank" rel="noreferrer" className={styles.docs}>
            {t.docs.link(provider.name)}
            <Icon name="external" size={12} />
          </a>
        </section>
      </div>
      <div className={styles.footer}>
        <ButtonLink variant="quiet" to={paths.connect()}>
          {t.save.cancel}
        </ButtonLink>
        <span className={styles.grow} />
        <Button variant="primary" busy={form.saving} onClick={() => onSave(false)}>
          {t.save.connect}
        </Button>
      </div>
    </aside>
  );
}
