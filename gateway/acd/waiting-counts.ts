import type { Logger } from 'pino';
import { Latest } from '../latest.js';
import type { Announcement, Announcements, Sql } from '../store/index.js';

/** Changes that come close together are one look, milliseconds: hundreds of desks show the number. */
const gatherMs = 500;

/** Events after which others may wait than before, beside those that concern no agent. */
const moving: ReadonlySet<string> = new Set([
  'offered',
  'declined',
  'offer_expired',
  'agent_lost',
  'cancelled',
]);

interface Counts {
  byQueue: ReadonlyMap<string, number>;
  round: Latest;
  timer: NodeJS.Timeout | undefined;
  first: Promise<void>;
  listeners: Set<() => void>;
}

/** How many wait in each queue of the tenants whose desks are open here: one statement for all desks of a tenant. */
export class WaitingCounts {
  readonly #sql: Sql;
  readonly #logger: Logger;
  readonly #tenants = new Map<string, Counts>();
  readonly #endings: (() => void)[];

  constructor(sql: Sql, announcements: Announcements, logger: Logger) {
    this.#sql = sql;
    this.#logger = logger;
    this.#endings = [
      announcements.onEvent(event => this.#heard(event)),
      announcements.onGap(() => {
        for (const counts of this.#tenants.values()) counts.round.request();
      }),
    ];
  }

  stop(): void {
    for (const end of this.#endings.splice(0)) end();
    for (const { timer } of this.#tenants.values()) clearTimeout(timer);
    this.#tenants.clear();
  }

  /** Resolves when the numbers of this tenant have been read once. */
  known(tenantId: string): Promise<void> {
    return this.#counts(tenantId).first;
  }

  /** How many wait in these queues. */
  of(tenantId: string, queueIds: readonly string[]): number {
    const byQueue = this.#tenants.get(tenantId)?.byQueue;
    return queueIds.reduce((sum, id) => sum + (byQueue?.get(id) ?? 0), 0);
  }

  onChange(tenantId: string, listener: () => void): () => void {
    const counts = this.#counts(tenantId);
    counts.listeners.add(listener);
    return () => {
      counts.listeners.delete(listener);
      if (counts.listeners.size > 0) return;
      clearTimeout(counts.timer);
      this.#tenants.delete(tenantId);
    };
  }

  #heard({ type, tenantId, interactionId, userId }: Announcement): void {
    const counts = this.#tenants.get(tenantId);
    if (!counts || !interactionId || (userId !== null && !moving.has(type))) return;
    counts.timer ??= setTimeout(() => {
      counts.timer = undefined;
      counts.round.request();
    }, gatherMs).unref();
  }

  #counts(tenantId: string): Counts {
    const known = this.#tenants.get(tenantId);
    if (known) return known;
    const counts: Counts = {
      byQueue: new Map(),
      round: new Latest(
        () => this.#read(tenantId, counts),
        error => this.#logger.error({ err: error, tenantId }, 'those who wait were not counted'),
      ),
      timer: undefined,
      first: Promise.resolve(),
      listeners: new Set(),
    };
    counts.round.request();
    counts.first = counts.round.settled();
    this.#tenants.set(tenantId, counts);
    return counts;
  }

  async #read(tenantId: string, counts: Counts): Promise<void> {
    const rows = await this.#sql<{ id: string; waiting: number }[]>`
      select queue_id as id, count(*)::int as waiting from interactions
      where tenant_id = ${tenantId} and state = 'waiting' group by queue_id`;
    counts.byQueue = new Map(rows.map(({ id, waiting }) => [id, waiting]));
    for (const listener of counts.listeners) listener();
  }
}
