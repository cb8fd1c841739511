/** A button's menu of actions, and the filter chips built on it. */
import { Menu as Base } from '@base-ui/react/menu';
import type { ReactElement, ReactNode } from 'react';
import buttonStyles from './Button.module.css';
import styles from './Chip.module.css';
import type { Option } from './Choice';
import { cx } from './classes';
import { Icon, type IconName } from './Icon';
import popup from './popup.module.css';
import { partText } from './text';

export interface MenuItem {
  label: string;
  onSelect: () => void;
  icon?: IconName | undefined;
  /** A key or a count at the end. */
  end?: ReactNode;
  disabled?: boolean | undefined;
  danger?: boolean | undefined;
}

export interface MenuProps {
  /** A Button or IconButton; it gets the menu's behaviour. */
  trigger: ReactElement;
  /** `'-'` is a line between groups. */
  items: readonly (MenuItem | '-')[];
  align?: 'start' | 'end' | undefined;
  side?: 'bottom' | 'top' | 'right' | undefined;
}

export function Menu({ trigger, items, align = 'start', side = 'bottom' }: MenuProps) {
  return (
    <Base.Root modal={false}>
      <Base.Trigger render={trigger} />
      <Base.Portal>
        <Base.Positioner className={popup.positioner} sideOffset={4} align={align} side={side}>
          <Base.Popup className={popup.popup}>
            {items.map((item, index) =>
              item === '-' ? (
                // biome-ignore lint/suspicious/noArrayIndexKey: a separator has no identity but its place
                <Base.Separator key={`line-${index}`} className={popup.separator} />
              ) : (
                <Base.Item
                  key={item.label}
                  className={cx(popup.item, !item.icon && popup.plain, item.danger && popup.danger)}
                  disabled={item.disabled ?? false}
                  onClick={item.onSelect}
                >
                  {item.icon && <Icon name={item.icon} size={14} className={popup.icon} />}
                  <span className={popup.label}>{item.label}</span>
                  {item.end !== undefined && <span className={popup.end}>{item.end}</span>}
                </Base.Item>
              ),
            )}
          </Base.Popup>
        </Base.Positioner>
      </Base.Portal>
    </Base.Root>
  );
}

export interface ChoiceMenuProps<V extends string> {
  trigger: ReactElement;
  label: string;
  options: readonly Option<V>[];
  value: V | null;
  onChange: (value: V) => void;
  align?: 'start' | 'end' | undefined;
  side?: 'bottom' | 'top' | 'right' | undefined;
}

/** A button's menu of which exactly one is chosen: theme, sort order. */
export function ChoiceMenu<V extends string>({
  trigger,
  label,
  options,
  value,
  onChange,
  align = 'start',
  side = 'bottom',
}: ChoiceMenuProps<V>) {
  return (
    <Base.Root modal={false}>
      <Base.Trigger render={trigger} />
      <Base.Portal>
        <Base.Positioner className={popup.positioner} sideOffset={4} align={align} side={side}>
          <Base.Popup className={popup.popup}>
            <Base.RadioGroup value={value} onValueChange={(next: V) => onChange(next)}>
              <Base.Group>
                <Base.GroupLabel className={popup.groupLabel}>{label}</Base.GroupLabel>
                {options.map((option) => (
                  <Base.RadioItem
                    key={option.value}
                    value={option.value}
                    disabled={option.disabled ?? false}
                    closeOnClick
                    className={popup.item}
                  >
                    <span className={popup.mark}>
                      <Base.RadioItemIndicator>
                        <Icon name="check" size={14} />
                      </Base.RadioItemIndicator>
                    </span>
                    <span className={popup.label}>{option.label}</span>
                  </Base.RadioItem>
                ))}
              </Base.Group>
            </Base.RadioGroup>
          </Base.Popup>
        </Base.Positioner>
      </Base.Portal>
    </Base.Root>
  );
}

export interface FilterMenuProps<V extends string> {
  /** "Channel" */
  label: string;
  options: readonly (Option<V> & { count?: string | undefined })[];
  value: readonly V[];
  onChange: (value: V[]) => void;
}

/** A chip that opens a list to tick; shows what is ticked. Nothing ticked means no filter. */
export function FilterMenu<V extends string>({ label, options, value, onChange }: FilterMenuProps<V>) {
  const chosen = options.filter((o) => value.includes(o.value));
  const on = chosen.length > 0;
  return (
    <Base.Root modal={false}>
      <Base.Trigger className={cx(styles.chip, on && styles.on)}>
        {label}
        {on && (
          <b>
            {chosen[0]?.label}
            {chosen.length > 1 && ` +${chosen.length - 1}`}
          </b>
        )}
        <Icon name="down" size={12} />
      </Base.Trigger>
      <Base.Portal>
        <Base.Positioner className={popup.positioner} sideOffset={4} align="start">
          <Base.Popup className={popup.popup}>
            {options.map((option) => (
              <Base.CheckboxItem
                key={option.value}
                checked={value.includes(option.value)}
                disabled={option.disabled ?? false}
                className={popup.item}
                onCheckedChange={(checked) =>
                  onChange(
                    options
                      .map((o) => o.value)
                      .filter((v) => (v === option.value ? checked : value.includes(v))),
                  )
                }
              >
                <span className={popup.mark}>
                  <Base.CheckboxItemIndicator>
                    <Icon name="check" size={14} />
                  </Base.CheckboxItemIndicator>
                </span>
                <span className={popup.label}>
                  {option.label}
                  {option.hint && <span className={popup.hint}>{option.hint}</span>}
                </span>
                {option.count !== undefined && <span className={popup.end}>{option.count}</span>}
              </Base.CheckboxItem>
            ))}
            {on && (
              <>
                <Base.Separator className={popup.separator} />
                <Base.Item className={cx(popup.item, popup.plain)} onClick={() => onChange([])}>
                  {partText.clearFilter}
                </Base.Item>
              </>
            )}
          </Base.Popup>
        </Base.Positioner>
      </Base.Portal>
    </Base.Root>
  );
}

export interface ChipProps {
  children: ReactNode;
  /** With it the chip is a filter that is on, with a cross to take it off. */
  onRemove?: (() => void) | undefined;
  /** The name of what is removed, for the cross. */
  name?: string | undefined;
  /** Without onRemove: a button that is on or off. */
  pressed?: boolean | undefined;
  onClick?: (() => void) | undefined;
}

export function Chip({ children, onRemove, name, pressed, onClick }: ChipProps) {
  if (onRemove !== undefined) {
    return (
      <button
        type="button"
        className={cx(styles.chip, styles.on)}
        onClick={onRemove}
        aria-label={name === undefined ? undefined : partText.remove(name)}
      >
        <b>{children}</b>
        <Icon name="close" size={12} />
      </button>
    );
  }
  if (onClick !== undefined) {
    return (
      <button
        type="button"
        className={cx(styles.chip, pressed && styles.on)}
        aria-pressed={pressed}
        onClick={onClick}
      >
        {children}
      </button>
    );
  }
  return <span className={styles.chip}>{children}</span>;
}

export interface TagProps {
  children: ReactNode;
  icon?: IconName | undefined;
}

/** A quiet word on a thing: Practice, Sandbox. */
export function Tag({ children, icon }: TagProps) {
  return (
    <span className={styles.tag}>
      {icon && <Icon name={icon} size={12} />}
      {children}
    </span>
  );
}

/** For menus whose trigger should look like a small button. */
export const smallButton = cx(buttonStyles.button, buttonStyles.default, buttonStyles.sm);
