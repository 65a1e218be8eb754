import type { Duration } from './day.js';

/** Random numbers from a seed: Mulberry32, small and good enough to draw arrivals and durations from. */
export class Chance {
  #state: number;

  constructor(seed: number) {
    this.#state = seed | 0;
  }

  /** At least 0, less than 1. */
  next(): number {
    this.#state = (this.#state + 0x6d2b79f5) | 0;
    let x = Math.imul(this.#state ^ (this.#state >>> 15), 1 | this.#state);
    x = (x + Math.imul(x ^ (x >>> 7), 61 | x)) ^ x;
    return ((x ^ (x >>> 14)) >>> 0) / 2 ** 32;
  }

  happens(share: number): boolean {
    return this.next() < share;
  }

  exponential(mean: number): number {
    return -mean * Math.log(1 - this.next());
  }

  /** Milliseconds. */
  duration({ mean, spread }: Duration): number {
    return 1000 * (spread === 'constant' ? mean : this.exponential(mean));
  }
}
