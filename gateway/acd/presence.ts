import type { Logger } from 'pino';
import type { Sql } from '../store/index.js';
import { setIntent } from './agents.js';

export interface Person {
  tenantId: string;
  userId: string;
}

/**
 * Who has a desktop open. An agent whose last desktop has been gone for the grace time is not there, whatever he
 * said before: he goes offline and gets no offer.
 */
export class Presence {
  readonly #sql: Sql;
  readonly #logger: Logger;
  readonly #graceMs: number;
  readonly #desktops = new Map<string, number>();
  readonly #leaving = new Map<string, NodeJS.Timeout>();

  constructor(sql: Sql, logger: Logger, graceMs = 10_000) {
    this.#sql = sql;
    this.#logger = logger;
    this.#graceMs = graceMs;
  }

  /** A desktop is there; the returned function says that it is gone. */
  arrive(person: Person): () => void {
    const { userId } = person;
    clearTimeout(this.#leaving.get(userId));
    this.#leaving.delete(userId);
    this.#desktops.set(userId, (this.#desktops.get(userId) ?? 0) + 1);
    let here = true;
    return () => {
      if (!here) return;
      here = false;
      const left = (this.#desktops.get(userId) ?? 1) - 1;
      if (left > 0) this.#desktops.set(userId, left);
      else {
        this.#desktops.delete(userId);
        const timer = setTimeout(() => void this.#leave(person), this.#graceMs);
        this.#leaving.set(userId, timer.unref());
      }
    };
  }

  stop(): void {
    for (const timer of this.#leaving.values()) clearTimeout(timer);
    this.#leaving.clear();
  }

  async #leave(person: Person): Promise<void> {
    this.#leaving.delete(person.userId);
    try {
      await setIntent(this.#sql, person, 'offline', 'desktop_closed');
    } catch (error) {
      this.#logger.error(
        { err: error, userId: person.userId },
        'agent not set offline after the desktop closed',
      );
    }
  }
}
