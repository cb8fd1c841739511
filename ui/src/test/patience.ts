/** Whole screens in a busy machine's test browser take their time; call it once at the top of a test file. */
import { configure } from '@testing-library/react';
import { vi } from 'vitest';

export function patience(): void {
  vi.setConfig({ testTimeout: 30_000 });
  configure({ asyncUtilTimeout: 6_000 });
}
