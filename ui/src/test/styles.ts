/**
 * Computed styles for the test browser. Its own go through a whole style sheet, property by property, for every
 * element and each of its ancestors, and every query by role asks for them: four fifths of the tests' time. The
 * tests load no style sheets, so what decides is the tag, `hidden` and the style attribute. Everything that is
 * asked for seldom still comes from the browser itself.
 */

const real = window.getComputedStyle.bind(window);
const known = new Map<string, CSSStyleDeclaration>();

/** What the browser's own sheet says of such an element. Its rules look at nothing else that is used here. */
function sheetOf(element: Element): CSSStyleDeclaration {
  const parent = element.parentElement;
  const key = [
    element.tagName,
    element.hasAttribute('hidden'),
    element.hasAttribute('open'),
    element.getAttribute('type'),
    parent?.tagName,
    parent?.hasAttribute('open'),
  ].join(' ');
  let style = known.get(key);
  if (style === undefined) {
    const bare = element.cloneNode(false) as HTMLElement;
    bare.removeAttribute('style');
    const around = parent?.cloneNode(false) as HTMLElement | undefined;
    around?.removeAttribute('style');
    around?.append(bare);
    style = real(bare);
    known.set(key, style);
  }
  return style;
}

type Property = 'display' | 'visibility' | 'pointer-events';

function own(element: Element, property: Property): string {
  return element.getAttribute('style')?.includes(property) === true
    ? (element as HTMLElement).style.getPropertyValue(property)
    : '';
}

function inherited(element: Element, property: Property, initial: string): string {
  for (let up: Element | null = element; up !== null; up = up.parentElement) {
    const said = own(up, property);
    if (said !== '') return said;
  }
  return initial;
}

function quick(element: Element, property: string): string | undefined {
  switch (property) {
    case 'display':
      return own(element, 'display') || sheetOf(element).display;
    case 'visibility':
      return inherited(element, 'visibility', 'visible');
    case 'pointerEvents':
    case 'pointer-events':
      return inherited(element, 'pointer-events', 'auto');
    default:
      return undefined;
  }
}

export function quickStyles(element: Element, pseudo?: string | null): CSSStyleDeclaration {
  if (document.styleSheets.length > 0 || pseudo) return real(element, pseudo);
  let whole: CSSStyleDeclaration | undefined;
  const all = () => {
    whole ??= element.hasAttribute('style') ? real(element) : sheetOf(element);
    return whole;
  };
  return new Proxy({} as CSSStyleDeclaration, {
    get(_target, property) {
      if (property === 'getPropertyValue') {
        return (name: string) => quick(element, name) ?? all().getPropertyValue(name);
      }
      const answer = typeof property === 'string' ? quick(element, property) : undefined;
      if (answer !== undefined) return answer;
      const value: unknown = Reflect.get(all(), property);
      return typeof value === 'function' ? value.bind(all()) : value;
    },
  });
}
