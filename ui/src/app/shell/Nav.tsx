/** Where one can go. Only what exists is shown: features bring their own items. */
import { useRouterState } from '@tanstack/react-router';
import { AppLink, ChoiceMenu, Icon, IconButton, Lamp, Mark } from '@/components';
import { cx } from '@/components/classes';
import { type NavFacts, type NavItem, navItems } from '../features';
import { paths } from '../paths';
import { useConnections, useFormat, useMutate, useSettings, useStatus } from '../queries';
import { appText as t } from '../text';
import { useTheme } from '../theme';
import styles from './Nav.module.css';
import type { Rail } from './useRail';

export function isHere(to: string, pathname: string): boolean {
  return to === '/' ? pathname === '/' : pathname === to || pathname.startsWith(`${to}/`);
}

function Item({ item, here, facts, rail }: { item: NavItem; here: boolean; facts: NavFacts; rail: boolean }) {
  const badge = item.badge?.(facts) ?? null;
  return (
    <li>
      <AppLink
        to={item.to}
        className={cx(styles.item, here && styles.here)}
        aria-current={here ? 'page' : undefined}
        title={rail ? item.label : undefined}
      >
        <Icon name={item.icon} />
        <span className={styles.label}>{item.label}</span>
        {badge !== null && (
          <span className={styles.badge}>
            {badge.danger !== undefined && <Lamp signal="danger" size={11} label={badge.danger} />}
            {badge.text !== undefined && <span className={styles.badgeText}>{badge.text}</span>}
            {badge.short !== undefined && badge.danger === undefined && rail && (
              <span className={styles.badgeShort} aria-hidden="true">
                {badge.short}
              </span>
            )}
          </span>
        )}
      </AppLink>
    </li>
  );
}

const sections: readonly NavItem['section'][] = ['today', 'network', 'library'];

export function Nav({ rail, toggle }: Rail) {
  const pathname = useRouterState({ select: (s) => s.location.pathname });
  const settings = useSettings();
  const theme = useTheme();
  const setSettings = useMutate('settings_set');
  const facts: NavFacts = { status: useStatus(), lines: useConnections(), format: useFormat() };
  const items = (section: NavItem['section']) =>
    navItems
      .filter((i) => i.section === section)
      .map((i) => <Item key={i.to} item={i} here={isHere(i.to, pathname)} facts={facts} rail={rail} />);

  return (
    <nav className={cx(styles.nav, rail && styles.rail)} aria-label={t.nav.label}>
      <AppLink
        to={paths.overview()}
        className={styles.head}
        aria-label={settings?.business_name || t.product}
      >
        <Mark />
        <b className={styles.name}>{settings?.business_name || t.product}</b>
      </AppLink>
      {sections.map((section) => {
        const rows = items(section);
        return rows.length === 0 ? null : (
          <div key={section} className={styles.section}>
            <p className={styles.sectionName} id={`nav-${section}`}>
              {t.nav.sections[section]}
            </p>
            <ul aria-labelledby={`nav-${section}`}>{rows}</ul>
          </div>
        );
      })}
      <div className={styles.foot}>
        <ul>{items('foot')}</ul>
        <div className={styles.tools}>
          <ChoiceMenu
            trigger={
              <IconButton
                icon={theme === 'light' ? 'sun' : theme === 'dark' ? 'moon' : 'screen'}
                label={t.theme.label}
                size="sm"
              />
            }
            label={t.theme.label}
            side="top"
            options={(['system', 'light', 'dark'] as const).map((value) => ({
              value,
              label: t.theme.options[value],
            }))}
            value={theme}
            onChange={(next) => setSettings.mutate({ theme: next })}
          />
          {toggle !== null && (
            <IconButton
              icon="panel"
              label={rail ? t.nav.expand : t.nav.collapse}
              size="sm"
              onClick={toggle}
              className={styles.toggle}
            />
          )}
        </div>
      </div>
    </nav>
  );
}
