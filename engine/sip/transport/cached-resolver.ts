import type { Clock } from '../transaction/clock.js';
import type { AddressRecord, NaptrRecord, Records, Resolver, SrvRecord } from './resolver.js';

export interface CacheOptions {
  /** Names kept, of each type of record. */
  maxNames: number;
  /** Queries under way, of each type of record; more fail at once. */
  maxQueries: number;
  /** How long a query may take in all. */
  queryMs: number;
  /** How long records are kept whose time to live is not known: Node tells it of addresses only. */
  untoldMs: number;
  /** The longest that any record is kept, whatever its time to live. */
  longestMs: number;
  /** How long it is remembered that there is no record, or that nobody could say. */
  negativeMs: number;
}

export const defaultCacheOptions: CacheOptions = {
  maxNames: 1_000,
  maxQueries: 1_000,
  queryMs: 10_000,
  untoldMs: 60_000,
  longestMs: 3_600_000,
  negativeMs: 5_000,
};

/** One query at a time for each name, its answer kept for as long as its records live. */
class Queries<R> {
  readonly #kept = new Map<string, { until: number; answer: Promise<Records<R>> }>();
  readonly #underWay = new Map<string, Promise<Records<R>>>();
  constructor(
    private readonly query: (name: string) => Promise<Records<R>>,
    private readonly clock: Clock,
    private readonly options: CacheOptions,
  ) {}

  ask(name: string): Promise<Records<R>> {
    const key = name.toLowerCase();
    const kept = this.#kept.get(key);
    if (kept !== undefined && kept.until > this.clock.now()) return kept.answer;
    return this.#underWay.get(key) ?? this.#start(key);
  }

  #start(name: string): Promise<Records<R>> {
    if (this.#underWay.size >= this.options.maxQueries)
      return Promise.reject(new Error('too many DNS queries are under way'));
    const answer = this.#inTime(this.query(name));
    this.#underWay.set(name, answer);
    const keep = (ms: number) => {
      this.#underWay.delete(name);
      this.#keep(name, answer, ms);
    };
    answer.then(
      ({ records, ttl }) => keep(records.length === 0 ? this.options.negativeMs : this.#lifetime(ttl)),
      () => keep(this.options.negativeMs),
    );
    return answer;
  }

  #lifetime(ttl: number | undefined): number {
    return Math.min(ttl === undefined ? this.options.untoldMs : ttl * 1_000, this.options.longestMs);
  }

  #keep(name: string, answer: Promise<Records<R>>, ms: number): void {
    this.#kept.delete(name);
    if (ms <= 0) return;
    this.#kept.set(name, { until: this.clock.now() + ms, answer });
    // The first in a Map is the one that was put in the longest time ago.
    for (const oldest of this.#kept.keys()) {
      if (this.#kept.size <= this.options.maxNames) break;
      this.#kept.delete(oldest);
    }
  }

  #inTime(answer: Promise<Records<R>>): Promise<Records<R>> {
    return new Promise((resolve, reject) => {
      const timer = this.clock.after(this.options.queryMs, () =>
        reject(new Error('the DNS query took too long')),
      );
      answer.then(resolve, reject).finally(() => this.clock.cancel(timer));
    });
  }
}

/** Keeps what another resolver finds, within bounds, and asks it once for all who want the same at the same time. */
export class CachedResolver implements Resolver {
  readonly #naptr: Queries<NaptrRecord>;
  readonly #srv: Queries<SrvRecord>;
  readonly #a: Queries<AddressRecord>;
  readonly #aaaa: Queries<AddressRecord>;
  readonly #host: Queries<AddressRecord>;

  constructor(resolver: Resolver, clock: Clock, options: CacheOptions = defaultCacheOptions) {
    const queries = <R>(query: (name: string) => Promise<Records<R>>) => new Queries(query, clock, options);
    this.#naptr = queries(name => resolver.naptr(name));
    this.#srv = queries(name => resolver.srv(name));
    this.#a = queries(name => resolver.a(name));
    this.#aaaa = queries(name => resolver.aaaa(name));
    this.#host = queries(name => resolver.host(name));
  }

  naptr(name: string): Promise<Records<NaptrRecord>> {
    return this.#naptr.ask(name);
  }

  srv(name: string): Promise<Records<SrvRecord>> {
    return this.#srv.ask(name);
  }

  a(name: string): Promise<Records<AddressRecord>> {
    return this.#a.ask(name);
  }

  aaaa(name: string): Promise<Records<AddressRecord>> {
    return this.#aaaa.ask(name);
  }

  host(name: string): Promise<Records<AddressRecord>> {
    return this.#host.ask(name);
  }
}
