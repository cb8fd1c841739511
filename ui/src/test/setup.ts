/** What jsdom lacks: sizes, media queries, observers; and styles that do not take most of the time. */
import '@testing-library/jest-dom/vitest';
import { cleanup, configure } from '@testing-library/react';
import { afterEach, beforeEach } from 'vitest';
import { closeOverlay } from '@/app/shell/palette-state';
import { quickStyles } from './styles';

// Whole screens in a busy machine's test browser take their time.
configure({ asyncUtilTimeout: 15_000 });

/** Tests set it to try the narrow layouts: `screenWidth.px = 1024`. */
export const screenWidth = { px: 1280 };

function matches(query: string): boolean {
  const max = /max-width:\s*(\d+)px/.exec(query);
  const min = /min-width:\s*(\d+)px/.exec(query);
  if (max) return screenWidth.px <= Number(max[1]);
  if (min) return screenWidth.px >= Number(min[1]);
  return false;
}

window.matchMedia = (query: string): MediaQueryList => ({
  matches: matches(query),
  media: query,
  onchange: null,
  addEventListener() {},
  removeEventListener() {},
  addListener() {},
  removeListener() {},
  dispatchEvent: () => false,
});

window.getComputedStyle = quickStyles;

class NoResize implements ResizeObserver {
  observe() {}
  unobserve() {}
  disconnect() {}
}
window.ResizeObserver = NoResize;

Object.defineProperties(HTMLElement.prototype, {
  offsetHeight: { configurable: true, get: () => 600 },
  offsetWidth: { configurable: true, get: () => 1000 },
  clientHeight: { configurable: true, get: () => 600 },
  clientWidth: { configurable: true, get: () => 1000 },
  scrollHeight: { configurable: true, get: () => 1_000_000 },
});
Element.prototype.scrollIntoView = () => {};
window.scrollTo = () => {};
Element.prototype.scrollTo = function scrollTo(this: Element, to?: ScrollToOptions | number, top?: number) {
  this.scrollTop = typeof to === 'number' ? (top ?? 0) : (to?.top ?? this.scrollTop);
  this.dispatchEvent(new Event('scroll'));
};
Element.prototype.getAnimations = () => [];

beforeEach(() => {
  screenWidth.px = 1280;
  localStorage.clear();
  sessionStorage.clear();
});

afterEach(() => {
  cleanup();
  closeOverlay();
});
