/** More about what the pointer rests on. Says nothing that is not also in the accessible text. */
import { Tooltip as Base } from '@base-ui/react/tooltip';
import type { ReactNode } from 'react';
import { cx } from './classes';
import popup from './popup.module.css';

export interface TooltipProps {
  /** What it says. Null shows none. */
  text: ReactNode;
  children: ReactNode;
  side?: 'top' | 'bottom' | 'left' | 'right' | undefined;
  className?: string | undefined;
}

export function Tooltip({ text, children, side = 'top', className }: TooltipProps) {
  if (text === null || text === undefined || text === '')
    return <span className={className}>{children}</span>;
  return (
    <Base.Root>
      <Base.Trigger render={<span className={className} />} delay={400}>
        {children}
      </Base.Trigger>
      <Base.Portal>
        <Base.Positioner className={popup.positioner} sideOffset={6} side={side}>
          <Base.Popup className={cx(popup.popup, popup.tip)}>{text}</Base.Popup>
        </Base.Positioner>
      </Base.Portal>
    </Base.Root>
  );
}
