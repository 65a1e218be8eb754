import { setTimeout as delay } from 'node:timers/promises';
import { MediaError } from './port.js';

const firstRetryMs = 50;
const longestRetryMs = 3000;

/** An engine that is reached over one connection, which is made again whenever it breaks. */
export interface Connecting {
  /** @throws MediaError `engine_unavailable` when nobody is there in time, `bad_request` when a login is refused */
  connect(): Promise<void>;
  /** Goes on trying where `connect` gave up. */
  keepConnecting(): void;
  close(): Promise<void>;
}

/** Whether it may be over when it is tried again. */
export function isPassing(error: unknown): boolean {
  return error instanceof MediaError && error.code === 'engine_unavailable';
}

/** Tries for so long, and tells then what was wrong the last time. What another try does not mend is told at once. */
export async function connectWithin(
  patienceMs: number,
  open: () => Promise<void>,
  signal: AbortSignal,
): Promise<void> {
  const giveUpAt = performance.now() + patienceMs;
  for (let wait = firstRetryMs; ; wait = Math.min(wait * 2, longestRetryMs)) {
    try {
      return await open();
    } catch (error) {
      if (!isPassing(error) || performance.now() + wait > giveUpAt) throw error;
    }
    await delay(wait, undefined, { signal });
  }
}

/** Tries until it succeeds or is aborted. `failed` hears of each time that it did not. */
export async function connectAgain(
  open: () => Promise<void>,
  signal: AbortSignal,
  failed: (error: unknown) => void,
): Promise<void> {
  for (let wait = firstRetryMs; !signal.aborted; wait = Math.min(wait * 2, longestRetryMs)) {
    try {
      return await open();
    } catch (error) {
      if (signal.aborted) return;
      failed(error);
    }
    // Jitter, so that several gateways do not come back in step.
    await delay(wait * (0.5 + Math.random()), undefined, { signal }).catch(() => undefined);
  }
}

/**
 * Connects several. Those that are away are tried on and on; one at least has to be there.
 * @throws MediaError `engine_unavailable` when none is there, `bad_request` when one refuses the login
 */
export async function connectSome(servers: readonly Connecting[]): Promise<void> {
  const results = await Promise.allSettled(servers.map(server => server.connect()));
  const errors = results.map(result =>
    result.status === 'rejected' ? (result.reason as unknown) : undefined,
  );
  const lasting = errors.find(error => error !== undefined && !isPassing(error));
  const fatal = lasting ?? (errors.includes(undefined) ? undefined : errors[0]);
  if (fatal !== undefined) {
    await Promise.all(servers.map(server => server.close()));
    throw fatal;
  }
  servers.forEach((server, index) => {
    if (errors[index] !== undefined) server.keepConnecting();
  });
}
