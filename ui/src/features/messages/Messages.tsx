/** All messages: search, filter, look at one, decide. */
import { getRouteApi, useRouter } from '@tanstack/react-router';
import { useMemo } from 'react';
import { useNow } from '@/app/clock';
import { type MessageFilters, paths } from '@/app/paths';
import { useCommand, useFormat, useLineName, usePages, useSettings } from '@/app/queries';
import { Screen } from '@/app/Screen';
import { useHasRoute } from '@/app/shell/TopBarTools';
import { useShortcuts } from '@/app/shortcuts';
import { Button, ButtonLink, Chip, WithDrawer } from '@/components';
import { allowed } from './allowed';
import { channelColumn, nextColumn, stateColumn, timeColumn, toColumn, triesColumn } from './cells';
import { MessageDrawer } from './Drawer';
import { FilterBar } from './FilterBar';
import { allGroups, isFiltered, readFilters, toArgs } from './filters';
import { MessageList } from './MessageList';
import styles from './Messages.module.css';
import { TroubleNote } from './TroubleNote';
import { messagesText as t } from './text';
import { useDecisions } from './useDecisions';
import { useListFocus } from './useListFocus';

const route = getRouteApi('/messages');

export function Messages() {
  const search = route.useSearch();
  const filters: MessageFilters = useMemo(() => readFilters(search), [search]);
  const router = useRouter();
  const format = useFormat();
  const now = useNow();
  const lineName = useLineName();
  const decisions = useDecisions();
  const canCompose = useHasRoute('/compose');
  // Days are days of the business: without its zone nothing can be asked yet.
  const zoned = useSettings() !== undefined || (filters.since === undefined && filters.until === undefined);
  const list = usePages('messages', toArgs(filters, format), { keep: true, enabled: zoned });
  const causes = useCommand('causes', {}, { enabled: filters.cause !== undefined }).data?.items;
  const open = filters.message ?? null;

  const change = (next: MessageFilters) => router.history.replace(paths.messages({ ...filters, ...next }));
  const show = (id: string | undefined) => {
    if (id !== filters.message) change({ message: id });
  };
  const focus = useListFocus((id) => {
    // With the drawer open it follows the row.
    if (open !== null) show(id);
  });
  const current = () => {
    const id = focus.row() ?? open;
    return list.rows.find((m) => m.id === id);
  };
  // A row that was decided may leave the list: what comes after it takes the focus, and the drawer.
  const moveOn = () => {
    if (focus.row() !== null) focus.want();
  };

  const { keys } = t;
  useShortcuts([
    {
      keys: 'r',
      label: keys.retry,
      hint: keys.short.retry,
      run: () => {
        const message = current();
        if (message !== undefined && allowed(message).includes('retry')) {
          decisions.retry(message);
          moveOn();
        }
      },
    },
    {
      keys: 'e',
      label: keys.dismiss,
      hint: keys.short.dismiss,
      run: () => {
        const message = current();
        if (message !== undefined && allowed(message).includes('dismiss')) {
          decisions.dismiss([{ ids: [message.id] }]);
          moveOn();
        }
      },
    },
    { keys: 'u', label: keys.undo, hint: keys.short.undo, run: decisions.undo },
  ]);

  const columns = useMemo(() => {
    const facts = { format, now, lineName };
    return [
      timeColumn(facts),
      toColumn('minmax(134px, 0.7fr)'),
      channelColumn(facts),
      stateColumn(facts),
      triesColumn(facts),
      nextColumn('minmax(140px, 1.4fr)'),
    ];
  }, [format, now, lineName]);

  const total = list.first?.total ?? null;
  const filtered = isFiltered(filters);
  const cause = causes?.find((c) => c.key === filters.cause);
  const trouble = decisions.trouble;

  return (
    <Screen title={t.title} surface="work">
      <WithDrawer
        drawer={
          open === null ? null : (
            <MessageDrawer
              // Another message is another drawer: read from its top, with the focus going back to its own row.
              key={open}
              id={open}
              row={list.rows.find((m) => m.id === open)}
              decisions={decisions}
              onClose={() => show(undefined)}
            />
          )
        }
      >
        <div className={styles.work}>
          <FilterBar
            filters={filters}
            onChange={change}
            searchLabel={t.search}
            groups={allGroups}
            batches
            onLeaveSearch={focus.focus}
            lead={
              filters.cause !== undefined && (
                <Chip name={t.filters.cause} onRemove={() => change({ cause: undefined })}>
                  {cause === undefined ? t.filters.cause : t.filters.causeOf(cause.say)}
                </Chip>
              )
            }
            end={total === null ? undefined : t.total(total)}
          />
          {trouble !== null && trouble.id !== open && (
            <div className={styles.note}>
              <TroubleNote trouble={trouble} onClose={decisions.clearTrouble} />
            </div>
          )}
          <div ref={focus.ref} className={styles.pane}>
            <MessageList
              label={t.list}
              list={list}
              columns={columns}
              open={open}
              onOpen={(message) => show(message.id)}
              onClose={() => show(undefined)}
              isQuiet={(m) => m.state === 'dismissed' || m.state === 'cancelled'}
              empty={filtered ? t.noneFound : t.none}
              emptyAction={
                filtered ? (
                  <Button onClick={() => router.history.replace(paths.messages())}>{t.clear}</Button>
                ) : canCompose ? (
                  <ButtonLink to={paths.compose()} icon="plus">
                    {t.write}
                  </ButtonLink>
                ) : undefined
              }
            />
          </div>
        </div>
      </WithDrawer>
    </Screen>
  );
}
