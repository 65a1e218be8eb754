import type { InteractionRef } from '../acd/index.js';
import type { Leg, LegEnd } from '../calls/index.js';
import type { Endpoint } from '../media/index.js';
import { PageLine, type PageParts } from './page-line.js';
import { type WaitingOptions, type WaitingParts, WaitingSound } from './waiting-sound.js';

/** How a customer has gone: he hung up, his media vanished, or an engine of ours has lost him. */
export type CustomerGone = 'customer_left' | 'customer_lost' | 'customer_dropped';

const ways: ReadonlySet<string> = new Set<CustomerGone>([
  'customer_left',
  'customer_lost',
  'customer_dropped',
]);

/** Whether what a turn has ended by is that its customer is gone. */
export function isGone(reason: string): reason is CustomerGone {
  return ways.has(reason);
}

const goneBy: Partial<Record<LegEnd, CustomerGone>> = { lost: 'customer_lost', dropped: 'customer_dropped' };

/**
 * The customer on the line: one leg that lives from agent to agent; of a visitor in his page also the ones after it. Between
 * agents he hears what `wait` plays, so that nobody ever listens to silence.
 */
export class CustomerLine {
  readonly #parts: WaitingParts;
  readonly #page: PageLine | undefined;
  #leg: Leg;
  readonly #ref: InteractionRef;
  #live = true;
  #away = false;
  #gone: CustomerGone | undefined;
  #waiting: WaitingSound | undefined;
  #asking: AbortController | undefined;
  /** What he is to hear when he is back. */
  #waits: { options: WaitingOptions | undefined } | undefined;
  #tellGone: (how: CustomerGone) => void = () => undefined;
  readonly #moved = new Set<() => void>();

  constructor(parts: WaitingParts & PageParts, leg: Leg, ref: InteractionRef) {
    this.#parts = parts;
    this.#leg = leg;
    this.#ref = ref;
    this.#page =
      leg.again &&
      new PageLine(parts, ref, leg, leg.again, {
        onAway: () => this.#leave(),
        onBack: next => this.#return(next),
        onGone: how => this.#go(how),
      });
    if (!this.#page) void leg.ended.then(how => this.#go(goneBy[how] ?? 'customer_left'));
  }

  /** False from the moment at which either side has hung up, or his media is gone. */
  get live(): boolean {
    return this.#live;
  }

  /** How he has gone; undefined while he is there, or when it was we who hung up. */
  get gone(): CustomerGone | undefined {
    return this.#gone;
  }

  /** The newest he had, where he is away. */
  get endpoint(): Endpoint {
    return this.#leg.endpoint;
  }

  /** His page is lost, and he is given time to come back. */
  get away(): boolean {
    return this.#away;
  }

  /** Tells once that the customer is gone. Not after `end`. */
  onGone(listener: (how: CustomerGone) => void): void {
    this.#tellGone = listener;
  }

  /** Tells whenever he is away, or there again with another endpoint. Returns what ends the telling. */
  onMoved(listener: () => void): () => void {
    this.#moved.add(listener);
    return () => this.#moved.delete(listener);
  }

  #go(how: CustomerGone): void {
    if (!this.#live) return;
    this.#live = false;
    this.stopWaiting();
    this.#gone = how;
    this.#tellGone(how);
  }

  #leave(): void {
    const waits = this.#waits;
    this.stopWaiting();
    this.#waits = waits;
    this.#away = true;
    for (const tell of [...this.#moved]) tell();
  }

  #return(leg: Leg): void {
    this.#leg = leg;
    this.#away = false;
    if (this.#waits) void this.wait(this.#waits.options);
    for (const tell of [...this.#moved]) tell();
  }

  /**
   * What he hears until `stopWaiting`, `join` or `end`: music and announcements by the rule of his queue. Called again, it
   * begins anew.
   * @returns the key that he has pressed, of those in `keys`; undefined when the waiting ended otherwise
   */
  async wait(options?: WaitingOptions): Promise<string | undefined> {
    this.stopWaiting();
    if (!this.#live) return undefined;
    this.#waits = { options };
    if (this.#away) return undefined;
    const waiting = new WaitingSound(this.#parts, this.#ref, this.endpoint, options);
    this.#waiting = waiting;
    return await waiting.run();
  }

  stopWaiting(): void {
    this.#waits = undefined;
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
    await (this.#page ?? this.#leg).end();
  }
}
