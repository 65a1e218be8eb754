import { type Observable, Store } from './store.js';

const ringKey = 'ringbridge.ring';

/** What the user has chosen in this browser, beside language and appearance. */
export class Preferences {
  readonly #ring: Store<boolean>;

  constructor(private readonly storage: Storage) {
    this.#ring = new Store(storage.getItem(ringKey) !== 'off');
  }

  get ring(): Observable<boolean> {
    return this.#ring;
  }

  setRing(on: boolean): void {
    this.storage.setItem(ringKey, on ? 'on' : 'off');
    this.#ring.set(on);
  }
}
