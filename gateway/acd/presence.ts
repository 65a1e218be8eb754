import type { Logger } from 'pino';
import { type Sql, untilTaken } from '../store/index.js';
import {
  type Desktop,
  desktopAnswered,
  desktopSilent,
  dismissLost,
  loseDesktop,
  loseOrphanDesktops,
  openDesktop,
  type Person,
  renewOrphanGrace,
} from './desktops.js';

export type { Person };

/** How long an agent may be without a desktop before he is offline: a page is loaded again, a network changes. */
const graceMs = 10_000;

/** The safety net: what a gateway that died has left is looked for so often, milliseconds. */
const sweepMs = 5_000;

/** A desktop at this gateway. */
export interface PresentDesktop {
  /** Its page has answered, and is seen or not. */
  answered(visible: boolean): void;
  /** Its page has not answered although it was asked. */
  silent(): void;
  /** Its socket is gone. */
  left(): void;
}

/**
 * Who has a desktop open, at whichever gateway: kept in the store. An agent whose last desktop has been gone for the
 * grace time is not there and goes offline; one whose page does not answer is unreachable.
 */
export class Presence {
  readonly #sql: Sql;
  readonly #logger: Logger;
  readonly #nodeId: string;
  readonly #leaving = new Set<NodeJS.Timeout>();
  #sweep: NodeJS.Timeout | undefined;

  constructor(sql: Sql, logger: Logger, nodeId: string) {
    this.#sql = sql;
    this.#logger = logger;
    this.#nodeId = nodeId;
  }

  /** Desktops can be opened here from now on: whose gateway has died has the grace time to come, however long we took. */
  start(): void {
    const sql = this.#sql;
    this.#write(() => renewOrphanGrace(sql));
    this.#sweep = setInterval(() => {
      this.#write(async () => {
        await loseOrphanDesktops(sql);
        await dismissLost(sql, graceMs / 1000);
      });
    }, sweepMs).unref();
  }

  /** @returns the desktop, when the store knows it: from then on its agent is asked before he is rung */
  async arrive(person: Person): Promise<PresentDesktop> {
    const desktop: Desktop = { ...person, id: crypto.randomUUID() };
    await openDesktop(this.#sql, desktop, this.#nodeId);
    let said: boolean | undefined;
    return {
      answered: visible => {
        if (said === visible) return;
        said = visible;
        this.#write(() => desktopAnswered(this.#sql, desktop, visible));
      },
      silent: () => {
        said = undefined;
        this.#write(() => desktopSilent(this.#sql, desktop));
      },
      left: () => {
        this.#write(() => loseDesktop(this.#sql, desktop));
        const timer = setTimeout(() => {
          this.#leaving.delete(timer);
          this.#write(() => dismissLost(this.#sql, graceMs / 1000));
        }, graceMs + 50).unref();
        this.#leaving.add(timer);
      },
    };
  }

  stop(): void {
    clearInterval(this.#sweep);
    for (const timer of this.#leaving) clearTimeout(timer);
    this.#leaving.clear();
  }

  #write(statement: () => Promise<void>): void {
    untilTaken(statement).catch(error => this.#logger.error({ err: error }, 'presence not stored'));
  }
}
