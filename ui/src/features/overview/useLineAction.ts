/** The one action a line's row offers, from its state and from what the core allows. */
import type { Connection } from '@/api/generated';
import { paths } from '@/app/paths';
import { useMutate } from '@/app/queries';
import { overviewText as t } from './text';

export type LineCommand = 'resume' | 'enable' | 'check';

export type LineAction =
  | { kind: 'go'; label: string; to: string; urgent: boolean }
  | { kind: 'run'; label: string; command: LineCommand };

export function lineAction(line: Connection): LineAction {
  const can = (what: string) => line.can.includes(what);
  const { actions } = t.board;
  if (line.state === 'reconnect' && can('reconnect'))
    return { kind: 'go', label: actions.reconnect, to: paths.line(line.id, 'reconnect'), urgent: true };
  if (line.state === 'disabled' && can('enable'))
    return { kind: 'run', label: actions.enable, command: 'enable' };
  if (line.state === 'paused' && can('resume'))
    return { kind: 'run', label: actions.resume, command: 'resume' };
  if (line.signal === 'unknown' && can('check'))
    return { kind: 'run', label: actions.check, command: 'check' };
  return { kind: 'go', label: actions.open, to: paths.line(line.id), urgent: line.signal === 'danger' };
}

/** Runs a line's command; `running` is the id it runs for. */
export function useLineCommand() {
  const resume = useMutate('resume');
  const enable = useMutate('enable');
  const check = useMutate('check');
  const all = { resume, enable, check };
  const busy = Object.values(all).find((m) => m.isPending);
  const failed = Object.values(all).find((m) => m.error !== null);
  return {
    run: (command: LineCommand, id: string) => {
      for (const m of Object.values(all)) m.reset();
      all[command].mutate({ id });
    },
    running: busy?.variables?.id ?? null,
    error: failed?.error ?? null,
    failedFor: failed?.variables?.id ?? null,
  };
}

export function isLineCommand(command: string | null): command is LineCommand {
  return command === 'resume' || command === 'enable' || command === 'check';
}
