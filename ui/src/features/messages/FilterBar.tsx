/** Search and filters of a list of messages. What is set stands in the address; this only shows it. */
import type { ReactNode } from 'react';
import type { Channel } from '@/api/generated';
import type { MessageFilters } from '@/app/paths';
import { useCommand, useConnections, useLineName } from '@/app/queries';
import { words } from '@/app/text';
import { Button, FilterMenu } from '@/components';
import { DateFilter } from './DateFilter';
import styles from './FilterBar.module.css';
import { groupLabel, groupsOf, isFiltered, type StateGroup, statesOf } from './filters';
import { SearchField } from './SearchField';
import { messagesText as t } from './text';

export interface FilterBarProps {
  filters: MessageFilters;
  onChange: (change: MessageFilters) => void;
  searchLabel: string;
  groups: readonly StateGroup[];
  onLeaveSearch: () => void;
  /** Between search and filters: the menu of causes. */
  lead?: ReactNode;
  /** Messages have batches; triage has causes. */
  batches?: boolean | undefined;
  /** At the end: how many there are. */
  end?: ReactNode;
}

const channels = Object.keys(words.channel) as Channel[];

export function FilterBar({
  filters,
  onChange,
  searchLabel,
  groups,
  onLeaveSearch,
  lead,
  batches = false,
  end,
}: FilterBarProps) {
  const lines = useConnections() ?? [];
  const lineName = useLineName();
  const known = useCommand('batches', {}, { enabled: batches }).data?.items ?? [];
  const asked = filters.batch;
  const lists =
    asked === undefined || known.some((b) => b.id === asked) ? known : [...known, { id: asked, name: asked }];
  const used = channels.filter((c) => lines.some((l) => l.channel === c) || filters.channel?.includes(c));
  // A line that was removed may still be asked for by an old address.
  const gone = (filters.connection ?? []).filter((id) => !lines.some((l) => l.id === id));

  return (
    <search className={styles.bar} aria-label={t.filters.label}>
      <SearchField
        label={searchLabel}
        value={filters.q ?? ''}
        onChange={(q) => onChange({ q })}
        onLeave={onLeaveSearch}
      />
      {lead}
      <FilterMenu
        label={t.filters.state}
        options={groups.map((group) => ({ value: group, label: groupLabel(group, filters.state) }))}
        value={groupsOf(filters.state)}
        onChange={(next) => onChange({ state: statesOf(next, filters.state) })}
      />
      {used.length > 1 && (
        <FilterMenu
          label={t.filters.channel}
          options={used.map((value) => ({ value, label: words.channel[value] }))}
          value={filters.channel ?? []}
          onChange={(next) => onChange({ channel: next.length === 0 ? undefined : next })}
        />
      )}
      {lines.length + gone.length > 1 && (
        <FilterMenu
          label={t.filters.line}
          options={[...lines.map((l) => l.id), ...gone].map((value) => ({ value, label: lineName(value) }))}
          value={filters.connection ?? []}
          onChange={(next) => onChange({ connection: next.length === 0 ? undefined : next })}
        />
      )}
      {batches && lists.length > 0 && (
        <FilterMenu
          label={t.filters.batch}
          options={lists.map((b) => ({ value: b.id, label: b.name }))}
          value={asked === undefined ? [] : [asked]}
          // The core takes one batch: the one ticked last.
          onChange={(next) => onChange({ batch: next.find((id) => id !== asked) })}
        />
      )}
      <DateFilter value={filters} onChange={onChange} />
      {isFiltered(filters) && (
        <Button
          size="sm"
          variant="quiet"
          onClick={() =>
            onChange({
              q: undefined,
              state: undefined,
              channel: undefined,
              connection: undefined,
              batch: undefined,
              cause: undefined,
              since: undefined,
              until: undefined,
            })
          }
        >
          {t.clear}
        </Button>
      )}
      <span className={styles.space} />
      {end !== undefined && <span className={styles.end}>{end}</span>}
    </search>
  );
}
