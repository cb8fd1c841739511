import { act, screen, waitFor, within } from '@testing-library/react';
import { describe, expect, test } from 'vitest';
import { fixtureHost } from '@/host/fixture';
import { renderApp } from '@/test/render';
import { screenWidth } from '@/test/setup';
import { navItems } from '../features';
import { isHere } from './Nav';
import { matches } from './Palette';

const nav = () => screen.findByRole('navigation', { name: 'Main' });

describe('above everything', () => {
  test('a locked vault is said on every screen, with what it costs and where it is opened', async () => {
    const host = fixtureHost('busy');
    const status = await host.call('status', {});
    host.answer('status', () => ({
      ...status,
      waiting: 11,
      vault: { mode: 'locked', say: 'The vault is locked' },
    }));
    await renderApp('/messages', { host });
    const say = await screen.findByText(/The vault is locked, so no line can sign in and nothing is sent\./);
    expect(say).toHaveTextContent('11 messages wait and leave by themselves once the vault is open.');
    expect(screen.getByRole('link', { name: 'Open the vault…' })).toHaveAttribute('href', '/settings#vault');
  });
});

describe('navigation', () => {
  test('shows only what exists, and where one is', async () => {
    await renderApp('/');
    const links = within(await nav())
      .getAllByRole('link')
      .map((l) => l.getAttribute('href'));
    expect(links).toEqual([
      '/',
      ...['today', 'network', 'library', 'foot'].flatMap((s) =>
        navItems.filter((i) => i.section === s).map((i) => i.to),
      ),
    ]);
    expect(within(await nav()).getByRole('link', { name: 'Overview' })).toHaveAttribute(
      'aria-current',
      'page',
    );
  });

  test('a screen below another counts as being there', () => {
    expect(isHere('/lines', '/lines/01abc')).toBe(true);
    expect(isHere('/', '/lines')).toBe(false);
    expect(isHere('/line', '/lines')).toBe(false);
  });

  test('carries the business’s name', async () => {
    await renderApp('/');
    expect(await screen.findByRole('link', { name: 'Alder Street Dental' })).toBeInTheDocument();
  });

  test('folds to a rail, and the choice is remembered', async () => {
    const first = await renderApp('/');
    await first.user.click(await screen.findByRole('button', { name: 'Collapse navigation' }));
    expect(screen.getByRole('button', { name: 'Expand navigation' })).toBeInTheDocument();
    first.unmount();
    await renderApp('/');
    expect(await screen.findByRole('button', { name: 'Expand navigation' })).toBeInTheDocument();
  });

  test('is always a rail where it is narrow', async () => {
    screenWidth.px = 1024;
    await renderApp('/');
    await nav();
    expect(screen.queryByRole('button', { name: /navigation/ })).not.toBeInTheDocument();
  });

  test('an unknown address says so and leads back', async () => {
    await renderApp('/nowhere');
    expect(await screen.findByText('There is nothing at this address.')).toBeInTheDocument();
    expect(screen.getByRole('link', { name: 'Open the overview' })).toHaveAttribute('href', '/');
  });
});

describe('theme', () => {
  test('is the business’s setting', async () => {
    const { user, host } = await renderApp('/');
    await user.click(await screen.findByRole('button', { name: 'Theme' }));
    await user.click(await screen.findByRole('menuitemradio', { name: 'Dark' }));
    expect(host.calls).toContainEqual({ name: 'settings_set', args: { theme: 'dark' } });
    await waitFor(() => expect(document.documentElement.dataset.theme).toBe('dark'));
  });
});

