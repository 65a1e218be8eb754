import type { InteractionRef } from '../acd/index.js';
import type { Leg } from '../calls/index.js';
import type { Endpoint } from '../media/index.js';
import { type WaitingOptions, type WaitingParts, WaitingSound } from './waiting-sound.js';

/** How a customer has gone: he hung up, or his media vanished. */
export type CustomerGone = 'customer_left' | 'customer_lost';

/**
 * The customer on the line: one leg that lives from agent to agent. Between them he hears what `wait` plays, so that
 * nobody ever listens to silence.
 */
export class CustomerLine {
  readonly #parts: WaitingParts;
  readonly #leg: Leg;
  readonly #ref: InteractionRef;
  #live = true;
  #gone: CustomerGone | undefined;
  #waiting: WaitingSound | undefined;
  #asking: AbortController | undefined;

  constructor(parts: WaitingParts, leg: Leg, ref: InteractionRef) {
    this.#parts = parts;
    this.#leg = leg;
    this.#ref = ref;
  }

  /** False from the moment at which either side has hung up, or his media is gone. */
  get live(): boolean {
    return this.#live;
  }

  /** How he has gone; undefined while he is there, or when it was we who hung up. */
  get gone(): CustomerGone | undefined {
    return this.#gone;
  }

  get endpoint(): Endpoint {
    return this.#leg.endpoint;
  }

  /** Tells once that the customer is gone. Not after `end`. */
  onGone(listener: (how: CustomerGone) => void): void {
    void this.#leg.ended.then(how => {
      if (!this.#live) return;
      this.#live = false;
      this.stopWaiting();
      this.#gone = how === 'lost' ? 'customer_lost' : 'customer_left';
      listener(this.#gone);
    });
  }

  /**
   * What he hears until `stopWaiting`, `join` or `end`: music and announcements by the rule of his queue. Called again, it
   * begins anew.
   * @returns the key that he has pressed, of those in `keys`; undefined when the waiting ended otherwise
   */
  async wait(options?: WaitingOptions): Promise<string | undefined> {
    this.stopWaiting();
    if (!this.#live) return undefined;
    const waiting = new WaitingSound(this.#parts, this.#ref, this.endpoint, options);
    this.#waiting = waiting;
    return await waiting.run();
  }

  stopWaiting(): void {
    this.#waiting?.stop();
    this.#waiting = undefined;
    this.#asking?.abort();
    this.#asking = undefined;
  }

  /**
   * Asks him something while he waits, in place of what he hears.
   * @param act its signal is aborted when somebody is joined to him, or he is gone
   * @returns undefined when it came to that before it came to anything
   */
  async ask<T>(act: (signal: AbortSignal) => Promise<T>): Promise<T | undefined> {
    this.stopWaiting();
    if (!this.#live) return undefined;
    const asking = new AbortController();
    this.#asking = asking;
    try {
      return await act(asking.signal);
    } catch (error) {
      if (!asking.signal.aborted) throw error;
      return undefined;
    }
  }

  /** Lets him and somebody else hear each other. */
  async join(other: Endpoint): Promise<void> {
    this.stopWaiting();
    await other.bridge(this.endpoint);
  }

  /** The leg goes on elsewhere: what becomes of it is told here no more. */
  release(): void {
    this.#live = false;
    this.stopWaiting();
  }

  /** Hangs up. Safe to call more than once. */
  async end(): Promise<void> {
    this.#live = false;
    this.stopWaiting();
    await this.#leg.end();
  }
}
