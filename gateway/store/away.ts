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
 * Runs a statement until the database is there to take it. Only for one that may be run twice: a connection that
 * breaks while it is committed does not tell.
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
