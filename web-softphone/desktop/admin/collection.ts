import { type Observable, Store } from '../store.js';
import type { AdminApi } from './api.js';

export interface Versioned {
  version: number;
}

export interface CollectionState<T> {
  /** Null until they were read once. */
  rows: readonly T[] | null;
  loading: boolean;
  /** Why they could not be read; the rows are those of the last time. */
  failure: unknown;
}

/** One kind of thing that administrators keep, as the server has it. */
export class Collection<T extends Versioned> {
  readonly #state = new Store<CollectionState<T>>({ rows: null, loading: false, failure: null });

  /** @param name of its path; @param keyOf how one is named in it */
  constructor(
    private readonly api: AdminApi,
    private readonly name: string,
    readonly keyOf: (row: T) => string,
  ) {}

  get state(): Observable<CollectionState<T>> {
    return this.#state;
  }

  /** Never rejects: the failure is in the state. */
  readonly load = async (): Promise<void> => {
    this.#state.update(state => ({ ...state, loading: true }));
    try {
      const rows = await this.api.list<T>(this.name);
      this.#state.set({ rows, loading: false, failure: null });
    } catch (failure) {
      this.#state.update(state => ({ ...state, loading: false, failure }));
    }
  };

  /** Reads anew; rejects with `Problem`. Undefined when it is no longer there. */
  async read(key: string): Promise<T | undefined> {
    const rows = await this.api.list<T>(this.name);
    this.#state.set({ rows, loading: false, failure: null });
    return rows.find(row => this.keyOf(row) === key);
  }

  async add(fields: object): Promise<T> {
    const added = await this.api.add<T>(this.name, fields);
    await this.load();
    return added;
  }

  async change(row: T, fields: object): Promise<T> {
    const changed = await this.api.change<T>(this.name, this.keyOf(row), row.version, fields);
    await this.load();
    return changed;
  }

  /** The list that is shown next reads anew. */
  async remove(row: T): Promise<void> {
    await this.api.remove(this.name, this.keyOf(row), row.version);
  }
}
