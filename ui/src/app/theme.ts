/** Light, dark, or as the system says. The choice is the business's setting; a copy spares a flash at start. */
import { useEffect } from 'react';
import type { Theme } from '@/api/generated';
import { readPref, writePref } from './prefs';
import { useSettings } from './queries';

const KEY = 'theme';

export function applyTheme(theme: Theme): void {
  if (theme === 'system') delete document.documentElement.dataset.theme;
  else document.documentElement.dataset.theme = theme;
}

/** Before the first paint, from the copy. */
export function applyRememberedTheme(): void {
  const theme = readPref(KEY);
  if (theme === 'light' || theme === 'dark') applyTheme(theme);
}

export function useTheme(): Theme {
  const theme = useSettings()?.theme;
  useEffect(() => {
    if (theme === undefined) return;
    applyTheme(theme);
    writePref(KEY, theme);
  }, [theme]);
  return theme ?? 'system';
}
