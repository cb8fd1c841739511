/** Refusals beside what was refused: on its field where the core names one, else where it was asked for. */
import type { ApiError } from '@/host/host';

/** A capital and a full stop where the core left them out. */
export function sentence(text: string): string {
  const plain = text.trim().replace(/^[a-z](?=[a-z]* )/, (c) => c.toUpperCase());
  return plain === '' || /[.!?…:]$/.test(plain) ? plain : `${plain}.`;
}

/** "This is not a number. Correct it, with its area code." */
export function refusalText(error: Pick<ApiError, 'message' | 'remedy'>): string {
  return [error.message, error.remedy].map(sentence).filter(Boolean).join(' ');
}

/** The refusal of one field, or null. */
export function errorAt(error: ApiError | null | undefined, ...fields: string[]): string | null {
  if (error?.field === undefined || !fields.includes(error.field)) return null;
  return refusalText(error);
}

/** The refusal, unless one of these fields shows it. */
export function errorBeside(error: ApiError | null | undefined, fields: readonly string[]): ApiError | null {
  if (!error) return null;
  return error.field !== undefined && fields.includes(error.field) ? null : error;
}
