/** A real message by one line. */
import { useState } from 'react';
import type { ConnectionDetail } from '@/api/generated';
import { address } from '@/app/format';
import { paths } from '@/app/paths';
import { useMutate } from '@/app/queries';
import { errorAt, errorBeside } from '@/app/refusal';
import { ConfirmDialog, TextArea, TextField, toast } from '@/components';
import styles from './LinePage.module.css';
import { linesText } from './text';

const t = linesText.test;

export interface LineDialogProps {
  line: ConnectionDetail;
  /** "Twilio, Reminders" */
  name: string;
  open: boolean;
  onClose: () => void;
}

export function TestDialog({ line, name, open, onClose }: LineDialogProps) {
  const [to, setTo] = useState('');
  const [body, setBody] = useState('');
  const [tried, setTried] = useState(false);
  const test = useMutate('test');
  const send = () => {
    setTried(true);
    if (to.trim() === '') return;
    test.mutate(
      { id: line.id, to: to.trim(), ...(body.trim() === '' ? {} : { body }) },
      {
        onSuccess: (message) => {
          toast({
            text: t.sent(address(message.to)),
            link: { label: t.open, to: paths.message(message.id) },
          });
          onClose();
        },
      },
    );
  };
  return (
    <ConfirmDialog
      open={open}
      onClose={onClose}
      title={t.title(name)}
      description={line.environment === 'practice' ? t.practice : t.say}
      confirm={t.confirm}
      onConfirm={send}
      busy={test.isPending}
      error={errorBeside(test.error, ['to', 'body'])}
    >
      <div className={styles.form}>
        <TextField
          label={t.to}
          hint={t.toHint}
          value={to}
          autoComplete="off"
          onChange={(text) => {
            test.reset();
            setTo(text);
          }}
          error={tried && to.trim() === '' ? t.needed : errorAt(test.error, 'to')}
        />
        <TextArea
          label={t.body}
          optional
          rows={3}
          hint={t.bodyHint}
          value={body}
          onChange={(text) => {
            test.reset();
            setBody(text);
          }}
          error={errorAt(test.error, 'body')}
        />
      </div>
    </ConfirmDialog>
  );
}
