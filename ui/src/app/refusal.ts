/** Refusals beside what was refused: on its field where the core names one, else where it was asked for. */
import type { ApiError } from '@/host/host';

/**
 * The core's words as a sentence of their own: a capital first, a full stop last. What is no plain word keeps
 * its shape: `smtp.example.com`, iPhone, `from`.
 */
export function sentence(text: string): string {
  const plain = text
    .trim()
    .replace(/^\p{Ll}(?=[\p{Ll}’']*(?:[\s,;:!?]|\.?$))/u, (first) => first.toLocaleUpperCase());
  return plain === '' || /[.!?…:]["”’)]?$/.test(plain) ? plain : `${plain}.`;
}

/** Several of them, one after the other. */
export function sentences(...texts: readonly (string | null | undefined)[]): string {
  return texts
    .map((text) => sentence(text ?? ''))
    .filter(Boolean)
    .join(' ');
}

/** "This is not a number. Correct it, with its area code." */
export function refusalText(error: Pick<ApiError, 'message' | 'remedy'>): string {
  return sentences(error.message, error.remedy);
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
