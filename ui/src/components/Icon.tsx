/** Line icons, 16 px. Always beside a word, or inside a control that has a name. */
import type { ReactNode } from 'react';
import styles from './Icon.module.css';

const shapes = {
  overview: <path d="M1.8 6.8 8 3l6.2 3.8M3.5 6.2v7.3h9V6.2M3.5 10h9" />,
  messages: (
    <path d="M2.5 4.5A1.5 1.5 0 0 1 4 3h8a1.5 1.5 0 0 1 1.5 1.5v5A1.5 1.5 0 0 1 12 11H7l-3 2.5V11a1.5 1.5 0 0 1-1.5-1.5z" />
  ),
  triage: (
    <>
      <path d="M2.5 4h11M2.5 8h6.5M2.5 12H6" />
      <path d="m10 10.2 3.3 3.3m0-3.3L10 13.5" />
    </>
  ),
  calendar: (
    <>
      <rect x="2.5" y="3.5" width="11" height="10" rx="1.5" />
      <path d="M2.5 6.5h11M5.5 2v3M10.5 2v3" />
    </>
  ),
  lines: (
    <>
      <path d="M2 13h12M8 13V7.2" />
      <circle cx="8" cy="4.6" r="2.6" />
    </>
  ),
  route: (
    <>
      <path d="M4 14V2M4 10.5C4 7 11.5 8 11.5 4V2.2" />
      <path d="m9.5 4 2-2 2 2" />
    </>
  ),
  connect: <path d="M6 2.5v3M10 2.5v3M4 5.5h8V8a4 4 0 0 1-8 0zM8 12v2" />,
  document: <path d="M4 2.5h5.5L12 5v8.5H4zM6 7h4M6 9.5h4" />,
  people: (
    <>
      <circle cx="6" cy="5.5" r="2.2" />
      <path d="M2 13c.4-2.4 1.9-3.6 4-3.6s3.6 1.2 4 3.6M10.5 3.5a2.2 2.2 0 0 1 0 4.2M11.5 9.7c1.4.4 2.3 1.5 2.6 3.3" />
    </>
  ),
  list: (
    <>
      <path d="M5.5 4h8M5.5 8h8M5.5 12h8" />
      <path d="M2.5 4h.01M2.5 8h.01M2.5 12h.01" />
    </>
  ),
  settings: (
    <>
      <path d="M2.5 5h6M12 5h1.5M2.5 11H4M7.5 11h6" />
      <circle cx="10.2" cy="5" r="1.7" />
      <circle cx="5.8" cy="11" r="1.7" />
    </>
  ),
  sun: (
    <>
      <circle cx="8" cy="8" r="2.8" />
      <path d="M8 1.8v1.4M8 12.8v1.4M1.8 8h1.4M12.8 8h1.4M3.6 3.6l1 1M11.4 11.4l1 1M12.4 3.6l-1 1M4.6 11.4l-1 1" />
    </>
  ),
  moon: <path d="M12.8 9.5A5.5 5.5 0 0 1 6.5 3.2a5.5 5.5 0 1 0 6.3 6.3z" />,
  screen: (
    <>
      <rect x="2" y="3" width="12" height="8.5" rx="1.5" />
      <path d="M6 14h4" />
    </>
  ),
  search: (
    <>
      <circle cx="7" cy="7" r="4.2" />
      <path d="m10.2 10.2 3.3 3.3" />
    </>
  ),
  plus: <path d="M8 3v10M3 8h10" />,
  close: <path d="m4 4 8 8m0-8-8 8" />,
  check: <path d="m3.5 8.5 3 3 6-7" />,
  down: <path d="m4.5 6.5 3.5 3.5 3.5-3.5" />,
  up: <path d="M4.5 9.5 8 6l3.5 3.5" />,
  right: <path d="M6.5 4.5 10 8l-3.5 3.5" />,
  left: <path d="M9.5 4.5 6 8l3.5 3.5" />,
  phone: (
    <>
      <rect x="4.5" y="1.8" width="7" height="12.4" rx="1.5" />
      <path d="M7.3 11.8h1.4" />
    </>
  ),
  chat: <path d="M8 2.5a5.5 5.5 0 0 1 0 11c-1 0-1.9-.2-2.7-.7L2.5 13.5l.8-2.6A5.5 5.5 0 0 1 8 2.5z" />,
  mail: (
    <>
      <rect x="2.3" y="3.5" width="11.4" height="9" rx="1.5" />
      <path d="m2.8 4.8 5.2 4 5.2-4" />
    </>
  ),
  no: (
    <>
      <circle cx="8" cy="8" r="5.5" />
      <path d="m4.2 11.8 7.6-7.6" />
    </>
  ),
  practice: <path d="M6.5 2.5v4L3.2 12a1 1 0 0 0 .9 1.5h7.8a1 1 0 0 0 .9-1.5L9.5 6.5v-4M5.5 2.5h5M5 10h6" />,
  pause: <path d="M5.5 3.5v9M10.5 3.5v9" />,
  clock: (
    <>
      <circle cx="8" cy="8" r="5.5" />
      <path d="M8 5v3.2l2 1.3" />
    </>
  ),
  copy: (
    <>
      <rect x="5.5" y="5.5" width="8" height="8" rx="1.5" />
      <path d="M3.5 10.5h-1v-8h8v1" />
    </>
  ),
  arrow: <path d="M3 8h10M9.5 4.5 13 8l-3.5 3.5" />,
  retry: <path d="M12.7 6.2A5 5 0 1 0 13 9M13 2.8v3.6H9.4" />,
  upload: <path d="M8 10.5V3M5 5.8 8 2.8l3 3M3 10.5v2.7h10v-2.7" />,
  download: <path d="M8 3v7.5M5 7.7l3 3 3-3M3 10.5v2.7h10v-2.7" />,
  trash: <path d="M3 4.5h10M6.3 4.5V2.8h3.4v1.7M4.3 4.5l.6 8.7h6.2l.6-8.7" />,
  info: (
    <>
      <circle cx="8" cy="8" r="5.5" />
      <path d="M8 7.5V11M8 5.2h.01" />
    </>
  ),
  panel: (
    <>
      <rect x="2.3" y="3" width="11.4" height="10" rx="1.5" />
      <path d="M6 3v10" />
    </>
  ),
  keyboard: (
    <>
      <rect x="1.8" y="4" width="12.4" height="8" rx="1.5" />
      <path d="M4.5 6.6h.01M7 6.6h.01M9.2 6.6h.01M11.5 6.6h.01M5 9.5h6" />
    </>
  ),
  external: (
    <path d="M9.5 3H13v3.5M13 3 7.5 8.5M11.5 9v3.5a1 1 0 0 1-1 1h-7a1 1 0 0 1-1-1v-7a1 1 0 0 1 1-1H7" />
  ),
  more: <path d="M3.5 8h.01M8 8h.01M12.5 8h.01" strokeWidth="2" />,
  filter: <path d="M2.5 4h11M4.5 8h7M6.5 12h3" />,
} satisfies Record<string, ReactNode>;

