/** Above everything: the link to the core is lost, the vault is locked, or this computer is offline. */
import { useEffect, useRef } from 'react';
import { Button, ButtonLink, Lamp } from '@/components';
import { announce } from '../announce';
import { paths } from '../paths';
import { useCore, useFormat, useStatus } from '../queries';
import { appText as t } from '../text';
import { useLink } from '../useLink';
import styles from './Banner.module.css';

export function Banner() {
  const { host } = useCore();
  const format = useFormat();
  const status = useStatus();
  const link = useLink();
  const wasLost = useRef(false);

  useEffect(() => {
    if (link.state === 'fine' && wasLost.current) announce(t.link.back);
    wasLost.current = link.state !== 'fine';
  }, [link.state]);

  if (link.state !== 'fine') {
    const say =
      link.state === 'refused'
        ? t.link.refused
        : link.seen === null
          ? t.link.lostPlain
          : t.link.lost(format.timeZoned(link.seen));
    return (
      <div className={styles.banner} role="alert">
        <Lamp signal="unknown" silent />
        <span>{say}</span>
        <Button size="sm" onClick={() => host.reconnect()}>
          {t.link.now}
        </Button>
      </div>
    );
  }
  if (status?.vault.mode === 'locked') {
    return (
      <div className={styles.banner} role="status">
        <Lamp signal="danger" silent />
        <span>{t.locked.say(status.waiting)}</span>
        <ButtonLink size="sm" to={paths.settings('vault')}>
          {t.locked.open}
        </ButtonLink>
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
