import type { Logger } from 'pino';
import { closeOrphanLegs, closeOrphanParties } from '../calls/index.js';
import { Latest } from '../latest.js';
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
  wrapUps: WrapUpClock;
  logger: Logger;
}

/**
 * Takes over the work of nodes that are no more, this one's earlier self among them: hangs up what they left ringing
 * or talking, puts their interactions in order, and keeps the time of their wrap-ups.
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
    const { sql, telephony, wrapUps, logger } = this.#options;
    const legs = await closeOrphanLegs(sql);
    // A peer that does not answer the BYE takes half a minute to be given up; nobody has to wait for that.
    for (const callId of legs)
      telephony
        .endStale(callId)
        .catch(error => logger.warn({ err: error, callId }, 'leg of a dead gateway not ended'));
    await closeOrphanParties(sql);
    await loseOrphanDesktops(sql);
    const { requeued, cut } = await takeOver(sql);
    if (legs.length + requeued + cut === 0) return;
    logger.warn({ requeued, cut, legs: legs.length }, 'put in order what a gateway left behind');
    await wrapUps.adopt();
  }
}
