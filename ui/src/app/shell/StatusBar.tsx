/** The keys of this screen, and the zone all its times are in. */
import { KeyHint } from '@/components';
import { useNow } from '../clock';
import { useFormat, useSettings } from '../queries';
import { useAllShortcuts, useSingleKeys } from '../shortcuts';
import { appText as t } from '../text';
import { openKeys } from './palette-state';
import styles from './StatusBar.module.css';

export function StatusBar() {
  const shortcuts = useAllShortcuts();
  const single = useSingleKeys();
  const format = useFormat();
  const known = useSettings() !== undefined;
  const now = useNow();
  const hints = [...new Map(shortcuts.filter((s) => s.hint !== undefined).map((s) => [s.keys, s])).values()];
  return (
    <footer className={styles.bar}>
      {single &&
        hints.map((s) => (
          <span key={s.keys} className={styles.hint}>
            <KeyHint keys={s.keys} />
            {s.hint}
          </span>
        ))}
      <button type="button" className={styles.help} onClick={openKeys}>
        {single && <KeyHint keys="?" />}
        {t.status.help}
      </button>
      <span className={styles.space} />
      {known && <span>{t.status.zone(format.zoneName(now), format.offset(now))}</span>}
    </footer>
  );
}
