import { QueryObserver } from '@tanstack/react-query';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { type Invalidator, makeInvalidator } from './live';
import { makeQueryClient } from './queries';

let client = makeQueryClient();
let invalidator: Invalidator;

beforeEach(() => {
  vi.useFakeTimers();
  client = makeQueryClient();
  invalidator = makeInvalidator(client);
});

afterEach(() => {
  invalidator.stop();
  client.clear();
  vi.useRealTimers();
});

async function watch(key: readonly unknown[], read = vi.fn(async () => 'answer')) {
  const observer = new QueryObserver(client, { queryKey: key, queryFn: read });
  observer.subscribe(() => {});
  await vi.advanceTimersByTimeAsync(0);
  return read;
}

describe('a tag makes its reads old', () => {
  test('and only those', async () => {
    const messages = await watch(['messages', {}]);
    const settings = await watch(['settings', {}]);
    invalidator.event({ type: 'changed', tags: ['messages'] });
    await vi.advanceTimersByTimeAsync(0);
    expect(messages, 'read again').toHaveBeenCalledTimes(2);
    expect(settings, 'left alone').toHaveBeenCalledTimes(1);
  });

  test('the first at once, a storm after it only once in 100 ms', async () => {
    const read = await watch(['causes', {}]);
    for (let i = 0; i < 50; i += 1) {
      invalidator.event({ type: 'changed', tags: ['causes'] });
      await vi.advanceTimersByTimeAsync(2);
    }
    await vi.advanceTimersByTimeAsync(200);
    expect(read.mock.calls.length, 'the first read, one at once, one after the pause').toBeLessThanOrEqual(4);
    expect(read.mock.calls.length).toBeGreaterThanOrEqual(3);
  });

  test('a read under way is made once more when it ends: its answer may be from before', async () => {
    let answer: (value: string) => void = () => {};
    const read = vi.fn(
      () =>
        new Promise<string>((resolve) => {
          answer = resolve;
        }),
    );
    await watch(['messages', {}], read);
    expect(read).toHaveBeenCalledTimes(1);
    invalidator.event({ type: 'changed', tags: ['messages'] });
    await vi.advanceTimersByTimeAsync(500);
    expect(read, 'the one under way is not thrown away').toHaveBeenCalledTimes(1);
    answer('old');
    await vi.advanceTimersByTimeAsync(0);
    expect(read).toHaveBeenCalledTimes(2);
  });

  test('a gap makes everything old', async () => {
    const reads = [await watch(['messages', {}]), await watch(['settings', {}]), await watch(['tokens', {}])];
    invalidator.event({ type: 'gap' });
    await vi.advanceTimersByTimeAsync(0);
    for (const read of reads) expect(read).toHaveBeenCalledTimes(2);
  });

  test('a message’s event reads that message only', async () => {
    const mine = await watch(['message', { id: 'a' }]);
    const other = await watch(['message', { id: 'b' }]);
    invalidator.event({ type: 'message', id: 'a', state: 'delivered', at: '2026-03-17T18:32:10.000Z' });
    await vi.advanceTimersByTimeAsync(0);
    expect(mine).toHaveBeenCalledTimes(2);
    expect(other).toHaveBeenCalledTimes(1);
  });

  test('a page nobody looks at reads nothing until it is seen again', async () => {
    const read = await watch(['messages', {}]);
    const visibility = vi.spyOn(document, 'visibilityState', 'get').mockReturnValue('hidden');
    invalidator.event({ type: 'changed', tags: ['messages'] });
    await vi.advanceTimersByTimeAsync(1_000);
    expect(read).toHaveBeenCalledTimes(1);
    visibility.mockReturnValue('visible');
    document.dispatchEvent(new Event('visibilitychange'));
    await vi.advanceTimersByTimeAsync(200);
    expect(read).toHaveBeenCalledTimes(2);
  });
});
