/** Letting go what only a person may let go: stale work, and work restored from a backup. */
import { useEffect, useState } from 'react';
import type { HoldReason, ResultOf } from '@/api/generated';
import { useCall, useFormat, useMutate } from '@/app/queries';
import { ConfirmDialog, Note, toast, Waiting } from '@/components';
import { ApiError } from '@/host/host';
import type { LineDialogProps } from './TestDialog';
import { linesText } from './text';

const t = linesText.release;

type Counted = ResultOf<'release'>;

export function ReleaseDialog({
  line,
  open,
  onClose,
  reasons,
}: Omit<LineDialogProps, 'name'> & { reasons: readonly HoldReason[] }) {
  const format = useFormat();
  const call = useCall();
  const release = useMutate('release');
  const [counted, setCounted] = useState<Counted | null>(null);
  const [problem, setProblem] = useState<ApiError | null>(null);
  const wanted = reasons.join(' ');
  // biome-ignore lint/correctness/useExhaustiveDependencies: counted once for each opening
  useEffect(() => {
    if (!open) return;
    setCounted(null);
    setProblem(null);
    Promise.all(
      reasons.map((reason) => call('release', { connection: line.id, reason, dry_run: true })),
    ).then(
      (all) =>
        setCounted({
          released: all.reduce((n, one) => n + one.released, 0),
          expired: all.reduce((n, one) => n + one.expired, 0),
          asked: all.reduce((n, one) => n + one.asked, 0),
        }),
      (error: unknown) => {
        if (error instanceof ApiError) setProblem(error);
      },
    );
  }, [open, line.id, wanted]);
  const n = counted?.released ?? 0;
  return (
    <ConfirmDialog
      open={open}
      onClose={onClose}
      title={t.title(n)}
      description={t.say}
      confirm={t.confirm(format.number(n))}
      disabled={counted === null || n === 0}
      busy={release.isPending}
      error={problem ?? release.error}
      onConfirm={() => {
        void Promise.all(reasons.map((reason) => release.mutateAsync({ connection: line.id, reason }))).then(
          (all) => {
            toast({ text: t.done(all.reduce((sum, one) => sum + one.released, 0)) });
            onClose();
          },
          () => {
            // The dialog shows the refusal.
          },
        );
      }}
    >
      {counted === null && problem === null && <Waiting>{t.asking}</Waiting>}
      {counted !== null && counted.expired > 0 && <Note signal="caution">{t.expired(counted.expired)}</Note>}
    </ConfirmDialog>
  );
}
