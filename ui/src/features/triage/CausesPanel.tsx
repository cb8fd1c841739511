/** The causes at the left of the table, or in a menu where there is no room. */
import { useState } from 'react';
import { Button, ErrorState, Icon, Note, Popover, SkeletonRows } from '@/components';
import type { ApiError } from '@/host/host';
import { Causes, type CausesProps } from './Causes';
import styles from './Causes.module.css';
import { triageText } from './text';

const t = triageText.causes;

export interface CausesPanelProps extends CausesProps {
  known: boolean;
  error: ApiError | null;
  onRetry: () => void;
  busy: boolean;
}

export function CausesPanel({ known, error, onRetry, busy, ...props }: CausesPanelProps) {
  if (!known) {
    return error === null ? (
      <SkeletonRows label={t.reading} rows={4} height={72} />
    ) : (
      <ErrorState error={error} title={t.failed} onRetry={onRetry} busy={busy} compact />
    );
  }
  return (
    <>
      {error !== null && (
        <Note signal="unknown" role="status">
          {t.failed} {error.remedy}
        </Note>
      )}
      <Causes {...props} />
    </>
  );
}

export function CausesMenu(props: CausesPanelProps) {
  const [open, setOpen] = useState(false);
  const { causes, onShow } = props;
  return (
    <Popover
      title={t.title}
      open={open}
      onOpenChange={setOpen}
      trigger={
        <Button size="sm">
          {t.menu} <b>{causes.length}</b>
          <Icon name="down" size={12} />
        </Button>
      }
    >
      <div className={styles.menu}>
        <CausesPanel
          {...props}
          onShow={(cause) => {
            onShow(cause);
            setOpen(false);
          }}
        />
      </div>
    </Popover>
  );
}
