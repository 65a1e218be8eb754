import { type Observable, Store } from '../store.js';
import { Rereading } from './rereading.js';

export interface WatchedState<T> {
  /** Null until it was read. */
  value: T | null;
  /** Why it is not as new as it should be. */
  failure: unknown;
}

/** Something of the server's: read anew whenever it says that it has changed, while somebody looks. */
export class WatchedView<T> {
  readonly #state = new Store<WatchedState<T>>({ value: null, failure: null });
  #watchers = 0;
  readonly #readings = new Rereading(async () => {
    try {
      this.#state.set({ value: await this.read(), failure: null });
    } catch (failure) {
      this.#state.update(state => ({ ...state, failure }));
    }
  });

  constructor(private readonly read: () => Promise<T>) {}

  get state(): Observable<WatchedState<T>> {
    return this.#state;
  }

  /** Returns what ends the looking. */
  readonly watch = (): (() => void) => {
    this.#watchers += 1;
    void this.refresh();
    return () => {
      this.#watchers -= 1;
    };
  };

  /** It has changed, or may have. */
  readonly refresh = async (): Promise<void> => {
    if (this.#watchers > 0) await this.#readings.request();
  };

  /** Somebody else will sit here. */
  clear(): void {
    this.#state.set({ value: null, failure: null });
  }
}
