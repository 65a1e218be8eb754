import { type Observable, Store } from '../store.js';

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
  #reading = false;
  #again = false;

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
    if (this.#watchers === 0) return;
    this.#again = true;
    if (this.#reading) return;
    this.#reading = true;
    while (this.#again) {
      this.#again = false;
      try {
        this.#state.set({ value: await this.read(), failure: null });
      } catch (failure) {
        this.#state.update(state => ({ ...state, failure }));
      }
    }
    this.#reading = false;
  };

  /** Somebody else will sit here. */
  clear(): void {
    this.#state.set({ value: null, failure: null });
  }
}
