/** What starting a file would come to: by which line, from when, until about when. Nothing is stored. */
import type { ImportArgs, ImportCheck, SendArgs } from '@/api/generated';
import { useCommand } from '@/app/queries';
import type { ApiError } from '@/host/host';
import { type Span, spanOf, tooLate } from './rehearsal';

export interface Rehearsal {
  connection: string | null;
  span: Span | null;
  usefulUntil: string | null;
  notes: readonly string[];
  /** Message parts that would come too late. */
  late: number;
  error: ApiError | null;
}

interface Asked {
  check: ImportCheck | undefined;
  args: Omit<ImportArgs, 'csv'> | null;
  times: { send_at?: string; useful_until?: string };
  now: number;
}

export function useRehearsal({ check, args, times, now }: Asked): Rehearsal {
  // The first row that can go out stands for all: the core says which line takes it and when it leaves.
  const first = check?.preview[0];
  const asked: SendArgs | null =
    first === undefined || args === null
      ? null
      : {
          channel: args.channel,
          to: first.to,
          body: first.body,
          // A row's own subject is not shown by the check; its fields were checked there.
          ...(args.channel === 'email' ? { subject: args.subject ?? first.body.slice(0, 60) } : {}),
          ...(args.connection === undefined ? {} : { connection: args.connection }),
          ...times,
        };
  const preview = useCommand('preview', asked ?? { channel: 'sms', to: '', body: '' }, {
    enabled: asked !== null,
    keep: true,
  });
  const known = asked === null || preview.error !== null ? undefined : preview.data;
  const line = useCommand('connection', { id: known?.connection ?? '' }, { enabled: known !== undefined });
  const units = check?.segments ?? check?.ready ?? 0;
  const starts = times.send_at === undefined ? now : Math.max(now, Date.parse(times.send_at));
  const span = known === undefined ? null : spanOf(starts, units, line.data?.limits ?? null);
  return {
    connection: known?.connection ?? null,
    span,
    usefulUntil: known?.useful_until ?? null,
    notes: known?.notes ?? [],
    late:
      span === null ? 0 : tooLate(span, known === undefined ? null : Date.parse(known.useful_until), units),
    error: asked === null ? null : preview.error,
  };
}
