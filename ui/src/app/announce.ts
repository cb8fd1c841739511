/** Words for screen readers only. Tables never announce their refreshes. */
type Listener = (text: string, urgency: 'polite' | 'assertive') => void;

let listener: Listener | null = null;

export function onAnnounce(next: Listener): () => void {
  listener = next;
  return () => {
    if (listener === next) listener = null;
  };
}

/** Polite waits for a pause; assertive interrupts, and is only for a line going to danger. */
export function announce(text: string, urgency: 'polite' | 'assertive' = 'polite'): void {
  listener?.(text, urgency);
}
