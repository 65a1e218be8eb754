import type { Logger } from 'pino';
import { Latest } from '../latest.js';
import { Alarm } from './alarm.js';
import type { Announcements } from './announcements.js';

/** Plans that come close together are one look, milliseconds. */
const gatherMs = 100;

/** The longest a look is put off: the safety net below the notices, milliseconds. */
const usualLongestMs = 5_000;

/** What a clock does when it looks. */
export interface Round {
  /** Does what is due. @returns in how many milliseconds the next thing is; undefined: nothing is foreseen */
  look: () => Promise<number | undefined>;
  /** Events after which something may be due that was not before. */
  planning: ReadonlySet<string>;
  /** For the log: what has not been done when a look fails. */
  complaint: string;
  /** The longest a look is put off, milliseconds. */
  longestMs?: number | undefined;
}

/**
 * Does what the store says at the time it says: the moments are there, and the one timer here, for the nearest of them,
 * only makes it punctual; a slow look finds what a timer has missed. Every gateway has one, and the statements see to it
 * that each row is taken by one of them.
 */
export class StoreClock {
  readonly #round: Round;
  readonly #longestMs: number;
  readonly #rounds: Latest;
  readonly #endings: (() => void)[] = [];
  readonly #alarm = new Alarm(() => this.#rounds.request());
  #stopped = false;

  constructor(round: Round, logger: Logger) {
    this.#round = round;
    this.#longestMs = round.longestMs ?? usualLongestMs;
    this.#rounds = new Latest(
      () => this.#look(),
      error => {
        logger.error({ err: error }, round.complaint);
        this.#plan(this.#longestMs);
      },
    );
  }

  start(announcements: Announcements): void {
    this.#endings.push(
      announcements.onEvent(({ type }) => {
        if (this.#round.planning.has(type)) this.#plan(gatherMs);
      }),
      announcements.onGap(() => this.#plan(0)),
    );
    this.#plan(0);
  }

  async stop(): Promise<void> {
    this.#stopped = true;
    for (const end of this.#endings.splice(0)) end();
    this.#alarm.clear();
    await this.#rounds.settled();
  }

  /** Looks within so many milliseconds. */
  #plan(ms: number): void {
    if (!this.#stopped) this.#alarm.within(ms);
  }

  async #look(): Promise<void> {
    if (this.#stopped) return;
    const next = await this.#round.look();
    this.#plan(Math.min(Math.max(next ?? this.#longestMs, 1), this.#longestMs));
  }
}
