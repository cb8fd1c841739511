import { act, screen, waitFor, within } from '@testing-library/react';
import axe from 'axe-core';
import { describe, expect, test, vi } from 'vitest';
import type { Message } from '@/api/generated';
import { type FixtureHost, fixtureHost } from '@/host/fixture';
import { causes, fixtureMessages, page } from '@/host/fixture-messages';
import { ApiError } from '@/host/host';
import { renderApp } from '@/test/render';
import { screenWidth } from '@/test/setup';

// axe looks at every element; on a busy machine that takes its time.
vi.setConfig({ testTimeout: 30_000 });

const LIMIT = '01line0000tw1:429 / 20429';

const grid = () => screen.findByRole('grid', { name: 'Failed messages' });
const rows = () =>
  within(screen.getByRole('grid', { name: 'Failed messages' }))
    .getAllByRole('row')
    .filter((r) => r.dataset.row !== undefined);
const ticked = () => rows().filter((r) => r.getAttribute('aria-selected') === 'true');
const listed = async () => {
  await grid();
  await waitFor(() => expect(rows().length).toBeGreaterThan(0));
  await screen.findByRole('grid', { name: 'Causes' });
};
const cause = (name: RegExp) =>
  within(screen.getByRole('grid', { name: 'Causes' })).getByRole('row', { name });
const asked = (host: FixtureHost, name: string) =>
  host.calls.filter((c) => c.name === name).map((c) => c.args as Record<string, unknown>);
const bar = () => screen.getByRole('toolbar', { name: 'Selected messages' });
const focusRow = (n: number) => act(() => rows()[n]?.focus());

async function sound() {
  // Contrast and size need a layout: the browser run looks at them.
  const { violations } = await axe.run(document.body, {
    rules: { 'color-contrast': { enabled: false }, 'target-size': { enabled: false } },
  });
  expect(violations.map((v) => `${v.id}: ${v.nodes.map((n) => n.target.join(' ')).join(', ')}`)).toEqual([]);
}

/** One cause with more messages than are ever in memory. */
function many(host: FixtureHost, n: number): Message[] {
  const pattern = fixtureMessages[12] as Message;
  const all = Array.from({ length: n }, (_, i) => ({
    ...pattern,
    id: `01big${String(n - i).padStart(8, '0')}`,
  }));
  host.answer('messages', (args) => page(all, args));
  host.answer('causes', () => ({ items: causes(all) }));
  return all;
}

