/** Renders the whole application on the fixture host, with the fixture's clock standing still. */

import { QueryClientProvider } from '@tanstack/react-query';
import { createMemoryHistory } from '@tanstack/react-router';
import { act, type RenderResult, render } from '@testing-library/react';
import userEvent, { type UserEvent } from '@testing-library/user-event';
import type { ReactNode } from 'react';
import { onTestFinished } from 'vitest';
import { App } from '@/app/App';
import { setClock } from '@/app/clock';
import { connectLive, makeInvalidator } from '@/app/live';
import { CoreContext, makeQueryClient } from '@/app/queries';
import { makeRouter } from '@/app/router';
import { type FixtureHost, fixtureHost, type Scene } from '@/host/fixture';
import { FIXTURE_NOW } from '@/host/fixture-lines';

export interface Rendered extends RenderResult {
  user: UserEvent;
  host: FixtureHost;
  /** The address now: "/lines/01…?act=reconnect". */
  where(): string;
}

export interface RenderOptions {
  scene?: Scene;
  host?: FixtureHost;
}

function start(host: FixtureHost) {
  onTestFinished(setClock(() => FIXTURE_NOW));
  const client = makeQueryClient();
  const invalidator = makeInvalidator(client);
  const stop = connectLive(host, invalidator);
  onTestFinished(() => {
    stop();
    client.clear();
  });
  return { client, core: { host, invalidator } };
}

/** `const { user, host, where } = await renderApp('/messages')`. */
export async function renderApp(path: string, options: RenderOptions = {}): Promise<Rendered> {
  const host = options.host ?? fixtureHost(options.scene ?? 'busy');
  const { client, core } = start(host);
  const router = makeRouter(createMemoryHistory({ initialEntries: [path] }));
  await router.load();
  const result = render(<App core={core} client={client} router={router} />);
  return {
    ...result,
    host,
    user: userEvent.setup(),
    where: () => router.state.location.href,
  };
}

/** For one part that needs queries but no routes. */
export function renderPart(part: ReactNode, options: RenderOptions = {}): Omit<Rendered, 'where'> {
  const host = options.host ?? fixtureHost(options.scene ?? 'busy');
  const { client, core } = start(host);
  const result = render(
    <CoreContext value={core}>
      <QueryClientProvider client={client}>{part}</QueryClientProvider>
    </CoreContext>,
  );
  return { ...result, host, user: userEvent.setup() };
}

/** Lets what is under way come to rest. */
export async function settle(): Promise<void> {
  await act(() => new Promise<void>((resolve) => setTimeout(resolve, 0)));
}
