/** Features that only some builds have. vite.config.ts puts the gallery here in fixtures mode. */
import type { Feature } from './features';

export const extras: readonly Feature[] = [];
