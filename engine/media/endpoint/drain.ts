import { EventEmitter, once } from 'node:events';

/** Nothing new from now on: who has to know is told, and who waits for the last to go. */
export class Drain {
  readonly #events = new EventEmitter<{ begun: []; empty: [] }>().setMaxListeners(0);
  #begun = false;

  get begun(): boolean {
    return this.#begun;
  }

  /** Returns what ends the listening. */
  onBegun(listener: () => void): () => void {
    this.#events.on('begun', listener);
    return () => this.#events.off('begun', listener);
  }

  /** Resolves when none of so many is left. */
  async begin(count: number): Promise<void> {
    if (!this.#begun) {
      this.#begun = true;
      this.#events.emit('begun');
    }
    if (count > 0) await once(this.#events, 'empty');
  }

  /** To be called when one has gone, with how many are left. */
  left(count: number): void {
    if (this.#begun && count === 0) this.#events.emit('empty');
  }
}
