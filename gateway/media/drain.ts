import { EventEmitter, once } from 'node:events';
import { MediaError } from './port.js';

/** Takes nothing new, and knows when the last of the old is gone: the same for every engine. */
export class Drain {
  readonly #events = new EventEmitter<{ empty: [] }>();
  #draining = false;

  get draining(): boolean {
    return this.#draining;
  }

  /** @throws MediaError `draining` */
  refuseNew(): void {
    if (this.#draining)
      throw new MediaError('draining', 'no new calls are taken: this gateway is being drained');
  }

  /** Resolves when there are none left of so many endpoints. Rejects when aborted; the drain itself stays. */
  async begin(endpoints: number, signal?: AbortSignal): Promise<void> {
    this.#draining = true;
    if (endpoints > 0) await once(this.#events, 'empty', signal === undefined ? {} : { signal });
  }

  /** To be called when an endpoint is gone. */
  left(endpoints: number): void {
    if (this.#draining && endpoints === 0) this.#events.emit('empty');
  }
}
