import { act, screen, waitFor, within } from '@testing-library/react';
import { useState } from 'react';
import { expect, test } from 'vitest';
import type { Message } from '@/api/generated';
import { recipient, usePages } from '@/app/queries';
import { fixtureHost } from '@/host/fixture';
import { ApiError } from '@/host/host';
import { renderPart } from '@/test/render';
import { BulkBar, DataGrid, useSelection } from '.';

function List() {
  const pages = usePages('messages', { limit: 100 });
  const selection = useSelection();
  const [open, setOpen] = useState<string | null>(null);
  return (
    <>
      <DataGrid<Message>
        label="Messages"
        pages={pages}
        rowKey={(m) => m.id}
        rowName={recipient}
        total={pages.first?.total ?? null}
        selection={selection}
        open={open}
        onOpen={(m) => setOpen(m.id)}
        onClose={() => setOpen(null)}
        empty="No messages yet."
        columns={[
          { key: 'to', header: 'To', width: '1fr', render: (m) => recipient(m) },
          { key: 'id', header: 'Id', width: '1fr', hide: 'narrow', render: (m) => m.id },
        ]}
      />
      <p>open: {open}</p>
      {selection.size > 0 && (
        <BulkBar
          label="Bulk"
          text={`${selection.size} selected`}
          clearLabel="Clear"
          onClear={selection.clear}
        >
          {null}
        </BulkBar>
      )}
    </>
  );
}

const rows = () => screen.getAllByRole('row').slice(1);
const listed = () => screen.findByText('01msg00004200');
const focused = () => document.activeElement?.getAttribute('aria-rowindex');

test('a million rows cost no more than those looked at', async () => {
  renderPart(<List />);
  await listed();
  expect(rows().length, 'a screen and some more').toBeLessThan(60);
  expect(screen.getByRole('grid', { name: 'Messages' })).toHaveAttribute('aria-rowcount', '4201');
});

test('one tab stop; j, k and the arrows move it', async () => {
  const { user } = renderPart(<List />);
  await listed();
  expect(rows().filter((r) => r.tabIndex === 0)).toHaveLength(1);
  act(() => rows()[0]?.focus());
  await user.keyboard('jj{ArrowDown}k');
  expect(focused(), 'the head is row 1').toBe('4');
  expect(rows().filter((r) => r.tabIndex === 0)).toHaveLength(1);
  await user.keyboard('{Home}');
  expect(focused()).toBe('2');
});

test('x selects, Shift x selects a range, the bar says how many', async () => {
  const { user } = renderPart(<List />);
  await listed();
  act(() => rows()[0]?.focus());
  await user.keyboard('xjj');
  await user.keyboard('{Shift>}X{/Shift}');
  expect(screen.getByText('3 selected')).toBeInTheDocument();
  expect(rows().filter((r) => r.getAttribute('aria-selected') === 'true')).toHaveLength(3);
  await user.click(screen.getByRole('button', { name: 'Clear' }));
  expect(screen.queryByText(/selected$/)).not.toBeInTheDocument();
});

test('Enter opens the row, Esc closes it, and the focus stays on the row', async () => {
  const { user } = renderPart(<List />);
  await listed();
  act(() => rows()[1]?.focus());
  await user.keyboard('{Enter}');
  expect(screen.getByText('open: 01msg00004199')).toBeInTheDocument();
  expect(rows()[1]).toHaveAttribute('aria-current', 'true');
  await user.keyboard('{Escape}');
  expect(screen.getByText('open:')).toBeInTheDocument();
  expect(rows()[1]).toHaveFocus();
});

test('Right reaches what is inside a row, Left leads back', async () => {
  const { user } = renderPart(<List />);
  await listed();
  act(() => rows()[0]?.focus());
  await user.keyboard('{ArrowRight}');
  expect(within(rows()[0] as HTMLElement).getByRole('checkbox')).toHaveFocus();
  await user.keyboard('{ArrowLeft}');
  expect(rows()[0]).toHaveFocus();
});

test('the next page is read before the end is reached', async () => {
  const { user, host } = renderPart(<List />);
  await listed();
  act(() => rows()[0]?.focus());
  await user.keyboard('{End}');
  await waitFor(() =>
    expect(host.calls.filter((c) => c.name === 'messages').map((c) => c.args)).toContainEqual({
      limit: 100,
      after: '01msg00004101',
    }),
  );
});

test('nothing there: one sentence', async () => {
  renderPart(<List />, { scene: 'empty' });
  expect(await screen.findByText('No messages yet.')).toBeInTheDocument();
});

test('cannot be read: what, and try again', async () => {
  const host = fixtureHost('busy');
  host.answer('messages', () => {
    throw new ApiError({ code: 'busy', message: 'The store is busy.', remedy: 'Try again in a moment.' });
  });
  const { user } = renderPart(<List />, { host });
  expect(await screen.findByRole('alert')).toHaveTextContent('The list could not be read.The store is busy.');
  const before = host.calls.length;
  await user.click(screen.getByRole('button', { name: 'Try again' }));
  expect(host.calls.length).toBeGreaterThan(before);
});

test('a later failure keeps the old rows', async () => {
  const host = fixtureHost('busy');
  renderPart(<List />, { host });
  await listed();
  host.answer('messages', () => {
    throw new ApiError({ code: 'busy', message: 'The store is busy.', remedy: 'Try again in a moment.' });
  });
  act(() => host.emit({ type: 'changed', tags: ['messages'] }));
  expect(await screen.findByText(/Rows below are from before/)).toBeInTheDocument();
  expect(screen.getByText('01msg00004200')).toBeInTheDocument();
});
