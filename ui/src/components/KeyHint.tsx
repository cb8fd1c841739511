/** A key or a sequence of keys: "g o", "Ctrl Enter". Decoration: the name of the action stands beside it. */
import styles from './KeyHint.module.css';

export const isMac = typeof navigator !== 'undefined' && /mac|iphone|ipad/i.test(navigator.userAgent);

const names: Record<string, string> = {
  mod: isMac ? '⌘' : 'Ctrl',
  shift: isMac ? '⇧' : 'Shift',
  enter: 'Enter',
  escape: 'Esc',
  arrows: '↑ ↓',
};

/** `mod+k` as ["Ctrl", "K"], `g o` as ["g", "o"]. */
export function keyParts(keys: string): string[] {
  return keys
    .split(/[ +]/)
    .filter((k) => k !== '')
    .map((k) => names[k] ?? (keys.includes('+') && k.length === 1 ? k.toUpperCase() : k));
}

export function KeyHint({ keys }: { keys: string }) {
  return (
    <span className={styles.hint} aria-hidden="true">
      {keyParts(keys).map((part) => (
        <kbd key={part} className={styles.key}>
          {part}
        </kbd>
      ))}
    </span>
  );
}
