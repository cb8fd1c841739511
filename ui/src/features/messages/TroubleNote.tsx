/** What a decision met: beside what was pressed, until it is closed or the next decision is made. */
import { IconButton, Note } from '@/components';
import styles from './Detail.module.css';
import { detailText as t } from './text';
import type { Trouble } from './useDecisions';

export function TroubleNote({ trouble, onClose }: { trouble: Trouble; onClose: () => void }) {
  return (
    <Note signal="caution" role="alert" className={styles.trouble}>
      <span className={styles.troubleText}>
        <b>{trouble.say}</b> {trouble.remedy}
      </span>
      <IconButton icon="close" size="sm" label={t.actions.close} onClick={onClose} />
    </Note>
  );
}
