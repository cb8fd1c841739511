import { describe, expect, test } from 'vitest';
import { outsiders } from './alphabet';
import { fieldsOf, hasBraces, insertField, parts } from './template';

describe('fields of a text', () => {
  test('are found once each, in order, with blanks around the name ignored', () => {
    expect(fieldsOf('Hi { name }, on {day} with {name}', '{dr}')).toEqual(['name', 'day', 'dr']);
  });

  test('doubled braces are braces; an unclosed one is text', () => {
    expect(parts('a {{b}} {c')).toEqual([{ kind: 'text', text: 'a {b} {c' }]);
    expect(fieldsOf('{{name}}')).toEqual([]);
    expect(hasBraces('{{x}}')).toBe(true);
    expect(hasBraces('plain')).toBe(false);
  });

  test('a field is put where the selection is', () => {
    expect(insertField('Hi you.', 'name', 3, 6)).toEqual({ text: 'Hi {name}.', caret: 9 });
  });
});

describe('what makes an SMS dear', () => {
  test('the plain alphabet, with its euro and braces, costs nothing', () => {
    expect(outsiders('Grüße, 5 € [ok] {x}\n~ é ñ Å')).toEqual([]);
  });

  test('a typographic apostrophe, a letter or an emoji does, each once', () => {
    expect(outsiders('it’s ő it’s 👩‍⚕️')).toEqual(['’', 'ő', '👩‍⚕️']);
  });
});
