/** Whether what a page shows is all there when it is enlarged (WCAG 2.2, 1.4.4, 1.4.10, 1.4.12). */
import type { Page } from 'playwright-core';

/** How a page is enlarged. */
interface Enlarged {
  name: string;
  /** A window of 1280 by 1024 at 200 % and at 400 % has as many CSS pixels as these. */
  viewport: { width: number; height: number };
}

/** Each with the spacing, in which all takes more room than without. */
const enlargements: readonly Enlarged[] = [
  { name: 'at 200 %', viewport: { width: 640, height: 512 } },
  { name: 'at 400 %', viewport: { width: 320, height: 256 } },
];

/** As far apart as lines, letters and words have to be bearable (1.4.12). */
const spacing = `
  * { line-height: 1.5 !important; letter-spacing: 0.12em !important; word-spacing: 0.16em !important; }
  p { margin-block-end: 2em !important; }`;

/** Runs in the page: spaces what is in it and its shadow roots. */
function space(css: string): void {
  const page = window as unknown as { ringbridgeSpacing?: CSSStyleSheet };
  page.ringbridgeSpacing ??= new CSSStyleSheet();
  const sheet = page.ringbridgeSpacing;
  sheet.replaceSync(css);
  const roots = [
    document,
    ...[...document.querySelectorAll('*')].flatMap(({ shadowRoot }) => shadowRoot ?? []),
  ];
  for (const root of roots)
    if (!root.adoptedStyleSheets.includes(sheet))
      root.adoptedStyleSheets = [...root.adoptedStyleSheets, sheet];
}

/** Runs in the page: resolves when its components have seen the new size. */
async function settle(): Promise<void> {
  for (let frames = 0; frames < 3; frames++) await new Promise(requestAnimationFrame);
}

/** Runs in the page: what does not fit, in words. */
function misfits(): string[] {
  const found = new Set<string>();
  const words = (element: Element) => (element.textContent ?? '').replace(/\s+/g, ' ').trim().slice(0, 60);
  const { clientWidth, scrollWidth } = document.documentElement;
  if (scrollWidth > clientWidth) found.add(`the page scrolls sideways: ${scrollWidth} in ${clientWidth}`);
  const parentOf = (element: Element): Element | null =>
    element.parentElement ?? ((element.getRootNode() as ShadowRoot).host as Element | undefined) ?? null;
  const isScrolled = (overflow: string) => overflow === 'auto' || overflow === 'scroll';
  const isClipped = (overflow: string) => overflow === 'hidden' || overflow === 'clip';

  interface Holder {
    above: Element | null;
    style: Pick<
      CSSStyleDeclaration,
      'display' | 'position' | 'clipPath' | 'overflowX' | 'overflowY' | 'fontSize'
    >;
    place: DOMRect;
    sideways: boolean;
  }
  const known = new Map<Element, Holder>();
  /** Each is looked at once: a page has many words in few boxes. */
  function holderOf(element: Element): Holder {
    const before = known.get(element);
    if (before) return before;
    const { display, position, clipPath, overflowX, overflowY, fontSize } = getComputedStyle(element);
    const holder = {
      above: parentOf(element),
      style: { display, position, clipPath, overflowX, overflowY, fontSize },
      place: element.getBoundingClientRect(),
      sideways: isScrolled(overflowX) && element.scrollWidth > element.clientWidth + 1,
    };
    known.set(element, holder);
    return holder;
  }
  function look(text: Text, element: Element): void {
    const range = document.createRange();
    range.selectNodeContents(text);
    const rects = [...range.getClientRects()].filter(({ width, height }) => width > 1 && height > 1);
    const box = range.getBoundingClientRect();
    if (rects.length === 0) return;
    const report = (how: string) => found.add(`${how}: "${words(element)}"`);
    let stays = false;
    for (let holder: Element | null = element; holder; holder = holderOf(holder).above) {
      const { style, place, sideways } = holderOf(holder);
      const { left, right, top, bottom, width, height } = place;
      // What is there for screen readers alone.
      if ((width <= 1.5 && height <= 1.5) || style.clipPath !== 'none') return;
      if (style.display === 'inline' || holder === document.body) continue;
      stays ||= style.position === 'sticky';
      if (sideways) {
        // Tables may need both directions (1.4.10); what is said above them stays in sight.
        if (!element.closest('table') && !stays) report('scrolls sideways');
        return;
      }
      if (isClipped(style.overflowX) && (box.left < left - 1.5 || box.right > right + 1.5))
        report('cut at its side');
      // Descenders of the last line lie outside of a tight line box without being cut.
      const slack = Math.max(2, Number.parseFloat(style.fontSize) * 0.3);
      if (isClipped(style.overflowY) && (box.top < top - slack || box.bottom > bottom + slack))
        report('cut below');
      if (isScrolled(style.overflowY)) {
        if (box.left < left - 1.5 || box.right > right + 1.5) report('beyond what scrolls');
        return;
      }
      if (style.position === 'fixed') {
        if (box.left < -1 || box.right > innerWidth + 1) report('beyond the window');
        if (box.top < -1 || box.bottom > innerHeight + 1)
          report('above or below the window, which does not scroll it');
        return;
      }
    }
    if (box.left < -1 || box.right > innerWidth + 1) report('beyond the window');
  }
  const walk = (root: Document | ShadowRoot) => {
    for (const element of root.querySelectorAll('*')) {
      if (element.shadowRoot) walk(element.shadowRoot);
      if (/^(OPTION|SCRIPT|STYLE|TITLE)$/.test(element.tagName)) continue;
      if (!element.checkVisibility({ opacityProperty: true, visibilityProperty: true })) continue;
      for (const node of element.childNodes)
        if (node.nodeType === Node.TEXT_NODE && node.textContent?.trim()) look(node as Text, element);
    }
  };
  walk(document);
  return [...found];
}

/** @returns what does not fit into the page, enlarged in each way; the page is left as it was */
export async function misfitsOf(page: Page): Promise<string[]> {
  const before = page.viewportSize()!;
  const all: string[] = [];
  await page.evaluate(space, spacing);
  for (const { name, viewport } of enlargements) {
    await page.setViewportSize(viewport);
    await page.evaluate(settle);
    all.push(...(await page.evaluate(misfits)).map(misfit => `${name}: ${misfit}`));
  }
  await page.evaluate(space, '');
  await page.setViewportSize(before);
  return all;
}
