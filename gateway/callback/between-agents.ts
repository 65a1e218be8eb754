import { type InteractionRef, releaseCustomer, type ServedInteraction } from '../acd/index.js';
import { takeStep } from '../store/index.js';
import type { CustomerLine } from './customer-line.js';
import type { Heir } from './talk-parties.js';
import type { ServiceParts } from './turn.js';

/** What comes next for a customer on the line: an offer, or somebody who is there already. */
export interface Next {
  interaction: ServedInteraction;
  heir?: Heir;
}

/** A customer on the line between his agents: who comes next, and for how long he waits for that. */
export class BetweenAgents {
  /** After so long he is let go, milliseconds; undefined: somebody else sees to that. */
  longestMs: number | undefined;
  readonly #parts: Pick<ServiceParts, 'sql' | 'logger'>;
  readonly #ref: InteractionRef;
  #next: Next | undefined;
  #stopped = false;
  #wake: () => void = () => undefined;

  constructor(parts: Pick<ServiceParts, 'sql' | 'logger'>, ref: InteractionRef) {
    this.#parts = parts;
    this.#ref = ref;
  }

  /** Whether somebody is there for him already. */
  get offered(): boolean {
    return this.#next !== undefined;
  }

  offer(next: Next): void {
    this.#next = next;
    this.#wake();
  }

  /** Nobody waits any more. */
  stop(): void {
    this.#stopped = true;
    this.#wake();
  }

  /** Waits for the next agent. Undefined: nobody has come for too long, or nobody waits any more. */
  async next(customer: CustomerLine): Promise<Next | undefined> {
    const longEnough =
      this.longestMs === undefined
        ? undefined
        : setTimeout(() => void this.#release(customer), this.longestMs);
    const waits = () => customer.live && !this.#stopped;
    while (waits() && !this.#next) {
      await new Promise<void>(resolve => {
        this.#wake = resolve;
      });
    }
    clearTimeout(longEnough);
    const next = this.#next;
    this.#next = undefined;
    return waits() ? next : undefined;
  }

  /** Nobody came for the customer: better he is called again than that he listens to music for ever. */
  async #release(customer: CustomerLine): Promise<void> {
    try {
      if (!(await takeStep(this.#ref, ref => releaseCustomer(this.#parts.sql, ref)))) return;
      const hungUp = customer.end();
      this.#wake();
      await hungUp;
    } catch (error) {
      this.#parts.logger.error({ err: error }, 'the customer waits on for his next agent');
    }
  }
}
