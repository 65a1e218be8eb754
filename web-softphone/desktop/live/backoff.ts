export interface BackoffOptions {
  firstMs: number;
  longestMs: number;
  /** From 0 up to, not including, 1. */
  random: () => number;
}

/**
 * How long to wait, in ms, before try number `attempt` (0 is the first one after a failure). Doubles up to the
 * longest, and half of it is left to chance: a thousand desktops that lost the same server do not come back at once.
 */
export function backoffDelay(attempt: number, { firstMs, longestMs, random }: BackoffOptions): number {
  const ceiling = Math.min(longestMs, firstMs * 2 ** Math.min(attempt, 30));
  return Math.round(ceiling / 2 + (ceiling / 2) * random());
}
