import type { Logger } from 'pino';
import { type Announcements, type Sql, StoreClock } from '../store/index.js';
import { tellOpenings, untilNextTurn, workOutOpenings } from './queue-hours.js';
import { overflow, reachLimits, untilNextLimit } from './queue-limits.js';

/** Hours and holidays that were changed by nobody who tells are seen within so long, milliseconds. */
const calendarMs = 30_000;

/** Events after which somebody may have waited long enough, or stand behind too many. */
const planning: ReadonlySet<string> = new Set(
  'requested due called_now declined offer_expired agent_lost agent_gone customer_released cut_off overflowed queue_opened administered'.split(
    ' ',
  ),
);

/** Keeps the hours and the limits of the queues: opens and closes them, and moves on who has waited too long. */
export class QueueClock {
  readonly #sql: Sql;
  readonly #clock: StoreClock;
  readonly #endings: (() => void)[] = [];
  #calendarReadAt = 0;

  constructor(sql: Sql, logger: Logger) {
    this.#sql = sql;
    const complaint = 'the rules of the queues were not applied; the next look tries again';
    this.#clock = new StoreClock({ planning, complaint, look: () => this.#look() }, logger);
  }

  /** Resolves when it is known which queues are open. */
  async start(announcements: Announcements): Promise<void> {
    await this.#openAndClose();
    this.#endings.push(
      announcements.onEvent(({ type }) => {
        if (type === 'administered') this.#calendarReadAt = 0;
      }),
    );
    this.#clock.start(announcements);
  }

  async stop(): Promise<void> {
    for (const end of this.#endings.splice(0)) end();
    await this.#clock.stop();
  }

  async #openAndClose(): Promise<void> {
    const all = Date.now() - this.#calendarReadAt >= calendarMs;
    if (all) this.#calendarReadAt = Date.now();
    await workOutOpenings(this.#sql, { all });
    await tellOpenings(this.#sql);
  }

  async #look(): Promise<number | undefined> {
    await this.#openAndClose();
    while ((await overflow(this.#sql)) + (await reachLimits(this.#sql)) > 0);
    const [turn, limit] = await Promise.all([untilNextTurn(this.#sql), untilNextLimit(this.#sql)]);
    return turn === undefined || limit === undefined ? (turn ?? limit) : Math.min(turn, limit);
  }
}
