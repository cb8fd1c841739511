/** Saves one setting, and says beside it that it was done or why not. */
import type { Settings } from '@/api/generated';
import { useMutate } from '@/app/queries';
import { refusalText } from '@/app/refusal';

export type SaveState = 'idle' | 'saving' | 'saved';

export interface Saver<K extends keyof Settings> {
  save: (value: Settings[K]) => void;
  state: SaveState;
  error: string | null;
  /** Typing again: the old confirmation is over. */
  reset: () => void;
}

export function useSetting<K extends keyof Settings>(key: K): Saver<K> {
  const set = useMutate('settings_set');
  return {
    save: (value) => set.mutate({ [key]: value } as Partial<Settings>),
    state: set.isPending ? 'saving' : set.isSuccess ? 'saved' : 'idle',
    error: set.error === null ? null : refusalText(set.error),
    reset: set.reset,
  };
}
