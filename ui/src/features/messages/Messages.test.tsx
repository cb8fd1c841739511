import { act, screen, waitFor, within } from '@testing-library/react';
import axe from 'axe-core';
import { describe, expect, test, vi } from 'vitest';
import type { Message, MessageList } from '@/api/generated';
import { type FixtureHost, fixtureHost } from '@/host/fixture';
import { detail, fixtureMessages, page } from '@/host/fixture-messages';
import { ApiError } from '@/host/host';
import { renderApp } from '@/test/render';

// axe looks at every element; on a busy machine that takes its time.
vi.setConfig({ testTimeout: 30_000 });

const grid = () => screen.findByRole('grid', { name: 'Messages' });
const rows = () => screen.getAllByRole('row').filter((r) => r.dataset.row !== undefined);
const asked = (host: FixtureHost, name: string) =>
  host.calls.filter((c) => c.name === name).map((c) => c.args as Record<string, unknown>);
const listed = async () => {
  await grid();
  await waitFor(() => expect(rows().length).toBeGreaterThan(0));
};
const drawer = (who: string) => screen.findByRole('complementary', { name: `Message to ${who}` });

async function sound() {
  // Contrast and size need a layout: the browser run looks at them.
  const { violations } = await axe.run(document.body, {
    rules: { 'color-contrast': { enabled: false }, 'target-size': { enabled: false } },
  });
  expect(violations.map((v) => `${v.id}: ${v.nodes.map((n) => n.target.join(' ')).join(', ')}`)).toEqual([]);
}

/** The fixture's first message, with something else about it. */
function with1(host: FixtureHost, over: Partial<Message>): Message {
  const one = { ...(fixtureMessages[0] as Message), ...over };
  host.answer('messages', (args) => page([one, ...fixtureMessages.slice(1)], args));
  host.answer('message', ({ id }) => detail(id === one.id ? one : (fixtureMessages[5] as Message)));
  return one;
}

describe('the list', () => {
  test('says when, to whom, by which line, how it stands and what is next', async () => {
    await renderApp('/messages');
    await listed();
    const first = rows()[0];
    expect(first).toHaveTextContent(/11:26/);
    expect(first).toHaveTextContent('June Albright+1 555 010 0100');
    expect(first).toHaveTextContent('WhatsAppWhatsApp, Front desk');
    expect(first).toHaveTextContent('Waitingline signed out');
    expect(first).toHaveTextContent('Waits until WhatsApp, Front desk is signed in again');
    expect(screen.getByText('4,200 messages')).toBeInTheDocument();
  });

  test('is read page by page, however long it is', async () => {
    const { user, host } = await renderApp('/messages');
    await listed();
    expect(rows().length).toBeLessThan(60);
    act(() => rows()[0]?.focus());
    await user.keyboard('{End}');
    await waitFor(() =>
      expect(asked(host, 'messages')).toContainEqual({ limit: 100, after: '01msg00004101' }),
    );
  });

  test('nothing yet: one sentence', async () => {
    await renderApp('/messages', { scene: 'empty' });
    expect(await screen.findByText(/^No messages yet\./)).toBeInTheDocument();
    await sound();
  });

  test('cannot be read: says so and tries again', async () => {
    const { user, host } = await renderApp('/messages', { scene: 'broken' });
    expect(await screen.findByText('The list could not be read.')).toBeInTheDocument();
    const before = asked(host, 'messages').length;
    await user.click(screen.getByRole('button', { name: 'Try again' }));
    await waitFor(() => expect(asked(host, 'messages').length).toBe(before + 1));
  });

  test('has no known barrier', async () => {
    const { user } = await renderApp('/messages');
    await listed();
    await sound();
    act(() => rows()[0]?.focus());
    await user.keyboard('{Enter}');
    await within(await drawer('June Albright')).findByText(/a reminder of your visit/);
    await sound();
  });
});

