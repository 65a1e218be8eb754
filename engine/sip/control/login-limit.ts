/**
 * How often one address may log in with a wrong secret: `burst` times at once, then once in `refillMs`. Who never
 * gives a wrong one is never counted.
 */
import type { Clock } from '../transaction/clock.js';

const burst = 20;
const refillMs = 1_000;
const maxSources = 1_024;

interface Failures {
  count: number;
  /** When `count` was right; one of it is forgiven in each `refillMs` since then. */
  at: number;
}

export class LoginLimit {
  readonly #failures = new Map<string, Failures>();
  constructor(private readonly clock: Clock) {}

  get size(): number {
    return this.#failures.size;
  }

  /** Whether a secret from there is looked at. */
  allows(source: string): boolean {
    return this.#count(source) < burst;
  }

  failed(source: string): void {
    const count = this.#count(source) + 1;
    // Put in again behind the others: the one that failed longest ago is forgotten first.
    this.#failures.delete(source);
    this.#failures.set(source, { count, at: this.clock.now() });
    const [oldest] = this.#failures.keys();
    if (this.#failures.size > maxSources && oldest !== undefined) this.#failures.delete(oldest);
  }

  #count(source: string): number {
    const failures = this.#failures.get(source);
    if (failures === undefined) return 0;
    const left = failures.count - Math.floor((this.clock.now() - failures.at) / refillMs);
    if (left > 0) return left;
    this.#failures.delete(source);
    return 0;
  }
}
