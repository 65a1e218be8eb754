import type { ApiClient } from '../api/client.js';
import type { Floor } from '../api/types.js';
import { type Observable, Store } from '../store.js';

export interface FloorState {
  floor: Floor | null;
  /** Why it is not as new as it should be. */
  failure: unknown;
}

const nothing: FloorState = { floor: null, failure: null };

/** Who does what now, for a supervisor: read anew whenever the server says that it has changed, while somebody looks. */
export class FloorView {
  readonly #state = new Store<FloorState>(nothing);
  #watchers = 0;
  #reading = false;
  #again = false;

  constructor(private readonly api: ApiClient) {}

  get state(): Observable<FloorState> {
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

  /** Something on the floor has changed, or may have. */
  async refresh(): Promise<void> {
    if (this.#watchers === 0) return;
    this.#again = true;
    if (this.#reading) return;
    this.#reading = true;
    while (this.#again) {
      this.#again = false;
      try {
        this.#state.set({ floor: await this.api.floor(), failure: null });
      } catch (failure) {
        this.#state.update(state => ({ ...state, failure }));
      }
    }
    this.#reading = false;
  }

  /** Somebody else will sit here. */
  clear(): void {
    this.#state.set(nothing);
  }
}
