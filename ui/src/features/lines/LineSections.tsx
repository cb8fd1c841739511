/** What one line holds and who it is: held work, identity, settings. */
import type { ConnectionDetail, ProviderInfo } from '@/api/generated';
import { address, age, DASH, duration } from '@/app/format';
import { paths } from '@/app/paths';
import { words } from '@/app/text';
import { channelWord } from '@/app/words';
import { Button, ButtonLink, cx, FactRows, Tag } from '@/components';
import styles from './LinePage.module.css';
import { type FactsProps, Part } from './LinePart';
import { linesText } from './text';

const t = linesText.page;

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

interface SettingRow {
  key: string;
  label: string;
  value: string;
  secret: boolean;
}

/**
 * The line's settings in the order of its form; then what the form does not know. A secret is there even when
 * it was never given: without it something does not work, and here one can see why.
 */
export function settingRows(
  line: Pick<ConnectionDetail, 'fields'>,
  provider: ProviderInfo | undefined,
): SettingRow[] {
  const known = (provider?.fields ?? [])
    .map((f) => ({ key: f.key, label: f.label, value: line.fields[f.key] ?? '', secret: f.secret }))
    .filter((row) => row.secret || row.value !== '');
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
                {row.value === '' ? (
                  <span className="ink3">{t.settings.notSet}</span>
                ) : (
                  <>
                    {t.settings.set}
                    <span className="ink3">{t.settings.secretNote}</span>
                  </>
                )}
                {provider !== undefined && line.can.includes('reconnect') && (
                  <Button
                    size="sm"
                    variant="link"
                    onClick={onReplace}
                    aria-label={`${row.value === '' ? t.settings.add : linesText.actions.replace} ${row.label}`}
                  >
                    {row.value === '' ? t.settings.add : linesText.actions.replace}
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