describe('causes', () => {
  test('each says what, where, how often, when and how it stands', async () => {
    await renderApp('/triage');
    await listed();
    const row = cause(/Too many at once/);
    expect(row).toHaveTextContent(/Too many at once42Twilio, Reminders429 \/ 20429 · .*Over\. Safe to retry/);
    expect(cause(/All causes/)).toHaveTextContent('56');
  });

  test('an unknown outcome is listed, and cannot be ticked as a whole', async () => {
    const { user } = await renderApp('/triage');
    await listed();
    const row = cause(/Outcome unknown/);
    expect(row).toHaveTextContent('Checking. Not sent twice');
    expect(within(row).getByRole('checkbox')).toBeDisabled();
    act(() => row.focus());
    await user.keyboard('x');
    expect(screen.queryByRole('toolbar', { name: 'Selected messages' })).not.toBeInTheDocument();
  });

  test('Enter shows only its messages, in the address too; Esc shows all again', async () => {
    const { user, host, where } = await renderApp('/triage');
    await listed();
    act(() => cause(/Number is a landline/).focus());
    await user.keyboard('{Enter}');
    expect(where()).toBe('/triage?cause=01line0000tw1%3A30006');
    await waitFor(() =>
      expect(asked(host, 'messages').at(-1)).toEqual({
        cause: '01line0000tw1:30006',
        state: ['needs_attention', 'unknown'],
        limit: 100,
      }),
    );
    await waitFor(() => expect(rows()).toHaveLength(6));
    await user.keyboard('{Escape}');
    expect(where()).toBe('/triage');
  });

  test('are one tab stop, and keep their order when counts change', async () => {
    const host = fixtureHost('busy');
    const { user } = await renderApp('/triage', { host });
    await listed();
    const names = () =>
      within(screen.getByRole('grid', { name: 'Causes' }))
        .getAllByRole('row')
        .map((r) => r.dataset.row);
    const before = names();
    act(() => cause(/All causes/).focus());
    await user.keyboard('jj');
    expect(cause(/Too many at once/)).toHaveFocus();
    host.answer('causes', () => ({ items: causes(fixtureMessages).reverse() }));
    act(() => host.emit({ type: 'changed', tags: ['causes'] }));
    await waitFor(() => expect(asked(host, 'causes').length).toBeGreaterThan(1));
    expect(names()).toEqual(before);
    expect(cause(/Too many at once/)).toHaveFocus();
  });

  test('are a menu where it is narrow', async () => {
    screenWidth.px = 1024;
    const { user, where } = await renderApp('/triage');
    await grid();
    await user.click(await screen.findByRole('button', { name: /Causes 5/ }));
    await user.click(await screen.findByRole('row', { name: /No such mailbox/ }));
    expect(where()).toBe('/triage?cause=01line0000re1%3A550+5.1.1');
    await waitFor(() => expect(screen.queryByRole('dialog')).not.toBeInTheDocument());
  });

  test('a link with a cause opens on it', async () => {
    await renderApp(`/triage?cause=${encodeURIComponent(LIMIT)}`);
    await listed();
    expect(cause(/Too many at once/)).toHaveAttribute('aria-current', 'true');
    await waitFor(() => expect(screen.getByText('42 messages')).toBeInTheDocument());
  });
});

describe('selecting', () => {
  test('x and Shift x; Esc lets go', async () => {
    const { user } = await renderApp('/triage');
    await listed();
    focusRow(1);
    await user.keyboard('xjj{Shift>}X{/Shift}');
    expect(ticked()).toHaveLength(3);
    expect(bar()).toHaveTextContent('3 selected');
    await user.keyboard('{Escape}');
    expect(ticked()).toHaveLength(0);
  });

  test('a whole cause counts the messages that were never read', async () => {
    const host = fixtureHost('busy');
    many(host, 1_204);
    const { user } = await renderApp('/triage', { host });
    await listed();
    await user.click(within(cause(/Too many at once/)).getByRole('checkbox'));
    expect(bar()).toHaveTextContent('1,204 selected');
    expect(ticked().length, 'all that are shown').toBe(rows().length);
    await user.click(within(bar()).getByRole('button', { name: 'Retry 1,204…' }));
    await waitFor(() => expect(asked(host, 'retry')).toEqual([{ cause: LIMIT, dry_run: true }]));
  });

  test('one message can be left out of a whole cause', async () => {
    const host = fixtureHost('busy');
    many(host, 450);
    const { user } = await renderApp('/triage', { host });
    await listed();
    await user.click(within(cause(/Too many at once/)).getByRole('checkbox'));
    focusRow(1);
    await user.keyboard('x');
    await waitFor(() => expect(bar()).toHaveTextContent('449 selected'));
    expect(rows()[1]).toHaveAttribute('aria-selected', 'false');
    expect(asked(host, 'messages').filter((a) => a.limit === 200)).toHaveLength(3);
    const left = rows()[1]?.dataset.row;
    await user.keyboard('r');
    await waitFor(() => expect(asked(host, 'retry')[0]?.ids).toHaveLength(449));
    expect(asked(host, 'retry')[0]?.ids).not.toContain(left);
  });

  test('a cause too large to take apart says so, and stays whole', async () => {
    const host = fixtureHost('busy');
    const all = many(host, 120);
    host.answer('causes', () => ({ items: causes(all).map((c) => ({ ...c, count: 250_000 })) }));
    const { user } = await renderApp('/triage', { host });
    await listed();
    await user.click(within(cause(/Too many at once/)).getByRole('checkbox'));
    focusRow(0);
    await user.keyboard('x');
    expect(await screen.findByRole('alert')).toHaveTextContent('too many to leave single ones out');
    expect(bar()).toHaveTextContent('250,000 selected');
  });

  test('outlives a filter and another page', async () => {
    const { user } = await renderApp('/triage');
    await listed();
    focusRow(1);
    await user.keyboard('xjx');
    await user.click(cause(/Number is a landline/));
    await waitFor(() => expect(rows()).toHaveLength(6));
    expect(bar()).toHaveTextContent('2 selected');
    focusRow(0);
    await user.keyboard('x');
    expect(bar()).toHaveTextContent('3 selected');
  });

  test('all of the cause that is shown can be offered once all of its rows are ticked', async () => {
    const host = fixtureHost('busy');
    many(host, 450);
    const { user } = await renderApp(`/triage?cause=${encodeURIComponent(LIMIT)}`, { host });
    await listed();
    await user.click(screen.getByRole('checkbox', { name: 'Select all rows shown' }));
    expect(bar()).toHaveTextContent('100 selected');
    await user.click(within(bar()).getByRole('button', { name: 'Select all 450 of this cause' }));
    expect(bar()).toHaveTextContent('450 selected');
  });

  test('an unknown outcome is left out of a bulk retry, and that is said', async () => {
    const { user, host } = await renderApp('/triage');
    await listed();
    focusRow(0);
    await user.keyboard('xj');
    await user.keyboard('xjx');
    expect(bar()).toHaveTextContent('1 with outcome unknown is left out');
    await user.keyboard('r');
    await waitFor(() =>
      expect(asked(host, 'retry')).toEqual([{ ids: ['01msg00004188', '01msg00004187'], dry_run: true }]),
    );
  });
});

