/** Fields in a text: `Hi {name}`. For showing while typing; what is sent is filled by the core. */

export type Part = { kind: 'text'; text: string } | { kind: 'field'; name: string };

const FIELD = /\{\{|\}\}|\{([^{}\n]*)\}/g;

/** The text in its parts. Braces that name no field stay text: the core says what is wrong with them. */
export function parts(template: string): Part[] {
  const out: Part[] = [];
  let plain = '';
  let from = 0;
  for (const found of template.matchAll(FIELD)) {
    plain += template.slice(from, found.index);
    from = found.index + found[0].length;
    const name = found[1]?.trim();
    if (name === undefined) plain += found[0].charAt(0);
    else if (name === '') plain += found[0];
    else {
      if (plain !== '') out.push({ kind: 'text', text: plain });
      plain = '';
      out.push({ kind: 'field', name });
    }
  }
  plain += template.slice(from);
  if (plain !== '') out.push({ kind: 'text', text: plain });
  return out;
}

/** The fields of all the texts, each once, in order. */
export function fieldsOf(...templates: string[]): string[] {
  const names = templates.flatMap((t) => parts(t).flatMap((p) => (p.kind === 'field' ? [p.name] : [])));
  return [...new Set(names)];
}

/** Whether the text has to be read as a template at all. */
export function hasBraces(...templates: string[]): boolean {
  return templates.some((t) => /[{}]/.test(t));
}

/** Puts `{name}` where the selection is. */
export function insertField(
  text: string,
  name: string,
  start: number,
  end: number,
): { text: string; caret: number } {
  const field = `{${name}}`;
  return { text: text.slice(0, start) + field + text.slice(end), caret: start + field.length };
}
