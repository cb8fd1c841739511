/** Jumps to a day: presets, and two days of the business's zone. */
import { useState } from 'react';
import { useNow } from '@/app/clock';
import type { MessageFilters } from '@/app/paths';
import { useFormat } from '@/app/queries';
import { Button, cx, Icon, Popover, TextField } from '@/components';
import chip from '@/components/Chip.module.css';
import styles from './FilterBar.module.css';
import { dayAfter, dayOf, isDay, rangeLabel } from './filters';
import { messagesText as t } from './text';

interface DayFieldProps {
  label: string;
  value: string;
  min?: string | undefined;
  max?: string | undefined;
  onChange: (day: string | undefined) => void;
}

/** Some web views have no date field and show a plain one: what is typed counts once it is a day. */
function DayField({ label, value, min, max, onChange }: DayFieldProps) {
  const [typed, setTyped] = useState(value);
  const [from, setFrom] = useState(value);
  if (from !== value) {
    setFrom(value);
    setTyped(value);
  }
  const [left, setLeft] = useState(false);
  return (
    <TextField
      type="date"
      label={label}
      value={typed}
      min={min}
      max={max}
      placeholder={t.date.pattern}
      error={left && typed !== '' && !isDay(typed) ? t.date.notADay : null}
      onBlur={() => setLeft(true)}
      onChange={(next) => {
        setTyped(next);
        setLeft(false);
        if (next === '' || isDay(next)) onChange(next === '' ? undefined : next);
      }}
    />
  );
}

type Range = Pick<MessageFilters, 'since' | 'until'>;

export function DateFilter({ value, onChange }: { value: Range; onChange: (range: Range) => void }) {
  const [open, setOpen] = useState(false);
  const format = useFormat();
  const now = useNow();
  const today = dayOf(now, format);
  const yesterday = dayAfter(today, -1);
  const label = rangeLabel(value, format, now);
  const day = (moment: string | undefined) =>
    moment === undefined ? '' : moment.length > 10 ? dayOf(moment, format) : moment;
  const pick = (range: Range) => {
    onChange(range);
    setOpen(false);
  };
  const presets: { label: string; range: Range }[] = [
    { label: t.date.today, range: { since: today, until: undefined } },
    { label: t.date.yesterday, range: { since: yesterday, until: yesterday } },
    { label: t.date.week, range: { since: dayAfter(today, -6), until: undefined } },
    { label: t.date.any, range: { since: undefined, until: undefined } },
  ];

  return (
    <Popover
      title={t.date.title}
      showTitle
      open={open}
      onOpenChange={setOpen}
      trigger={
        <button type="button" className={cx(chip.chip, label !== null && chip.on)}>
          {t.filters.date}
          {label !== null && <b>{label}</b>}
          <Icon name="down" size={12} />
        </button>
      }
    >
      <div className={styles.date}>
        <div className={styles.presets}>
          {presets.map((preset) => (
            <Button key={preset.label} size="sm" onClick={() => pick(preset.range)}>
              {preset.label}
            </Button>
          ))}
        </div>
        <div className={styles.days}>
          <DayField
            label={t.date.from}
            value={day(value.since)}
            max={day(value.until) || today}
            onChange={(since) => onChange({ ...value, since })}
          />
          <DayField
            label={t.date.to}
            value={day(value.until)}
            min={day(value.since) || undefined}
            onChange={(until) => onChange({ ...value, until })}
          />
        </div>
        <p className="ink3 t12">{t.date.zone(format.zoneName(now))}</p>
      </div>
    </Popover>
  );
}