describe('the rehearsal', () => {
  async function rehearse(host = fixtureHost('busy')) {
    const app = await renderApp('/triage', { host });
    await listed();
    await app.user.click(within(cause(/Too many at once/)).getByRole('checkbox'));
    await app.user.click(within(bar()).getByRole('button', { name: 'Retry 42…' }));
    const dialog = await screen.findByRole('dialog', { name: 'Retry 42 messages' });
    return { ...app, dialog };
  }

  test('says who leaves, by which line and when, who is left out and why, and sends nothing', async () => {
    const { dialog, host } = await rehearse();
    expect(dialog).toHaveTextContent('A rehearsal. Nothing has been sent yet.');
    expect(await within(dialog).findByText('35 of 42')).toBeInTheDocument();
    expect(dialog).toHaveTextContent('35leave by Twilio, RemindersThe first now, the last about');
    expect(dialog).toHaveTextContent('7left out: Useful until 11:00, which is over');
    expect(dialog).toHaveTextContent('Order Oldest first, about 1 per second.');
    expect(asked(host, 'retry').every((a) => a.dry_run === true)).toBe(true);
    await sound();
  });

  test('starts on Cancel; Enter there sends nothing', async () => {
    const { dialog, user, host } = await rehearse();
    await within(dialog).findByText('35 of 42');
    expect(within(dialog).getByRole('button', { name: 'Cancel' })).toHaveFocus();
    await user.keyboard('{Enter}');
    await waitFor(() => expect(dialog).not.toBeInTheDocument());
    expect(asked(host, 'retry')).toHaveLength(1);
    expect(bar(), 'the selection is kept').toHaveTextContent('42 selected');
  });

  test('Ctrl Enter sends, says so, lets go of the selection and puts the focus back on the list', async () => {
    const { dialog, user, host } = await rehearse();
    await within(dialog).findByText('35 of 42');
    await user.keyboard('{Control>}{Enter}{/Control}');
    expect(await screen.findByText('35 messages queued again.')).toBeInTheDocument();
    expect(asked(host, 'retry')).toEqual([{ cause: LIMIT, dry_run: true }, { cause: LIMIT }]);
    await waitFor(() => expect(screen.queryByRole('toolbar', { name: 'Selected messages' })).toBeNull());
    await waitFor(() => expect(rows().some((r) => r === document.activeElement)).toBe(true));
  });

  test('a refusal says that nothing was sent', async () => {
    const host = fixtureHost('busy');
    const { dialog, user } = await rehearse(host);
    await within(dialog).findByText('35 of 42');
    host.answer('retry', () => {
      throw new ApiError({ code: 'disk', message: 'The disk is almost full.', remedy: 'Free some space.' });
    });
    await user.click(within(dialog).getByRole('button', { name: 'Send 35' }));
    expect(await within(dialog).findByRole('alert')).toHaveTextContent(
      'Nothing was sent. The disk is almost full. Free some space.',
    );
  });

  test('a rehearsal that fails can be tried again, and nothing can be sent', async () => {
    const host = fixtureHost('busy');
    let fail = true;
    const good = fixtureHost('busy');
    const answer = await good.call('retry', { cause: LIMIT, dry_run: true });
    host.answer('retry', () => {
      if (fail) throw new ApiError({ code: 'busy', message: 'The store is busy.', remedy: 'Try again.' });
      return answer;
    });
    const { dialog, user } = await rehearse(host);
    expect(
      await within(dialog).findByText('The rehearsal did not work. Nothing was sent.'),
    ).toBeInTheDocument();
    expect(within(dialog).getByRole('button', { name: 'Send 42' })).toBeDisabled();
    await user.keyboard('{Control>}{Enter}{/Control}');
    expect(asked(host, 'retry'), 'no key sends either').toHaveLength(1);
    fail = false;
    await user.click(within(dialog).getByRole('button', { name: 'Try again' }));
    expect(await within(dialog).findByText('35 of 42')).toBeInTheDocument();
  });
});

