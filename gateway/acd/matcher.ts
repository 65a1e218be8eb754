import type { Logger } from 'pino';
import { Latest } from '../latest.js';
import { Alarm, type Announcement, type Announcements, type NodeLease, type Sql } from '../store/index.js';
import { offerWaiting } from './matching.js';
import type { ReservedInteraction } from './prober.js';

/** Events after which somebody waits, or somebody is free, who was not before. */
export const awaken: ReadonlySet<string> = new Set([
  'requested',
  'due',
  'called_now',
  'retry_scheduled',
  'held',
  'agent_intent',
  'softphone_registered',
  'desktop_opened',
  'declined',
  'offer_expired',
  'offer_taken',
  'dropped_out',
  'agent_lost',
  'agent_gone',
  'customer_left',
  'customer_lost',
  'cut_off',
  'cancelled',
  'given_up',
  'overflowed',
  'moved',
  'queue_opened',
  'finished',
  'administered',
  'requeued',
  'recall_failed',
  'consult_asked',
  'consult_over',
  'call_over',
]);

/**
 * Whoever made a match possible looks for it at once; the other gateways have so long, milliseconds, and find nothing
 * unless that one died in between.
 */
const othersMs = 250;

/** Pairs that are made in one statement: they are seen together, so the first waits for the last. */
const mostAtOnce = 8;

/** Another gateway's match held what would have done: it is done with it by then, milliseconds. */
const contendedMs = 15;

/** While an engine is away it is looked so often, in memory, whether it is back, milliseconds. */
const engineAwayMs = 250;

export interface MatcherOptions {
  sql: Sql;
  announcements: Announcements;
  logger: Logger;
  lease: NodeLease;
  /** Takes an offer that was made here. */
  onOffer: (offer: ReservedInteraction) => void;
  /** Whether anybody could be rung from here. */
  canRing: () => boolean;
  /** Look again without being told: the safety net below the notices. */
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
  readonly #again = new Alarm(() => this.#rounds.request());
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
    await this.#rounds.settled();
    this.#again.clear();
  }

  /** Something that no event tells of may have made a pair. */
  request(): void {
    this.#rounds.request();
  }

  #awake({ by }: Announcement): void {
    if (this.#options.lease.isOther(by)) this.#again.within(othersMs);
    else this.#rounds.request();
  }

  async #match(): Promise<void> {
    const { sql, lease, onOffer, canRing } = this.#options;
    while (!this.#stopped) {
      // An offer that nobody can be rung for only goes from agent to agent.
      if (!canRing()) {
        this.#again.within(engineAwayMs);
        return;
      }
      const { offers, contended } = await offerWaiting(sql, lease.id, mostAtOnce);
      for (const offer of offers) onOffer(offer);
      if (contended) this.#again.within(contendedMs);
      if (offers.length < mostAtOnce) return;
    }
  }
}
