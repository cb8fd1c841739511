/** Which decisions a message is open to. The core decides in the end; this is what is worth offering. */
import type { HoldReason, Message } from '@/api/generated';

export type Action = 'retry' | 'dismiss' | 'undismiss' | 'release' | 'cancel' | 'resolve';

/** Holds that a person may end. The others end with what caused them. */
const releasable: readonly HoldReason[] = ['scheduled', 'restored', 'window'];
/** Holds that end once the line is mended or switched on. */
const ofTheLine: readonly HoldReason[] = ['reconnect', 'admin', 'paused', 'breaker'];

export function allowed({ state, hold }: Pick<Message, 'state' | 'hold'>): Action[] {
  switch (state) {
    case 'needs_attention':
    case 'expired':
      return ['retry', 'dismiss'];
    case 'cancelled':
      return ['retry'];
    case 'dismissed':
      return ['undismiss', 'retry'];
    case 'queued':
      return ['cancel'];
    case 'held':
      if (hold?.reason === 'asked') return ['resolve'];
      return hold !== null && releasable.includes(hold.reason) ? ['release', 'cancel'] : ['cancel'];
    case 'unknown':
      return ['resolve'];
    default:
      return [];
  }
}

/** True when the way out leads over the line. */
export function waitsForLine({ state, hold }: Pick<Message, 'state' | 'hold'>): boolean {
  return state === 'held' && hold !== null && ofTheLine.includes(hold.reason);
}

/** False while the provider is still being asked: sending again could only double it. */
export function mayGoAgain({ state, hold }: Pick<Message, 'state' | 'hold'>): boolean {
  return state !== 'unknown' || hold?.reason === 'asked';
}

/** True when sending the same thing again would only fail again. */
export function needsRewrite({ failure }: Pick<Message, 'failure'>): boolean {
  return failure !== null && ['recipient', 'content'].includes(failure.class);
}
