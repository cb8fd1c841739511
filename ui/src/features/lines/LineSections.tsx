/** The facts of one line, section by section. What is not known is said to be so. */
import { type ReactNode, useId, useState } from 'react';
import type { ConnectionDetail, ProviderInfo } from '@/api/generated';
import { address, age, DASH, duration, type Format, latency } from '@/app/format';
import { paths } from '@/app/paths';
import { sentence } from '@/app/refusal';
import { words } from '@/app/text';
import { channelWord } from '@/app/words';
import {
  AppLink,
  Aspect,
  Button,
  ButtonLink,
  CheckStrip,
  CopyButton,
  commonWindow,
  cx,
  FactRows,
  Meter,
  Note,
  Tag,
  Timeline,
} from '@/components';
import styles from './LinePage.module.css';
import { linesText } from './text';
import { lineState } from './verdict';

const t = linesText.page;

export interface FactsProps {
  line: ConnectionDetail;
  format: Format;
  now: number;
}

function Part({ title, id, children }: { title: string; id?: string; children: ReactNode }) {
  const own = useId();
  return (
    <section className={styles.section} aria-labelledby={own} id={id}>
      <h3 id={own}>{title}</h3>
      <div className={styles.content}>{children}</div>
    </section>
  );
}

function capital(text: string): string {
  return text.charAt(0).toLocaleUpperCase() + text.slice(1);
}

/** Work that only a person lets go. */
export function askedOf(line: Pick<ConnectionDetail, 'held'>) {
  return line.held.filter((h) => h.reason === 'asked' || h.reason === 'restored');
}

export function Held({ line, format, now, onRelease }: FactsProps & { onRelease: () => void }) {
  if (line.waiting === 0 && line.held.length === 0) return null;
  const asked = askedOf(line).reduce((n, h) => n + h.count, 0);
  const rows = [];
  if (line.waiting > 0) {
    const [n, oldest, span] =
      line.oldest_waiting === null
        ? [format.number(line.waiting), '', '']
        : t.heldRows.oldest(
            format.number(line.waiting),
            format.when(line.oldest_waiting, now),
            age(line.oldest_waiting, now),
          );
    rows.push({
      label: t.heldRows.messages,
      value: (
        <>
          <b className={styles.count}>{n}</b>
          {oldest} <span className="ink3">{span}</span>
        </>
      ),
    });
  }
  for (const held of line.held)
    rows.push({
      key: held.reason,
      label: capital(words.hold[held.reason]),
      value: format.number(held.count),
    });
  if (line.first_expiry !== null) {
    const left = Date.parse(line.first_expiry) - now;
    const [at, within] = t.heldRows.expiryIn(
      format.sameDay(line.first_expiry, now)
        ? format.timeZoned(line.first_expiry)
        : format.full(line.first_expiry),
      duration(left),
    );
    rows.push({
      label: t.heldRows.expiry,
      value: (
        <>
          {at} <span className="ink3">{left > 0 ? within : t.heldRows.expired}</span>
        </>
      ),
    });
  }
  return (
    <Part title={t.sections.held}>
      <FactRows rows={rows} />
      <div className={styles.row}>
        <ButtonLink
          size="sm"
          to={paths.messages({ connection: [line.id], state: ['queued', 'sending', 'held'] })}
        >
          {t.heldRows.open}
        </ButtonLink>
        {asked > 0 && (
          <Button size="sm" onClick={onRelease}>
            {t.heldRows.release(format.number(asked))}
          </Button>
        )}
      </div>
    </Part>
  );
}

export function Identity({ line, provider }: { line: ConnectionDetail; provider: string }) {
  return (
    <Part title={t.sections.identity}>
      <FactRows
        rows={[
          {
            label: t.identity.environment,
            value: (
              <span className={styles.inline}>
                <Tag icon={line.environment === 'practice' ? 'practice' : undefined}>
                  {words.environment[line.environment]}
                </Tag>
                <span className="ink3">{t.identity.environments[line.environment]}</span>
              </span>
            ),
          },
          { label: t.identity.provider, value: provider },
          { label: t.identity.channel, value: line.channel === null ? DASH : channelWord(line.channel) },
          {
            label: line.channel === 'email' ? t.identity.from : t.identity.number,
            value: line.address === null ? DASH : address(line.address),
          },
          { label: t.identity.id, value: <code className="mono">{line.id}</code> },
        ]}
      />
    </Part>
  );
}

