import { act, screen, waitFor, within } from '@testing-library/react';
import type { UserEvent } from '@testing-library/user-event';
import { describe, expect, test, vi } from 'vitest';
import type { ImportStartArgs } from '@/api/generated';
import { deskHost } from '@/host/fixture-desk';
import { expectAccessible } from '@/test/axe';
import { renderApp } from '@/test/render';
import * as download from './download';

const CSV = `patient,mobile_no,appt
Vera Laine,555-010-0161,Thursday
Paolo Ricci,555-010-016,Thursday
Carl Weems,555-010-0190,Friday
Vera Laine,555-010-0161,Thursday
`;

/** The test's browser has files without their bytes. */
function fileOf(name: string, text: string): File {
  return Object.assign(new File([text], name, { type: 'text/csv' }), {
    arrayBuffer: async () => new TextEncoder().encode(text).buffer,
  });
}

async function load(user: UserEvent, text = CSV) {
  await user.upload(await screen.findByLabelText('CSV file'), fileOf('visits.csv', text));
  await screen.findByText('visits.csv');
}

async function write(user: UserEvent) {
  await user.type(screen.getByLabelText('Text'), 'Hi {{name}, see you {{appt}.');
  await screen.findByRole('button', { name: 'Send 1…' });
}

describe('a file', () => {
  test('is mapped by its column names, and not checked before there is a text', async () => {
    const host = deskHost();
    const { user } = await renderApp('/compose?mode=many', { host });
    await load(user);
    expect(screen.getByRole('combobox', { name: /“mobile_no”/ })).toHaveTextContent('Recipient');
    expect(screen.getByRole('combobox', { name: /“patient”/ })).toHaveTextContent('Name');
    expect(screen.getByText(/Write the text, or say which column it is/)).toBeInTheDocument();
    expect(host.calls.some((c) => c.name === 'import_check')).toBe(false);
  });

  test('says of each row whether it can go out, and why not', async () => {
    const { user } = await renderApp('/compose?mode=many', { host: deskHost() });
    await load(user);
    await write(user);
    const table = screen.getByRole('table', { name: 'Rows of the file' });
    const rows = within(table).getAllByRole('row').slice(1);
    expect(rows.map((r) => r.textContent)).toEqual([
      expect.stringContaining('Ready'),
      expect.stringContaining('9 digits, needs 10'),
      expect.stringContaining('This person opted out'),
      expect.stringContaining('The same person and text as an earlier row'),
    ]);
    expect(
      screen.getByText(/3 rows are left out: 1 to fix, 1 opted out, 1 repetition\./),
    ).toBeInTheDocument();
    await user.click(within(table).getByRole('radio', { name: 'Left out 3' }));
    expect(within(table).getAllByRole('row')).toHaveLength(4);
  });

  test('gives the bad rows back as a file', async () => {
    const save = vi.spyOn(download, 'saveText').mockImplementation(() => {});
    const { user } = await renderApp('/compose?mode=many', { host: deskHost() });
    await load(user);
    await write(user);
    await user.click(screen.getByRole('button', { name: 'Download the 3' }));
    expect(save).toHaveBeenCalledWith(
      'visits to fix.csv',
      expect.stringMatching(/^patient,mobile_no,appt,what is wrong,how to mend it\r\nPaolo Ricci,/),
    );
  });

  test('is rehearsed, confirmed from Cancel, and started once', async () => {
    const host = deskHost();
    const { user, where } = await renderApp('/compose?mode=many', { host });
    await load(user);
    await write(user);
    await user.click(screen.getByRole('button', { name: 'Send 1…' }));
    const dialog = await screen.findByRole('dialog', { name: 'Send 1 message?' });
    expect(dialog).toHaveTextContent('1 of 4');
    await waitFor(() => expect(within(dialog).getByRole('button', { name: 'Cancel' })).toHaveFocus());
    expect(within(dialog).getByLabelText('Name of the batch')).toHaveValue('visits');
    await user.keyboard('{Control>}{Enter}{/Control}');
    await waitFor(() => expect(where()).toMatch(/^\/compose\?mode=many&batch=01bat/));
    const started = host.calls.filter((c) => c.name === 'import_start');
    expect(started).toHaveLength(1);
    expect(started[0]?.args as ImportStartArgs).toMatchObject({
      map: { patient: 'name', mobile_no: 'to', appt: 'appt' },
      name: 'visits',
      channel: 'sms',
    });
    expect(await screen.findByText('0 of 1 have left')).toBeInTheDocument();
  });

  test('without rows is not taken', async () => {
    const { user } = await renderApp('/compose?mode=many', { host: deskHost() });
    await user.upload(await screen.findByLabelText('CSV file'), fileOf('empty.csv', 'a,b\n'));
    expect(await screen.findByRole('alert')).toHaveTextContent('There are no rows below the header.');
  });

  test('can be pasted', async () => {
    const { user } = await renderApp('/compose?mode=many', { host: deskHost() });
    await user.click(await screen.findByText('Paste rows instead'));
    await user.click(screen.getByLabelText('Rows, with their header'));
    await user.paste(CSV);
    await user.click(screen.getByRole('button', { name: 'Use these rows' }));
    expect(await screen.findByText('4 rows', { selector: 'span' })).toBeInTheDocument();
  });

  test('is accessible', async () => {
    const { user } = await renderApp('/compose?mode=many', { host: deskHost() });
    await load(user);
    await write(user);
    await expectAccessible();
  });
});

describe('a batch', () => {
  test('moves when the core says so, not by asking', async () => {
    const host = deskHost();
    await renderApp('/compose?mode=many&batch=01bat0000run1', { host });
    expect(await screen.findByText('72 of 118 have left')).toBeInTheDocument();
    const before = host.calls.filter((c) => c.name === 'batch').length;
    host.wrap('batch', (next) => ({ ...next(), waiting: 0, sent: 107 }));
    act(() => host.emit({ type: 'changed', tags: ['batches'] }));
    expect(await screen.findByText('118 of 118 have left')).toBeInTheDocument();
    expect(host.calls.filter((c) => c.name === 'batch').length).toBe(before + 1);
  });

  test('taking it back says what that means', async () => {
    const host = deskHost();
    const { user } = await renderApp('/compose?mode=many&batch=01bat0000run1', { host });
    await user.click(await screen.findByRole('button', { name: 'Take back 46…' }));
    const dialog = await screen.findByRole('dialog', { name: 'Take back 46 messages?' });
    expect(dialog).toHaveTextContent('72 messages have left already and cannot be taken back.');
    await user.click(within(dialog).getByRole('button', { name: 'Take back 46' }));
    expect(await screen.findByText('Taken back', { selector: 'h2 ~ *' })).toBeInTheDocument();
  });

  test('earlier ones are listed', async () => {
    await renderApp('/compose?mode=many', { host: deskHost() });
    expect(await screen.findByRole('link', { name: 'recall-march' })).toHaveAttribute(
      'href',
      '/compose?mode=many&batch=01bat0000old1',
    );
  });
});
