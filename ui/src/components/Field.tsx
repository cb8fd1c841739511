/** Fields. Every one has a label; a placeholder never stands in for it. */
import { type ComponentPropsWithRef, type ReactNode, useId } from 'react';
import { cx } from './classes';
import styles from './Field.module.css';
import { Icon, type IconName } from './Icon';
import { KeyHint } from './KeyHint';
import { partText } from './text';

export interface FieldBase {
  label: ReactNode;
  /** Keeps the label for screen readers only, for search fields in toolbars. */
  hideLabel?: boolean | undefined;
  hint?: ReactNode;
  /** A sentence: what is wrong, and what would be right. */
  error?: string | null | undefined;
  /** Shows "optional" after the label. */
  optional?: boolean | undefined;
  className?: string | undefined;
}

export interface FieldIds {
  id: string;
  describedBy: string | undefined;
  invalid: boolean;
}

/** Label, control, hint and error in the right order. `children` gets the ids to put on its control. */
export function Field({
  label,
  hideLabel = false,
  hint,
  error,
  optional = false,
  className,
  children,
}: FieldBase & { children: (ids: FieldIds) => ReactNode }) {
  const id = useId();
  const hintId = `${id}-hint`;
  const errorId = `${id}-error`;
  const bad = error !== undefined && error !== null && error !== '';
  const described = [bad && errorId, hint !== undefined && hint !== null && hintId].filter(Boolean).join(' ');
  return (
    <div className={cx(styles.wrap, className)}>
      <label htmlFor={id} className={hideLabel ? 'vh' : styles.label}>
        {label}
        {optional && (
          <>
            {/* Spoken as two words. */} <span className={styles.optional}>{partText.optional}</span>
          </>
        )}
      </label>
      {children({ id, describedBy: described || undefined, invalid: bad })}
      {bad && (
        <p id={errorId} className={styles.error}>
          {error}
        </p>
      )}
      {hint !== undefined && hint !== null && (
        <p id={hintId} className={styles.hint}>
          {hint}
        </p>
      )}
    </div>
  );
}

type InputProps = Omit<ComponentPropsWithRef<'input'>, 'onChange' | 'value' | 'size' | 'className'>;

export interface TextFieldProps extends FieldBase, InputProps {
  value: string;
  onChange: (value: string) => void;
  icon?: IconName | undefined;
  /** A key hint at the end, for example "/". */
  keyHint?: string | undefined;
  /** Anything at the end: a unit, a button. */
  end?: ReactNode;
  mono?: boolean | undefined;
  /** 28 px unless told. */
  size?: 'sm' | 'md' | undefined;
}

export function TextField({
  label,
  hideLabel,
  hint,
  error,
  optional,
  className,
  value,
  onChange,
  icon,
  keyHint,
  end,
  mono = false,
  size = 'md',
  disabled,
  type = 'text',
  ...rest
}: TextFieldProps) {
  return (
    <Field
      label={label}
      hideLabel={hideLabel}
      hint={hint}
      error={error}
      optional={optional}
      className={className}
    >
      {({ id, describedBy, invalid }) => (
        <span
          className={cx(styles.control, size === 'sm' && styles.small)}
          data-invalid={invalid || undefined}
          data-disabled={disabled || undefined}
        >
          {icon && <Icon name={icon} size={14} />}
          <input
            {...rest}
            id={id}
            type={type}
            className={cx(styles.input, mono && 'mono')}
            value={value}
            disabled={disabled}
            onChange={(event) => onChange(event.target.value)}
            aria-describedby={describedBy}
            aria-invalid={invalid || undefined}
          />
          {end}
          {keyHint && value === '' && <KeyHint keys={keyHint} />}
        </span>
      )}
    </Field>
  );
}

type AreaProps = Omit<ComponentPropsWithRef<'textarea'>, 'onChange' | 'value' | 'className'>;

export interface TextAreaProps extends FieldBase, AreaProps {
  value: string;
  onChange: (value: string) => void;
  mono?: boolean | undefined;
}

export function TextArea({
  label,
  hideLabel,
  hint,
  error,
  optional,
  className,
  value,
  onChange,
  mono = false,
  rows = 4,
  disabled,
  ...rest
}: TextAreaProps) {
  return (
    <Field
      label={label}
      hideLabel={hideLabel}
      hint={hint}
      error={error}
      optional={optional}
      className={className}
    >
      {({ id, describedBy, invalid }) => (
        <textarea
          {...rest}
          id={id}
          rows={rows}
          className={cx(styles.control, styles.area, mono && 'mono')}
          data-invalid={invalid || undefined}
          value={value}
          disabled={disabled}
          onChange={(event) => onChange(event.target.value)}
          aria-describedby={describedBy}
          aria-invalid={invalid || undefined}
        />
      )}
    </Field>
  );
}