describe('search and filters', () => {
  test('a filter goes into the address and to the core, and comes off again', async () => {
    const { user, host, where } = await renderApp('/messages');
    await listed();
    await user.click(screen.getByRole('button', { name: 'State' }));
    await user.click(await screen.findByRole('menuitemcheckbox', { name: 'Awaiting receipt' }));
    expect(where()).toBe('/messages?state=accepted&state=sent');
    await waitFor(() =>
      expect(asked(host, 'messages').at(-1)).toEqual({ state: ['accepted', 'sent'], limit: 100 }),
    );
    await user.keyboard('{Escape}');
    await user.click(screen.getByRole('button', { name: 'Clear filters' }));
    expect(where()).toBe('/messages');
  });

  test('an address with filters opens with them', async () => {
    const { host } = await renderApp(
      '/messages?state=held&channel=whatsapp&connection=01line0000wa1&fixture=busy',
    );
    await listed();
    expect(asked(host, 'messages')[0]).toEqual({
      state: ['held'],
      channel: ['whatsapp'],
      connection: ['01line0000wa1'],
      limit: 100,
    });
    expect(screen.getByRole('button', { name: /State.*Waiting, only held/ })).toBeInTheDocument();
    expect(screen.getByText('11 messages')).toBeInTheDocument();
  });

  test('/ leads to the search, which waits for a pause; Enter leads on to the list; Esc empties it', async () => {
    const { user, host, where } = await renderApp('/messages');
    await listed();
    await user.keyboard('/');
    const box = screen.getByRole('searchbox', { name: 'Search messages' });
    expect(box).toHaveFocus();
    await user.type(box, 'ruth');
    await waitFor(() => expect(where()).toBe('/messages?q=ruth'));
    expect(
      asked(host, 'messages').filter((a) => a.q !== undefined),
      'one question for four keys',
    ).toEqual([{ q: 'ruth', limit: 100 }]);
    await user.keyboard('{Enter}');
    expect(rows().some((r) => r === document.activeElement)).toBe(true);
    await user.keyboard('/{Escape}');
    expect(where()).toBe('/messages');
    expect(box).toHaveValue('');
  });

  test('a search that stopped says how far it got, and goes on only when asked', async () => {
    const host = fixtureHost('busy');
    const stopped = (args: { after?: string }): MessageList => ({
      items: args.after === undefined ? [] : fixtureMessages.slice(14, 15),
      next: args.after === undefined ? 'a01msg' : null,
      prev: null,
      total: null,
      searched_until: args.after === undefined ? '2026-03-03T17:00:00.000Z' : null,
    });
    host.answer('messages', stopped);
    const { user } = await renderApp('/messages?q=ruth', { host });
    expect(
      await screen.findByText(/^Nothing found back to 0?3 Mar|^Nothing found back to Mar 3/),
    ).toHaveTextContent('Older messages have not been searched.');
    expect(asked(host, 'messages'), 'nobody asked for more').toHaveLength(1);
    await user.click(screen.getByRole('button', { name: 'Search further back' }));
    expect(await screen.findByText('Ruth Calder')).toBeInTheDocument();
    expect(screen.queryByText(/have not been searched/)).not.toBeInTheDocument();
  });

  test('jumps to a day of the business', async () => {
    const { user, host, where } = await renderApp('/messages');
    await listed();
    await user.click(screen.getByRole('button', { name: 'Date' }));
    await user.click(await screen.findByRole('button', { name: 'Yesterday' }));
    expect(where()).toBe('/messages?since=2026-03-16&until=2026-03-16');
    await waitFor(() =>
      expect(asked(host, 'messages').at(-1)).toEqual({
        since: '2026-03-16T07:00:00.000Z',
        until: '2026-03-17T07:00:00.000Z',
        limit: 100,
      }),
    );
    expect(screen.getByRole('button', { name: /Date.*Yesterday/ })).toBeInTheDocument();
  });
});

test('a day that is being typed is no filter yet', async () => {
  const { user, where } = await renderApp('/messages');
  await listed();
  await user.click(screen.getByRole('button', { name: 'Date' }));
  const field = await screen.findByLabelText('Up to and including');
  await user.type(field, '2026-03-10');
  await waitFor(() => expect(where()).toBe('/messages?until=2026-03-10'));
  await user.clear(field);
  await waitFor(() => expect(where()).toBe('/messages'));
});

