import { screen, waitFor, within } from '@testing-library/react';
import { describe, expect, test } from 'vitest';
import type { Status } from '@/api/generated';
import type { FixtureHost } from '@/host/fixture';
import { deskHost } from '@/host/fixture-desk';
import { ApiError } from '@/host/host';
import { expectAccessible } from '@/test/axe';
import { renderApp } from '@/test/render';
import { countries, zones } from './countries';
import { find } from './SearchSelect';

const asked = (host: FixtureHost, name: string) =>
  host.calls.filter((c) => c.name === name).map((c) => c.args);
const section = (name: string) => screen.findByRole('region', { name });

describe('each setting is saved by itself', () => {
  test('a text by Enter, with the confirmation beside it', async () => {
    const host = deskHost();
    const { user } = await renderApp('/settings', { host });
    const field = await screen.findByLabelText('Name of the business');
    await user.type(field, ' II{Enter}');
    await waitFor(() =>
      expect(asked(host, 'settings_set')).toEqual([{ business_name: 'Alder Street Dental II' }]),
    );
    expect(await within(await section('Business')).findByText('Saved')).toBeInTheDocument();
    await waitFor(() => expect(field).toHaveValue('Alder Street Dental II'));
  });

  test('Esc takes back what was typed', async () => {
    const host = deskHost();
    const { user } = await renderApp('/settings', { host });
    const field = await screen.findByLabelText('Name of the business');
    await user.type(field, ' II{Escape}');
    expect(field).toHaveValue('Alder Street Dental');
    expect(asked(host, 'settings_set')).toEqual([]);
  });

  test('a refusal stands at its field and keeps what was typed', async () => {
    const { user } = await renderApp('/settings', { host: deskHost() });
    const field = await screen.findByLabelText('Public address');
    await user.type(field, 'http://x.example{Enter}');
    await waitFor(() =>
      expect(field).toHaveAccessibleDescription(/is not an address that a provider could reach\. An https/),
    );
    expect(field).toHaveValue('http://x.example');
  });

  test('the zone is found by typing and chosen with the keyboard', async () => {
    const host = deskHost();
    const { user } = await renderApp('/settings', { host });
    const field = await screen.findByLabelText('Time zone');
    await user.click(field);
    await user.keyboard('berlin');
    expect(await screen.findByRole('option', { name: /Europe\/Berlin/ })).toHaveAttribute(
      'aria-selected',
      'true',
    );
    await user.keyboard('{Enter}');
    await waitFor(() => expect(asked(host, 'settings_set')).toEqual([{ zone: 'Europe/Berlin' }]));
  });

  test('hours are saved together, and not while they make no sense', async () => {
    const host = deskHost();
    const { user } = await renderApp('/settings', { host });
    const hours = await section('Sending hours');
    await user.click(within(hours).getByRole('checkbox', { name: 'Sat' }));
    await user.click(within(hours).getByRole('button', { name: 'Save' }));
    await waitFor(() =>
      expect(asked(host, 'settings_set')).toEqual([
        { allowed_hours: { from: '08:00', to: '20:00', days: [1, 2, 3, 4, 5] } },
      ]),
    );
    for (const day of ['Mon', 'Tue', 'Wed', 'Thu', 'Fri'])
      await user.click(within(hours).getByRole('checkbox', { name: day }));
    expect(within(hours).getByRole('alert')).toHaveTextContent('Choose at least one day.');
    expect(within(hours).getByRole('button', { name: 'Save' })).toBeDisabled();
  });

  test('no limit is null, not an empty one', async () => {
    const host = deskHost();
    const { user } = await renderApp('/settings', { host });
    const hours = await section('Sending hours');
    await user.click(within(hours).getByRole('switch'));
    await user.click(within(hours).getByRole('button', { name: 'Save' }));
    await waitFor(() => expect(asked(host, 'settings_set')).toEqual([{ allowed_hours: null }]));
  });
});

describe('tokens', () => {
  test('a new one is shown once, with a way to copy it', async () => {
    const { user } = await renderApp('/settings', { host: deskHost() });
    const part = await section('API tokens');
    await user.type(within(part).getByLabelText('What it is for'), 'Web shop{Enter}');
    expect(await within(part).findByText('sbx_0000_shown_once_0000')).toBeInTheDocument();
    expect(within(part).getByRole('button', { name: 'Copy token' })).toBeInTheDocument();
    await user.click(within(part).getByRole('button', { name: 'I have copied it' }));
    expect(screen.queryByText('sbx_0000_shown_once_0000')).not.toBeInTheDocument();
    expect(await within(part).findByRole('rowheader', { name: 'Web shop' })).toBeInTheDocument();
  });

  test('revoking says what it does to the program', async () => {
    const host = deskHost();
    const { user } = await renderApp('/settings', { host });
    await user.click(await screen.findByRole('button', { name: 'Revoke the token for Booking site' }));
    const dialog = await screen.findByRole('dialog');
    expect(dialog).toHaveTextContent('is refused from now on');
    await user.click(within(dialog).getByRole('button', { name: 'Revoke' }));
    expect(await screen.findByText('No program has a token.')).toBeInTheDocument();
  });
});

