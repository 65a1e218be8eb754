/** Waits for what nobody tells: rows of the database, answers of the API. */
import { setTimeout as pause } from 'node:timers/promises';

/** Between two looks, milliseconds: looking without a break takes the processor from those who are waited for. */
const pauseMs = 20;

/**
 * Looks until there is something, and resolves with it: anything but undefined and false.
 * @throws Error that names what was waited for, after `waitMs`
 */
export async function eventually<T>(
  what: string,
  look: () => T | Promise<T>,
  waitMs = 60_000,
): Promise<Exclude<T, undefined | false>> {
  const deadline = performance.now() + waitMs;
  for (;;) {
    const seen = await look();
    if (seen !== undefined && seen !== false) return seen as Exclude<T, undefined | false>;
    if (performance.now() > deadline) throw new Error(`${what}: not after ${waitMs} ms`);
    await pause(pauseMs);
  }
}
