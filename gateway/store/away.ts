import { randomUUID } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';

/** Of the network, of the driver, and of a server that is going or coming (PostgreSQL, appendix A). */
const awayCodes: ReadonlySet<string> = new Set(
  `ECONNREFUSED ECONNRESET EPIPE ETIMEDOUT EHOSTUNREACH ENETUNREACH ENOTFOUND EAI_AGAIN
  CONNECT_TIMEOUT CONNECTION_CLOSED 57P01 57P02 57P03 53300`.split(/\s+/),
);

const retryMs = 250;

/** Whether a statement failed because the database was not there, and not by its own fault. */
export function isDatabaseAway(error: unknown): boolean {
  return error instanceof Error && 'code' in error && awayCodes.has(String(error.code));
}

/**
 * Runs a statement until the database is there to take it. Only for one that may be run twice, and whose answer may be that
 * of the second time: a connection that breaks while it is committed does not tell (see `takeStep`).
 */
export async function untilTaken<T>(statement: () => PromiseLike<T>): Promise<T> {
  for (;;) {
    try {
      return await statement();
    } catch (error) {
      if (!isDatabaseAway(error)) throw error;
    }
    await delay(retryMs, undefined, { ref: false });
  }
}

/** By what a step that is tried again is recognised where it was taken already. */
export interface StepKey {
  /** Stored with the step. */
  key: string;
  /** It has been tried before, and nobody knows what came of it. */
  repeated: boolean;
}

/**
 * Takes a step until the database is there to say whether it was taken. A connection that breaks while a step is committed
 * does not tell: whoever asked would hear at his next try that somebody was faster, which was he himself. So the step is
 * stored with a key, and one that is repeated looks for it first (decision 0250).
 * @param ref whose step it is; the step is given the same with its key
 */
export function takeStep<R extends object, T>(
  ref: R,
  step: (ref: R & { step: StepKey }) => PromiseLike<T>,
): Promise<T> {
  const key = randomUUID();
  let repeated = false;
  return untilTaken(() => {
    const tried = step({ ...ref, step: { key, repeated } });
    repeated = true;
    return tried;
  });
}

/**
 * One step that may be repeated.
 * @param find what it has come to where it was taken under its key already
 */
export async function unlessTaken<T>(
  step: StepKey | undefined,
  find: (key: string) => Promise<T | undefined>,
  take: () => Promise<T | undefined>,
): Promise<T | undefined> {
  if (!step?.repeated) return await take();
  // The first try may be under way still: the second has waited for its row then, and found the step taken.
  return (await find(step.key)) ?? (await take()) ?? (await find(step.key));
}
