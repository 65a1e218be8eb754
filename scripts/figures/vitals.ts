/** What Lighthouse says of a page, from what a browser has seen of it. Times are milliseconds since the page was asked for. */

/** A stretch of time. */
export interface Span {
  start: number;
  end: number;
}

export interface Seen {
  firstPaint: number;
  largestPaint: number;
  /** Tasks of the main thread that took longer than 50 ms. */
  longTasks: readonly Span[];
  requests: readonly Span[];
  /** Layout shifts that no input has caused. */
  shifts: readonly { at: number; value: number }[];
}

export interface Vitals {
  firstPaint: number;
  largestPaint: number;
  interactive: number;
  blocking: number;
  shift: number;
}

/** What a task may take before it is felt. */
const taskMs = 50;
/** Interactive is a page before so long a quiet: no long task, and at most two requests under way. */
const quietMs = 5_000;
const quietRequests = 2;

/** When more requests were under way than a quiet network has. */
function busyNetwork(requests: readonly Span[]): Span[] {
  const moments = requests
    .flatMap(({ start, end }) => [
      { at: start, change: 1 },
      { at: end, change: -1 },
    ])
    .sort((a, b) => a.at - b.at || a.change - b.change);
  const busy: Span[] = [];
  let open = 0;
  let since: number | undefined;
  for (const { at, change } of moments) {
    open += change;
    if (open > quietRequests) since ??= at;
    else if (since !== undefined) {
      busy.push({ start: since, end: at });
      since = undefined;
    }
  }
  return busy;
}

/** https://web.dev/articles/tti: the end of the last long task before the first quiet after the first paint. */
export function interactiveAt({ firstPaint, longTasks, requests }: Seen): number {
  const disturbances = [...longTasks, ...busyNetwork(requests)].sort((a, b) => a.start - b.start);
  let quietSince = firstPaint;
  for (const { start, end } of disturbances) {
    if (start - quietSince >= quietMs) break;
    quietSince = Math.max(quietSince, end);
  }
  const before = longTasks.filter(({ start }) => start < quietSince).map(({ end }) => end);
  return Math.max(firstPaint, ...before);
}

/** https://web.dev/articles/tbt: what long tasks take beyond 50 ms between the first paint and being interactive. */
export function blockingMs({ firstPaint, longTasks }: Seen, interactive: number): number {
  return longTasks.reduce((sum, { start, end }) => {
    const inside = Math.min(end, interactive) - Math.max(start, firstPaint);
    return sum + Math.max(0, inside - taskMs);
  }, 0);
}

/** https://web.dev/articles/cls: the worst session of shifts, each at most 1 s after the one before, 5 s in all. */
export function worstShift(shifts: Seen['shifts']): number {
  let worst = 0;
  let session = { first: Number.NEGATIVE_INFINITY, last: Number.NEGATIVE_INFINITY, sum: 0 };
  for (const { at, value } of shifts) {
    if (at - session.last > 1_000 || at - session.first > 5_000) session = { first: at, last: at, sum: 0 };
    session.last = at;
    session.sum += value;
    worst = Math.max(worst, session.sum);
  }
  return worst;
}

export function vitalsOf(seen: Seen): Vitals {
  const interactive = interactiveAt(seen);
  return {
    firstPaint: seen.firstPaint,
    largestPaint: seen.largestPaint,
    interactive,
    blocking: blockingMs(seen, interactive),
    shift: worstShift(seen.shifts),
  };
}
