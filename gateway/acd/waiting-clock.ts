import type { Logger } from 'pino';
import { Latest } from '../latest.js';
import type { Announcements, Sql } from '../store/index.js';
import { advanceWaiting, nextWake } from './waiting.js';

/** Events after which time may have to change something that it had not before. */
const planning: ReadonlySet<string> = new Set([
  'requested',
  'due',
  'declined',
  'offer_expired',
  'agent_lost',
  'administered',
]);

/** Plans that come close together are one look, milliseconds. */
const gatherMs = 100;

/** The longest a look is put off: the safety net below the notices. */
const longestMs = 5_000;

/**
 * Wakes those who wait when their time has come: the moments are in the store (`wake_at`), and a timer here waits for
 * the nearest. Every gateway has one; each row is advanced by one of them.
 */
export class WaitingClock {
  readonly #sql: Sql;
  readonly #onAdvanced: () => void;
  readonly #rounds: Latest;
  readonly #endings: (() => void)[] = [];
  #timer: NodeJS.Timeout | undefined;
  #at = Number.POSITIVE_INFINITY;
  #stopped = false;

  /** @param onAdvanced something has changed that may make a match */
  constructor(sql: Sql, logger: Logger, onAdvanced: () => void) {
    this.#sql = sql;
    this.#onAdvanced = onAdvanced;
    this.#rounds = new Latest(
      () => this.#round(),
      error => {
        logger.error({ err: error }, 'those who wait were not advanced; the next look tries again');
        this.#plan(longestMs);
      },
    );
  }

  start(announcements: Announcements): void {
    this.#endings.push(
      announcements.onEvent(({ type }) => {
        if (planning.has(type)) this.#plan(gatherMs);
      }),
      announcements.onGap(() => this.#plan(0)),
    );
    this.#plan(0);
  }

  async stop(): Promise<void> {
    this.#stopped = true;
    for (const end of this.#endings.splice(0)) end();
    clearTimeout(this.#timer);
    await this.#rounds.settled();
  }

  /** Looks within so many milliseconds, or earlier where that is planned. */
  #plan(ms: number): void {
    const at = Date.now() + ms;
    if (this.#stopped || at >= this.#at) return;
    clearTimeout(this.#timer);
    this.#at = at;
    this.#timer = setTimeout(() => {
      this.#at = Number.POSITIVE_INFINITY;
      this.#rounds.request();
    }, ms).unref();
  }

  async #round(): Promise<void> {
    if (this.#stopped) return;
    if ((await advanceWaiting(this.#sql)) > 0) this.#onAdvanced();
    const next = await nextWake(this.#sql);
    const wait = (next?.getTime() ?? Number.POSITIVE_INFINITY) - Date.now();
    this.#plan(Math.min(Math.max(wait, 0), longestMs));
  }
}
