import type { Logger } from 'pino';
import { Latest } from '../latest.js';
import type { Announcement, Announcements, NodeLease, Sql } from '../store/index.js';
import { offerNext } from './matching.js';
import type { ServedInteraction } from './transitions.js';

/** Events after which somebody waits, or somebody is free, who was not before. */
const awaken: ReadonlySet<string> = new Set([
  'requested',
  'due',
  'called_now',
  'retry_scheduled',
  'held',
  'agent_intent',
  'softphone_registered',
  'declined',
  'offer_expired',
  'agent_lost',
  'cancelled',
  'finished',
]);

/**
 * Whoever made a match possible looks for it at once; the other gateways have so long, milliseconds, and find nothing
 * unless that one died in between.
 */
const othersMs = 250;

/** While more and more wait, so many pairs are looked for at the same time. */
const mostAtOnce = 4;

export interface MatcherOptions {
  sql: Sql;
  announcements: Announcements;
  logger: Logger;
  lease: NodeLease;
  /** Serves an offer that was made here. */
  onOffer: (offer: ServedInteraction) => void;
  /** For how long an agent who declined is not asked again for the same interaction. */
  declineRestSeconds?: number;
  /** Look again without being told: the safety net below the notices, and what ends a decline's rest. */
  pollSeconds?: number;
}

/**
 * Brings waiting interactions and free agents together as soon as there are both. One statement decides; this only
 * knows when to ask it: at every event that may have made a pair, and slowly besides.
 */
export class Matcher {
  readonly #options: MatcherOptions;
  readonly #rounds: Latest;
  readonly #endings: (() => void)[] = [];
  #late: NodeJS.Timeout | undefined;
  #stopped = false;

  constructor(options: MatcherOptions) {
    this.#options = options;
    // The next event or the poll asks again; a database that is away is told by /readyz.
    this.#rounds = new Latest(
      () => this.#match(),
      error => options.logger.error({ err: error }, 'matching failed'),
    );
  }

  start(): void {
    const { announcements, pollSeconds = 5 } = this.#options;
    const poll = setInterval(() => this.#rounds.request(), pollSeconds * 1000).unref();
    this.#endings.push(
      () => clearInterval(poll),
      announcements.onEvent(event => {
        if (awaken.has(event.type)) this.#awake(event);
      }),
      announcements.onGap(() => this.#rounds.request()),
    );
    this.#rounds.request();
  }

  /** Resolves when no statement of this matcher is under way any more. */
  async stop(): Promise<void> {
    this.#stopped = true;
    for (const end of this.#endings.splice(0)) end();
    clearTimeout(this.#late);
    await this.#rounds.settled();
  }

  #awake({ by }: Announcement): void {
    if (!this.#options.lease.isOther(by)) this.#rounds.request();
    else
      this.#late ??= setTimeout(() => {
        this.#late = undefined;
        this.#rounds.request();
      }, othersMs).unref();
  }

  async #match(): Promise<void> {
    const { sql, lease, onOffer, declineRestSeconds = 30 } = this.#options;
    for (let width = 1; !this.#stopped; width = Math.min(width * 2, mostAtOnce)) {
      const tries = await Promise.allSettled(
        Array.from({ length: width }, async () => {
          const offer = await offerNext(sql, { nodeId: lease.id, declineRestSeconds });
          if (offer) onOffer(offer);
          return offer;
        }),
      );
      for (const outcome of tries) {
        if (outcome.status === 'rejected') throw outcome.reason;
        // Whoever asks from now on is an event, and that asks for another round.
        if (!outcome.value?.othersWait) return;
      }
    }
  }
}
