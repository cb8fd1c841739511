/** Countries and time zones as this system names them. */

export interface Named {
  value: string;
  label: string;
}

/** Reserved codes that are no country. */
const NONE = new Set(['EU', 'EZ', 'UN', 'QO', 'XA', 'XB', 'ZZ']);

/** Every two-letter code the system has a name for, by name. */
export function countries(locale?: string): Named[] {
  const names = new Intl.DisplayNames(locale ?? 'en', { type: 'region', fallback: 'none' });
  const letters = [...'ABCDEFGHIJKLMNOPQRSTUVWXYZ'];
  return letters
    .flatMap((a) => letters.map((b) => a + b))
    .flatMap((code) => {
      const label = NONE.has(code) ? undefined : names.of(code);
      return label === undefined ? [] : [{ value: code, label }];
    })
    .sort((a, b) => a.label.localeCompare(b.label));
}

export function zoneLabel(zone: string): string {
  return zone.replaceAll('_', ' ');
}

/** The zones the system knows; the one in use is always among them. */
export function zones(now: string): Named[] {
  const all = new Set([...Intl.supportedValuesOf('timeZone'), now, 'UTC']);
  return [...all].sort().map((zone) => ({ value: zone, label: zoneLabel(zone) }));
}
