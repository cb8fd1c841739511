import { screen, waitFor, within } from '@testing-library/react';
import { afterEach, describe, expect, test } from 'vitest';
import type { SendArgs } from '@/api/generated';
import { fixtureHost } from '@/host/fixture';
import { deskHost } from '@/host/fixture-desk';
import { ApiError, NOT_REACHABLE } from '@/host/host';
import { expectAccessible } from '@/test/axe';
import { renderApp } from '@/test/render';
import { forgetDraft } from './draft';

afterEach(forgetDraft);

const panel = () => screen.getByRole('complementary', { name: 'Check before sending' });
const sent = (host: ReturnType<typeof deskHost>) => host.calls.filter((c) => c.name === 'send');

describe('one person', () => {
  test('shows what will happen before anything is sent', async () => {
    const { user } = await renderApp('/compose', { host: deskHost() });
    await user.type(await screen.findByLabelText('Recipient'), '(555) 010-0194');
    await user.type(screen.getByLabelText(/^Name/), 'Ruth Calder');
    await user.type(screen.getByLabelText('Text'), 'Hi {{name}, see you on {{day}.');
    await user.type(screen.getByLabelText('{day}'), 'Thursday');
    await waitFor(() => expect(panel()).toHaveTextContent(/36 characters, 1 segment/));
    expect(panel()).toHaveTextContent('+1 555 010 0194');
    expect(panel()).toHaveTextContent('Twilio, Reminders');
    expect(panel()).toHaveTextContent('At once');
    expect(panel()).toHaveTextContent('Hi Ruth Calder, see you on Thursday.');
  });

  test('names the letter that makes a text dear', async () => {
    const { user } = await renderApp('/compose?to=5550100194', { host: deskHost() });
    await user.type(await screen.findByLabelText('Text'), 'Lindqvist’s');
    expect(await within(panel()).findByText(/“’” is not in the plain SMS alphabet/)).toBeInTheDocument();
  });

  test('Ctrl Enter sends once, and the message can be opened', async () => {
    const host = deskHost();
    const { user } = await renderApp('/compose?to=5550100194', { host });
    await user.type(await screen.findByLabelText('Text'), 'Hello');
    await user.keyboard('{Control>}{Enter}{/Control}');
    expect(await screen.findByRole('link', { name: 'Open message' })).toHaveAttribute(
      'href',
      expect.stringMatching(/^\/messages\/01msg/),
    );
    expect(sent(host)).toHaveLength(1);
    await waitFor(() => expect(screen.getByLabelText('Text')).toHaveValue(''));
    await waitFor(() => expect(screen.getByLabelText('Recipient')).toHaveFocus());
  });

  test('sends again with the same key when the answer was lost, so that it never leaves twice', async () => {
    const host = deskHost();
    let lost = true;
    host.wrap('send', (next) => {
      if (lost) throw new ApiError({ code: NOT_REACHABLE, message: 'No answer.', remedy: 'Try again.' });
      return next();
    });
    const { user } = await renderApp('/compose?to=5550100194', { host });
    await user.type(await screen.findByLabelText('Text'), 'Hello');
    await user.click(screen.getByRole('button', { name: 'Send' }));
    expect(await within(panel()).findByRole('alert')).toHaveTextContent('No answer. Try again.');
    lost = false;
    await user.click(screen.getByRole('button', { name: 'Send' }));
    await screen.findByRole('link', { name: 'Open message' });
    const keys = sent(host).map((c) => (c.args as SendArgs).idempotency_key);
    expect(keys).toHaveLength(2);
    expect(keys[0]).toBe(keys[1]);
  });

  test('says what is missing, at the fields, and sends nothing', async () => {
    const host = deskHost();
    const { user } = await renderApp('/compose', { host });
    await user.click(await screen.findByRole('button', { name: 'Send' }));
    const to = screen.getByLabelText('Recipient');
    expect(to).toHaveAccessibleDescription(expect.stringContaining('Add a recipient.'));
    expect(screen.getByLabelText('Text')).toHaveAccessibleDescription('Write something to send.');
    await waitFor(() => expect(to).toHaveFocus());
    expect(sent(host)).toHaveLength(0);
  });

  test('lines can be put in an order, which is sent as a route', async () => {
    const host = deskHost();
    const { user } = await renderApp('/compose?to=5550100194', { host });
    await user.type(await screen.findByLabelText('Text'), 'Hello');
    await user.click(screen.getByRole('combobox', { name: 'Line' }));
    await user.click(await screen.findByRole('option', { name: /Several, one after the other/ }));
    const order = screen.getByRole('list', { name: 'Lines in the order they are tried' });
    const names = () =>
      within(order)
        .getAllByRole('listitem')
        .map((row) => row.textContent?.trim());
    expect(names()).toEqual(['1Twilio, Reminders', '2Twilio, Practice text messages']);
    await user.click(screen.getByRole('button', { name: 'Try Twilio, Reminders later' }));
    expect(names()).toEqual(['1Twilio, Practice text messages', '2Twilio, Reminders']);
    await waitFor(() =>
      expect(screen.getByRole('button', { name: 'Try Twilio, Reminders earlier' })).toHaveFocus(),
    );
    await waitFor(() => expect(panel()).toHaveTextContent('Twilio, Practice text messages'));
    await expectAccessible();
    await user.click(screen.getByRole('button', { name: 'Send' }));
    await screen.findByRole('link', { name: 'Open message' });
    const args = sent(host)[0]?.args as SendArgs;
    expect(args.route).toHaveLength(2);
    expect(args.connection, 'one line or a route, never both').toBeUndefined();
  });

  test('puts a refusal beside its field', async () => {
    const { user } = await renderApp('/compose?to=5550100190', { host: deskHost() });
    await user.type(await screen.findByLabelText('Text'), 'Hello');
    await user.click(screen.getByLabelText('Recipient'));
    await user.tab();
    await waitFor(() =>
      expect(screen.getByLabelText('Recipient')).toHaveAccessibleDescription(
        expect.stringMatching(/asked not to be written to.*opt in again\./),
      ),
    );
  });

  test('schedules in the business’s zone, which it says', async () => {
    const host = deskHost();
    const { user } = await renderApp('/compose?to=5550100194', { host });
    await user.type(await screen.findByLabelText('Text'), 'Hello');
    await user.click(screen.getByRole('radio', { name: 'At a time' }));
    expect(screen.getByText('Times are PDT, UTC−7')).toBeInTheDocument();
    await user.type(screen.getByLabelText('Send at'), '2026-03-18T09:00');
    await user.click(screen.getByRole('button', { name: 'Schedule' }));
    await screen.findByRole('link', { name: 'Open message' });
    expect(sent(host)[0]?.args).toMatchObject({ send_at: '2026-03-18T16:00:00.000Z' });
  });

  test('keeps what was written while looking elsewhere', async () => {
    const first = await renderApp('/compose', { host: deskHost() });
    await first.user.type(await screen.findByLabelText('Text'), 'Half a sentence');
    first.unmount();
    await renderApp('/compose', { host: deskHost() });
    expect(await screen.findByLabelText('Text')).toHaveValue('Half a sentence');
  });

  test('without a line there is nothing to write with', async () => {
    await renderApp('/compose', { host: fixtureHost('empty') });
    expect(await screen.findByRole('link', { name: 'Connect a line' })).toHaveAttribute('href', '/connect');
  });

  test('is accessible', async () => {
    await renderApp('/compose?to=5550100194', { host: deskHost() });
    await screen.findByLabelText('Text');
    await expectAccessible();
  });
});
