/** How states become a lamp and a word. The words themselves are in text.ts. */
import type { Channel, Connection, Hold, Message, MessageState, Signal } from '@/api/generated';
import { words } from './text';

export function signalWord(signal: Signal): string {
  return words.signal[signal];
}

export function channelWord(channel: Channel): string {
  return words.channel[channel];
}

export function stateWord(state: MessageState): string {
  return words.state[state];
}

export function holdWord(hold: Hold): string {
  return words.hold[hold.reason];
}

/** The lamp beside a message's state, or null where a lamp would say nothing. */
export function stateSignal(message: Pick<Message, 'state' | 'hold'>): Signal | null {
  switch (message.state) {
    case 'delivered':
    case 'read':
      return 'clear';
    case 'needs_attention':
      return 'danger';
    case 'unknown':
      return 'unknown';
    case 'held':
      return message.hold?.reason === 'scheduled' || message.hold?.reason === 'quiet_hours'
        ? null
        : 'caution';
    case 'expired':
    case 'cancelled':
    case 'suppressed':
    case 'dismissed':
      return 'off';
    default:
      return null;
  }
}

/** "Twilio, Reminders". */
export function lineName(connection: Pick<Connection, 'name'>, provider: string): string {
  return `${provider}, ${connection.name}`;
}

/** "twilio" as "Twilio" until the providers have been read. */
export function providerFallback(key: string): string {
  return words.provider[key] ?? key.charAt(0).toUpperCase() + key.slice(1);
}
