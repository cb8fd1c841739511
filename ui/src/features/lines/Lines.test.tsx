import { screen, waitFor } from '@testing-library/react';
import { describe, expect, test } from 'vitest';
import { makeFormat } from '@/app/format';
import { deskHost } from '@/host/fixture-desk';
import { FIXTURE_NOW, fixtureLines } from '@/host/fixture-lines';
import { ApiError } from '@/host/host';
import { expectAccessible } from '@/test/axe';
import { renderApp } from '@/test/render';
import { actsOf } from './useLineActions';
import { verdictDetail, verdictOf } from './verdict';

const row = async (name: RegExp) => (await screen.findByText(name)).closest('[role=row]') as HTMLElement;

describe('the list', () => {
  test('shows every line with its state, what waits and when it is checked next', async () => {
    await renderApp('/lines', { host: deskHost() });
    const danger = await row(/^WhatsApp, Front desk$/);
    expect(danger).toHaveTextContent('Danger');
    expect(danger).toHaveTextContent(/Signed out since 0?9:41/);
    expect(danger).toHaveTextContent('Meta ended the sign-in');
    expect(danger).toHaveTextContent('11');
    expect(screen.getAllByRole('row').filter((r) => r.dataset.row !== undefined)).toHaveLength(
      fixtureLines.length,
    );
  });

  test('pauses a line at once, and undoes it', async () => {
    const host = deskHost();
    const { user } = await renderApp('/lines', { host });
    await row(/^Twilio, Reminders$/);
    await user.click(screen.getByRole('button', { name: 'Actions for Twilio, Reminders' }));
    await user.click(await screen.findByRole('menuitem', { name: 'Pause' }));
    expect(await screen.findByText('Twilio, Reminders is paused. Its messages wait.')).toBeInTheDocument();
    await waitFor(async () => expect(await row(/^Twilio, Reminders$/)).toHaveTextContent('Paused'));
    await user.click(screen.getByRole('button', { name: 'Undo' }));
    await waitFor(async () => expect(await row(/^Twilio, Reminders$/)).toHaveTextContent('Clear'));
  });

  test('says beside the list when an action did not work', async () => {
    const host = deskHost();
    host.answer('check', () => {
      throw new ApiError({ code: 'busy', message: 'It is being checked already', remedy: 'Wait a moment' });
    });
    const { user } = await renderApp('/lines', { host });
    await row(/^Twilio, Reminders$/);
    await user.click(screen.getByRole('button', { name: 'Actions for Twilio, Reminders' }));
    await user.click(await screen.findByRole('menuitem', { name: 'Check now' }));
    expect(await screen.findByRole('alert')).toHaveTextContent(
      'Twilio, Reminders: that did not work. It is being checked already. Wait a moment.',
    );
  });

  test('opens a line with the keyboard alone', async () => {
    const { user, where } = await renderApp('/lines', { host: deskHost() });
    await row(/^Twilio, Reminders$/);
    await user.keyboard('jj{Enter}');
    expect(where()).toBe('/lines/01line0000wa1');
  });

  test('without lines offers to connect one; a failure can be tried again', async () => {
    const first = await renderApp('/lines', { host: deskHost('empty') });
    expect(await screen.findByText(/^No lines yet\./)).toBeInTheDocument();
    first.unmount();
    await renderApp('/lines', { scene: 'broken' });
    expect(await screen.findByRole('button', { name: 'Try again' })).toBeInTheDocument();
  });

  test('marks danger in the navigation', async () => {
    await renderApp('/lines', { host: deskHost() });
    expect(await screen.findByText('1 line at danger')).toBeInTheDocument();
  });

  test('is accessible', async () => {
    await renderApp('/lines', { host: deskHost() });
    await row(/^Twilio, Reminders$/);
    await expectAccessible();
  });
});

describe('the verdict of a line', () => {
  const format = makeFormat('America/Los_Angeles', 'en-GB');
  const line = (id: string) => {
    const found = fixtureLines.find((l) => l.id === id);
    if (found === undefined) throw new Error(id);
    return found;
  };

  test('names the state and what it costs', () => {
    expect(verdictOf(line('01line0000wa1'))).toBe('Signed out. 11 messages are held.');
    expect(verdictOf(line('01line0000tw1'))).toBe('Clear. Nothing is waiting.');
    expect(verdictOf(line('01line0000sm1'))).toBe('Switched off. Nothing is waiting.');
    expect(verdictOf({ ...line('01line0000tw1'), waiting: 1 })).toBe('Clear. 1 message is waiting.');
    const open = { open_until: '2026-03-17T18:40:00.000Z', failures: 5 };
    expect(verdictOf({ ...line('01line0000tw1'), signal: 'danger', breaker: open, waiting: 2 })).toBe(
      'Failing. 2 messages are held.',
    );
  });

  test('says why, since when and by when, and nothing when all is well', () => {
    expect(verdictDetail(line('01line0000wa1'), format, FIXTURE_NOW)).toBe(
      'Meta ended the sign-in for +1 555 010 0118 when the account password was changed. Since 09:41, 1 h 51 min. The first of them stops being useful at 14:05 PDT. Sign in again with the same account.',
    );
    expect(verdictDetail(line('01line0000tw1'), format, FIXTURE_NOW)).toBe('');
  });

  test('offers only what the core allows', () => {
    expect(actsOf({ can: ['enable', 'remove', 'reconnect'] })).toEqual(['enable']);
  });
});
