import type { Logger } from 'pino';
import { type Announcements, type Sql, takeStep, untilTaken } from '../store/index.js';
import { failProbe, type ServedInteraction, unprovenOffers } from './transitions/index.js';

/** An offer with what is known of its agent's presence. */
export interface ReservedInteraction extends ServedInteraction {
  /** Null: his desktop, at whichever gateway, has been asked and has not answered yet. Of an offer to several, too. */
  provenAt: Date | null;
}

export interface ProberOptions {
  sql: Sql;
  announcements: Announcements;
  logger: Logger;
  /** How long a desktop may take to answer for an offer. */
  answerMs: number;
  /** Rings the agent: he is there. */
  serve: (offer: ServedInteraction) => void;
}

/**
 * Rings nobody who is not there. Each offer is announced to the agent's desktops, and the gateway whose desktop answers
 * writes that down (live.ts); without an answer in time the next agent is asked, and this one is unreachable where he can
 * see why.
 */
export class Prober {
  readonly #options: ProberOptions;

  constructor(options: ProberOptions) {
    this.#options = options;
  }

  /** Never throws: an offer that cannot be given back expires. Several are asked by whoever rings them, each for himself. */
  take(offer: ReservedInteraction): void {
    const { serve } = this.#options;
    if (offer.provenAt || offer.agentId === null) serve(offer);
    else void this.#ask(offer, offer.agentId);
  }

  async #ask(offer: ReservedInteraction, userId: string): Promise<void> {
    const { sql, announcements, serve, logger, answerMs } = this.#options;
    const answered = await new Promise<boolean>(resolve => {
      const settle = (found: boolean) => {
        clearTimeout(timer);
        off();
        resolve(found);
      };
      const timer = setTimeout(() => settle(false), answerMs).unref();
      const off = announcements.onInteraction(offer.id, ({ type }) => {
        // Whatever else happens to it ends the waiting, too: who serves it looks whether it is still offered.
        if (type !== 'offered') settle(true);
      });
      // Or he has answered before there was anybody here to hear of it.
      untilTaken(() => unprovenOffers(sql, { tenantId: offer.tenantId, userId })).then(
        open => open.includes(offer.id) || settle(true),
        error => logger.error({ err: error, interactionId: offer.id }, 'presence not looked up'),
      );
    });
    try {
      if (!answered && (await takeStep(offer, ref => failProbe(sql, ref)))) {
        logger.info({ interactionId: offer.id, userId }, 'desktop did not answer');
        return;
      }
    } catch (error) {
      logger.error({ err: error, interactionId: offer.id }, 'offer not given back; it expires');
    }
    serve(offer);
  }
}
