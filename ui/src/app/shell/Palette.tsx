/** Search everything: screens, actions, lines, and messages by their text, name or address. */
import { Dialog as Base } from '@base-ui/react/dialog';
import { useRouter } from '@tanstack/react-router';
import { type KeyboardEvent, type ReactNode, useDeferredValue, useEffect, useId, useState } from 'react';
import type { Theme } from '@/api/generated';
import { Icon, type IconName, Lamp } from '@/components';
import { cx } from '@/components/classes';
import { useNow } from '../clock';
import { navItems, paletteActions } from '../features';
import { address } from '../format';
import { paths } from '../paths';
import { recipient, useCommand, useConnections, useFormat, useLineName, useMutate } from '../queries';
import { appText as t } from '../text';
import { channelWord, stateWord } from '../words';
import styles from './Palette.module.css';
import { closeOverlay, openKeys } from './palette-state';
import { useHasRoute } from './TopBarTools';

interface Entry {
  id: string;
  label: string;
  detail?: string | undefined;
  /** Everything it can be found by. */
  find: string;
  icon: ReactNode;
  end?: string | undefined;
  run: () => void;
}

interface EntryGroup {
  name: string;
  entries: Entry[];
}

const MESSAGES = 6;
const WAIT_MS = 150;

/** Every word typed must be somewhere in the text. */
export function matches(text: string, query: string): boolean {
  const hay = text.toLocaleLowerCase();
  return query
    .toLocaleLowerCase()
    .split(/\s+/)
    .every((word) => hay.includes(word));
}

function useSettled(value: string): string {
  const [settled, setSettled] = useState(value);
  useEffect(() => {
    const timer = setTimeout(() => setSettled(value), WAIT_MS);
    return () => clearTimeout(timer);
  }, [value]);
  return settled;
}