describe('one message', () => {
  test('Enter opens it with what happens next first, the drawer follows, Esc gives the focus back', async () => {
    const { user, where } = await renderApp('/messages');
    await listed();
    act(() => rows()[0]?.focus());
    await user.keyboard('{Enter}');
    const open = await drawer('June Albright');
    expect(open.textContent).toMatch(/^Next: waits until WhatsApp, Front desk is signed in again/);
    expect(await within(open).findByText(/Hi June Albright, a reminder/)).toBeInTheDocument();
    expect(where()).toBe('/messages?message=01msg00004200');
    await user.keyboard('j');
    expect(await drawer('Tomas Rivera')).toBeInTheDocument();
    await user.keyboard('{Escape}');
    expect(where()).toBe('/messages');
    expect(rows()[1]).toHaveFocus();
  });

  test('Esc inside of the drawer leads back to its row', async () => {
    const { user } = await renderApp('/messages');
    await listed();
    act(() => rows()[2]?.focus());
    await user.keyboard('{Enter}');
    const open = await drawer('Ida Sorensen');
    act(() => within(open).getByRole('button', { name: 'Close' }).focus());
    await user.keyboard('{Escape}');
    await waitFor(() => expect(rows()[2]).toHaveFocus());
  });

  test('a failure is retried from its row, and says when the core would not', async () => {
    const host = fixtureHost('busy');
    const { user } = await renderApp('/messages?state=needs_attention', { host });
    await listed();
    act(() => rows()[0]?.focus());
    await user.keyboard('r');
    expect(host.calls).toContainEqual({ name: 'retry', args: { ids: ['01msg00004188'] } });
    expect(await screen.findByText('The message to Dale Brandt leaves again.')).toBeInTheDocument();
    host.answer('retry', ({ ids }) => ({
      dry_run: false,
      sent: 0,
      skipped: [{ id: ids?.[0] ?? '', to: '+15550100113', why: 'opted out' }],
      skipped_count: 1,
      by_connection: [],
      segments: null,
      order: '',
    }));
    await waitFor(() => expect(rows()[0]).toHaveTextContent('Anneke Vos'));
    expect(rows()[0], 'the neighbour takes the focus').toHaveFocus();
    await user.keyboard('r');
    expect(await screen.findByRole('alert')).toHaveTextContent('It was not sent again: opted out.');
  });

  test('e dismisses, u takes it back', async () => {
    const { user, host } = await renderApp('/messages?state=needs_attention');
    await listed();
    act(() => rows()[0]?.focus());
    await user.keyboard('e');
    expect(await screen.findByText('1 message dismissed.')).toBeInTheDocument();
    await waitFor(() => expect(rows()[0]).toHaveTextContent('Anneke Vos'));
    await user.keyboard('u');
    expect(await screen.findByText('1 message brought back.')).toBeInTheDocument();
    expect(asked(host, 'undismiss')).toEqual([{ ids: ['01msg00004188'] }]);
  });

  test('what waits for its line leads to the line; what is scheduled can leave now', async () => {
    const host = fixtureHost('busy');
    host.answer('release', () => ({ released: 1, expired: 0, asked: 0 }));
    const one = with1(host, { hold: { reason: 'scheduled', until: '2026-03-18T16:00:00.000Z' } });
    const { user } = await renderApp(`/messages?message=${one.id}`, { host });
    const open = await drawer('June Albright');
    await user.click(within(open).getByRole('button', { name: 'Send now' }));
    expect(asked(host, 'release')).toEqual([{ ids: [one.id] }]);
    await user.click(within(open).getByRole('button', { name: 'Cancel message' }));
    expect(asked(host, 'cancel')).toEqual([{ ids: [one.id] }]);
  });

  test('an unknown outcome: three explained ways, and the one that sends starts on Cancel', async () => {
    const host = fixtureHost('busy');
    const one = with1(host, { state: 'unknown', hold: { reason: 'asked', until: null } });
    host.answer('resolve', () => one);
    const { user } = await renderApp(`/messages?message=${one.id}`, { host });
    const open = await drawer('June Albright');
    const again = within(open).getByRole('button', { name: 'Send again…' });
    expect(again).toHaveAccessibleDescription(/it arrives twice/);
    expect(
      within(open).queryByRole('button', { name: /^Retry/ }),
      'never by the common way',
    ).not.toBeInTheDocument();
    await user.click(again);
    const dialog = await screen.findByRole('dialog', { name: 'Send it again?' });
    await waitFor(() => expect(within(dialog).getByRole('button', { name: 'Cancel' })).toHaveFocus());
    await sound();
    await user.keyboard('{Control>}{Enter}{/Control}');
    await waitFor(() => expect(asked(host, 'resolve')).toEqual([{ id: one.id, as: 'again' }]));
    await waitFor(() =>
      expect(screen.queryByRole('dialog', { name: 'Send it again?' })).not.toBeInTheDocument(),
    );
  });

  test('while the provider is still asked, sending again is out of reach', async () => {
    const host = fixtureHost('busy');
    const one = with1(host, { state: 'unknown', hold: null });
    await renderApp(`/messages?message=${one.id}`, { host });
    const again = within(await drawer('June Albright')).getByRole('button', { name: 'Send again…' });
    expect(again).toBeDisabled();
    expect(again).toHaveAccessibleDescription(/once Signalbox has stopped asking/);
  });

  test('technical detail is closed, and hides the address until asked', async () => {
    const { user } = await renderApp('/messages?message=01msg00004160');
    const open = await drawer('Peg Hollis');
    const detailOf = (await within(open).findByText('Technical detail')).closest('details') as HTMLElement;
    expect(detailOf).not.toHaveAttribute('open');
    await user.click(within(detailOf).getByText('Technical detail'));
    expect(within(detailOf).queryByText('+15550100140')).not.toBeInTheDocument();
    await user.click(within(detailOf).getByRole('button', { name: 'Show' }));
    expect(within(detailOf).getByText('+15550100140')).toBeInTheDocument();
  });

  test('is there no more: a plain sentence', async () => {
    await renderApp('/messages?message=01nosuch00000');
    expect(await screen.findByText('There is no such message.')).toBeInTheDocument();
  });
});

