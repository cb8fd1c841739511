import { screen, waitFor, within } from '@testing-library/react';
import type { UserEvent } from '@testing-library/user-event';
import { describe, expect, test } from 'vitest';
import type { FixtureHost } from '@/host/fixture';
import { catalogue } from '@/host/fixture-catalogue';
import { deskHost } from '@/host/fixture-desk';
import { ApiError } from '@/host/host';
import { expectAccessible } from '@/test/axe';
import { renderApp } from '@/test/render';
import { fieldProblem } from './ProviderInput';
import { connectArgs, environmentsOf } from './useConnectForm';

const SID = 'AC00000000000000000000000000000001';
const twilio = catalogue[0];
const aside = () => screen.getByRole('complementary', { name: 'Test and save' });
const asked = (host: FixtureHost, name: string) => host.calls.filter((c) => c.name === name);

async function fill(user: UserEvent, token = '00000000000000000000000000000000') {
  await user.click(await screen.findByLabelText('Name'));
  await user.paste('Recalls');
  await user.click(screen.getByLabelText('Account SID'));
  await user.paste(SID);
  await user.click(screen.getByLabelText('Auth token'));
  await user.paste(token);
  await user.click(screen.getByLabelText(/^From/));
  await user.paste('+15550100100');
}

describe('the providers', () => {
  test('are those of the core, with the lines there are and how they stand', async () => {
    await renderApp('/connect', { host: deskHost() });
    const card = await screen.findByRole('link', { name: /^Resend/ });
    expect(card).toHaveTextContent('Caution');
    expect(card).toHaveTextContent('1 line · API key · receipts');
    expect(card).toHaveAttribute('href', '/connect?provider=resend');
    expect(screen.queryByText('Chat'), 'no section without a provider').not.toBeInTheDocument();
  });

  test('practice lines are started here', async () => {
    const host = deskHost('empty');
    const { user } = await renderApp('/connect', { host });
    await user.click(await screen.findByRole('button', { name: 'Start practice lines' }));
    expect(await screen.findByText('3 practice lines on the board.')).toBeInTheDocument();
  });

  test('one that is not there is said to be so', async () => {
    await renderApp('/connect?provider=fax', { host: deskHost() });
    expect(await screen.findByText('There is no such provider.')).toBeInTheDocument();
  });
});