describe('decisions', () => {
  test('r on one row retries it at once', async () => {
    const { user, host } = await renderApp('/triage');
    await listed();
    focusRow(1);
    await user.keyboard('r');
    await waitFor(() => expect(asked(host, 'retry')).toEqual([{ ids: ['01msg00004188'] }]));
    await waitFor(() => expect(rows()[1]?.dataset.row).toBe('01msg00004187'));
    expect(rows()[1], 'the neighbour takes the focus').toHaveFocus();
  });

  test('r on an unknown outcome does nothing', async () => {
    const { user, host } = await renderApp('/triage');
    await listed();
    focusRow(0);
    await user.keyboard('re');
    expect(asked(host, 'retry')).toEqual([]);
    expect(asked(host, 'dismiss')).toEqual([]);
  });

  test('r on a cause rehearses all of it', async () => {
    const { user, host } = await renderApp('/triage');
    await listed();
    act(() => cause(/Too many at once/).focus());
    await user.keyboard('r');
    expect(await screen.findByRole('dialog', { name: 'Retry 42 messages' })).toBeInTheDocument();
    expect(asked(host, 'retry')).toEqual([{ cause: LIMIT, dry_run: true }]);
  });

  test('a dismissed cause is dismissed by its messages, so that Undo brings back exactly these', async () => {
    const { user, host } = await renderApp('/triage');
    await listed();
    await user.click(within(cause(/Number is a landline/)).getByRole('checkbox'));
    await user.click(within(bar()).getByRole('button', { name: 'Dismiss 6' }));
    expect(await screen.findByText('6 messages dismissed.')).toBeInTheDocument();
    const [{ ids } = {}] = asked(host, 'dismiss');
    expect(ids).toHaveLength(6);
    await waitFor(() => expect(screen.queryByRole('row', { name: /landline6/ })).not.toBeInTheDocument());
    await user.click(screen.getByRole('button', { name: 'Undo' }));
    await waitFor(() => expect(asked(host, 'undismiss')).toEqual([{ ids }]));
    expect(await screen.findByText('6 messages brought back.')).toBeInTheDocument();
  });

  test('a decided row hands focus and drawer to what comes after it', async () => {
    const { user } = await renderApp('/triage');
    await listed();
    focusRow(1);
    await user.keyboard('{Enter}');
    await screen.findByRole('complementary', { name: 'Message to Dale Brandt' });
    await user.keyboard('e');
    expect(await screen.findByRole('complementary', { name: 'Message to Anneke Vos' })).toBeInTheDocument();
    expect(rows()[1]).toHaveFocus();
  });

  test('dismissed in the drawer, it can be brought back there: the focus stays', async () => {
    const { user, host } = await renderApp('/triage?message=01msg00004188');
    const open = await screen.findByRole('complementary', { name: 'Message to Dale Brandt' });
    await user.click(await within(open).findByRole('button', { name: /^Dismiss/ }));
    const back = await within(open).findByRole('button', { name: 'Undo dismissal' });
    await waitFor(() => expect(back).toHaveFocus());
    await user.keyboard('{Enter}');
    await waitFor(() => expect(asked(host, 'undismiss')).toEqual([{ ids: ['01msg00004188'] }]));
  });

  test('u undoes the last dismissal, and says when there is none', async () => {
    const { user, host } = await renderApp('/triage');
    await listed();
    await user.keyboard('u');
    expect(await screen.findByText('Nothing to undo.')).toBeInTheDocument();
    focusRow(1);
    await user.keyboard('e');
    expect(await screen.findByText('1 message dismissed.')).toBeInTheDocument();
    await user.keyboard('u');
    await waitFor(() => expect(asked(host, 'undismiss')).toEqual([{ ids: ['01msg00004188'] }]));
  });

  test('with rows ticked the bar holds the primary button, not the drawer', async () => {
    const { user } = await renderApp('/triage');
    await listed();
    focusRow(1);
    await user.keyboard('{Enter}');
    const open = await screen.findByRole('complementary', { name: 'Message to Dale Brandt' });
    const retry = () => within(open).getByRole('button', { name: /^Retry/ });
    expect(retry()).toHaveClass('primary');
    await user.keyboard('x');
    expect(retry()).not.toHaveClass('primary');
    await sound();
  });
});

