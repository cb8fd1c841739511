/** Turns while something runs. Never alone: a word stands beside it. */
import styles from './Spinner.module.css';

export function Spinner({ size = 14 }: { size?: 11 | 14 }) {
  return <span className={styles.spinner} data-size={size} aria-hidden="true" />;
}
