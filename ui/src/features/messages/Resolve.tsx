/** A message whose outcome is unknown: three ways out, each with what it means. */
import { useState } from 'react';
import type { Message } from '@/api/generated';
import { recipient } from '@/app/queries';
import { Button, ConfirmDialog } from '@/components';
import { mayGoAgain } from './allowed';
import styles from './Detail.module.css';
import { detailText as t } from './text';
import type { Decisions, Resolution } from './useDecisions';

const ways: readonly Resolution[] = ['sent', 'again', 'drop'];

export function Resolve({ message, decisions }: { message: Message; decisions: Decisions }) {
  const [asked, setAsked] = useState<Resolution | null>(null);
  const [open, setOpen] = useState(false);
  const again = mayGoAgain(message);
  const who = recipient(message);
  const way = asked ?? 'sent';
  return (
    <div className={styles.resolve}>
      <p className="ink2 prose">{again ? t.resolve.lead : t.resolve.checking}</p>
      <ul className={styles.ways}>
        {ways.map((one) => {
          const off = one === 'again' && !again;
          return (
            <li key={one}>
              <Button
                disabled={off}
                aria-describedby={`resolve-${one}`}
                onClick={() => {
                  decisions.clearTrouble();
                  setAsked(one);
                  setOpen(true);
                }}
              >
                {t.resolve[one].label}…
              </Button>
              <span id={`resolve-${one}`} className="ink3 t12">
                {off ? t.resolve.again.notYet : t.resolve[one].hint}
              </span>
            </li>
          );
        })}
      </ul>
      <ConfirmDialog
        open={open}
        onClose={() => setOpen(false)}
        size="sm"
        title={t.resolve[way].title}
        confirm={t.resolve[way].label}
        variant={way === 'sent' ? 'primary' : 'danger'}
        busy={decisions.busy?.what === 'resolve'}
        onConfirm={() => decisions.resolve(message, way, () => setOpen(false))}
      >
        <p className="prose">{t.resolve[way].say(who)}</p>
        {decisions.trouble !== null && (
          <p className="danger" role="alert">
            <b>{decisions.trouble.say}</b> {decisions.trouble.remedy}
          </p>
        )}
      </ConfirmDialog>
    </div>
  );
}
