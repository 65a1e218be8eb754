import type { ApiClient } from '../api/client.js';
import type { Desk, Interaction } from '../api/types.js';
import { type Observable, Store } from '../store.js';

const pageSize = 30;

/** Interactions older than those of the live desk, as far as they were asked for. */
export interface OlderPages {
  interactions: Interaction[];
  loading: boolean;
  failure: unknown;
  /** There is nothing older. */
  complete: boolean;
}

const noPages: OlderPages = { interactions: [], loading: false, failure: null, complete: false };

/** What the server says of this desk, and of what was before. */
export class DeskView {
  readonly #desk = new Store<Desk | null>(null);
  readonly #older = new Store<OlderPages>(noPages);
  #generation = 0;

  constructor(private readonly api: ApiClient) {}

  get desk(): Observable<Desk | null> {
    return this.#desk;
  }

  get older(): Observable<OlderPages> {
    return this.#older;
  }

  replace(desk: Desk): void {
    this.#desk.set(desk);
  }

  /** Somebody else will sit here, or the same person in another language. */
  clearOlder(): void {
    this.#generation += 1;
    this.#older.set(noPages);
  }

  clear(): void {
    this.#desk.set(null);
    this.clearOlder();
  }

  async loadOlder(): Promise<void> {
    const { interactions, loading, complete } = this.#older.get();
    if (loading || complete) return;
    const oldest = interactions.at(-1) ?? this.#desk.get()?.recent.at(-1);
    if (!oldest) return;
    const generation = this.#generation;
    this.#older.update(older => ({ ...older, loading: true, failure: null }));
    try {
      const page = await this.api.interactions(oldest.requestedAt, pageSize);
      if (generation !== this.#generation) return;
      const known = new Set(interactions.map(interaction => interaction.id));
      const fresh = page.filter(interaction => !known.has(interaction.id));
      this.#older.set({
        interactions: [...interactions, ...fresh],
        loading: false,
        failure: null,
        complete: page.length < pageSize,
      });
    } catch (failure) {
      if (generation === this.#generation)
        this.#older.update(older => ({ ...older, loading: false, failure }));
    }
  }
}

/** The newest of the live desk, then the older pages; each interaction once, as it is now. */
export function allRecent(recent: readonly Interaction[], older: readonly Interaction[]): Interaction[] {
  const live = new Set(recent.map(interaction => interaction.id));
  return [...recent, ...older.filter(interaction => !live.has(interaction.id))];
}
