/** Picks the host once, at start. */
import type { Host } from './host';
import { httpHost, takeToken } from './http';

export async function chooseHost(): Promise<Host> {
  // `import.meta.env.MODE` is a constant at build time: the fixtures never reach a production bundle.
  if (import.meta.env.MODE === 'fixtures') {
    const { fixtureFromAddress } = await import('./fixture');
    return fixtureFromAddress();
  }
  if ('__TAURI_INTERNALS__' in window) {
    const { tauriHost } = await import('./tauri');
    return tauriHost();
  }
  return httpHost(takeToken());
}
