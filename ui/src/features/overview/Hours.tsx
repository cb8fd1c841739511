/** Today's messages by hour: bars, a sentence, and a table. */
import { useEffect, useId, useMemo, useRef, useState } from 'react';
import type { HourCount } from '@/api/generated';
import type { Format } from '@/app/format';
import { Button, cx, EmptyState, Legend, Section, Table } from '@/components';
import styles from './Hours.module.css';
import { axis, labelEvery, marginFor, type Series, series, stack, totalOf, totals } from './hours';
import { overviewText as t } from './text';

const HEIGHT = 212;
const BASE = 186;
const TOP = 24;
const RIGHT = 4;
const HOUR_MS = 3_600_000;

export interface HoursProps {
  hours: readonly HourCount[];
  format: Format;
  now: number;
}

function useWidth(): [React.RefObject<HTMLDivElement | null>, number] {
  const ref = useRef<HTMLDivElement>(null);
  const [width, setWidth] = useState(600);
  useEffect(() => {
    const node = ref.current;
    if (node === null) return;
    const watch = new ResizeObserver(() => setWidth(Math.max(320, Math.round(node.clientWidth))));
    watch.observe(node);
    return () => watch.disconnect();
  }, []);
  return [ref, width];
}

function Swatch({ kind, hatch }: { kind: Series; hatch: string }) {
  if (kind === 'waiting')
    return <rect x=".5" y=".5" width="9" height="9" fill={`url(#${hatch})`} className={styles.waitingEdge} />;
  if (kind === 'scheduled') return <rect x=".5" y=".5" width="9" height="9" className={styles.scheduled} />;
  return <rect width="10" height="10" className={styles[kind]} />;
}

function Chart({ hours, format, hatch }: { hours: readonly HourCount[]; format: Format; hatch: string }) {
  const [ref, width] = useWidth();
  const [over, setOver] = useState<number | null>(null);
  const max = Math.max(1, ...hours.map(totalOf));
  const plot = BASE - TOP;
  const y = (n: number) => BASE - (n / max) * plot;
  const steps = axis(max);
  const left = marginFor(steps.map((v) => format.compact(v)));
  const pitch = (width - left - RIGHT) / Math.max(1, hours.length);
  const bar = Math.min(44, pitch * 0.6);
  const every = labelEvery(
    hours.map((h) => format.hour(h.hour)),
    pitch,
  );
  const exact = labelEvery(
    hours.map((h) => format.number(totalOf(h))),
    pitch,
  );
  const count = exact === 1 ? format.number : format.compact;
  const sum = totals(hours);
  const shown = over === null ? sum : ((hours[over] as HourCount | undefined) ?? sum);
  const hour = over === null ? undefined : hours[over];
  const words = series
    .filter((s) => sum[s] > 0)
    .map((s) => t.chart.part(format.number(sum[s]), t.chart.series[s]));

  return (
    <div ref={ref}>
      <div className={styles.legend}>
        <Legend
          items={series.map((s) => ({
            label: t.chart.counted(t.chart.series[s], format.number(shown[s])),
            swatch: <Swatch kind={s} hatch={hatch} />,
          }))}
        />
        <span className={styles.over} aria-hidden="true">
          {hour !== undefined &&
            t.chart.between(format.time(hour.hour), format.time(Date.parse(hour.hour) + HOUR_MS))}
        </span>
      </div>
      <svg
        className={styles.chart}
        width={width}
        height={HEIGHT}
        viewBox={`0 0 ${width} ${HEIGHT}`}
        role="img"
        aria-label={words.length === 0 ? t.chart.none : t.chart.summary(format.list(words))}
        onPointerLeave={() => setOver(null)}
      >
        {steps.map((v) => (
          <g key={v}>
            <path
              className={v === 0 ? styles.base : styles.line}
              d={`M${left - 4} ${y(v)}H${width - RIGHT}`}
            />
            <text x={left - 10} y={y(v) + 4} textAnchor="end">
              {format.compact(v)}
            </text>
          </g>
        ))}
        {hours.map((h, i) => {
          const x = left + i * pitch + (pitch - bar) / 2;
          const bars = stack(h, max, plot, BASE - 0.5);
          const total = totalOf(h);
          const only = total > 0 && h.scheduled === total;
          const top = bars.at(-1)?.y ?? BASE;
          return (
            <g key={h.hour} onPointerEnter={() => setOver(i)} className={styles.hour}>
              <rect className={styles.hit} x={left + i * pitch} y={0} width={pitch} height={BASE} />
              {bars.map((b) => (
                <rect
                  key={b.series}
                  className={b.series === 'waiting' ? styles.waitingEdge : styles[b.series]}
                  fill={b.series === 'waiting' ? `url(#${hatch})` : undefined}
                  x={b.series === 'scheduled' ? x + 0.5 : x}
                  y={b.y}
                  width={b.series === 'scheduled' ? bar - 1 : bar}
                  height={b.height}
                />
              ))}
              {total > 0 && (
                <text className={cx(!only && styles.total)} x={x + bar / 2} y={top - 5} textAnchor="middle">
                  {count(total)}
                </text>
              )}
              {i % every === 0 && (
                <text x={x + bar / 2} y={BASE + 18} textAnchor="middle">
                  {format.hour(h.hour)}
                </text>
              )}
            </g>
          );
        })}
      </svg>
    </div>
  );
}

export function Hours({ hours, format }: HoursProps) {
  const [table, setTable] = useState(false);
  const hatch = `hatch${useId().replace(/[^a-z0-9]/gi, '')}`;
  const none = useMemo(() => hours.every((h) => totalOf(h) === 0), [hours]);
  return (
    <Section
      title={t.chart.title}
      end={
        !none && (
          <Button variant="link" size="sm" onClick={() => setTable(!table)}>
            {table ? t.chart.asChart : t.chart.asTable}
          </Button>
        )
      }
    >
      <svg width="0" height="0" className={styles.defs} aria-hidden="true" focusable="false">
        <defs>
          <pattern
            id={hatch}
            width="5"
            height="5"
            patternUnits="userSpaceOnUse"
            patternTransform="rotate(45)"
          >
            <rect className={styles.hatchGround} width="5" height="5" />
            <path className={styles.hatchLine} d="M1 0v5" />
          </pattern>
        </defs>
      </svg>
      {none ? (
        <EmptyState compact>{t.chart.none}</EmptyState>
      ) : table ? (
        <Table
          label={t.chart.title}
          rows={hours}
          rowKey={(h) => h.hour}
          columns={[
            {
              key: 'hour',
              header: t.chart.hour,
              rowHeader: true,
              render: (h) => t.chart.between(format.time(h.hour), format.time(Date.parse(h.hour) + HOUR_MS)),
            },
            ...series.map((s) => ({
              key: s,
              header: t.chart.series[s],
              align: 'end' as const,
              render: (h: HourCount) => format.number(h[s]),
            })),
            { key: 'total', header: t.chart.total, align: 'end', render: (h) => format.number(totalOf(h)) },
          ]}
        />
      ) : (
        <Chart hours={hours} format={format} hatch={hatch} />
      )}
    </Section>
  );
}
