import type { Logger } from 'pino';
import type { Leg } from '../calls/index.js';
import { CallFailure } from '../telephony/index.js';
import { type LineEvent, type LineState, lineTable } from './line-states.js';

/** Somebody in a talk whose line may be lost, and who is called back to it. */
export interface Returning {
  /** For the log. */
  who: 'agent' | 'visitor';
  logger: Logger;
  /** Aborted when nobody is waited for any more. */
  over: AbortSignal;
  /** The line that he had is not his any more: frees it. */
  letGo(): Promise<void> | undefined;
  /** @throws CallFailure */
  callAgain(signal: AbortSignal): Promise<Leg>;
  /** He has another line. */
  follow(leg: Leg): void;
  onAway(why: string): void;
  onBack(): void;
  /** Whoever declines does not want to come back. */
  onDeclined(): void;
}

/** Follows somebody's line by its table (line-states.ts), and calls him back when he can be reached. */
export class LineReturn {
  readonly #returning: Returning;
  #state: LineState = 'there';
  #calling = new AbortController();
  /** Steps in the store follow each other, however fast he comes and goes. */
  #written: Promise<unknown> = Promise.resolve();

  constructor(returning: Returning) {
    this.#returning = returning;
  }

  get state(): LineState {
    return this.#state;
  }

  /** @returns where it led to; undefined where nothing has changed */
  on(event: LineEvent, why: string = event): LineState | undefined {
    const before = this.#state;
    const next = lineTable[before][event];
    if (next === undefined || this.#returning.over.aborted) return undefined;
    this.#state = next;
    if (before === 'there') this.#returning.onAway(why);
    if (next === 'ringing') void this.#callBack();
    else if (next === 'there') this.#returning.onBack();
    return next;
  }

  /** Writes down what became of his line, after what was to be written before. */
  write(step: () => Promise<unknown>): void {
    const { who, logger } = this.#returning;
    this.#written = this.#written
      .then(step)
      .catch(error => logger.error({ err: error }, `what became of the ${who}'s line is not written down`));
  }

  /** Calls nobody any more. */
  stop(): void {
    this.#calling.abort();
  }

  async #callBack(): Promise<void> {
    const { who, logger, over, letGo, callAgain, follow, onDeclined } = this.#returning;
    this.#calling.abort();
    const calling = new AbortController();
    this.#calling = calling;
    // Its BYE goes out before the new call; whether anybody answers it is of no interest.
    letGo()?.catch(error => logger.warn({ err: error }, 'leg not freed'));
    logger.info(`calling the ${who} back`);
    try {
      const leg = await callAgain(AbortSignal.any([over, calling.signal]));
      if (calling.signal.aborted) return await leg.end();
      follow(leg);
      this.on('answered');
    } catch (error) {
      if (calling.signal.aborted || over.aborted) return;
      if (!(error instanceof CallFailure))
        return logger.error({ err: error }, `${who} not called back; he has until his time is up`);
      logger.info({ outcome: error.outcome, sipStatus: error.sipStatus }, `${who} not called back`);
      if (error.outcome === 'rejected') onDeclined();
      else this.on('not_reached');
    }
  }
}
