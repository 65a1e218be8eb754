/** A token bucket for each source address; what it remembers is bounded. */
import type { Clock } from '../transaction/clock.js';

interface Bucket {
  tokens: number;
  /** When `tokens` was true, milliseconds. */
  at: number;
}

/** How many seconds' worth a source may send at once. */
const burstSeconds = 2;

export class SourceRates {
  readonly #buckets = new Map<string, Bucket>();
  readonly #burst: number;

  /**
   * @param perSecond what each source may send in the long run
   * @param maxSources the one that was quiet the longest is forgotten beyond that: it would be full again soon
   */
  constructor(
    private readonly clock: Clock,
    private readonly perSecond: number,
    private readonly maxSources = 65_536,
  ) {
    this.#burst = perSecond * burstSeconds;
  }

  /** Whether one more may come from there; counts it when it may. */
  take(source: string): boolean {
    const now = this.clock.now();
    const bucket = this.#buckets.get(source);
    const known = bucket ?? { tokens: this.#burst, at: now };
    known.tokens = Math.min(this.#burst, known.tokens + ((now - known.at) * this.perSecond) / 1_000);
    known.at = now;
    // The order of a Map is that of insertion: the first is the one that was quiet the longest.
    if (bucket !== undefined) this.#buckets.delete(source);
    else if (this.#buckets.size >= this.maxSources) this.#forgetOldest();
    this.#buckets.set(source, known);
    if (known.tokens < 1) return false;
    known.tokens -= 1;
    return true;
  }

  #forgetOldest(): void {
    const [oldest] = this.#buckets.keys();
    if (oldest !== undefined) this.#buckets.delete(oldest);
  }
}
