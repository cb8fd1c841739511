/** What lies over or beside a screen: dialogs, drawers, toasts. */
import { render, screen, waitFor } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { useState } from 'react';
import { expect, test, vi } from 'vitest';
import { ApiError } from '@/host/host';
import { Button, ConfirmDialog, Dialog, Drawer, TextField, ToastProvider, toast, WithDrawer } from '.';

function Place() {
  const [open, setOpen] = useState(false);
  return (
    <WithDrawer
      drawer={
        open ? (
          <Drawer
            label="Message to June"
            title="June"
            onClose={() => setOpen(false)}
            actions={<Button>Retry now</Button>}
          />
        ) : null
      }
    >
      <Button onClick={() => setOpen(true)}>Row</Button>
    </WithDrawer>
  );
}

function Rehearsal({ onConfirm, error }: { onConfirm: () => void; error?: ApiError }) {
  const [open, setOpen] = useState(false);
  return (
    <>
      <Button onClick={() => setOpen(true)}>Retry 42…</Button>
      <ConfirmDialog
        open={open}
        onClose={() => setOpen(false)}
        title="Retry 42 messages?"
        confirm="Send 34"
        onConfirm={onConfirm}
        error={error ?? null}
      >
        <p>8 are too late.</p>
      </ConfirmDialog>
    </>
  );
}

test('a dialog that sends starts on Cancel, so that Enter sends nothing', async () => {
  const user = userEvent.setup();
  const send = vi.fn();
  render(<Rehearsal onConfirm={send} />);
  await user.click(screen.getByRole('button', { name: 'Retry 42…' }));
  await waitFor(() => expect(screen.getByRole('button', { name: 'Cancel' })).toHaveFocus());
  await user.keyboard('{Enter}');
  expect(send).not.toHaveBeenCalled();
  await waitFor(() => expect(screen.queryByRole('dialog')).not.toBeInTheDocument());
  expect(screen.getByRole('button', { name: 'Retry 42…' }), 'the focus went back').toHaveFocus();
});

test('Ctrl Enter confirms it', async () => {
  const user = userEvent.setup();
  const send = vi.fn();
  render(<Rehearsal onConfirm={send} />);
  await user.click(screen.getByRole('button', { name: 'Retry 42…' }));
  await screen.findByRole('dialog', { name: 'Retry 42 messages?' });
  await user.keyboard('{Control>}{Enter}{/Control}');
  expect(send).toHaveBeenCalledTimes(1);
});

test('a refusal says so in the dialog', async () => {
  const user = userEvent.setup();
  const refused = new ApiError({
    code: 'paused',
    message: 'The line is paused.',
    remedy: 'Nothing was sent.',
  });
  render(<Rehearsal onConfirm={() => {}} error={refused} />);
  await user.click(screen.getByRole('button', { name: 'Retry 42…' }));
  expect(await screen.findByRole('alert')).toHaveTextContent('The line is paused. Nothing was sent.');
});

test('an ordinary dialog closes with Esc', async () => {
  const close = vi.fn();
  render(
    <Dialog open onClose={close} title="Rename the line">
      <TextField label="Name" value="" onChange={() => {}} />
    </Dialog>,
  );
  await screen.findByRole('dialog', { name: 'Rename the line' });
  await userEvent.keyboard('{Escape}');
  expect(close).toHaveBeenCalled();
});

test('a drawer closes with Esc from inside and gives the focus back', async () => {
  const user = userEvent.setup();
  render(<Place />);
  await user.click(screen.getByRole('button', { name: 'Row' }));
  expect(screen.getByRole('complementary', { name: 'Message to June' })).toBeInTheDocument();
  expect(
    screen.getByRole('button', { name: 'Row' }),
    'opening takes no focus: the list stays usable',
  ).toHaveFocus();
  screen.getByRole('button', { name: 'Retry now' }).focus();
  await user.keyboard('{Escape}');
  expect(screen.queryByRole('complementary')).not.toBeInTheDocument();
  await waitFor(() => expect(screen.getByRole('button', { name: 'Row' })).toHaveFocus());
});

test('a toast confirms, and undoes', async () => {
  const undo = vi.fn();
  render(<ToastProvider>page</ToastProvider>);
  toast({ text: '3 messages dismissed.', undo });
  expect(await screen.findByText('3 messages dismissed.')).toBeInTheDocument();
  await userEvent.click(screen.getByRole('button', { name: 'Undo' }));
  expect(undo).toHaveBeenCalledTimes(1);
  await waitFor(() => expect(screen.queryByText('3 messages dismissed.')).not.toBeInTheDocument());
});