describe('people who are not written to', () => {
  test('are added with a reason, and shown', async () => {
    const host = deskHost();
    const { user } = await renderApp('/settings', { host });
    const form = await screen.findByRole('form', { name: 'Add an address' });
    await user.click(within(form).getByRole('button', { name: 'Add' }));
    expect(within(form).getByLabelText('Address')).toHaveAccessibleDescription('Enter an address.');
    await user.type(within(form).getByLabelText('Address'), '5550100177');
    await user.type(within(form).getByLabelText('Why'), 'told us on the phone{Enter}');
    expect(await screen.findByRole('rowheader', { name: '5550100177' })).toBeInTheDocument();
  });

  test('are taken off only after a look', async () => {
    const host = deskHost();
    const { user } = await renderApp('/settings', { host });
    await user.click(await screen.findByRole('button', { name: 'Remove +1 555 010 0190' }));
    const dialog = await screen.findByRole('dialog', { name: 'Write to +1 555 010 0190 again?' });
    expect(dialog).toHaveTextContent('STOP by text message');
    await user.click(within(dialog).getByRole('button', { name: 'Write again' }));
    await waitFor(() =>
      expect(screen.queryByRole('rowheader', { name: '+1 555 010 0190' })).not.toBeInTheDocument(),
    );
  });
});

describe('credentials', () => {
  const locked = () => {
    const host = deskHost();
    let vault: Status['vault'] = { mode: 'locked', say: 'The vault is locked.' };
    host.wrap('status', (next) => ({ ...next(), vault }));
    host.answer('vault_open', ({ passphrase }) => {
      if (passphrase !== 'seven green lamps')
        throw new ApiError({
          code: 'passphrase_wrong',
          message: 'The passphrase does not open this home.',
          remedy: 'Try again.',
          field: 'passphrase',
        });
      vault = { mode: 'passphrase', say: 'Only your passphrase opens them.' };
      host.emit({ type: 'changed', tags: ['settings'] });
      return vault;
    });
    return host;
  };

  test('a vault that is open says where its key is and asks for nothing', async () => {
    await renderApp('/settings', { host: deskHost() });
    const part = await section('Credentials');
    expect(await within(part).findByText(/keychain/)).toBeInTheDocument();
    expect(within(part).queryByRole('button')).not.toBeInTheDocument();
  });

  test('a locked vault is opened with a passphrase, which is not kept', async () => {
    const host = locked();
    const { user } = await renderApp('/settings', { host });
    const part = await section('Credentials');
    const field = await within(part).findByLabelText('Passphrase');
    await user.type(field, 'seven red lamps{Enter}');
    await waitFor(() => expect(field).toHaveAccessibleDescription(/does not open this home/));
    await user.clear(field);
    await user.type(field, 'seven green lamps{Enter}');
    await waitFor(() =>
      expect(asked(host, 'vault_open').at(-1)).toEqual({
        mode: 'passphrase',
        passphrase: 'seven green lamps',
      }),
    );
    await waitFor(() => expect(within(part).queryByLabelText('Passphrase')).not.toBeInTheDocument());
  });
});

describe('upkeep', () => {
  test('a backup says where it went; a refused path says so at its field', async () => {
    const { user } = await renderApp('/settings', { host: deskHost() });
    const part = await section('Backup');
    await user.type(within(part).getByLabelText(/^Where to/), 'here{Enter}');
    await waitFor(() =>
      expect(within(part).getByLabelText(/^Where to/)).toHaveAccessibleDescription(/needs a full path/),
    );
    await user.clear(within(part).getByLabelText(/^Where to/));
    await user.click(within(part).getByRole('button', { name: 'Back up now' }));
    expect(await within(part).findByText(/Copied 41.0 MB in 0.4 s\./)).toBeInTheDocument();
  });

  test('the checks say what is not well and what mends it', async () => {
    await renderApp('/settings', { host: deskHost() });
    const part = await section('Installation');
    expect(await within(part).findByText('1 thing needs a look.')).toBeInTheDocument();
    expect(part).toHaveTextContent('receipts do not arrive. Set the public address.');
    expect(part).toHaveTextContent('This computer’s keychain');
  });
});

describe('receipts', () => {
  test('that could not be processed are tried again, and it says how many still cannot', async () => {
    const host = deskHost();
    const { user } = await renderApp('/settings/receipts', { host });
    expect(await screen.findByText('email.bounced')).toBeInTheDocument();
    await user.click(screen.getByRole('button', { name: 'Process all again' }));
    expect(await screen.findByText('1 processed, 1 still cannot be.')).toBeInTheDocument();
    await waitFor(() => expect(screen.queryByText('email.bounced')).not.toBeInTheDocument());
    expect(asked(host, 'receipts_replay')).toEqual([{}]);
  });

  test('screen is accessible', async () => {
    await renderApp('/settings/receipts', { host: deskHost() });
    await screen.findByText('email.bounced');
    await expectAccessible();
  });
});

test('countries and zones come from the system', () => {
  const all = countries('en');
  expect(all.find((c) => c.value === 'DE')?.label).toBe('Germany');
  expect(all.some((c) => c.value === 'EU' || c.value === 'ZZ')).toBe(false);
  expect(zones('Mars/Base').map((z) => z.value)).toContain('Mars/Base');
  expect(find(all, 'united st')[0]?.value).toBe('US');
  expect(find(all, 'xyz')).toEqual([]);
});

test('the settings are accessible', async () => {
  await renderApp('/settings', { host: deskHost() });
  await screen.findByRole('form', { name: 'Add an address' });
  await expectAccessible();
});
