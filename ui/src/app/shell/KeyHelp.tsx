/** Every key that works now, gathered from the screens themselves. */
import { Dialog, KeyHint } from '@/components';
import { type Shortcut, useAllShortcuts, useSingleKeys } from '../shortcuts';
import { appText as t } from '../text';
import styles from './KeyHelp.module.css';
import { closeOverlay } from './palette-state';

const dialogKeys: Shortcut[] = [
  { keys: 'escape', label: t.keys.cancel },
  { keys: 'mod+enter', label: t.keys.confirm },
];

function Group({ title, shortcuts }: { title: string; shortcuts: readonly Shortcut[] }) {
  if (shortcuts.length === 0) return null;
  return (
    <section className={styles.group}>
      <h3>{title}</h3>
      <dl>
        {shortcuts.map((s) => (
          <div key={`${s.keys} ${s.label}`} className={styles.row}>
            <dt>{s.label}</dt>
            <dd>
              <KeyHint keys={s.keys} />
              <span className="vh">{s.keys}</span>
            </dd>
          </div>
        ))}
      </dl>
    </section>
  );
}

export function KeyHelp({ open }: { open: boolean }) {
  const all = useAllShortcuts();
  const single = useSingleKeys();
  const shown = [...new Map(all.map((s) => [`${s.keys} ${s.label}`, s])).values()].filter(
    // j and k are listed together as "j k".
    (s) => !(s.group === 'lists' && (s.keys === 'j' || s.keys === 'k')),
  );
  const of = (group: Shortcut['group']) => shown.filter((s) => (s.group ?? 'here') === group);
  return (
    <Dialog
      open={open}
      onClose={closeOverlay}
      title={t.keys.title}
      description={single ? t.keys.ignored : t.keys.off}
    >
      <div className={styles.columns}>
        <Group title={t.keys.groups.everywhere} shortcuts={of('everywhere')} />
        <div>
          <Group title={t.keys.groups.here} shortcuts={of('here')} />
          <Group title={t.keys.groups.lists} shortcuts={of('lists')} />
          <Group title={t.keys.groups.dialogs} shortcuts={dialogKeys} />
        </div>
      </div>
    </Dialog>
  );
}
