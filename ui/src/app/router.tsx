/** Puts the features' routes together. */
import { type AnyRoute, createRouter, type RouterHistory } from '@tanstack/react-router';
import { Crash } from './Crash';
import { features } from './features';
import { readSearch, writeSearch } from './paths';
import { rootRoute } from './root';

export function makeRouter(history?: RouterHistory) {
  return createRouter({
    routeTree: rootRoute.addChildren(features.flatMap((f) => [...f.routes]) as AnyRoute[]),
    parseSearch: readSearch,
    stringifySearch: writeSearch,
    defaultErrorComponent: Crash,
    // Lists keep their own place; the main pane starts at its top.
    scrollRestoration: false,
    ...(history ? { history } : {}),
  });
}
