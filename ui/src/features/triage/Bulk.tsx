/** Under the table while anything is ticked: how much that is, and the decisions about all of it. */
import type { Cause, Message } from '@/api/generated';
import { BulkBar, Button, Waiting } from '@/components';
import { causeId } from './causes';
import { triageText } from './text';
import type { TriageSelection } from './useTriageSelection';

const t = triageText.bulk;

export interface BulkProps {
  selection: TriageSelection;
  rows: readonly Message[];
  /** The one cause that is shown, if it is one. */
  cause: Cause | undefined;
  onRetry: () => void;
  onDismiss: () => void;
  onUndismiss: () => void;
  onClear: () => void;
  /** The decision under way. */
  busy: string | null;
}

export function Bulk({ selection, rows, cause, onRetry, onDismiss, onUndismiss, onClear, busy }: BulkProps) {
  const { retry, dismiss, undismiss, unknown } = selection;
  const [first] = retry.which;
  const one = retry.count === 1 && retry.which.length === 1 && first !== undefined && 'ids' in first;
  // Every row that is in memory is ticked, and there are more: offer them all, unread ones too.
  const more =
    cause !== undefined &&
    cause.state !== 'unknown' &&
    !selection.causes.has(causeId(cause)) &&
    rows.length > 0 &&
    cause.count > rows.length &&
    rows.every((m) => selection.has(m.id));
  return (
    <BulkBar text={t.selected(selection.size)} label={t.label} clearLabel={t.clear} onClear={onClear}>
      {retry.count > 0 && (
        <Button variant="primary" busy={one && busy === 'retry'} disabled={selection.busy} onClick={onRetry}>
          {one ? t.retryOne : t.retry(retry.count)}
        </Button>
      )}
      {dismiss.count > 0 && (
        <Button busy={busy === 'dismiss'} disabled={selection.busy} onClick={onDismiss}>
          {t.dismiss(dismiss.count)}
        </Button>
      )}
      {undismiss.count > 0 && (
        <Button busy={busy === 'undismiss'} disabled={selection.busy} onClick={onUndismiss}>
          {t.undismiss(undismiss.count)}
        </Button>
      )}
      {more && (
        <Button variant="link" onClick={() => selection.toggleCause(cause)}>
          {t.all(cause.count)}
        </Button>
      )}
      {selection.busy && <Waiting>{t.reading}</Waiting>}
      {unknown > 0 && <span className="ink3 t12">{t.unknownLeft(unknown)}</span>}
    </BulkBar>
  );
}
