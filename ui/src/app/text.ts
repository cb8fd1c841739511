/** Every word of the shell and of the parts all screens share. Each feature has its own text.ts beside it. */
import type { Channel, Environment, HoldReason, MessageState, Signal } from '@/api/generated';

/** Units. A thin rule: a number, a space, a unit. */
export const formatText = {
  milliseconds: (n: number) => `${n} ms`,
  underMillisecond: '< 1 ms',
  seconds: (n: number) => `${n} s`,
  secondsText: (n: string) => `${n} s`,
  minutes: (n: number) => `${n} min`,
  hours: (n: number) => `${n} h`,
  days: (n: number) => (n === 1 ? '1 day' : `${n} days`),
  years: (n: number) => `${n} years`,
  underMinute: 'less than a minute',
};

/** The fixed vocabulary of DESIGN: one word per idea, everywhere. */
export const words = {
  signal: {
    clear: 'Clear',
    caution: 'Caution',
    danger: 'Danger',
    off: 'Off',
    unknown: 'Unknown',
  } satisfies Record<Signal, string>,
  /** Until the providers have been read, and for those that are not in this version. */
  provider: { twilio: 'Twilio', resend: 'Resend', smtp: 'SMTP', whatsapp: 'WhatsApp' } as Record<
    string,
    string
  >,
  channel: { sms: 'SMS', whatsapp: 'WhatsApp', email: 'Email' } satisfies Record<Channel, string>,
  environment: {
    production: 'Production',
    sandbox: 'Sandbox',
    practice: 'Practice',
    custom: 'Custom',
  } satisfies Record<Environment, string>,
  state: {
    queued: 'Waiting',
    sending: 'Waiting',
    held: 'Waiting',
    accepted: 'Awaiting receipt',
    sent: 'Awaiting receipt',
    delivered: 'Delivered',
    read: 'Read',
    unknown: 'Outcome unknown',
    needs_attention: 'Failed',
    expired: 'Expired',
    cancelled: 'Cancelled',
    suppressed: 'Opted out',
    dismissed: 'Dismissed',
  } satisfies Record<MessageState, string>,
  hold: {
    reconnect: 'line signed out',
    admin: 'line needs an admin',
    paused: 'line paused',
    breaker: 'line failing',
    offline: 'this computer is offline',
    rate: 'sending limit',
    quiet_hours: 'quiet hours',
    scheduled: 'scheduled',
    window: 'reply window closed',
    disk: 'disk is full',
    restored: 'restored from a backup',
    asked: 'waits for you',
  } satisfies Record<HoldReason, string>,
};

export const appText = {
  product: 'Signalbox',
  documentTitle: (title: string) => `${title} · Signalbox`,
  skip: 'Skip to content',
  opening: 'Opening the screen',
  nav: {
    label: 'Main',
    sections: { today: 'Today', network: 'Network', library: 'Library', foot: 'Signalbox' },
    collapse: 'Collapse navigation',
    expand: 'Expand navigation',
    waiting: (n: string) => `${n} waiting`,
    failed: (n: string) => `${n} failed`,
    danger: (n: number) => (n === 1 ? '1 line at danger' : `${n} lines at danger`),
  },
  theme: {
    label: 'Theme',
    options: { system: 'Same as the system', light: 'Light', dark: 'Dark' },
  },
  top: {
    search: 'Search everything',
    searchKey: (mac: boolean) => (mac ? '⌘ K' : 'Ctrl K'),
    newMessage: 'New message',
    breadcrumb: 'You are here',
  },
  status: {
    zone: (name: string, offset: string) =>
      name === offset ? `All times ${name}` : `All times ${name}, ${offset}`,
    help: 'help',
  },
  link: {
    lost: (since: string) => `Connection to Signalbox lost. Everything here is as of ${since}.`,
    lostPlain: 'Connection to Signalbox lost.',
    refused:
      'This page has no valid key. Open the newest address that Signalbox printed; each start makes a new one.',
    now: 'Try now',
    back: 'Connected to Signalbox again.',
  },
  /** Which, why, consequence; the button is the action. */
  locked: {
    say: (waiting: number) =>
      `The vault is locked, so no line can sign in and nothing is sent. ${
        waiting === 0
          ? 'New messages are accepted and wait.'
          : waiting === 1
            ? '1 message waits and leaves by itself once the vault is open.'
            : `${new Intl.NumberFormat().format(waiting)} messages wait and leave by themselves once the vault is open.`
      }`,
    open: 'Open the vault…',
  },
  offline: 'This computer is offline. Messages are held and leave by themselves when it is back.',
  palette: {
    title: 'Search everything',
    field: 'Search lines, screens, actions and messages',
    groups: { screens: 'Screens', actions: 'Actions', lines: 'Lines', messages: 'Messages' },
    none: (q: string) => `Nothing found for “${q}”.`,
    searching: 'Searching messages',
    all: (q: string) => `All messages with “${q}”`,
    results: (n: number) => (n === 1 ? '1 result' : `${n} results`),
    hint: 'Arrow keys to move, Enter to open, Esc to close.',
  },
  keys: {
    title: 'Keys',
    off: 'Single-letter keys are switched off in settings.',
    ignored: 'Single-letter keys are ignored while you type.',
    groups: { everywhere: 'Everywhere', here: 'On this screen', lists: 'In lists', dialogs: 'In dialogs' },
    search: 'Search everything',
    newMessage: 'New message',
    help: 'This help',
    move: 'Move',
    open: 'Open',
    close: 'Close, back to the list',
    select: 'Select',
    selectRange: 'Select up to here',
    confirm: 'Confirm',
    cancel: 'Cancel',
    goTo: (screen: string) => `Go to ${screen}`,
    short: { move: 'move', select: 'select', open: 'open' },
  },
  live: {
    line: (name: string, signal: string) => `${name}: ${signal}.`,
    arrived: (title: string) => title,
  },
  notFound: {
    title: 'Not found',
    say: 'There is nothing at this address.',
    action: 'Open the overview',
  },
  crash: {
    title: 'This screen stopped',
    say: 'It met something it was not made for. Messages go out all the same; only this view is affected.',
    again: 'Open it again',
    detail: 'Technical detail',
  },
  actions: {
    newMessage: 'Write a message',
    keys: 'Show keys',
    themeLight: 'Use the light theme',
    themeDark: 'Use the dark theme',
    themeSystem: 'Use the system theme',
    nav: 'Collapse or expand navigation',
  },
};
