import type { Logger } from 'pino';
import { Latest } from '../latest.js';
import type { Announcements, Sql } from '../store/index.js';
import { enterDue, untilNextDue } from './schedule.js';

/** Events after which another one may be the next that is due. */
const planned: ReadonlySet<string> = new Set(['requested', 'rescheduled', 'retry_scheduled']);

/** Longer is nothing to a timer of Node's, which would fire at once. */
const longestTimerMs = 3_600_000;

/**
 * Lets callbacks enter their queue when their time has come. The time is in the store; the one timer here, for the
 * next of them, only makes it punctual, and a slow look finds what a timer has missed.
 */
export class DueClock {
  readonly #sql: Sql;
  readonly #rounds: Latest;
  readonly #endings: (() => void)[] = [];
  #timer: NodeJS.Timeout | undefined;

  constructor(sql: Sql, logger: Logger) {
    this.#sql = sql;
    this.#rounds = new Latest(
      () => this.#round(),
      error => logger.error({ err: error }, 'due callbacks not looked for; the next look finds them'),
    );
  }

  start(announcements: Announcements, sweepSeconds = 5): void {
    const look = () => this.#rounds.request();
    const sweep = setInterval(look, sweepSeconds * 1000).unref();
    this.#endings.push(
      () => clearInterval(sweep),
      announcements.onEvent(({ type }) => {
        if (planned.has(type)) look();
      }),
      announcements.onGap(look),
    );
    look();
  }

  async stop(): Promise<void> {
    for (const end of this.#endings.splice(0)) end();
    await this.#rounds.settled();
    clearTimeout(this.#timer);
  }

  async #round(): Promise<void> {
    while ((await enterDue(this.#sql)) > 0);
    const ms = await untilNextDue(this.#sql);
    clearTimeout(this.#timer);
    if (ms === undefined || this.#endings.length === 0) return;
    this.#timer = setTimeout(() => this.#rounds.request(), Math.min(Math.max(1, ms), longestTimerMs)).unref();
  }
}
