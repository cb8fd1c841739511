/** Buttons, and links that look like them. */
import { Link } from '@tanstack/react-router';
import type { ComponentPropsWithRef, MouseEvent, ReactNode } from 'react';
import styles from './Button.module.css';
import { cx } from './classes';
import { Icon, type IconName } from './Icon';
import { Spinner } from './Spinner';

export type ButtonVariant = 'default' | 'primary' | 'quiet' | 'danger' | 'link';
export type ButtonSize = 'sm' | 'md' | 'lg';

interface Look {
  variant?: ButtonVariant | undefined;
  size?: ButtonSize | undefined;
  icon?: IconName | undefined;
}

export interface ButtonProps extends Omit<ComponentPropsWithRef<'button'>, 'disabled'>, Look {
  /** The action runs: a spinner before the label, the same width, clicks do nothing, focus stays. */
  busy?: boolean | undefined;
  disabled?: boolean | undefined;
  children: ReactNode;
}

function look(variant: ButtonVariant = 'default', size: ButtonSize = 'md', extra?: string): string {
  return cx(styles.button, styles[variant], styles[size], extra);
}

export function Button({
  variant,
  size,
  icon,
  busy = false,
  disabled = false,
  className,
  children,
  onClick,
  type = 'button',
  ...rest
}: ButtonProps) {
  return (
    <button
      {...rest}
      type={type}
      className={cx(look(variant, size, className), busy && styles.busy, busy && icon && styles.busyIcon)}
      disabled={disabled}
      aria-disabled={busy || undefined}
      aria-busy={busy || undefined}
      onClick={(event: MouseEvent<HTMLButtonElement>) => {
        if (busy) {
          event.preventDefault();
          return;
        }
        onClick?.(event);
      }}
    >
      {busy ? <Spinner size={icon ? 14 : 11} /> : icon && <Icon name={icon} size={14} />}
      {children}
    </button>
  );
}

export interface IconButtonProps
  extends Omit<ComponentPropsWithRef<'button'>, 'children' | 'disabled'>,
    Look {
  /** The accessible name, and the tooltip of the browser. */
  label: string;
  icon: IconName;
  disabled?: boolean | undefined;
  /** For a toggle. */
  pressed?: boolean | undefined;
}

export function IconButton({
  label,
  icon,
  variant = 'quiet',
  size,
  pressed,
  className,
  ...rest
}: IconButtonProps) {
  return (
    <button
      {...rest}
      type="button"
      className={cx(look(variant, size, className), styles.iconOnly)}
      aria-label={label}
      aria-pressed={pressed}
      title={label}
    >
      <Icon name={icon} size={14} />
    </button>
  );
}

export interface ButtonLinkProps extends Look {
  /** An address from `paths`. */
  to: string;
  children: ReactNode;
  className?: string | undefined;
  tabIndex?: number | undefined;
  'aria-label'?: string | undefined;
  onClick?: ((event: MouseEvent<HTMLAnchorElement>) => void) | undefined;
}

/** Goes somewhere, looks like a button. */
export function ButtonLink({ to, variant, size, icon, className, children, ...rest }: ButtonLinkProps) {
  return (
    <AppLink to={to} className={look(variant, size, className)} {...rest}>
      {icon && <Icon name={icon} size={14} />}
      {children}
    </AppLink>
  );
}

export interface AppLinkProps extends Omit<ComponentPropsWithRef<'a'>, 'href'> {
  /** An address from `paths`, query and all. */
  to: string;
}

/** A link inside the application. Takes whole addresses, so that `paths` stays the one place that knows them. */
export function AppLink({ to, ...rest }: AppLinkProps) {
  const url = new URL(to, 'http://app');
  const search = Object.fromEntries(
    [...new Set(url.searchParams.keys())].map((key) => {
      const all = url.searchParams.getAll(key);
      return [key, all.length === 1 ? all[0] : all];
    }),
  );
  return (
    <Link
      {...rest}
      to={url.pathname}
      search={search as never}
      {...(url.hash ? { hash: url.hash.slice(1) } : {})}
      activeProps={{}}
    />
  );
}
