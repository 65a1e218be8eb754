import type { Logger } from 'pino';
import { closeOrphanLegs, closeOrphanParties, type LegRemains } from '../calls/index.js';
import { Latest } from '../latest.js';
import { MediaError, type MediaServer } from '../media/index.js';
import type { NodeLease, Sql } from '../store/index.js';
import type { Telephony } from '../telephony/index.js';
import { loseOrphanDesktops } from './desktops.js';
import { takeOver } from './take-over.js';
import type { WrapUpClock } from './wrap-up-clock.js';

/** The safety net below the leases: what has no owner is looked for so often, milliseconds. */
const sweepMs = 5_000;

export interface SuccessionOptions {
  sql: Sql;
  lease: NodeLease;
  telephony: Telephony;
  media: MediaServer;
  /** Goes on with the calls that can be gone on with. */
  adoptCalls: () => Promise<void>;
  wrapUps: WrapUpClock;
  logger: Logger;
}

/**
 * Takes over the work of nodes that are no more, this one's earlier self among them: goes on with the calls that the
 * engines still hold, hangs up all others, puts their interactions in order, and keeps the time of their wrap-ups.
 */
export class Succession {
  readonly #options: SuccessionOptions;
  readonly #rounds: Latest;
  readonly #endings: (() => void)[] = [];

  constructor(options: SuccessionOptions) {
    this.#options = options;
    this.#rounds = new Latest(
      () => this.#takeOver(),
      error => options.logger.error({ err: error }, 'nothing taken over; the next sweep tries again'),
    );
  }

  /** Resolves when what an earlier run left behind is in order. */
  async start(): Promise<void> {
    const { lease } = this.#options;
    const sweep = setInterval(() => this.#rounds.request(), sweepMs).unref();
    this.#endings.push(
      () => clearInterval(sweep),
      lease.onLost(() => this.#rounds.request()),
    );
    await this.#takeOver();
  }

  async stop(): Promise<void> {
    for (const end of this.#endings.splice(0)) end();
    await this.#rounds.settled();
  }

  async #takeOver(): Promise<void> {
    const { sql, wrapUps, logger, adoptCalls } = this.#options;
    try {
      await adoptCalls();
    } catch (error) {
      logger.error({ err: error }, 'calls not adopted');
    }
    const legs = await closeOrphanLegs(sql);
    for (const leg of legs) this.#free(leg);
    await closeOrphanParties(sql);
    await loseOrphanDesktops(sql);
    const { requeued, cut } = await takeOver(sql);
    if (legs.length + requeued + cut === 0) return;
    logger.warn({ requeued, cut, legs: legs.length }, 'put in order what a gateway left behind');
    await wrapUps.adopt();
  }

  /** A peer that does not answer the BYE takes half a minute to be given up; nobody has to wait for that. */
  #free({ callId, endpointId }: LegRemains): void {
    const { telephony, media, logger } = this.#options;
    if (callId !== null)
      telephony
        .endStale(callId)
        .catch(error => logger.warn({ err: error, callId }, 'leg of a dead gateway not ended'));
    if (endpointId !== null && media.capabilities.has('adopt'))
      media
        .adopt(endpointId)
        .then(endpoint => endpoint.destroy())
        .catch(error => {
          // It has gone by itself.
          if (!(error instanceof MediaError))
            logger.warn({ err: error }, 'endpoint of a dead gateway not freed');
        });
  }
}
