/** Before the first line: try it, or connect. */
import type { Channel } from '@/api/generated';
import { paths } from '@/app/paths';
import { useCommand, useFormat, useMutate, useStatus } from '@/app/queries';
import { refusalText, sentence } from '@/app/refusal';
import { Button, ButtonLink, channelIcon, Icon, Lamp } from '@/components';
import styles from './FirstRun.module.css';
import { overviewText as t } from './text';

const channels: readonly Channel[] = ['sms', 'whatsapp', 'email'];

function Track() {
  return (
    <svg className={styles.track} viewBox="0 0 712 84" fill="none" aria-hidden="true" focusable="false">
      <g className={styles.rails}>
        <path d="M0 74H712" />
        <path d="M130 74c46 0 46-38 92-38h150c46 0 46 38 92 38" />
        <path d="M520 74c46 0 46-38 92-38H712" strokeDasharray="4 5" />
      </g>
      <g className={styles.posts}>
        <path d="M84 74V50M352 36V20M500 74V50M664 36V20" />
        <g className={styles.discs}>
          <circle cx="84" cy="44" r="6" />
          <circle cx="352" cy="14" r="6" />
          <circle cx="500" cy="44" r="6" />
          <circle cx="664" cy="14" r="6" strokeDasharray="3.2 3.08" />
        </g>
      </g>
    </svg>
  );
}

export function FirstRun() {
  const providers = useCommand('providers', {}).data?.items ?? [];
  const practice = useMutate('practice_start');
  const vault = useStatus()?.vault.say;
  const format = useFormat();
  const groups = channels
    .map((channel) => ({ channel, names: providers.filter((p) => p.channel === channel).map((p) => p.name) }))
    .filter((g) => g.names.length > 0);
  return (
    <div className={styles.first}>
      <Track />
      <h2 className={styles.title}>{t.first.title}</h2>
      <p className={styles.lead}>{t.first.lead}</p>
      <div className={styles.two}>
        <section className={styles.option} aria-labelledby="first-practice">
          <h3 id="first-practice">{t.first.practice.title}</h3>
          <p>{t.first.practice.say}</p>
          <ul>
            {t.first.practice.points.map((point) => (
              <li key={point.say}>
                <Lamp signal={point.signal} silent />
                <span>{point.say}</span>
              </li>
            ))}
          </ul>
          <div className={styles.action}>
            <Button variant="primary" busy={practice.isPending} onClick={() => practice.mutate({})}>
              {t.first.practice.start}
            </Button>
            {practice.error !== null && (
              <p className={styles.error} role="alert">
                {t.first.practice.failed} {refusalText(practice.error)}
              </p>
            )}
          </div>
        </section>
        <section className={styles.option} aria-labelledby="first-real">
          <h3 id="first-real">{t.first.real.title}</h3>
          <p>{t.first.real.say}</p>
          <ul>
            {groups.map((g) => (
              <li key={g.channel}>
                <Icon name={channelIcon(g.channel)} size={14} className={styles.icon} />
                <span>{t.first.real.group(t.first.real.groups[g.channel], format.list(g.names))}</span>
              </li>
            ))}
          </ul>
          <div className={styles.action}>
            <ButtonLink to={paths.connect()}>{t.first.real.connect}</ButtonLink>
          </div>
        </section>
      </div>
      <p className="ink3 t12">
        {sentence(vault ?? '')} {t.first.marked}
      </p>
    </div>
  );
}