export interface SettingsProps {
  line: ConnectionDetail;
  provider: ProviderInfo | undefined;
  onEdit: () => void;
  onReplace: () => void;
}

/** The line's settings in the order of its form; then what the form does not know. */
export function settingRows(
  line: Pick<ConnectionDetail, 'fields'>,
  provider: ProviderInfo | undefined,
): { key: string; label: string; value: string; secret: boolean }[] {
  const known = (provider?.fields ?? [])
    .filter((f) => line.fields[f.key] !== undefined && line.fields[f.key] !== '')
    .map((f) => ({ key: f.key, label: f.label, value: line.fields[f.key] ?? '', secret: f.secret }));
  const others = Object.entries(line.fields)
    .filter(([key, value]) => value !== '' && !known.some((k) => k.key === key))
    .map(([key, value]) => ({
      key,
      label: key.startsWith('url.') ? t.settings.url(key.slice(4)) : key,
      value,
      secret: value === 'set' && provider === undefined,
    }));
  return [...known, ...others];
}

export function LineSettings({ line, provider, onEdit, onReplace }: SettingsProps) {
  const rows = settingRows(line, provider);
  return (
    <Part title={t.sections.settings}>
      {rows.length === 0 ? (
        <p className="ink3">{t.settings.none}</p>
      ) : (
        <FactRows
          rows={rows.map((row) => ({
            key: row.key,
            label: row.label,
            value: row.secret ? (
              <span className={cx(styles.inline, styles.tight)}>
                {t.settings.set}
                <span className="ink3">{t.settings.secretNote}</span>
                {provider !== undefined && line.can.includes('reconnect') && (
                  <Button
                    size="sm"
                    variant="link"
                    onClick={onReplace}
                    aria-label={`${linesText.actions.replace} ${row.label}`}
                  >
                    {linesText.actions.replace}
                  </Button>
                )}
              </span>
            ) : (
              row.value
            ),
          }))}
        />
      )}
      <div className={styles.row}>
        <Button size="sm" onClick={onEdit}>
          {t.settings.edit}
        </Button>
      </div>
    </Part>
  );
}

export function SignIn({ line, format, now, next }: FactsProps & { next: string | null | undefined }) {
  const { probe } = line;
  const [answered, took] =
    probe === null
      ? ['', '']
      : t.signIn.answered(
          format.when(probe.at, now),
          probe.latency_ms === null ? '' : latency(probe.latency_ms),
        );
  return (
    <Part title={t.sections.signIn}>
      <FactRows
        rows={[
          { label: t.signIn.state, value: <Aspect signal={line.signal} word={lineState(line)} /> },
          {
            label: t.signIn.good,
            value: line.last_good === null ? linesText.never : format.when(line.last_good, now),
          },
          {
            label: t.signIn.check,
            value:
              probe === null ? (
                t.signIn.never
              ) : probe.ok ? (
                <>
                  {answered}
                  <span className="ink3">{took}</span>
                </>
              ) : (
                <>
                  {t.signIn.refused(format.when(probe.at, now))}{' '}
                  <span className="ink3">
                    {probe.say !== null && sentence(probe.say)}{' '}
                    {probe.code !== null && <code className="mono">{probe.code}</code>}
                  </span>
                </>
              ),
          },
          {
            label: t.signIn.next,
            value:
              next === null || next === undefined || line.signal === 'off'
                ? t.signIn.nextNone
                : Date.parse(next) <= now
                  ? t.signIn.nextSoon
                  : format.when(next, now),
          },
        ]}
      />
    </Part>
  );
}

