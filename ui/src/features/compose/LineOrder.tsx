/** Several lines in the order they are tried: the order is the person's, what is passed over is the core's. */
import { useRef } from 'react';
import type { Connection } from '@/api/generated';
import { useLineName } from '@/app/queries';
import { signalWord } from '@/app/words';
import { Button, IconButton, Lamp, Menu } from '@/components';
import styles from './LineOrder.module.css';
import { composeText } from './text';

const t = composeText.line.order;

export interface LineOrderProps {
  /** Lines of the channel that are not switched off. */
  lines: readonly Connection[];
  order: readonly string[];
  onOrder: (order: string[]) => void;
  error?: string | null | undefined;
}

export function LineOrder({ lines, order, onOrder, error }: LineOrderProps) {
  const name = useLineName();
  const list = useRef<HTMLOListElement>(null);
  const rest = lines.filter((l) => !order.includes(l.id));
  /** The focus goes along with the line, so that one key moves it several places. */
  const change = (next: string[], focus?: string) => {
    onOrder(next);
    if (focus === undefined) return;
    requestAnimationFrame(() => list.current?.querySelector<HTMLElement>(`[data-act="${focus}"]`)?.focus());
  };
  const swap = (from: number, to: number, act: 'up' | 'down') => {
    const next = [...order];
    const [moved] = next.splice(from, 1);
    if (moved === undefined) return;
    next.splice(to, 0, moved);
    const edge = act === 'up' ? to === 0 : to === next.length - 1;
    change(next, `${edge ? (act === 'up' ? 'down' : 'up') : act} ${moved}`);
  };
  return (
    <div className={styles.order}>
      <ol ref={list} aria-label={t.label}>
        {order.map((id, i) => {
          const line = lines.find((l) => l.id === id);
          if (line === undefined) return null;
          const over = line.signal === 'danger' || line.signal === 'off';
          return (
            <li key={id}>
              <span className={styles.place}>{i + 1}</span>
              <Lamp signal={line.signal} silent />
              <span className={styles.name}>
                {name(id)}
                <span className="ink3 t12"> {over ? t.passedOver(signalWord(line.signal)) : ''}</span>
              </span>
              <IconButton
                icon="up"
                size="sm"
                data-act={`up ${id}`}
                label={t.earlier(name(id))}
                disabled={i === 0}
                onClick={() => swap(i, i - 1, 'up')}
              />
              <IconButton
                icon="down"
                size="sm"
                data-act={`down ${id}`}
                label={t.later(name(id))}
                disabled={i === order.length - 1}
                onClick={() => swap(i, i + 1, 'down')}
              />
              <IconButton
                icon="close"
                size="sm"
                label={t.without(name(id))}
                disabled={order.length <= 1}
                onClick={() => change(order.filter((other) => other !== id))}
              />
            </li>
          );
        })}
      </ol>
      {rest.length > 0 && (
        <Menu
          trigger={
            <Button size="sm" variant="quiet" icon="plus">
              {t.add}
            </Button>
          }
          items={rest.map((l) => ({ label: name(l.id), onSelect: () => onOrder([...order, l.id]) }))}
        />
      )}
      {error ? (
        <p className={styles.error} role="alert">
          {error}
        </p>
      ) : (
        <p className="ink3 t12">{t.hint}</p>
      )}
    </div>
  );
}
