/** Checkbox, radios, switch and segmented control: native inputs, so that every platform knows them. */
import { type ComponentPropsWithRef, type ReactNode, useEffect, useId, useRef } from 'react';
import styles from './Choice.module.css';
import { cx } from './classes';

type InputProps = Omit<ComponentPropsWithRef<'input'>, 'onChange' | 'type' | 'checked' | 'className' | 'ref'>;

export interface CheckboxProps extends InputProps {
  checked: boolean;
  onChange: (checked: boolean, shift: boolean) => void;
  label: ReactNode;
  hideLabel?: boolean | undefined;
  hint?: ReactNode;
  /** Some, not all. */
  mixed?: boolean | undefined;
  className?: string | undefined;
}

export function Checkbox({
  checked,
  onChange,
  label,
  hideLabel = false,
  hint,
  mixed = false,
  className,
  ...rest
}: CheckboxProps) {
  const ref = useRef<HTMLInputElement>(null);
  const id = useId();
  useEffect(() => {
    if (ref.current) ref.current.indeterminate = mixed && !checked;
  }, [mixed, checked]);
  return (
    <label className={cx(styles.choice, hideLabel && styles.bare, className)}>
      <input
        {...rest}
        ref={ref}
        type="checkbox"
        className={styles.box}
        checked={checked}
        aria-describedby={hint ? id : undefined}
        onChange={(event) =>
          onChange(event.target.checked, (event.nativeEvent as MouseEvent).shiftKey === true)
        }
      />
      <span className={hideLabel ? 'vh' : styles.text}>
        {label}
        {hint && (
          <span id={id} className={styles.hint}>
            {hint}
          </span>
        )}
      </span>
    </label>
  );
}

export interface Option<V extends string> {
  value: V;
  label: string;
  hint?: string | undefined;
  disabled?: boolean | undefined;
}

export interface RadiosProps<V extends string> {
  label: ReactNode;
  hideLabel?: boolean | undefined;
  options: readonly Option<V>[];
  value: V | null;
  onChange: (value: V) => void;
  disabled?: boolean | undefined;
}

export function Radios<V extends string>({
  label,
  hideLabel = false,
  options,
  value,
  onChange,
  disabled,
}: RadiosProps<V>) {
  const name = useId();
  return (
    <fieldset className={styles.group} disabled={disabled}>
      <legend className={hideLabel ? 'vh' : styles.legend}>{label}</legend>
      {options.map((option) => (
        <label key={option.value} className={styles.choice}>
          <input
            type="radio"
            className={styles.radio}
            name={name}
            checked={option.value === value}
            disabled={option.disabled}
            onChange={() => onChange(option.value)}
          />
          <span className={styles.text}>
            {option.label}
            {option.hint && <span className={styles.hint}>{option.hint}</span>}
          </span>
        </label>
      ))}
    </fieldset>
  );
}

export interface SwitchProps extends InputProps {
  checked: boolean;
  onChange: (checked: boolean) => void;
  label: ReactNode;
  hint?: ReactNode;
  hideLabel?: boolean | undefined;
}

/** For what takes effect at once. What is confirmed later is a checkbox. */
export function Switch({ checked, onChange, label, hint, hideLabel = false, ...rest }: SwitchProps) {
  const id = useId();
  return (
    <label className={cx(styles.choice, hideLabel && styles.bare)}>
      <input
        {...rest}
        type="checkbox"
        role="switch"
        className={styles.switch}
        checked={checked}
        aria-checked={checked}
        aria-describedby={hint ? id : undefined}
        onChange={(event) => onChange(event.target.checked)}
      />
      <span className={hideLabel ? 'vh' : styles.text}>
        {label}
        {hint && (
          <span id={id} className={styles.hint}>
            {hint}
          </span>
        )}
      </span>
    </label>
  );
}

export interface SegmentedProps<V extends string> {
  label: string;
  options: readonly Option<V>[];
  value: V;
  onChange: (value: V) => void;
  className?: string | undefined;
}

/** Two to four views of the same thing. */
export function Segmented<V extends string>({
  label,
  options,
  value,
  onChange,
  className,
}: SegmentedProps<V>) {
  const name = useId();
  return (
    <fieldset className={cx(styles.segmented, className)}>
      <legend className="vh">{label}</legend>
      {options.map((option) => (
        <label key={option.value} className={styles.segment}>
          <input
            type="radio"
            className={styles.segmentInput}
            name={name}
            checked={option.value === value}
            disabled={option.disabled}
            onChange={() => onChange(option.value)}
          />
          <span>{option.label}</span>
        </label>
      ))}
    </fieldset>
  );
}
