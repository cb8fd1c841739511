/** What a person does with a line. It happens at once; what can be undone offers Undo. */
import { useState } from 'react';
import type { Connection } from '@/api/generated';
import { useCall, useLineName } from '@/app/queries';
import { toast } from '@/components';
import { ApiError } from '@/host/host';
import { linesText as t } from './text';

export type LineAct = 'check' | 'pause' | 'resume' | 'disable' | 'enable';

const reverse: Partial<Record<LineAct, LineAct>> = {
  pause: 'resume',
  resume: 'pause',
  disable: 'enable',
};

export interface LineActions {
  run: (act: LineAct, line: Pick<Connection, 'id'>) => void;
  /** What runs, by line. */
  running: { id: string; act: LineAct } | null;
  failed: { id: string; error: ApiError } | null;
}

export function useLineActions(): LineActions {
  const call = useCall();
  const name = useLineName();
  const [running, setRunning] = useState<LineActions['running']>(null);
  const [failed, setFailed] = useState<LineActions['failed']>(null);
  const run = (act: LineAct, { id }: Pick<Connection, 'id'>, undoing = false) => {
    setRunning({ id, act });
    setFailed(null);
    call(act, { id })
      .then(
        () => {
          const back = reverse[act];
          toast({
            text: t.done[act](name(id)),
            undo: back === undefined || undoing ? undefined : () => run(back, { id }, true),
          });
        },
        (error: unknown) => {
          if (error instanceof ApiError) setFailed({ id, error });
          else throw error;
        },
      )
      .finally(() => setRunning(null));
  };
  return { run: (act, line) => run(act, line), running, failed };
}

/** The acts a line's menu offers, from what the core allows. */
export function actsOf(line: Pick<Connection, 'can'>): LineAct[] {
  const all: LineAct[] = ['check', 'resume', 'pause', 'enable', 'disable'];
  return all.filter((act) => line.can.includes(act));
}
