import {
  directOfferOf,
  type InteractionRef,
  type ReservedInteraction,
  recall,
  whyNot,
} from '../acd/index.js';
import { untilTaken } from '../store/index.js';
import { type ServiceParts, waitsAgain } from './turn.js';

/** An agent passes the customer on to a colleague; who does not take him sends him back. */
export class PassingOn {
  readonly #parts: Pick<ServiceParts, 'sql' | 'logger' | 'propose'>;
  readonly #ref: InteractionRef;
  /** The colleague does not have him yet. */
  #underWay = false;

  constructor(parts: Pick<ServiceParts, 'sql' | 'logger' | 'propose'>, ref: InteractionRef) {
    this.#parts = parts;
    this.#ref = ref;
  }

  /** An agent has done it: the colleague is rung. */
  began(): void {
    this.#underWay = true;
    void this.#propose(() => directOfferOf(this.#parts.sql, this.#ref));
  }

  /** Somebody talks with the customer. */
  over(): void {
    this.#underWay = false;
  }

  hear(type: string): void {
    if (!this.#underWay || !waitsAgain.has(type)) return;
    this.#underWay = false;
    const { sql } = this.#parts;
    void this.#propose(async () => recall(sql, this.#ref, await whyNot(sql, this.#ref)));
  }

  /** An offer to somebody in particular that belongs to this call. */
  async #propose(find: () => Promise<ReservedInteraction | undefined>): Promise<void> {
    try {
      const offer = await untilTaken(find);
      if (offer) this.#parts.propose(offer);
    } catch (error) {
      this.#parts.logger.error({ err: error }, 'an offer to somebody in particular is not made; it expires');
    }
  }
}
