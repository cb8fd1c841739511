/** The root of all routes. Features make theirs with `getParentRoute: () => rootRoute`. */
import { createRootRoute } from '@tanstack/react-router';
import { NotFound } from './NotFound';
import { Shell } from './shell/Shell';

export const rootRoute = createRootRoute({
  component: Shell,
  notFoundComponent: NotFound,
});
