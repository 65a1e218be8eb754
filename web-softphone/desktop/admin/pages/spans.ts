/** A span of the clock as two inputs of a form have it; until `00:00` is midnight, which the API writes as 24:00. */
export interface Span {
  from: string;
  until: string;
}

const clock = /^([01]\d|2[0-3]):[0-5]\d$/;

/** `09:00-24:00` → from 09:00 until 00:00 */
export function spanOf(text: string): Span {
  const [from = '', until = ''] = text.split('-');
  return { from, until: until === '24:00' ? '00:00' : until };
}

export function textOf({ from, until }: Span): string {
  return `${from}-${until === '00:00' ? '24:00' : until}`;
}

export function isSpan(text: string): boolean {
  const { from, until } = spanOf(text);
  return clock.test(from) && clock.test(until) && (from !== until || from === '00:00');
}

/** `09:00-18:00` → `09:00–18:00`, several with a comma */
export function spansText(spans: readonly string[]): string {
  return spans.map(span => span.replace('-', '–')).join(', ');
}
