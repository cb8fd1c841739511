import { act, screen, waitFor, within } from '@testing-library/react';
import { describe, expect, test } from 'vitest';
import { fixtureHost } from '@/host/fixture';
import { fixtureLines } from '@/host/fixture-lines';
import { ApiError } from '@/host/host';
import { renderApp } from '@/test/render';
import { screenWidth } from '@/test/setup';
import { account } from './Board';
import { lineAction } from './useLineAction';

const board = () => screen.findByRole('grid', { name: 'Line board' });
const rowOf = async (name: string | RegExp) =>
  (await screen.findByRole('rowheader', { name })).closest('tr') as HTMLElement;

describe('the verdict', () => {
  test('says it in one sentence, politely, and when it was checked', async () => {
    await renderApp('/');
    const say = await screen.findByText(/1 line needs you\. 11 messages are waiting; nothing is lost\./);
    expect(say.parentElement).toHaveAttribute('aria-live', 'polite');
    expect(screen.getByText(/^Tue.*11:32.*PDT/)).toHaveTextContent(/Checked 11:32:02/);
  });

  test('is quiet when all is well', async () => {
    await renderApp('/', { scene: 'clear' });
    expect(await screen.findByText('All lines clear. Nothing is waiting.')).toBeInTheDocument();
    expect(screen.queryByRole('region', { name: 'Needs you' }), 'no empty section').not.toBeInTheDocument();
  });
});

describe('what needs a person', () => {
  test('which, why, what it costs, and one action', async () => {
    await renderApp('/');
    const card = await screen.findByRole('article', { name: 'WhatsApp, Front desk' });
    expect(card).toHaveTextContent(/Since 0?9:41.*, 1 h 51 min/);
    expect(card).toHaveTextContent('Meta ended the sign-in');
    expect(
      within(card)
        .getAllByRole('definition')
        .map((d) => d.textContent),
    ).toEqual(['11', '1 h 47 min', expect.stringMatching(/^(14:05|2:05.PM)$/)]);
    expect(within(card).getByRole('link', { name: 'Reconnect' })).toHaveAttribute(
      'href',
      '/lines/01line0000wa1?act=reconnect',
    );
  });

  test('an action that is a command runs here, and says when it did not work', async () => {
    const host = fixtureHost('busy');
    const overview = await host.call('overview', {});
    host.answer('overview', () => ({
      ...overview,
      needs_you: [
        {
          id: 'line:x',
          kind: 'line',
          connection: '01line0000sm2',
          title: 'SMTP, Lab notices',
          since: null,
          say: 'It cannot be reached.',
          facts: [],
          action: { label: 'Check now', command: 'check', to: '/lines/01line0000sm2' },
        },
      ],
    }));
    host.answer('check', () => {
      throw new ApiError({ code: 'busy', message: 'It is being checked already.', remedy: 'Wait a moment.' });
    });
    const { user } = await renderApp('/', { host });
    const card = await screen.findByRole('article', { name: 'SMTP, Lab notices' });
    await user.click(within(card).getByRole('button', { name: 'Check now' }));
    expect(await within(card).findByRole('alert')).toHaveTextContent(
      'It is being checked already. Wait a moment.',
    );
  });
});

