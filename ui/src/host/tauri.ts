/** The desktop window. The only file that knows Tauri. */
import { Channel, invoke } from '@tauri-apps/api/core';
import type { ArgsOf, CommandName, LiveEvent, ResultOf } from '@/api/generated';
import { type Host, makeListeners, toApiError } from './host';
import { hostText } from './text';

export function tauriHost(): Host {
  const events = makeListeners<[LiveEvent]>();
  const links = makeListeners<[]>();
  let channel: Channel<LiveEvent> | null = null;
  let refused = false;

  const listen = () => {
    if (channel !== null) return;
    const mine = new Channel<LiveEvent>();
    mine.onmessage = (event) => events.emit(event);
    channel = mine;
    invoke('subscribe', { channel: mine }).then(
      () => {
        if (!refused) return;
        refused = false;
        links.emit();
        events.emit({ type: 'gap' });
      },
      () => {
        // Without the feed the screens would grow old in silence: that is a lost link.
        channel = null;
        refused = true;
        links.emit();
      },
    );
  };

  return {
    kind: 'tauri',
    async call<N extends CommandName>(name: N, args: ArgsOf<N>): Promise<ResultOf<N>> {
      try {
        return await invoke<ResultOf<N>>('api', { cmd: name, payload: args });
      } catch (cause) {
        throw toApiError(cause, {
          code: 'internal',
          message: typeof cause === 'string' ? cause : hostText.unreadable.message,
          remedy: hostText.unreadable.remedy,
        });
      }
    },
    subscribe(listener) {
      const stop = events.add(listener);
      listen();
      return stop;
    },
    // Window and core are one process: the link breaks only when the feed was refused.
    link: () => (refused ? 'lost' : 'live'),
    watchLink: (listener) => links.add(listener),
    reconnect: listen,
  };
}
