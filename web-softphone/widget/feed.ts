import type { Callback } from './callback.js';

/** Where a callback's state can be had from. */
export interface Source {
  /** Delivers until the stream ends or breaks. */
  stream(signal: AbortSignal, onCallback: (callback: Callback) => void): Promise<void>;
  read(): Promise<Callback>;
}

export interface FeedOptions {
  signal: AbortSignal;
  onCallback(callback: Callback): void;
  /** False while nothing can be heard from the server, true as soon as it answers again. */
  onReachable(reachable: boolean): void;
  /** Whether an error means that asking again cannot help. */
  isFinal(error: unknown): boolean;
  /** Resolves after `ms`, or sooner when there is reason to try at once. Never rejects. */
  wait(ms: number): Promise<void>;
}

const firstDelayMs = 1_000;
const longestDelayMs = 15_000;

/** Exponential, capped, with up to a quarter of jitter so that visitors do not come back all at once. */
export function backoff(failures: number, random = Math.random): number {
  const base = Math.min(firstDelayMs * 2 ** failures, longestDelayMs);
  return base * (1 - random() / 4);
}

/**
 * Follows a callback until it is done: by the stream, and where the stream breaks or is swallowed by a proxy, by
 * asking, at growing intervals. Resolves when the callback is done or `signal` aborts; rejects with a final error.
 */
export async function follow(source: Source, options: FeedOptions): Promise<void> {
  const { signal, onReachable } = options;
  let failures = 0;
  let done = false;
  const deliver = (callback: Callback) => {
    if (signal.aborted) return;
    done = callback.state === 'done';
    onReachable(true);
    options.onCallback(callback);
  };

  while (!signal.aborted) {
    try {
      await source.stream(signal, callback => {
        failures = 0;
        deliver(callback);
      });
    } catch (error) {
      if (signal.aborted) return;
      if (options.isFinal(error)) throw error;
    }
    if (done || signal.aborted) return;
    try {
      deliver(await source.read());
    } catch (error) {
      if (signal.aborted) return;
      if (options.isFinal(error)) throw error;
      onReachable(false);
    }
    if (done || signal.aborted) return;
    await options.wait(backoff(failures));
    failures += 1;
  }
}