describe('the form', () => {
  test('is the catalogue’s: labels, hints, secrets unseen, no practice environment', async () => {
    await renderApp('/connect?provider=twilio', { host: deskHost() });
    expect(await screen.findByLabelText('Auth token')).toHaveAttribute('type', 'password');
    expect(screen.getByLabelText('Account SID')).toHaveAccessibleDescription(/begins with AC/);
    expect(screen.queryByRole('radio', { name: /Practice/ })).not.toBeInTheDocument();
    if (twilio === undefined) throw new Error('the catalogue has Twilio');
    expect(environmentsOf(twilio)).toEqual(['production', 'sandbox', 'custom']);
  });

  test('tests before anything is kept, and says how long it took', async () => {
    const host = deskHost();
    const { user } = await renderApp('/connect?provider=twilio', { host });
    await fill(user);
    await user.click(screen.getByRole('button', { name: 'Test' }));
    expect(await within(aside()).findByText('It works.')).toBeInTheDocument();
    expect(aside()).toHaveTextContent('Answered in 0.2 s.');
    expect(asked(host, 'connect')).toHaveLength(0);
    await user.type(screen.getByLabelText('Auth token'), '1');
    expect(aside()).toHaveTextContent('The values have changed since this test.');
  });

  test('shows a failed test with its words, and saves only when a person insists', async () => {
    const host = deskHost();
    const { user, where } = await renderApp('/connect?provider=twilio', { host });
    await fill(user, 'wrong');
    await user.click(screen.getByRole('button', { name: 'Test' }));
    expect(await within(aside()).findByText('The provider does not know this key.')).toBeInTheDocument();
    expect(aside()).toHaveTextContent('401 / 20003');
    await user.click(screen.getByRole('button', { name: 'Save without a test' }));
    await waitFor(() => expect(where()).toMatch(/^\/lines\/01line/));
    expect(asked(host, 'connect')[0]?.args).not.toHaveProperty('test');
  });

  test('a key that the provider refuses is not kept, and saving it is not offered again', async () => {
    const host = deskHost();
    host.answer('connect', () => {
      throw new ApiError({
        code: 'probe_failed',
        message: 'The provider does not know this key. Nothing was connected',
        remedy: 'Correct it',
      });
    });
    const { user } = await renderApp('/connect?provider=twilio', { host });
    await fill(user, 'wrong');
    await user.click(screen.getByRole('button', { name: 'Test' }));
    await user.click(await screen.findByRole('button', { name: 'Save without a test' }));
    expect(await within(aside()).findByRole('alert')).toHaveTextContent('Nothing was connected.');
    expect(screen.queryByRole('button', { name: 'Save without a test' })).not.toBeInTheDocument();
  });

  test('what was not tested is tested when it is saved, and the line opens', async () => {
    const host = deskHost();
    const { user, where } = await renderApp('/connect?provider=twilio', { host });
    await fill(user);
    await user.keyboard('{Control>}{Enter}{/Control}');
    await waitFor(() => expect(where()).toMatch(/^\/lines\/01line/));
    expect(asked(host, 'connect')[0]?.args).toEqual({
      provider: 'twilio',
      name: 'Recalls',
      environment: 'production',
      fields: { account_sid: SID, from: '+15550100100' },
      secrets: { auth_token: '00000000000000000000000000000000' },
      test: true,
    });
  });

  test('says at each field what is missing, and at the field what the core refuses', async () => {
    const host = deskHost();
    host.answer('connect', () => {
      throw new ApiError({
        code: 'invalid_field',
        message: 'There is nobody to send as',
        remedy: 'Give a From number, or the SID of a messaging service',
        field: 'from',
      });
    });
    const { user } = await renderApp('/connect?provider=twilio', { host });
    await user.click(await screen.findByRole('button', { name: 'Connect' }));
    expect(screen.getByLabelText('Account SID')).toHaveAccessibleDescription(/^Account SID is missing\./);
    expect(screen.getByLabelText('Name')).toHaveAccessibleDescription(/^A line needs a name\./);
    expect(asked(host, 'connect')).toHaveLength(0);
    await fill(user);
    await user.click(screen.getByRole('button', { name: 'Connect' }));
    await waitFor(() =>
      expect(screen.getByLabelText(/^From/)).toHaveAccessibleDescription(
        /^There is nobody to send as\. Give a From number/,
      ),
    );
  });

  test('an address of one’s own goes along only in the custom environment', () => {
    if (twilio === undefined) throw new Error('the catalogue has Twilio');
    const entered = { name: 'x', values: {}, api: 'http://127.0.0.1:4010' };
    expect(connectArgs(twilio, { ...entered, environment: 'custom' }).urls).toEqual({
      api: 'http://127.0.0.1:4010',
    });
    expect(connectArgs(twilio, { ...entered, environment: 'production' })).not.toHaveProperty('urls');
  });

  test('a pattern is checked while typing, an empty optional field is not', () => {
    const sid = twilio?.fields[0];
    const service = twilio?.fields[3];
    if (sid === undefined || service === undefined) throw new Error('the catalogue has both');
    expect(fieldProblem(sid, 'SK1', true)).toMatch(/should look like AC0/);
    expect(fieldProblem(sid, SID, true)).toBeNull();
    expect(fieldProblem(service, '', true)).toBeNull();
  });
});

describe('receipts', () => {
  test('without a public address it says what that means and where to set it', async () => {
    await renderApp('/connect?provider=resend', { host: deskHost() });
    expect(await screen.findByText(/no public address yet, so receipts cannot arrive/)).toBeInTheDocument();
    expect(screen.getByRole('link', { name: 'Set the public address' })).toHaveAttribute(
      'href',
      '/settings#public-url',
    );
  });

  test('with one it shows the exact address to enter', async () => {
    const host = deskHost();
    await host.call('settings_set', { public_url: 'https://in.alderstreet.example' });
    await renderApp('/connect?provider=resend', { host });
    expect(await screen.findByText('https://in.alderstreet.example/api/webhooks/resend')).toBeInTheDocument();
    expect(screen.getByText(/Its signing secret belongs in the field/)).toBeInTheDocument();
  });

  test('a provider without receipts says so', async () => {
    await renderApp('/connect?provider=smtp', { host: deskHost() });
    expect(await screen.findByText(/sends no receipts/)).toBeInTheDocument();
  });
});

test('both screens are accessible', async () => {
  const first = await renderApp('/connect', { host: deskHost() });
  await screen.findByRole('link', { name: /^Twilio/ });
  await expectAccessible();
  first.unmount();
  await renderApp('/connect?provider=smtp', { host: deskHost() });
  await screen.findByLabelText('Host');
  await expectAccessible();
});
