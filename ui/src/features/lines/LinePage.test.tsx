import { screen, waitFor, within } from '@testing-library/react';
import { describe, expect, test } from 'vitest';
import type { ConnectionDetail } from '@/api/generated';
import type { FixtureHost } from '@/host/fixture';
import { catalogue } from '@/host/fixture-catalogue';
import { deskHost } from '@/host/fixture-desk';
import { expectAccessible } from '@/test/axe';
import { renderApp } from '@/test/render';
import { settingRows } from './LineSections';
import { trialOf } from './ReconnectDialog';

const asked = (host: FixtureHost, name: string) => host.calls.filter((c) => c.name === name);
const part = (name: string) => screen.findByRole('region', { name });

describe('the page', () => {
  test('begins with the verdict, why, and one action', async () => {
    await renderApp('/lines/01line0000wa1', { host: deskHost() });
    expect(await screen.findByRole('heading', { name: 'Signed out. 11 messages are held.' })).toBeVisible();
    expect(screen.getByRole('button', { name: 'Reconnect' })).toBeInTheDocument();
    expect(await part('Held')).toHaveTextContent(/11, the oldest since 0?9:45.*\(1 h 47 min\)/);
    expect(await part('Held')).toHaveTextContent(/Line signed out11/);
    expect(await part('Sign-in')).toHaveTextContent(/refused Meta ended the sign-in/);
  });

  test('shows secrets as set, and what cannot be known as not knowable', async () => {
    await renderApp('/lines/01line0000tw1', { host: deskHost() });
    const settings = await part('Settings');
    await waitFor(() => expect(settings).toHaveTextContent(/Auth token\s*Set\s*sealed in the vault/));
    expect(await part('Limits')).toHaveTextContent('Not knowable');
    expect(await part('Webhook')).toHaveTextContent('2, with a signature that does not fit');
  });

  test('shows a secret that was never given, with the way to give it', () => {
    const resend = catalogue.find((p) => p.key === 'resend');
    const rows = settingRows({ fields: { api_key: 'set', from: 'hello@alderstreet.example' } }, resend);
    expect(rows.map((r) => [r.key, r.value, r.secret])).toEqual([
      ['api_key', 'set', true],
      ['from', 'hello@alderstreet.example', false],
      ['webhook_secret', '', true],
    ]);
  });

  test('lists the last calls, all or only the failed ones', async () => {
    const { user } = await renderApp('/lines/01line0000tw1', { host: deskHost() });
    const calls = await screen.findByRole('table', { name: 'Recent calls' });
    expect(within(calls).getAllByRole('link')[0]).toHaveAttribute(
      'href',
      expect.stringMatching(/^\/messages\//),
    );
    await user.click(screen.getByRole('radio', { name: 'Failed' }));
    expect(within(calls).getAllByText(/^429/).length).toBeGreaterThan(0);
  });

  test('says that a line is not there', async () => {
    await renderApp('/lines/01nothing0000', { host: deskHost() });
    expect(await screen.findByText('This line could not be read.')).toBeInTheDocument();
  });

  test('is accessible', async () => {
    await renderApp('/lines/01line0000tw1', { host: deskHost() });
    await screen.findByRole('table', { name: 'Recent calls' });
    await expectAccessible();
  });
});

describe('a test message', () => {
  test('is real, so the dialog starts on Cancel', async () => {
    const host = deskHost();
    const { user, where } = await renderApp('/lines/01line0000tw1', { host });
    await user.click(await screen.findByRole('button', { name: 'Send a test…' }));
    const dialog = await screen.findByRole('dialog', { name: 'Send a test by Twilio, Reminders?' });
    expect(dialog).toHaveTextContent('A real message');
    await waitFor(() => expect(within(dialog).getByRole('button', { name: 'Cancel' })).toHaveFocus());
    await user.click(within(dialog).getByRole('button', { name: 'Send test' }));
    expect(within(dialog).getByLabelText('Recipient')).toHaveAccessibleDescription(/^Add a recipient\./);
    expect(asked(host, 'test')).toHaveLength(0);
    await user.type(within(dialog).getByLabelText('Recipient'), '5550100199');
    await user.keyboard('{Control>}{Enter}{/Control}');
    expect(await screen.findByRole('link', { name: 'Open message' })).toBeInTheDocument();
    expect(asked(host, 'test')[0]?.args).toEqual({ id: '01line0000tw1', to: '5550100199' });
    expect(where()).toBe('/lines/01line0000tw1');
  });
});

describe('removing', () => {
  test('asks what becomes of the work that waits, with its count', async () => {
    const host = deskHost();
    const { user, where } = await renderApp('/lines/01line0000wa1?act=remove', { host });
    const dialog = await screen.findByRole('dialog', { name: 'Remove WhatsApp, Front desk?' });
    expect(within(dialog).getByRole('radio', { name: /Keep 11 as failed/ })).toBeChecked();
    await user.click(within(dialog).getByRole('radio', { name: /Cancel 11/ }));
    await user.click(within(dialog).getByRole('button', { name: 'Remove line' }));
    await waitFor(() => expect(where()).toBe('/lines'));
    expect(asked(host, 'remove')[0]?.args).toEqual({ id: '01line0000wa1', waiting: 'cancel' });
  });
});

describe('reconnecting', () => {
  test('tries the new key before the old one is given up', async () => {
    const host = deskHost();
    const { user } = await renderApp('/lines/01line0000tw1?act=reconnect', { host });
    const dialog = await screen.findByRole('dialog', { name: 'Reconnect Twilio, Reminders' });
    const field = within(dialog).getByLabelText('Auth token');
    await waitFor(() => expect(field).toHaveFocus());
    await user.type(field, 'wrong');
    await user.click(within(dialog).getByRole('button', { name: 'Reconnect' }));
    expect(await within(dialog).findByRole('alert')).toHaveTextContent('Nothing was changed.');
    expect(asked(host, 'connection_update')).toHaveLength(0);
    await user.clear(field);
    await user.type(field, 'right');
    await user.click(within(dialog).getByRole('button', { name: 'Reconnect' }));
    expect(await screen.findByText('Twilio, Reminders is connected again.')).toBeInTheDocument();
    expect(asked(host, 'connection_update')[0]?.args).toEqual({
      id: '01line0000tw1',
      secrets: { auth_token: 'right' },
    });
  });

  test('cannot try the whole when one of two secrets stays as it is', () => {
    const resend = catalogue[1];
    if (resend === undefined) throw new Error('the catalogue has Resend');
    const line = {
      provider: 'resend',
      name: 'hello@',
      environment: 'custom',
      fields: { api_key: 'set', webhook_secret: 'set', from: 'a@b.example', 'url.api': 'http://127.0.0.1:1' },
    } as unknown as ConnectionDetail;
    expect(trialOf(line, resend, { api_key: 're_1' })).toBeNull();
    expect(trialOf(line, resend, { api_key: 're_1', webhook_secret: 'whsec_1' })).toEqual({
      provider: 'resend',
      name: 'hello@',
      environment: 'custom',
      fields: { from: 'a@b.example' },
      secrets: { api_key: 're_1', webhook_secret: 'whsec_1' },
      urls: { api: 'http://127.0.0.1:1' },
    });
  });
});

describe('changing', () => {
  test('sends only what was changed', async () => {
    const host = deskHost();
    const { user } = await renderApp('/lines/01line0000tw1', { host });
    await user.click(await screen.findByRole('button', { name: 'Change…' }));
    const dialog = await screen.findByRole('dialog', { name: 'Change Twilio, Reminders' });
    const name = within(dialog).getByLabelText('Name');
    await user.clear(name);
    await user.type(name, 'Recalls');
    await user.keyboard('{Enter}');
    expect(await screen.findByText('Saved.')).toBeInTheDocument();
    expect(asked(host, 'connection_update')[0]?.args).toEqual({ id: '01line0000tw1', name: 'Recalls' });
  });

  test('settings stand in the order of their form, unknown ones last', () => {
    const rows = settingRows(
      { fields: { 'url.api': 'x', from: 'f', account_sid: 'AC', auth_token: 'set' } },
      catalogue[0],
    );
    expect(rows.map((r) => r.label)).toEqual(['Account SID', 'Auth token', 'From', 'Address (api)']);
    expect(rows[1]).toMatchObject({ secret: true });
  });
});