function PaletteBody({ toggleRail }: { toggleRail: (() => void) | null }) {
  const router = useRouter();
  const [query, setQuery] = useState('');
  const [at, setAt] = useState(0);
  const listId = useId();
  const lines = useConnections() ?? [];
  const lineName = useLineName();
  const format = useFormat();
  const now = useNow();
  const setSettings = useMutate('settings_set');
  const canCompose = useHasRoute('/compose');
  const canLine = useHasRoute('/lines/$id');
  const canMessage = useHasRoute('/messages/$id');
  const canMessages = useHasRoute('/messages');
  const wanted = useDeferredValue(useSettled(query.trim()));
  const asks = wanted.length >= 2 && canMessage;
  const found = useCommand('messages', { q: wanted, limit: MESSAGES }, { enabled: asks, keep: true });

  const go = (to: string) => () => {
    closeOverlay();
    router.history.push(to);
  };
  const icon = (name: IconName) => <Icon name={name} size={14} />;
  const theme = (value: Theme, label: string, name: IconName): Entry => ({
    id: `theme-${value}`,
    label,
    find: `${label} ${t.theme.label}`,
    icon: icon(name),
    run: () => {
      closeOverlay();
      setSettings.mutate({ theme: value });
    },
  });

  const fixed: EntryGroup[] = [
    {
      name: t.palette.groups.screens,
      entries: navItems.map((i) => ({
        id: `screen-${i.to}`,
        label: i.label,
        find: i.label,
        icon: icon(i.icon),
        end: i.key === undefined ? undefined : `g ${i.key}`,
        run: go(i.to),
      })),
    },
    {
      name: t.palette.groups.lines,
      entries: canLine
        ? lines.map((l) => ({
            id: `line-${l.id}`,
            label: lineName(l.id),
            detail: l.address === null ? undefined : address(l.address),
            find: `${lineName(l.id)} ${l.address ?? ''} ${l.provider}`,
            icon: <Lamp signal={l.signal} size={12} />,
            run: go(paths.line(l.id)),
          }))
        : [],
    },
    {
      name: t.palette.groups.actions,
      entries: [
        ...(canCompose
          ? [
              {
                id: 'new',
                label: t.actions.newMessage,
                find: `${t.actions.newMessage} ${t.top.newMessage}`,
                icon: icon('plus'),
                end: 'n',
                run: go(paths.compose()),
              },
            ]
          : []),
        ...paletteActions.map((a) => ({
          id: `action-${a.id}`,
          label: a.label,
          find: `${a.label} ${a.also ?? ''}`,
          icon: icon(a.icon),
          run: go(a.to),
        })),
        theme('system', t.actions.themeSystem, 'screen'),
        theme('light', t.actions.themeLight, 'sun'),
        theme('dark', t.actions.themeDark, 'moon'),
        ...(toggleRail === null
          ? []
          : [
              {
                id: 'rail',
                label: t.actions.nav,
                find: t.actions.nav,
                icon: icon('panel'),
                run: () => {
                  closeOverlay();
                  toggleRail();
                },
              },
            ]),
        {
          id: 'keys',
          label: t.actions.keys,
          find: t.actions.keys,
          icon: icon('keyboard'),
          end: '?',
          run: openKeys,
        },
      ],
    },
  ];

  const typed = query.trim();
  const messages: Entry[] =
    asks && typed.length >= 2
      ? (found.data?.items ?? []).map((m) => ({
          id: `message-${m.id}`,
          label: recipient(m),
          detail: `${channelWord(m.channel)}, ${lineName(m.connection)}, ${stateWord(m.state).toLowerCase()}`,
          find: '',
          icon: icon('messages'),
          end: format.when(m.created_at, now),
          run: go(paths.message(m.id)),
        }))
      : [];
  if (messages.length > 0 && found.data?.next && canMessages) {
    messages.push({
      id: 'all',
      label: t.palette.all(typed),
      find: '',
      icon: icon('search'),
      run: go(paths.messages({ q: typed })),
    });
  }
  const groups = [
    ...fixed.map((g) => ({
      ...g,
      entries: typed === '' ? g.entries : g.entries.filter((e) => matches(e.find, typed)),
    })),
    { name: t.palette.groups.messages, entries: messages },
  ].filter((g) => g.entries.length > 0);
  const flat = groups.flatMap((g) => g.entries);
  const current = flat[Math.min(at, flat.length - 1)];

  const onKeyDown = (event: KeyboardEvent<HTMLInputElement>) => {
    if (event.nativeEvent.isComposing) return;
    const last = flat.length - 1;
    const here = Math.min(at, last);
    const to =
      event.key === 'ArrowDown'
        ? here === last
          ? 0
          : here + 1
        : event.key === 'ArrowUp'
          ? here === 0
            ? last
            : here - 1
          : event.key === 'Home' && query === ''
            ? 0
            : event.key === 'End' && query === ''
              ? last
              : null;
    if (to !== null) {
      event.preventDefault();
      setAt(to);
      document.getElementById(`${listId}-${flat[to]?.id}`)?.scrollIntoView({ block: 'nearest' });
    } else if (event.key === 'Enter' && current !== undefined) {
      event.preventDefault();
      current.run();
    }
  };

  const searching = asks && found.isFetching;
  return (
    <>
      <div className={styles.field}>
        <Icon name="search" />
        <input
          type="text"
          role="combobox"
          aria-label={t.palette.field}
          aria-expanded="true"
          aria-controls={listId}
          aria-activedescendant={current === undefined ? undefined : `${listId}-${current.id}`}
          aria-autocomplete="list"
          autoComplete="off"
          spellCheck={false}
          placeholder={t.palette.field}
          value={query}
          onChange={(event) => {
            setQuery(event.target.value);
            setAt(0);
          }}
          onKeyDown={onKeyDown}
          className={styles.input}
        />
      </div>
      <div id={listId} role="listbox" aria-label={t.palette.title} className={styles.list} tabIndex={-1}>
        {groups.map((g) => (
          // biome-ignore lint/a11y/useSemanticElements: a group of options in a listbox has no element
          <div key={g.name} role="group" aria-label={g.name}>
            <p className={styles.group} aria-hidden="true">
              {g.name}
            </p>
            {g.entries.map((e) => (
              // biome-ignore lint/a11y/useKeyWithClickEvents: the field above has the keys
              <div
                key={e.id}
                id={`${listId}-${e.id}`}
                role="option"
                tabIndex={-1}
                aria-selected={e.id === current?.id}
                className={cx(styles.option, e.id === current?.id && styles.on)}
                onClick={e.run}
                onPointerMove={() => {
                  const index = flat.findIndex((f) => f.id === e.id);
                  if (index !== at) setAt(index);
                }}
              >
                <span className={styles.icon}>{e.icon}</span>
                <span className={styles.text}>
                  {e.label}
                  {e.detail !== undefined && <span className={styles.detail}>{e.detail}</span>}
                </span>
                {e.end !== undefined && <span className={styles.end}>{e.end}</span>}
              </div>
            ))}
          </div>
        ))}
      </div>
      <p className={styles.foot} role="status">
        {flat.length === 0 && !searching
          ? t.palette.none(typed)
          : searching
            ? t.palette.searching
            : found.error !== null && asks
              ? found.error.message
              : t.palette.hint}
        <span className="vh">{typed === '' ? '' : t.palette.results(flat.length)}</span>
      </p>
    </>
  );
}

export function Palette({ open, toggleRail }: { open: boolean; toggleRail: (() => void) | null }) {
  return (
    <Base.Root
      open={open}
      onOpenChange={(next) => {
        if (!next) closeOverlay();
      }}
    >
      <Base.Portal>
        <Base.Backdrop className={styles.scrim} />
        <Base.Viewport className={styles.viewport}>
          <Base.Popup className={styles.palette}>
            <Base.Title className="vh">{t.palette.title}</Base.Title>
            <PaletteBody toggleRail={toggleRail} />
          </Base.Popup>
        </Base.Viewport>
      </Base.Portal>
    </Base.Root>
  );
}