export type IconName = keyof typeof shapes;

export interface IconProps {
  name: IconName;
  /** 16 unless told: 14 in buttons and fields, 12 in chips. */
  size?: 12 | 14 | 16;
  className?: string | undefined;
}

export function Icon({ name, size = 16, className }: IconProps) {
  return (
    <svg
      className={className === undefined ? styles.icon : `${styles.icon} ${className}`}
      width={size}
      height={size}
      viewBox="0 0 16 16"
      aria-hidden="true"
      focusable="false"
    >
      {shapes[name]}
    </svg>
  );
}

/** The product's mark. */
export function Mark({ size = 18 }: { size?: number }) {
  return (
    <svg
      width={size}
      height={size}
      viewBox="0 0 18 18"
      fill="none"
      stroke="currentColor"
      strokeWidth="1.6"
      aria-hidden="true"
      focusable="false"
    >
      <rect x="4.8" y="1.8" width="8.4" height="14.4" rx="4.2" />
      <circle cx="9" cy="6" r="1.9" fill="currentColor" stroke="none" />
      <circle cx="9" cy="11.9" r="1.4" strokeWidth="1.3" />
    </svg>
  );
}

export function channelIcon(channel: 'sms' | 'whatsapp' | 'email' | null): IconName {
  if (channel === 'sms') return 'phone';
  if (channel === 'whatsapp') return 'chat';
  if (channel === 'email') return 'mail';
  return 'connect';
}
