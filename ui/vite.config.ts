import { availableParallelism } from 'node:os';
import { fileURLToPath } from 'node:url';
import react from '@vitejs/plugin-react';
import { defineConfig } from 'vitest/config';

/** The headless board's address while developing against a running core. */
const board = process.env.SIGNALBOX_BOARD ?? 'http://127.0.0.1:3000';

const at = (path: string) => fileURLToPath(new URL(path, import.meta.url));

export default defineConfig(({ mode }) => ({
  // Absolute: the same files are served at tauri://localhost/ and at http://127.0.0.1:PORT/,
  // and a relative base would break on deep addresses such as /lines/ID.
  base: '/',
  plugins: [react()],
  resolve: {
    alias: [
      // The component gallery exists in fixtures mode only.
      ...(mode === 'fixtures' ? [{ find: './extras', replacement: at('./src/gallery/extras.ts') }] : []),
      { find: '@', replacement: at('./src') },
    ],
  },
  server: {
    host: '127.0.0.1',
    port: 5173,
    proxy: { '/api': { target: board, ws: true } },
  },
  build: {
    target: 'es2022',
    // The content security policy allows neither inline scripts nor data: fonts.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    chunkSizeWarningLimit: 300,
  },
  test: {
    environment: 'jsdom',
    setupFiles: ['./src/test/setup.ts'],
    // A browser for each file: a shared one is twice as fast, and a key that one file left pressed or a
    // listener that it left behind makes another fail now and then.
    pool: 'threads',
    isolate: true,
    maxWorkers: Math.max(2, availableParallelism() - 1),
    testTimeout: 90_000,
    css: { modules: { classNameStrategy: 'non-scoped' } },
    restoreMocks: true,
  },
}));
