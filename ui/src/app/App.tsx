/** Everything around the router: the core, the cache, and the rule that nothing injects styles. */
import { CSPProvider } from '@base-ui/react/csp-provider';
import { type QueryClient, QueryClientProvider } from '@tanstack/react-query';
import { type AnyRouter, RouterProvider } from '@tanstack/react-router';
import { type Core, CoreContext } from './queries';

export interface AppProps {
  core: Core;
  client: QueryClient;
  router: AnyRouter;
}

export function App({ core, client, router }: AppProps) {
  return (
    <CSPProvider disableStyleElements>
      <CoreContext value={core}>
        <QueryClientProvider client={client}>
          <RouterProvider router={router} />
        </QueryClientProvider>
      </CoreContext>
    </CSPProvider>
  );
}
