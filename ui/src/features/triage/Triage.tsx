/** Triage: what failed, why, and what to do about one or many. */
import { getRouteApi, useRouter } from '@tanstack/react-router';
import { useCallback, useMemo, useRef, useState } from 'react';
import type { Cause, MessageState } from '@/api/generated';
import { useNow } from '@/app/clock';
import { type MessageFilters, paths } from '@/app/paths';
import { useCommand, useCore, useFormat, useLineName, usePages, useSettings } from '@/app/queries';
import { Screen } from '@/app/Screen';
import { useShortcuts } from '@/app/shortcuts';
import { media, useMedia } from '@/app/useMedia';
import { Button, ButtonLink, WithDrawer } from '@/components';
import type { ApiError } from '@/host/host';
import { allowed } from '../messages/allowed';
import {
  channelColumn,
  settleColumn,
  timeColumn,
  toColumn,
  triesColumn,
  wrongColumn,
} from '../messages/cells';
import { MessageDrawer } from '../messages/Drawer';
import { FilterBar } from '../messages/FilterBar';
import { isFiltered, readFilters, type StateGroup, toArgs } from '../messages/filters';
import { MessageList } from '../messages/MessageList';
import { TroubleNote } from '../messages/TroubleNote';
import { messagesText } from '../messages/text';
import { useDecisions, type Which } from '../messages/useDecisions';
import { useListFocus } from '../messages/useListFocus';
import { Bulk } from './Bulk';
import { CausesMenu, CausesPanel, type CausesPanelProps } from './CausesPanel';
import { causeId, isAlone, useStableOrder } from './causes';
import { Rehearsal } from './Rehearsal';
import styles from './Triage.module.css';
import { triageText as t } from './text';
import { idsOf, MOST_IDS, type Share, useTriageSelection } from './useTriageSelection';

const route = getRouteApi('/triage');
const groups: readonly StateGroup[] = ['failed', 'unknown', 'dismissed'];
const open: MessageState[] = ['needs_attention', 'unknown'];
const noCauses: Cause[] = [];

