/** The last look before a file goes out. */
import { useState } from 'react';
import type { ImportCheck } from '@/api/generated';
import { useConnections, useFormat } from '@/app/queries';
import { ConfirmDialog, Note, TextField } from '@/components';
import type { ApiError } from '@/host/host';
import { leftOutText, RehearsalFacts } from './ManyPanel';
import dialog from './StartDialog.module.css';
import { composeText as t } from './text';
import type { Rehearsal } from './useRehearsal';

export interface StartDialogProps {
  open: boolean;
  onClose: () => void;
  /** The file's name, which the batch gets unless a person says otherwise. */
  file: string;
  ready: number;
  later: boolean;
  check: ImportCheck;
  rehearsal: Rehearsal;
  busy: boolean;
  error: ApiError | null;
  onConfirm: (name: string) => void;
}

export function StartDialog({
  open,
  onClose,
  file,
  ready,
  later,
  check,
  rehearsal,
  busy,
  error,
  onConfirm,
}: StartDialogProps) {
  const format = useFormat();
  const lines = useConnections() ?? [];
  const [typed, setTyped] = useState<string | null>(null);
  const name = typed ?? file.replace(/\.(csv|tsv|txt)$/i, '');
  const words = t.rehearsal.dialog;
  const left = leftOutText(check, format);
  return (
    <ConfirmDialog
      open={open}
      onClose={onClose}
      title={(later ? words.titleLater : words.title)(ready)}
      description={words.say}
      confirm={(later ? words.confirmLater : words.confirm)(format.number(ready))}
      onConfirm={() => onConfirm(name)}
      busy={busy}
      error={error}
      firm={busy}
    >
      <div className={dialog.body}>
        <RehearsalFacts check={check} rehearsal={rehearsal} lines={lines} />
        {rehearsal.notes.map((note) => (
          <Note key={note} signal="caution">
            {note}
          </Note>
        ))}
        {rehearsal.late > 0 && <Note signal="caution">{t.rehearsal.late(rehearsal.late)}</Note>}
        {left !== null && <Note icon="no">{left}</Note>}
        <TextField label={words.name} value={name} onChange={setTyped} />
      </div>
    </ConfirmDialog>
  );
}
