/** What technical detail shows before a person reveals it: no whole address, no number. */

/** ida@mail.example as id••@mail.example, +15550100133 as +1 ••• 0133. */
export function mask(address: string): string {
  const at = address.indexOf('@');
  if (at > 0) return `${address.slice(0, Math.min(2, at - 1))}••${address.slice(at)}`;
  const digits = address.replace(/\D/g, '');
  return digits.length < 7 ? '•••' : `••• ${digits.slice(-4)}`;
}

const EMAIL = /[^\s<>"',;:()]+@[^\s<>"',;:()]+\.[a-z]{2,}/gi;
const PHONE = /\+\d[\d\s().-]{6,}\d/g;

/** A provider's own words, with the addresses in them masked. */
export function redact(text: string): string {
  return text.replace(EMAIL, mask).replace(PHONE, mask);
}
