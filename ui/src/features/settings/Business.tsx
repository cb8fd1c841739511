/** Who the business is, where, when it may send, how it is reached, and how this window behaves. */
import { useMemo, useState } from 'react';
import type { Settings } from '@/api/generated';
import { useNow } from '@/app/clock';
import { makeFormat } from '@/app/format';
import { useCore, useFormat, useStatus } from '@/app/queries';
import { appText } from '@/app/text';
import { Button, Checkbox, FactRows, Segmented, Switch, TextField } from '@/components';
import { countries, zones } from './countries';
import { Beside, Part, Saved, SavedSwitch, SavedText } from './parts';
import { SearchSelect } from './SearchSelect';
import styles from './Settings.module.css';
import { settingsText as t } from './text';
import { useSetting } from './useSetting';

export function Business({ settings }: { settings: Settings }) {
  const name = useSetting('business_name');
  const country = useSetting('country');
  const zone = useSetting('zone');
  const now = useNow();
  const allCountries = useMemo(() => countries(), []);
  const allZones = useMemo(() => zones(settings.zone), [settings.zone]);
  const format = makeFormat(settings.zone);
  return (
    <Part id="business">
      <SavedText
        label={t.business.name}
        hint={t.business.nameHint}
        value={settings.business_name}
        saver={name}
        autoComplete="organization"
      />
      <Beside state={country.state}>
        <SearchSelect
          label={t.business.country}
          hint={t.business.countryHint}
          error={country.error}
          options={allCountries}
          value={settings.country}
          onChange={country.save}
        />
      </Beside>
      <Beside state={zone.state}>
        <SearchSelect
          label={t.business.zone}
          hint={t.business.zoneHint(`${format.timeZoned(now)}, ${format.offset(now)}`)}
          error={zone.error}
          options={allZones}
          value={settings.zone}
          onChange={zone.save}
        />
      </Beside>
    </Part>
  );
}

type HoursValue = NonNullable<Settings['allowed_hours']>;

const ALL_DAYS = [1, 2, 3, 4, 5, 6, 7];
/** What a person starts from when there was no limit. */
const USUAL: HoursValue = { from: '08:00', to: '20:00', days: ALL_DAYS };

/** 1 is Monday. */
function dayName(day: number): string {
  // 5 January 2026 is a Monday.
  return new Intl.DateTimeFormat(undefined, { weekday: 'short', timeZone: 'UTC' }).format(
    Date.UTC(2026, 0, 4 + day),
  );
}

export function Hours({ settings }: { settings: Settings }) {
  const saver = useSetting('allowed_hours');
  const format = useFormat();
  const now = useNow();
  const [typed, setTyped] = useState<HoursValue | null | undefined>(undefined);
  const value = typed === undefined ? settings.allowed_hours : typed;
  const changed = typed !== undefined && JSON.stringify(typed) !== JSON.stringify(settings.allowed_hours);
  const problem =
    value === null
      ? null
      : value.days.length === 0
        ? t.hours.noDays
        : value.to <= value.from
          ? t.hours.order
          : null;
  const edit = (next: HoursValue | null) => {
    saver.reset();
    setTyped(next);
  };
  return (
    <Part id="hours" say={t.hours.say}>
      <form
        className={styles.hours}
        noValidate
        onSubmit={(event) => {
          event.preventDefault();
          if (changed && problem === null) saver.save(value);
        }}
      >
        <Switch
          label={t.hours.limit}
          hint={value === null ? t.hours.any : t.hours.zone(format.zoneName(now))}
          checked={value !== null}
          onChange={(on) => edit(on ? (settings.allowed_hours ?? USUAL) : null)}
        />
        {value !== null && (
          <>
            <div className={styles.times}>
              <TextField
                label={t.hours.from}
                type="time"
                value={value.from}
                onChange={(from) => edit({ ...value, from })}
              />
              <TextField
                label={t.hours.to}
                type="time"
                value={value.to}
                onChange={(to) => edit({ ...value, to })}
              />
            </div>
            <fieldset>
              <legend className={styles.daysLegend}>{t.hours.days}</legend>
              <div className={styles.days}>
                {ALL_DAYS.map((day) => (
                  <Checkbox
                    key={day}
                    label={dayName(day)}
                    checked={value.days.includes(day)}
                    onChange={(on) =>
                      edit({
                        ...value,
                        days: ALL_DAYS.filter((d) => (d === day ? on : value.days.includes(d))),
                      })
                    }
                  />
                ))}
              </div>
            </fieldset>
          </>
        )}
        {(problem ?? saver.error) !== null && (
          <p className={styles.error} role="alert">
            {problem ?? saver.error}
          </p>
        )}
        <span className={styles.inline}>
          {changed && (
            <Button type="submit" disabled={problem !== null} busy={saver.state === 'saving'}>
              {t.save}
            </Button>
          )}
          <Saved state={saver.state} />
        </span>
      </form>
    </Part>
  );
}

export function PublicUrl({ settings }: { settings: Settings }) {
  const saver = useSetting('public_url');
  const port = useStatus()?.port ?? null;
  return (
    <Part id="public-url">
      <SavedText
        label={t.url.label}
        type="url"
        mono
        hint={t.url.hint}
        value={settings.public_url ?? ''}
        saver={{ ...saver, save: (url) => saver.save(url.trim() === '' ? null : url.trim()) }}
        autoComplete="off"
        spellCheck={false}
        placeholder="https://"
      />
      <FactRows
        rows={[
          {
            label: t.url.board,
            value: port === null ? t.url.noPort : <code className="mono">{`http://127.0.0.1:${port}`}</code>,
          },
        ]}
        labels={180}
      />
    </Part>
  );
}

export function Window({ settings }: { settings: Settings }) {
  const theme = useSetting('theme');
  const keys = useSetting('single_key_shortcuts');
  const notify = useSetting('notifications');
  const tray = useSetting('close_to_tray');
  // The board in a browser has neither a tray nor notices of its own.
  const desktop = useCore().host.kind !== 'http';
  return (
    <Part id="window">
      <Beside state={theme.state} plain>
        <div className={styles.inline}>
          <Segmented
            label={t.window.theme}
            value={settings.theme}
            options={(['system', 'light', 'dark'] as const).map((value) => ({
              value,
              label: appText.theme.options[value],
            }))}
            onChange={theme.save}
          />
        </div>
      </Beside>
      <SavedSwitch
        label={t.window.keys}
        hint={t.window.keysHint}
        checked={settings.single_key_shortcuts}
        saver={keys}
      />
      {desktop && (
        <>
          <SavedSwitch
            label={t.window.notify}
            hint={t.window.notifyHint}
            checked={settings.notifications}
            saver={notify}
          />
          <SavedSwitch
            label={t.window.tray}
            hint={settings.close_to_tray === null ? t.window.trayAsk : t.window.trayHint}
            checked={settings.close_to_tray === true}
            saver={tray}
          />
        </>
      )}
    </Part>
  );
}
