/** Stands in for src/app/extras.ts in fixtures mode. */
import type { Feature } from '@/app/features';
import { feature } from './routes';

export const extras: readonly Feature[] = [feature];