export function Triage() {
  const search = route.useSearch();
  const filters: MessageFilters = useMemo(() => readFilters(search), [search]);
  const router = useRouter();
  const { host } = useCore();
  const format = useFormat();
  const now = useNow();
  const lineName = useLineName();
  const narrow = useMedia(media.narrow);
  const decisions = useDecisions();
  const [rehearsed, setRehearsed] = useState<Share | null>(null);
  const panel = useRef<HTMLElement>(null);

  const zoned = useSettings() !== undefined || (filters.since === undefined && filters.until === undefined);
  const list = usePages(
    'messages',
    { ...toArgs(filters, format), state: filters.state ?? open },
    { keep: true, enabled: zoned },
  );
  const read = useCommand('causes', {});
  const causes = useStableOrder(read.data?.items ?? noCauses);
  const refuse = decisions.refuse;
  const onRefused = useCallback(
    (cause: Cause, error: ApiError | null) =>
      refuse({ id: null, say: error?.message ?? t.bulk.tooMany(cause.count), remedy: error?.remedy ?? '' }),
    [refuse],
  );
  const selection = useTriageSelection({ rows: list.rows, causes, onRefused });

  const change = (next: MessageFilters) => router.history.replace(paths.triage({ ...filters, ...next }));
  const shown = filters.message ?? null;
  const show = (id: string | undefined) => {
    if (id !== filters.message) change({ message: id });
  };
  const focus = useListFocus((id) => {
    // With the drawer open it follows the row.
    if (shown !== null) show(id);
  });

  const cause = causes.find(
    (c) => c.key === filters.cause && (isAlone(c, causes) || (filters.state ?? open)[0] === c.state),
  );
  const showCause = (next: Cause | null) =>
    change({
      cause: next?.key,
      state: next === null || isAlone(next, causes) ? undefined : [next.state],
      // A cause belongs to one line; a filter by another would only hide it.
      channel: undefined,
      connection: undefined,
    });

  const current = () => {
    const id = focus.row() ?? shown;
    return list.rows.find((m) => m.id === id);
  };
  const causeInFocus = () => {
    const active = document.activeElement;
    if (!(active instanceof HTMLElement) || panel.current?.contains(active) !== true) return undefined;
    const id = active.closest<HTMLElement>('[data-row]')?.dataset.row;
    return causes.find((c) => causeId(c) === id && c.state !== 'unknown');
  };
  const done = () => {
    selection.clear();
    focus.want();
  };

  // A row that was decided leaves the list: what comes after it takes the focus, and the drawer.
  const moveOn = () => {
    if (focus.row() !== null) focus.want();
  };

  const retry = () => {
    const { which, count } = selection.retry;
    const [only] = which;
    if (selection.size > 0) {
      const single = which.length === 1 && only !== undefined && 'ids' in only && only.ids.length === 1;
      const message = single ? list.rows.find((m) => m.id === only.ids[0]) : undefined;
      if (message !== undefined) {
        decisions.retry(message);
        done();
      } else if (count > 0) setRehearsed(selection.retry);
      return;
    }
    const of = causeInFocus();
    if (of !== undefined) setRehearsed({ count: of.count, which: [{ cause: of.key }] });
    else {
      const message = current();
      if (message !== undefined && allowed(message).includes('retry')) {
        decisions.retry(message);
        moveOn();
      }
    }
  };

  /** By id where that can be read, so that Undo brings back exactly these. */
  const named = async (share: Share): Promise<Which[]> => {
    const out: Which[] = [];
    for (const which of share.which) {
      const whole = 'cause' in which ? causes.find((c) => c.key === which.cause) : undefined;
      if (whole === undefined || whole.count > MOST_IDS) out.push(which);
      else out.push({ ids: await idsOf(host, whole) });
    }
    return out;
  };
  const dismissAll = (share: Share) => {
    void named(share)
      .then((which) => decisions.dismiss(which, done))
      .catch((error: ApiError) => refuse({ id: null, say: error.message, remedy: error.remedy }));
  };
  const dismiss = () => {
    const of = causeInFocus();
    if (selection.size > 0) {
      if (selection.dismiss.count > 0) dismissAll(selection.dismiss);
    } else if (of !== undefined) dismissAll({ count: of.count, which: [{ cause: of.key }] });
    else {
      const message = current();
      if (message !== undefined && allowed(message).includes('dismiss')) {
        decisions.dismiss([{ ids: [message.id] }]);
        moveOn();
      }
    }
  };

  const { keys } = messagesText;
  useShortcuts([
    { keys: 'r', label: t.keys.retry, hint: keys.short.retry, run: retry },
    { keys: 'e', label: t.keys.dismiss, hint: keys.short.dismiss, run: dismiss },
    { keys: 'u', label: keys.undo, hint: keys.short.undo, run: decisions.undo },
  ]);

  const columns = useMemo(() => {
    const facts = { format, now, lineName };
    return [
      timeColumn(facts),
      toColumn('minmax(112px, 0.9fr)'),
      channelColumn(facts),
      wrongColumn(),
      triesColumn(facts),
      settleColumn('minmax(130px, 0.9fr)', causes),
    ];
  }, [format, now, lineName, causes]);

  const panelProps: CausesPanelProps = {
    causes,
    shown: cause === undefined ? null : causeId(cause),
    onShow: showCause,
    ticked: selection.causes,
    onTick: selection.toggleCause,
    known: read.data !== undefined,
    error: read.error,
    onRetry: () => void read.refetch(),
    busy: read.isFetching,
  };
  const filtered = isFiltered(filters);
  const total = list.first?.total ?? null;
  const trouble = decisions.trouble;
  const clear = <Button onClick={() => router.history.replace(paths.triage())}>{t.clear}</Button>;

  return (
    <Screen title={t.title} surface="work">
      <WithDrawer
        drawer={
          shown === null ? null : (
            <MessageDrawer
              // Another message is another drawer: read from its top, with the focus going back to its own row.
              key={shown}
              id={shown}
              row={list.rows.find((m) => m.id === shown)}
              decisions={decisions}
              onClose={() => show(undefined)}
              quiet={selection.size > 0}
            />
          )
        }
      >
        <div className={styles.work}>
          {!narrow && (
            <aside ref={panel} className={styles.causes} aria-label={t.causes.label}>
              <CausesPanel {...panelProps} onEscape={() => showCause(null)} />
            </aside>
          )}
          <section className={styles.list} aria-label={t.list}>
            <FilterBar
              filters={filters}
              onChange={change}
              searchLabel={t.search}
              groups={groups}
              onLeaveSearch={focus.focus}
              lead={narrow && <CausesMenu {...panelProps} />}
              end={total === null ? undefined : messagesText.total(total)}
            />
            {trouble !== null && (trouble.id === null || trouble.id !== shown) && (
              <div className={styles.note}>
                <TroubleNote trouble={trouble} onClose={decisions.clearTrouble} />
              </div>
            )}
            <div ref={focus.ref} className={styles.pane}>
              <MessageList
                label={t.list}
                list={list}
                columns={columns}
                open={shown}
                onOpen={(message) => show(message.id)}
                onClose={() => (shown === null ? selection.clear() : show(undefined))}
                selection={selection}
                isQuiet={(m) => m.state === 'dismissed'}
                empty={!filtered ? t.none : filters.cause === undefined ? t.noneFound : t.noneOfCause}
                emptyAction={
                  filtered ? clear : <ButtonLink to={paths.messages()}>{t.allMessages}</ButtonLink>
                }
              />
            </div>
            {selection.size > 0 && (
              <Bulk
                selection={selection}
                rows={list.rows}
                cause={cause}
                onRetry={retry}
                onDismiss={dismiss}
                onUndismiss={() =>
                  decisions.undismiss(
                    selection.undismiss.which.flatMap((w) => ('ids' in w ? w.ids : [])),
                    done,
                  )
                }
                onClear={done}
                busy={decisions.busy?.what ?? null}
              />
            )}
          </section>
        </div>
      </WithDrawer>
      <Rehearsal
        share={rehearsed}
        onClose={() => setRehearsed(null)}
        onSent={() => {
          setRehearsed(null);
          done();
        }}
      />
    </Screen>
  );
}
