/** Whether the navigation is a rail: by width and kind of screen, until the person chooses. */
import { usePref } from '../prefs';
import { useSurface } from '../surface';
import { media, useMedia } from '../useMedia';

export interface Rail {
  rail: boolean;
  /** Null where there is no choice: at 1120 px and below the navigation is always a rail. */
  toggle: (() => void) | null;
}

export function useRail(): Rail {
  const { surface } = useSurface();
  const narrow = useMedia(media.narrow);
  const belowFull = useMedia(media.belowFull);
  const [choice, choose] = usePref(`nav.${surface}`);
  if (narrow) return { rail: true, toggle: null };
  const rail = choice === null ? surface === 'work' && belowFull : choice === 'rail';
  return { rail, toggle: () => choose(rail ? 'full' : 'rail') };
}
