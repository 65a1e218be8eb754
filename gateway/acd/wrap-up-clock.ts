import type { Logger } from 'pino';
import type { Announcements, Sql } from '../store/index.js';
import { finish, type ServedInteraction, wrapUps } from './transitions/index.js';

/** After these an agent has a wrap-up of his part of an interaction that goes on. */
const passedOn: ReadonlySet<string> = new Set([
  'transferred',
  'requeued',
  'forwarded',
  'handed_over',
  'taken_over',
]);

/**
 * Ends wrap-ups whose time has passed. The deadline is in the store; the timers here only make it punctual, and a
 * slow sweep ends those whose timer went with its process.
 */
export class WrapUpClock {
  readonly #sql: Sql;
  readonly #logger: Logger;
  readonly #timers = new Map<string, NodeJS.Timeout>();
  readonly #endings: (() => void)[] = [];

  constructor(sql: Sql, logger: Logger) {
    this.#sql = sql;
    this.#logger = logger;
  }

  start(announcements: Announcements, sweepSeconds = 5): void {
    const sweep = setInterval(() => void this.#sweep(), sweepSeconds * 1000).unref();
    this.#endings.push(
      () => clearInterval(sweep),
      announcements.onEvent(({ type, interactionId }) => {
        if (!interactionId) return;
        if (type === 'finished') this.#forget(interactionId);
        else if (type === 'wrap_up_extended' || passedOn.has(type)) void this.#adopt(interactionId);
      }),
    );
    void this.#sweep();
  }

  stop(): void {
    for (const end of this.#endings.splice(0)) end();
    for (const id of [...this.#timers.keys()]) this.#forget(id);
  }

  /** Ends this wrap-up when its time has passed. */
  schedule(interaction: ServedInteraction): void {
    const { id, wrapUpUntil } = interaction;
    if (!wrapUpUntil) return;
    this.#forget(id);
    const timer = setTimeout(
      () => void this.#finish(interaction),
      Math.max(0, wrapUpUntil.getTime() - Date.now()),
    );
    this.#timers.set(id, timer.unref());
  }

  /** Keeps the time of every wrap-up that runs, whoever began it. */
  async adopt(): Promise<void> {
    for (const interaction of await wrapUps(this.#sql)) this.schedule(interaction);
  }

  async #adopt(id: string): Promise<void> {
    try {
      for (const interaction of await wrapUps(this.#sql, { id })) this.schedule(interaction);
    } catch (error) {
      this.#logger.error({ err: error, interactionId: id }, 'wrap-up not timed here; the sweep ends it');
    }
  }

  #forget(id: string): void {
    clearTimeout(this.#timers.get(id));
    this.#timers.delete(id);
  }

  async #sweep(): Promise<void> {
    try {
      for (const interaction of await wrapUps(this.#sql, { overdue: true })) await this.#finish(interaction);
    } catch (error) {
      this.#logger.error({ err: error }, 'overdue wrap-ups not ended; the next sweep tries again');
    }
  }

  async #finish(interaction: ServedInteraction): Promise<void> {
    this.#forget(interaction.id);
    try {
      await finish(this.#sql, interaction, { overdue: true });
    } catch (error) {
      this.#logger.error(
        { err: error, interactionId: interaction.id },
        'wrap-up not ended; the next sweep tries again',
      );
    }
  }
}
