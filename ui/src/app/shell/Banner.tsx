/** Above everything: the link to the core is lost, or this computer is offline. */
import { useEffect, useRef, useState, useSyncExternalStore } from 'react';
import { Button, Lamp } from '@/components';
import { announce } from '../announce';
import { now } from '../clock';
import { useCore, useFormat, useStatus } from '../queries';
import { appText as t } from '../text';
import styles from './Banner.module.css';

const GRACE_MS = 1_000;

export function Banner() {
  const { host } = useCore();
  const format = useFormat();
  const status = useStatus();
  const link = useSyncExternalStore(host.watchLink, host.link);
  const [lostAt, setLostAt] = useState<number | null>(null);
  const seen = useRef<number | null>(null);
  const wasLost = useRef(false);

  useEffect(() => {
    if (link === 'live') {
      seen.current = now();
      setLostAt(null);
      if (wasLost.current) announce(t.link.back);
      wasLost.current = false;
      return;
    }
    if (link === 'refused') wasLost.current = true;
    if (link !== 'lost') return;
    const since = now();
    // A restart of the board is shorter than this: nothing to worry anyone about.
    const timer = setTimeout(() => {
      wasLost.current = true;
      setLostAt(since);
    }, GRACE_MS);
    return () => clearTimeout(timer);
  }, [link]);

  if (link === 'refused') {
    return (
      <div className={styles.banner} role="alert">
        <Lamp signal="unknown" silent />
        <span>{t.link.refused}</span>
        <Button size="sm" onClick={() => host.reconnect()}>
          {t.link.now}
        </Button>
      </div>
    );
  }
  if (lostAt !== null) {
    return (
      <div className={styles.banner} role="alert">
        <Lamp signal="unknown" silent />
        <span>{seen.current === null ? t.link.lostPlain : t.link.lost(format.timeZoned(lostAt))}</span>
        <Button size="sm" onClick={() => host.reconnect()}>
          {t.link.now}
        </Button>
      </div>
    );
  }
  if (status?.offline) {
    return (
      <div className={styles.banner} role="status">
        <Lamp signal="unknown" silent />
        <span>{t.offline}</span>
      </div>
    );
  }
  return null;
}