describe('states', () => {
  test('nothing failed: one sentence', async () => {
    await renderApp('/triage', { scene: 'clear' });
    expect(await screen.findByText('Nothing has failed, and every outcome is known.')).toBeInTheDocument();
    await sound();
  });

  test('a cause of which nothing is left says so', async () => {
    const { user, where } = await renderApp('/triage?cause=gone');
    expect(await screen.findByText('Nothing of this cause is left.')).toBeInTheDocument();
    const all = screen.getAllByRole('button', { name: 'Clear filters' });
    await user.click(all.at(-1) as HTMLElement);
    expect(where()).toBe('/triage');
  });

  test('cannot be read: both parts say so', async () => {
    await renderApp('/triage', { scene: 'broken' });
    expect(await screen.findByText('The causes could not be read.')).toBeInTheDocument();
    expect(screen.getByText('The list could not be read.')).toBeInTheDocument();
  });

  test('the table does not move under the row that has the focus', async () => {
    const host = fixtureHost('busy');
    await renderApp('/triage', { host });
    await listed();
    focusRow(3);
    const held = document.activeElement;
    const newer = { ...(fixtureMessages[12] as Message), id: '01msg00009999', name: 'Newer One' };
    host.answer('messages', (args) => page([newer, ...fixtureMessages], args));
    act(() => host.emit({ type: 'changed', tags: ['messages'] }));
    await waitFor(() => expect(screen.getByText('57 messages')).toBeInTheDocument());
    expect(document.activeElement).toBe(held);
    expect(held?.isConnected).toBe(true);
  });

  test('has no known barrier', async () => {
    await renderApp('/triage');
    await listed();
    await sound();
  });
});
