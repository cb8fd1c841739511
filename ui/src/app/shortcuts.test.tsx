import { render } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { expect, test, vi } from 'vitest';
import { keyOf, type Shortcut, ShortcutRoot, useShortcuts } from './shortcuts';

function Part({ shortcuts }: { shortcuts: Shortcut[] }) {
  useShortcuts(shortcuts);
  return <input aria-label="Name" />;
}

function start(shortcuts: Shortcut[], single = true) {
  render(
    <ShortcutRoot single={single}>
      <Part shortcuts={shortcuts} />
    </ShortcutRoot>,
  );
  return userEvent.setup();
}

test('a letter and a sequence run their action', async () => {
  const n = vi.fn();
  const go = vi.fn();
  const user = start([
    { keys: 'n', label: 'New', run: n },
    { keys: 'g o', label: 'Overview', run: go },
  ]);
  await user.keyboard('n');
  await user.keyboard('go');
  expect(n).toHaveBeenCalledTimes(1);
  expect(go).toHaveBeenCalledTimes(1);
  await user.keyboard('o');
  expect(go, 'the second key alone is nothing').toHaveBeenCalledTimes(1);
});

test('letters are ignored while someone types; Ctrl K is not', async () => {
  const n = vi.fn();
  const search = vi.fn();
  const user = start([
    { keys: 'n', label: 'New', run: n },
    { keys: 'mod+k', label: 'Search', run: search, inFields: true },
  ]);
  await user.click(document.querySelector('input') as HTMLInputElement);
  await user.keyboard('n{Control>}k{/Control}');
  expect(n).not.toHaveBeenCalled();
  expect(search).toHaveBeenCalledTimes(1);
});

test('letters can be switched off', async () => {
  const n = vi.fn();
  const search = vi.fn();
  const user = start(
    [
      { keys: 'n', label: 'New', run: n },
      { keys: 'mod+k', label: 'Search', run: search },
    ],
    false,
  );
  await user.keyboard('n{Meta>}k{/Meta}');
  expect(n).not.toHaveBeenCalled();
  expect(search).toHaveBeenCalledTimes(1);
});

test('keys are named as people read them', () => {
  const key = (k: string, more: Partial<KeyboardEvent> = {}) =>
    keyOf({ key: k, ctrlKey: false, metaKey: false, shiftKey: false, ...more });
  expect(key('X', { shiftKey: true })).toBe('shift+x');
  expect(key('?', { shiftKey: true }), 'the shift of a sign is not part of it').toBe('?');
  expect(key('Enter', { metaKey: true })).toBe('mod+enter');
});
