/** One screen: its top bar and its main pane. Every route's component renders exactly one. */
import { type ReactNode, useEffect } from 'react';
import { AppLink, Icon } from '@/components';
import { cx } from '@/components/classes';
import styles from './Screen.module.css';
import { TopBarTools } from './shell/TopBarTools';
import { SurfaceContext } from './surface';
import { appText as t } from './text';

export interface ScreenProps {
  title: string;
  /** What lies above this screen: `[{ label: 'Lines', to: paths.lines() }]`. */
  crumbs?: readonly { label: string; to: string }[] | undefined;
  /** Buttons of this screen, left of "New message". */
  actions?: ReactNode;
  /** False on the compose screen itself. */
  newMessage?: boolean | undefined;
  /**
   * `page` scrolls as a whole, with margins. `work` fills the pane without margins and scrolls inside;
   * it starts with the navigation as a rail below 1440 px. `panes` fills it too, with the navigation as on
   * a page: a form or facts and a panel beside them.
   */
  surface?: 'page' | 'work' | 'panes' | undefined;
  children: ReactNode;
}

export function Screen({
  title,
  crumbs = [],
  actions,
  newMessage = true,
  surface = 'page',
  children,
}: ScreenProps) {
  useEffect(() => {
    document.title = t.documentTitle(title);
  }, [title]);
  return (
    <SurfaceContext surface={surface} title={title}>
      <header className={styles.top}>
        {crumbs.length > 0 ? (
          <nav aria-label={t.top.breadcrumb} className={styles.crumbs}>
            {crumbs.map((c) => (
              <span key={c.to} className={styles.crumb}>
                <AppLink to={c.to}>{c.label}</AppLink>
                <Icon name="right" size={12} />
              </span>
            ))}
            <h1 className={styles.title}>{title}</h1>
          </nav>
        ) : (
          <h1 className={styles.title}>{title}</h1>
        )}
        <span className={styles.space} />
        <TopBarTools newMessage={newMessage}>{actions}</TopBarTools>
      </header>
      <main id="main" tabIndex={-1} className={cx(styles.main, surface !== 'page' && styles.work)}>
        {surface === 'page' ? <div className={styles.page}>{children}</div> : children}
      </main>
    </SurfaceContext>
  );
}
