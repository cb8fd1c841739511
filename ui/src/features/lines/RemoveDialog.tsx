/** Taking a line off the board, and what becomes of the work that waits for it. */
import { useState } from 'react';
import { useFormat, useMutate } from '@/app/queries';
import { ConfirmDialog, Radios, toast } from '@/components';
import type { LineDialogProps } from './TestDialog';
import { linesText } from './text';

const t = linesText.remove;

export function RemoveDialog({
  line,
  name,
  open,
  onClose,
  onRemoved,
}: LineDialogProps & { onRemoved: () => void }) {
  const format = useFormat();
  const remove = useMutate('remove');
  const [waiting, setWaiting] = useState<'cancel' | 'keep_as_failed'>('keep_as_failed');
  const n = format.number(line.waiting);
  return (
    <ConfirmDialog
      open={open}
      onClose={onClose}
      title={t.title(name)}
      description={t.say}
      confirm={t.confirm}
      variant="danger"
      busy={remove.isPending}
      error={remove.error}
      onConfirm={() =>
        remove.mutate(
          { id: line.id, waiting: line.waiting === 0 ? 'cancel' : waiting },
          {
            onSuccess: () => {
              toast({ text: t.done(name) });
              onRemoved();
            },
          },
        )
      }
    >
      {line.waiting === 0 ? (
        <p className="ink2">{t.none}</p>
      ) : (
        <Radios
          label={t.waiting(line.waiting)}
          value={waiting}
          options={[
            { value: 'keep_as_failed', label: t.keep(n), hint: t.keepHint },
            { value: 'cancel', label: t.cancel(n), hint: t.cancelHint },
          ]}
          onChange={setWaiting}
        />
      )}
    </ConfirmDialog>
  );
}
