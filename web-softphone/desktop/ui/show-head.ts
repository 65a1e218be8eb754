/** Scrolls the page so that `element` begins below the header; at once for who wants no motion. */
export function showHead(element: Element): void {
  const still = window.matchMedia('(prefers-reduced-motion: reduce)').matches;
  element.scrollIntoView({ block: 'start', behavior: still ? 'instant' : 'smooth' });
}
