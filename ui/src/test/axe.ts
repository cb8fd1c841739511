/** axe on the whole document, without what needs a real layout. */
import axe from 'axe-core';
import { expect } from 'vitest';

export async function expectAccessible(): Promise<void> {
  const { violations } = await axe.run(document.body, {
    // Of what is well nothing has to be reported: finding a selector for each element takes a third of the time.
    resultTypes: ['violations'],
    rules: { 'color-contrast': { enabled: false }, 'target-size': { enabled: false } },
  });
  expect(violations.map((v) => `${v.id}: ${v.nodes.map((n) => n.html).join(' | ')}`)).toEqual([]);
}
