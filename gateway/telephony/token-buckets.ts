/** A bucket of tokens for each key: bursts up to `capacity`, then `refillPerSecond`. Memory is bounded. */
export class TokenBuckets {
  readonly #buckets = new Map<string, { tokens: number; at: number }>();

  constructor(
    private readonly capacity: number,
    private readonly refillPerSecond: number,
    private readonly maxKeys = 10_000,
    private readonly now: () => number = () => performance.now(),
  ) {}

  /** Whether `take` would succeed; takes nothing. */
  has(key: string): boolean {
    return this.#level(key) >= 1;
  }

  /** Takes a token; false when there is none. */
  take(key: string): boolean {
    const tokens = this.#level(key);
    const taken = tokens >= 1;
    this.#buckets.delete(key);
    this.#buckets.set(key, { tokens: taken ? tokens - 1 : tokens, at: this.now() });
    if (this.#buckets.size > this.maxKeys) {
      const [oldest] = this.#buckets.keys();
      if (oldest !== undefined) this.#buckets.delete(oldest);
    }
    return taken;
  }

  #level(key: string): number {
    const bucket = this.#buckets.get(key);
    if (!bucket) return this.capacity;
    const gained = ((this.now() - bucket.at) / 1000) * this.refillPerSecond;
    return Math.min(this.capacity, bucket.tokens + gained);
  }
}
