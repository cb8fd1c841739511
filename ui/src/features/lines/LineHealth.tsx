/** How one line does: sign-in, limits, checks, webhook, history. What is not known is said to be so. */
import { type ReactNode, useState } from 'react';
import type { ProviderInfo } from '@/api/generated';
import { duration, latency } from '@/app/format';
import { paths } from '@/app/paths';
import { sentence } from '@/app/refusal';
import {
  AppLink,
  Aspect,
  Button,
  CheckStrip,
  CopyButton,
  commonWindow,
  FactRows,
  Meter,
  Note,
  Timeline,
} from '@/components';
import styles from './LinePage.module.css';
import { type FactsProps, Part } from './LinePart';
import { linesText } from './text';
import { lineState } from './verdict';

const t = linesText.page;

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
