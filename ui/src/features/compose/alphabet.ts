/**
 * Which characters make an SMS leave the plain alphabet (GSM 03.38), so that a person can see why a short
 * text costs two segments. The count itself comes from the core.
 */

const PLAIN =
  '@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !"#¤%&\'()*+,-./0123456789:;<=>?¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà' +
  '\f^{}\\[~]|€';

const plain = new Set(PLAIN);

/** Each such character once, as people see it: an emoji of several parts is one. */
export function outsiders(text: string): string[] {
  const split = new Intl.Segmenter(undefined, { granularity: 'grapheme' });
  const out = new Set<string>();
  for (const { segment } of split.segment(text)) {
    if (segment === '\r\n') continue;
    if ([...segment].some((c) => !plain.has(c))) out.add(segment);
  }
  return [...out];
}
