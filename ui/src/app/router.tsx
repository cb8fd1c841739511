/** Puts the features' routes together. Each screen's own program is fetched when it is first opened. */
import { type AnyRoute, type AnyRouter, createRouter, type RouterHistory } from '@tanstack/react-router';
import { Crash } from './Crash';
import { features } from './features';
import { Pending } from './Pending';
import { readSearch, writeSearch } from './paths';
import { rootRoute } from './root';

export function makeRouter(history?: RouterHistory) {
  return createRouter({
    routeTree: rootRoute.addChildren(features.flatMap((f) => [...f.routes]) as AnyRoute[]),
    parseSearch: readSearch,
    stringifySearch: writeSearch,
    defaultErrorComponent: Crash,
    // What arrives at once flashes nothing, and what was waited for is shown as soon as it is there.
    defaultPendingComponent: Pending,
    defaultPendingMs: 300,
    defaultPendingMinMs: 0,
    // Lists keep their own place; the main pane starts at its top.
    scrollRestoration: false,
    ...(history ? { history } : {}),
  });
}

/** Long enough for the first screen to be read and drawn. */
const REST_MS = 1_000;

/**
 * Fetches the other screens once the first one stands, so that each opens at once, and opens at all when the
 * core that the page came from is gone by then.
 */
export function fetchAllLater(router: AnyRouter): void {
  const stop = router.subscribe('onResolved', () => {
    stop();
    setTimeout(() => {
      for (const route of Object.values<AnyRoute>(router.routesById)) {
        // Without an answer it is fetched when it is opened, and says so there.
        void Promise.resolve(router.loadRouteChunk(route)).catch(() => undefined);
      }
    }, REST_MS);
  });
}
