/** One of a list. For two to four options that fit, use Segmented or Radios. */
import { Select as Base } from '@base-ui/react/select';
import type { Option } from './Choice';
import { cx } from './classes';
import { Field, type FieldBase } from './Field';
import fieldStyles from './Field.module.css';
import { Icon } from './Icon';
import popup from './popup.module.css';
import { partText } from './text';

export interface SelectProps<V extends string> extends FieldBase {
  options: readonly Option<V>[];
  value: V | null;
  onChange: (value: V) => void;
  disabled?: boolean | undefined;
  size?: 'sm' | 'md' | undefined;
  /** What stands there while nothing is chosen. */
  empty?: string | undefined;
}

export function Select<V extends string>({
  options,
  value,
  onChange,
  disabled = false,
  size = 'md',
  empty = partText.choose,
  ...field
}: SelectProps<V>) {
  return (
    <Field {...field}>
      {({ id, describedBy, invalid }) => (
        <Base.Root<V>
          items={options.map((o) => ({ value: o.value, label: o.label }))}
          value={value}
          disabled={disabled}
          modal={false}
          onValueChange={(next) => {
            if (next !== null) onChange(next);
          }}
        >
          <Base.Trigger
            id={id}
            className={cx(fieldStyles.control, popup.trigger, size === 'sm' && fieldStyles.small)}
            data-invalid={invalid || undefined}
            data-disabled={disabled || undefined}
            aria-describedby={describedBy}
            aria-invalid={invalid || undefined}
          >
            <Base.Value className={cx('ellipsis', popup.value)}>
              {(current: V | null) =>
                options.find((o) => o.value === current)?.label ?? <span className="ink3">{empty}</span>
              }
            </Base.Value>
            <Icon name="down" size={14} />
          </Base.Trigger>
          <Base.Portal>
            <Base.Positioner className={popup.positioner} sideOffset={4} alignItemWithTrigger={false}>
              <Base.Popup className={cx(popup.popup, popup.select)}>
                <Base.List>
                  {options.map((option) => (
                    <Base.Item
                      key={option.value}
                      value={option.value}
                      disabled={option.disabled ?? false}
                      className={popup.item}
                    >
                      <span className={popup.mark}>
                        <Base.ItemIndicator>
                          <Icon name="check" size={14} />
                        </Base.ItemIndicator>
                      </span>
                      <span className={popup.label}>
                        <Base.ItemText>{option.label}</Base.ItemText>
                        {option.hint && <span className={popup.hint}>{option.hint}</span>}
                      </span>
                    </Base.Item>
                  ))}
                </Base.List>
              </Base.Popup>
            </Base.Positioner>
          </Base.Portal>
        </Base.Root>
      )}
    </Field>
  );
}
