import type { Logger } from 'pino';
import type { Leg } from '../calls/index.js';
import type { Endpoint } from '../media/index.js';

/**
 * The customer on the line: one leg that lives from agent to agent. Between them he hears what `wait` plays, so that
 * nobody ever listens to silence.
 */
export class CustomerLine {
  readonly #leg: Leg;
  readonly #music: string;
  readonly #logger: Logger;
  #live = true;

  /** `music`: the file that he hears while he waits. */
  constructor(leg: Leg, music: string, logger: Logger) {
    this.#leg = leg;
    this.#music = music;
    this.#logger = logger;
  }

  /** False from the moment at which either side has hung up, or his media is gone. */
  get live(): boolean {
    return this.#live;
  }

  get endpoint(): Endpoint {
    return this.#leg.endpoint;
  }

  /** Tells once that the customer is gone: he hung up, or his media vanished. Not after `end`. */
  onGone(listener: (how: 'customer_left' | 'customer_lost') => void): void {
    void this.#leg.ended.then(how => {
      if (!this.#live) return;
      this.#live = false;
      listener(how === 'lost' ? 'customer_lost' : 'customer_left');
    });
  }

  /** What he hears until somebody is bridged to him. */
  wait(): void {
    if (!this.#live) return;
    this.endpoint
      .play({ file: this.#music }, { times: 'forever' })
      .catch(error => {
        this.#logger.warn({ err: error }, "the house's music in the place of another");
        return this.endpoint.play({ music: 'default' });
      })
      .catch(error => this.#logger.warn({ err: error }, 'no music for the customer who waits'));
  }

  /** Hangs up. Safe to call more than once. */
  async end(): Promise<void> {
    this.#live = false;
    await this.#leg.end();
  }
}
