/** The second, quieter truth: codes, times to the millisecond, ids. Addresses only once asked for. */
import type { AttemptEntry, MessageDetail } from '@/api/generated';
import { DASH, latency } from '@/app/format';
import { CopyButton, Disclosure, FactRows, Reveal } from '@/components';
import styles from './Detail.module.css';
import { redact } from './redact';
import { detailText as t } from './text';

/** 2026-03-17 18:32:10.123 UTC: what a provider's support asks for. */
function exact(instant: string): string {
  return `${instant.slice(0, 10)} ${instant.slice(11).replace('Z', ' UTC')}`;
}

function Attempt({ attempt, line }: { attempt: AttemptEntry; line: string }) {
  const mono = (text: string) => <span className="mono">{text}</span>;
  return (
    <div className={styles.attempt}>
      <h4 className={styles.attemptTitle}>
        {t.attempt.title(attempt.n)} <span className="ink3">{line}</span>
      </h4>
      <FactRows
        labels={88}
        rows={[
          { label: t.attempt.outcome, value: t.attempt.outcomes[attempt.outcome ?? 'flying'] },
          { label: t.attempt.code, value: attempt.code === null ? DASH : mono(attempt.code) },
          ...(attempt.class === null ? [] : [{ label: t.attempt.class, value: mono(attempt.class) }]),
          ...(attempt.http === null ? [] : [{ label: t.attempt.http, value: mono(String(attempt.http)) }]),
          ...(attempt.detail === null ? [] : [{ label: t.attempt.says, value: redact(attempt.detail) }]),
          { label: t.attempt.from, value: mono(exact(attempt.intent_at)) },
          { label: t.attempt.to, value: attempt.ended_at === null ? DASH : mono(exact(attempt.ended_at)) },
          { label: t.attempt.took, value: latency(attempt.took_ms) },
        ]}
      />
    </div>
  );
}

export function Technical({ message, line }: { message: MessageDetail; line: (id: string) => string }) {
  return (
    <Disclosure summary={t.sections.technical} end={t.redacted}>
      <FactRows
        labels={88}
        rows={[
          { label: t.facts.to, value: <Reveal text={message.to} label={t.attempt.reveal} /> },
          {
            label: t.facts.provider,
            value:
              message.provider_id === null ? (
                DASH
              ) : (
                <span className={styles.copyRow}>
                  <span className="mono">{message.provider_id}</span>
                  <CopyButton text={message.provider_id} label={t.facts.copyProvider} />
                </span>
              ),
          },
        ]}
      />
      {message.attempts_log.length === 0 && <p className="ink3">{t.attempt.none}</p>}
      {message.attempts_log.map((attempt) => (
        <Attempt key={attempt.id} attempt={attempt} line={line(attempt.connection)} />
      ))}
    </Disclosure>
  );
}
