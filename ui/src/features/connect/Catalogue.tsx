/** The providers there are, by what they send; and the practice lines. */
import { useId } from 'react';
import type { Channel, Connection, ProviderInfo, Signal } from '@/api/generated';
import { paths } from '@/app/paths';
import { useConnections, useMutate } from '@/app/queries';
import { refusalText } from '@/app/refusal';
import { signalWord } from '@/app/words';
import { AppLink, Button, ButtonLink, channelIcon, Icon, Lamp, Note, Section, toast } from '@/components';
import styles from './Connect.module.css';
import { connectText as t } from './text';

const order: readonly Channel[] = ['sms', 'whatsapp', 'email'];
const worse: readonly Signal[] = ['danger', 'unknown', 'caution', 'clear', 'off'];

/** Of several lines the one that needs a look most. */
export function worst(lines: readonly Connection[]): Signal | null {
  return worse.find((signal) => lines.some((l) => l.signal === signal)) ?? null;
}

function ProviderCard({ provider, lines }: { provider: ProviderInfo; lines: readonly Connection[] }) {
  const signal = worst(lines);
  const secret = provider.fields.find((f) => f.secret);
  const sub = [
    ...(lines.length > 0 ? [t.card.lines(lines.length)] : []),
    ...(secret === undefined ? [] : [secret.label]),
    ...(provider.webhook ? [t.card.receipts] : []),
  ].join(' · ');
  return (
    <AppLink to={paths.connect(provider.key)} className={styles.card}>
      <span className={styles.tile}>
        <Icon name={channelIcon(provider.channel)} />
      </span>
      <h3>{provider.name}</h3>
      <span className={styles.state}>
        {signal !== null && (
          <>
            <Lamp signal={signal} size={11} silent />
            {signalWord(signal)}
          </>
        )}
      </span>
      <span className={styles.sub}>{sub}</span>
    </AppLink>
  );
}

function Practice({ lines }: { lines: readonly Connection[] }) {
  const start = useMutate('practice_start');
  const id = useId();
  return (
    <Section title={t.practice.title} note={t.practice.note} className={styles.group}>
      <div className={styles.cards}>
        {t.practice.points.map((point, i) => (
          <div key={point.title} className={styles.card}>
            <span className={styles.tile}>
              <Icon name="practice" />
            </span>
            <h3 id={`${id}-${i}`}>{point.title}</h3>
            <span className={styles.state}>{t.practice.builtIn}</span>
            <span className={styles.sub}>{point.say}</span>
          </div>
        ))}
      </div>
      <div className={styles.after}>
        <Button
          icon="practice"
          busy={start.isPending}
          onClick={() =>
            start.mutate({}, { onSuccess: ({ items }) => toast({ text: t.practice.started(items.length) }) })
          }
        >
          {lines.length > 0 ? t.practice.again : t.practice.start}
        </Button>
        {lines.length > 0 && (
          <>
            <span className="ink3">{t.practice.running(lines.length)}</span>
            <ButtonLink variant="link" to={paths.lines()}>
              {t.practice.show}
            </ButtonLink>
          </>
        )}
      </div>
      {start.error !== null && (
        <Note signal="danger" role="alert">
          <b>{t.practice.failed}</b> {refusalText(start.error)}
        </Note>
      )}
    </Section>
  );
}

export function Catalogue({ providers }: { providers: readonly ProviderInfo[] }) {
  const lines = useConnections() ?? [];
  const real = lines.filter((l) => l.environment !== 'practice');
  return (
    <>
      {order.map((channel) => {
        const own = providers.filter((p) => p.channel === channel);
        if (own.length === 0) return null;
        return (
          <Section key={channel} title={t.groups[channel]} className={styles.group}>
            <div className={styles.cards}>
              {own.map((p) => (
                <ProviderCard key={p.key} provider={p} lines={real.filter((l) => l.provider === p.key)} />
              ))}
            </div>
          </Section>
        );
      })}
      <Practice lines={lines.filter((l) => l.environment === 'practice')} />
    </>
  );
}