export function Limits({ line, format }: FactsProps) {
  const { quota, vendor } = line.facets;
  const per = quota.per ?? '';
  return (
    <Part title={t.sections.limits}>
      <FactRows
        rows={[
          {
            label: t.limits.headroom,
            value:
              !quota.knowable || quota.left === null ? (
                <>
                  {t.limits.notKnowable} <span className="ink3">{t.limits.notKnowableWhy}</span>
                </>
              ) : quota.of === null ? (
                t.limits.left(format.number(quota.left), per)
              ) : (
                <Meter
                  label={t.limits.headroom}
                  value={quota.of - quota.left}
                  max={quota.of}
                  text={t.limits.used(format.number(quota.of - quota.left), format.number(quota.of), per)}
                />
              ),
          },
          { label: t.limits.pace, value: sentence(line.limits.say) },
          ...(line.limits.backlog_s !== null && line.limits.backlog_s > 0
            ? [{ label: t.limits.backlog, value: t.limits.about(duration(line.limits.backlog_s * 1000)) }]
            : []),
          {
            label: t.limits.vendor,
            value:
              vendor.state === 'unknown' ? (
                t.limits.vendorUnknown
              ) : (
                <Aspect signal={vendor.state} word={vendor.say ?? undefined} />
              ),
          },
        ]}
      />
    </Part>
  );
}

export function Checks({ line, format, now, check }: FactsProps & { check: ReactNode }) {
  const { delivered, decided } = line.today;
  return (
    <Part title={t.sections.checks}>
      <div className={styles.strip}>
        <CheckStrip checks={line.checks} window={commonWindow([line], now)} format={format} />
        {line.checks.length > 0 && <span className="ink3 t12">{t.checks.last(line.checks.length)}</span>}
        {check}
      </div>
      <FactRows
        rows={[
          { label: t.checks.median, value: latency(line.median_ms) },
          {
            label: t.checks.delivered,
            value:
              decided === 0
                ? t.checks.noneDecided
                : t.checks.deliveredOf(
                    format.percent(delivered, decided),
                    format.number(delivered),
                    format.number(decided),
                  ),
          },
        ]}
      />
    </Part>
  );
}

export function Webhook({
  line,
  format,
  now,
  provider,
}: FactsProps & { provider: ProviderInfo | undefined }) {
  const { url, last_verified, refused_today } = line.webhook;
  if (provider !== undefined && !provider.webhook) {
    return (
      <Part title={t.sections.webhook}>
        <p className="ink2">{t.webhook.none}</p>
      </Part>
    );
  }
  return (
    <Part title={t.sections.webhook} id="webhook">
      {url === null ? (
        <Note signal="caution">
          {t.webhook.noUrl}{' '}
          <AppLink className={styles.inText} to={paths.settings('public-url')}>
            {t.webhook.setUrl}
          </AppLink>
        </Note>
      ) : (
        <div className={styles.address}>
          <code className="mono">
            <span className="vh">{t.webhook.address}: </span>
            {url}
          </code>
          <CopyButton text={url} />
        </div>
      )}
      <FactRows
        rows={[
          { label: t.webhook.receipts, value: sentence(line.facets.receipts.say) },
          {
            label: t.webhook.verified,
            value: last_verified === null ? t.webhook.notYet : format.when(last_verified, now),
          },
          {
            label: t.webhook.refused,
            value:
              refused_today === 0 ? (
                format.number(0)
              ) : (
                <span className="caution">{t.webhook.refusedSome(format.number(refused_today))}</span>
              ),
          },
        ]}
      />
    </Part>
  );
}

/** Changes shown before a person asks for more. */
const SHOWN = 8;

export function History({ line, format, now }: FactsProps) {
  const [all, setAll] = useState(false);
  const rows = all ? line.history : line.history.slice(0, SHOWN);
  return (
    <Part title={t.sections.history}>
      {rows.length === 0 ? (
        <p className="ink3">{t.history.none}</p>
      ) : (
        <Timeline
          label={t.sections.history}
          items={rows.map((change) => ({
            key: change.id,
            at: change.at,
            time: format.when(change.at, now),
            mark: change.signal,
            text: sentence(change.say),
            detail: [change.detail === null ? null : sentence(change.detail), t.history.by(change.actor)]
              .filter(Boolean)
              .join(' '),
          }))}
        />
      )}
      {!all && line.history.length > SHOWN && (
        <div className={styles.row}>
          <Button size="sm" variant="link" onClick={() => setAll(true)}>
            {t.history.more(line.history.length - SHOWN)}
          </Button>
        </div>
      )}
    </Part>
  );
}
