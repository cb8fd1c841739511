/** The right end of every top bar: search everything, the screen's own actions, New message. */
import { useRouter } from '@tanstack/react-router';
import type { ReactNode } from 'react';
import { ButtonLink, Icon, isMac } from '@/components';
import { paths } from '../paths';
import { appText as t } from '../text';
import { openPalette } from './palette-state';
import styles from './TopBarTools.module.css';

/** True once a feature brought the route. */
export function useHasRoute(path: string): boolean {
  const router = useRouter();
  return path in router.routesByPath;
}

export function TopBarTools({ newMessage, children }: { newMessage: boolean; children?: ReactNode }) {
  const canCompose = useHasRoute('/compose');
  return (
    <div className={styles.tools}>
      <button
        type="button"
        className={styles.find}
        onClick={openPalette}
        aria-keyshortcuts="Control+K Meta+K"
      >
        <Icon name="search" size={14} />
        <span className={styles.findLabel}>{t.top.search}</span>
        <span className={styles.key} aria-hidden="true">
          {t.top.searchKey(isMac)}
        </span>
      </button>
      {children}
      {newMessage && canCompose && (
        <ButtonLink to={paths.compose()} icon="plus">
          {t.top.newMessage}
        </ButtonLink>
      )}
    </div>
  );
}