describe('as a page', () => {
  test('tells everything, and retries', async () => {
    const { user, host } = await renderApp('/messages/01msg00004160');
    expect(
      await screen.findByRole('heading', { level: 1, name: 'Message to Peg Hollis' }),
    ).toBeInTheDocument();
    expect(screen.getByText(/^Next: nothing, until you retry\./)).toBeInTheDocument();
    expect(screen.getByRole('list', { name: 'What happened, times PDT' })).toHaveTextContent(
      'Try 5: handed to Twilio, Reminders',
    );
    expect(screen.getByText('01msg00004160')).toBeInTheDocument();
    await sound();
    await user.keyboard('r');
    expect(host.calls).toContainEqual({ name: 'retry', args: { ids: ['01msg00004160'] } });
  });

  test('a dismissed one can be brought back', async () => {
    const host = fixtureHost('busy');
    const one = with1(host, { state: 'dismissed', hold: null, next: 'Nothing. The failure was dismissed.' });
    const { user } = await renderApp(`/messages/${one.id}`, { host });
    await user.click(await screen.findByRole('button', { name: 'Undo dismissal' }));
    expect(asked(host, 'undismiss')).toEqual([{ ids: [one.id] }]);
  });

  test('cannot be read: says why', async () => {
    const host = fixtureHost('busy');
    host.answer('message', () => {
      throw new ApiError({ code: 'busy', message: 'The store is busy.', remedy: 'Try again in a moment.' });
    });
    await renderApp('/messages/01msg00004160', { host });
    expect(await screen.findByRole('alert')).toHaveTextContent('The store is busy.');
  });
});