describe('the line board', () => {
  test('keeps its order, whatever happens to the lines', async () => {
    const { host } = await renderApp('/');
    const names = () => screen.getAllByRole('rowheader').map((r) => r.closest('tr')?.dataset.row);
    await board();
    const before = names();
    await act(async () => {
      await host.call('disable', { id: '01line0000tw1' });
    });
    await waitFor(async () => expect(await rowOf(/Reminders/)).toHaveTextContent(/^Off/));
    expect(names()).toEqual(before);
  });

  test('gives rates with their denominator, and no rate without one', async () => {
    await renderApp('/');
    expect(await rowOf(/Reminders/)).toHaveTextContent('92.6 %, 742 of 801 decided today');
    expect(await rowOf(/frontdesk/)).toHaveTextContent('nothing decided today');
  });

  test('says what cannot be known', async () => {
    await renderApp('/');
    expect(await rowOf(/Reminders/)).toHaveTextContent('Not knowable');
    expect(await rowOf(/Front desk/)).toHaveTextContent('939 of 1,000 / day');
    expect(await rowOf(/Front desk/)).toHaveTextContent('11, oldest 1 h 47 min');
  });

  test('marks practice and custom lines', async () => {
    await renderApp('/');
    expect(await rowOf(/Practice text messages/)).toHaveTextContent('Practice');
    expect(await rowOf(/Lab notices/)).toHaveTextContent('Custom');
  });

  test('is one tab stop: j and the arrows move, Enter opens the line', async () => {
    const { user, where } = await renderApp('/');
    await board();
    await user.keyboard('j');
    expect(document.activeElement).toBe(await rowOf(/Reminders/));
    await user.keyboard('j{ArrowDown}');
    expect(document.activeElement).toBe(await rowOf(/hello@/));
    await user.keyboard('{Enter}');
    expect(where()).toBe('/lines/01line0000re1');
  });

  test('Right reaches the action of a row', async () => {
    const { user, host } = await renderApp('/');
    await board();
    const row = await rowOf(/Lab notices/);
    act(() => row.focus());
    await user.keyboard('{ArrowRight}');
    expect(screen.getByRole('button', { name: 'Check now: SMTP, Lab notices' })).toHaveFocus();
    await user.keyboard('{Enter}');
    expect(host.calls).toContainEqual({ name: 'check', args: { id: '01line0000sm2' } });
    await waitFor(async () => expect(await rowOf(/Lab notices/)).toHaveTextContent(/^Clear/));
  });

  test('folds channel and median away where it is narrow', async () => {
    screenWidth.px = 1024;
    await renderApp('/');
    await board();
    expect(screen.queryByRole('columnheader', { name: 'Median' })).not.toBeInTheDocument();
    expect(screen.getByRole('columnheader', { name: 'Delivered' })).toBeInTheDocument();
  });

  test('offers what the state calls for and the core allows', () => {
    const line = fixtureLines[0];
    if (line === undefined) throw new Error('no fixture');
    expect(lineAction(line).label).toBe('Open');
    expect(lineAction({ ...line, state: 'disabled', can: ['enable'] }).label).toBe('Turn on');
    expect(lineAction({ ...line, state: 'paused', can: ['resume'] }).label).toBe('Resume');
    expect(lineAction({ ...line, state: 'reconnect', can: ['reconnect'] }).label).toBe('Reconnect');
    expect(lineAction({ ...line, state: 'disabled', can: [] }).label, 'never what the core refuses').toBe(
      'Open',
    );
  });

  test('does not say an address twice', () => {
    const said = (name: string, address: string | null) => account({ name, address }).join('');
    expect(said('hello@', 'hello@alderstreet.example')).toBe('hello@alderstreet.example');
    expect(said('Reminders', '+15550100142')).toBe('Reminders, +1 555 010 0142');
    expect(said('Reminders', null)).toBe('Reminders');
  });
});

describe('today by hour', () => {
  test('is a picture with a sentence, and a table', async () => {
    const { user } = await renderApp('/');
    const chart = await screen.findByRole('img', { name: /Messages per hour by outcome\. [\d,]+ delivered/ });
    expect(chart).toBeInTheDocument();
    await user.click(screen.getByRole('button', { name: 'Show as table' }));
    const table = screen.getByRole('table', { name: 'Today’s messages by hour' });
    expect(within(table).getAllByRole('row')).toHaveLength(12);
    expect(screen.getByRole('button', { name: 'Show as chart' })).toBeInTheDocument();
  });
});

describe('states', () => {
  test('cannot be read: says so, and tries again', async () => {
    const { user, host } = await renderApp('/', { scene: 'broken' });
    expect(await screen.findByText('Cannot check lines.')).toBeInTheDocument();
    const before = host.calls.filter((c) => c.name === 'overview').length;
    await user.click(screen.getByRole('button', { name: 'Try again' }));
    await waitFor(() => expect(host.calls.filter((c) => c.name === 'overview')).toHaveLength(before + 1));
  });

  test('fails later: keeps what was known and says from when', async () => {
    const { host } = await renderApp('/');
    await board();
    host.answer('overview', () => {
      throw new ApiError({ code: 'not_reachable', message: 'Signalbox does not answer.', remedy: 'Wait.' });
    });
    act(() => host.emit({ type: 'gap' }));
    expect(await screen.findByText(/Cannot check lines\. Last known .*11:32.* PDT\./)).toBeInTheDocument();
    expect(await board()).toBeInTheDocument();
  });
});

describe('the first run', () => {
  test('offers practice and a real account, and the practice lines appear', async () => {
    const { user, host } = await renderApp('/', { scene: 'empty' });
    expect(await screen.findByRole('heading', { name: 'No lines yet' })).toBeInTheDocument();
    expect(await screen.findByText('Email: Resend and SMTP')).toBeInTheDocument();
    expect(screen.getByRole('link', { name: 'Connect your first line' })).toHaveAttribute('href', '/connect');
    await user.click(screen.getByRole('button', { name: 'Start with practice lines' }));
    expect(host.calls).toContainEqual({ name: 'practice_start', args: {} });
    expect(await rowOf(/Always delivers/)).toHaveTextContent('Practice');
  });

  test('says when the practice lines could not be started', async () => {
    const host = fixtureHost('empty');
    host.answer('practice_start', () => {
      throw new ApiError({ code: 'disk', message: 'The disk is full.', remedy: 'Free some space.' });
    });
    const { user } = await renderApp('/', { host });
    await user.click(await screen.findByRole('button', { name: 'Start with practice lines' }));
    expect(await screen.findByRole('alert')).toHaveTextContent(
      'The practice lines could not be started. The disk is full. Free some space.',
    );
  });
});