describe('the palette', () => {
  test('opens with Ctrl K, finds lines and goes there', async () => {
    const { user } = await renderApp('/');
    await screen.findByRole('grid');
    await user.keyboard('{Control>}k{/Control}');
    const field = await screen.findByRole('combobox');
    await user.type(field, 'overview');
    expect(screen.getByRole('option', { name: /Overview/, selected: true })).toBeInTheDocument();
    await user.keyboard('{Enter}');
    await waitFor(() => expect(screen.queryByRole('dialog')).not.toBeInTheDocument());
  });

  test('changes the theme without a mouse', async () => {
    const { user, host } = await renderApp('/');
    await screen.findByRole('grid');
    await user.keyboard('{Control>}k{/Control}');
    await user.type(await screen.findByRole('combobox'), 'dark th{Enter}');
    expect(host.calls).toContainEqual({ name: 'settings_set', args: { theme: 'dark' } });
  });

  test('says when there is nothing', async () => {
    const { user } = await renderApp('/');
    await user.click(await screen.findByRole('button', { name: /Search everything/ }));
    await user.type(await screen.findByRole('combobox'), 'zzzz');
    expect(await screen.findByText(/Nothing found for “zzzz”/)).toBeInTheDocument();
  });

  test('every word typed must be there, in any order', () => {
    expect(matches('WhatsApp, Front desk', 'desk whats')).toBe(true);
    expect(matches('WhatsApp, Front desk', 'desk mail')).toBe(false);
  });
});

describe('keys', () => {
  test('? shows the keys that work here', async () => {
    const { user } = await renderApp('/');
    await screen.findByRole('grid');
    await user.keyboard('?');
    const help = await screen.findByRole('dialog', { name: 'Keys' });
    expect(help).toHaveTextContent('Go to Overview');
    expect(help).toHaveTextContent('In lists');
  });

  test('switched off in settings, letters do nothing and no hints are shown', async () => {
    const host = fixtureHost('busy');
    await host.call('settings_set', { single_key_shortcuts: false });
    const { user } = await renderApp('/', { host });
    await screen.findByRole('grid');
    await waitFor(() => expect(screen.queryByText('move')).not.toBeInTheDocument());
    await user.keyboard('?');
    expect(screen.queryByRole('dialog')).not.toBeInTheDocument();
  });

  test('the status bar names the zone of all times', async () => {
    await renderApp('/');
    expect(await screen.findByText('All times PDT, UTC−7')).toBeInTheDocument();
  });
});

describe('the link to the core', () => {
  test('a loss that lasts is said, with the time of what is shown, and can be mended', async () => {
    const { user, host } = await renderApp('/');
    await screen.findByRole('grid');
    act(() => host.setLink('lost'));
    expect(screen.queryByText(/Connection to Signalbox lost/), 'a blink is nothing').not.toBeInTheDocument();
    const banner = await screen.findByText(
      /Everything here is as of .*11:32.* PDT\./,
      {},
      { timeout: 2_000 },
    );
    expect(banner).toBeInTheDocument();
    const before = host.calls.length;
    await user.click(screen.getByRole('button', { name: 'Try now' }));
    await waitFor(() => expect(screen.queryByText(/Connection to Signalbox lost/)).not.toBeInTheDocument());
    expect(host.calls.length, 'everything is read again').toBeGreaterThan(before);
  });

  test('being offline is said once, and is no failure of a line', async () => {
    const host = fixtureHost('busy');
    const status = await host.call('status', {});
    host.answer('status', () => ({ ...status, offline: true }));
    await renderApp('/', { host });
    expect(await screen.findByText(/This computer is offline/)).toBeInTheDocument();
  });
});

test('a line going to danger is said at once', async () => {
  const { host } = await renderApp('/');
  await screen.findByRole('grid');
  const { items } = await host.call('connections', {});
  host.answer('connections', () => ({
    items: items.map((l) => (l.id === '01line0000tw1' ? { ...l, signal: 'danger' as const } : l)),
    next: null,
  }));
  act(() => host.emit({ type: 'changed', tags: ['connections'] }));
  await waitFor(() =>
    expect(document.querySelector('[aria-live=assertive]')).toHaveTextContent('Twilio, Reminders: Danger.'),
  );
});
