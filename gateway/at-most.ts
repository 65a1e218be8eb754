import { setTimeout as delay } from 'node:timers/promises';

/** Waits for work that may never end, for so many milliseconds at most. Rejects as the work does. */
export async function atMost(ms: number, work: Promise<unknown>): Promise<void> {
  const late = new AbortController();
  try {
    await Promise.race([
      work,
      delay(ms, undefined, { signal: late.signal, ref: false }).catch(() => undefined),
    ]);
  } finally {
    late.abort();
  }
}
