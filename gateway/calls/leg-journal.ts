import { setTimeout as delay } from 'node:timers/promises';
import type { Logger } from 'pino';
import type { EndpointStatistics } from '../media/index.js';
import { type Sql, untilTaken } from '../store/index.js';
import type { CallOutcome } from '../telephony/index.js';

export type LegOutcome = CallOutcome | 'answered' | 'lost';

/** One leg as it stands. Moments are `performance.now()`. */
export interface LegEntry {
  readonly id: string;
  readonly tenantId: string;
  /** Null: a caller who has not reached a queue. */
  interactionId: string | null;
  readonly inboundCallId: string | null;
  readonly role: 'agent' | 'customer' | 'third' | 'supervisor';
  readonly userId: string | null;
  readonly phone: string | null;
  callId: string | null;
  /** The name of its media endpoint, by which a later gateway finds it. */
  endpointId: string | null;
  state: 'ringing' | 'answered' | 'ended';
  outcome: LegOutcome | null;
  sipStatus: number | null;
  endedBy: 'us' | 'peer' | null;
  startedAt: number;
  answeredAt: number | null;
  endedAt: number | null;
  /** What its media has come to, once it is over. */
  quality: EndpointStatistics | null;
}

/** What has changed within so many milliseconds is written together. */
const gatherMs = 10;

/**
 * Writes the fates of legs down, in the background: audio does not wait for a disk. Changes that come close together
 * are one statement, however many legs they are of; of several changes of one leg the store sees the last.
 */
export class LegJournal {
  readonly #sql: Sql;
  readonly #logger: Logger;
  readonly #nodeId: string;
  readonly #changed = new Map<string, LegEntry>();
  /** Resolves when what is in `#changed` now is stored. */
  #next: Promise<void> | undefined;
  #current: Promise<void> = Promise.resolve();

  /** @param nodeId the node that carries the legs */
  constructor(sql: Sql, logger: Logger, nodeId: string) {
    this.#nodeId = nodeId;
    this.#sql = sql;
    this.#logger = logger;
  }

  /** Resolves when the entry, as it is now or later, is stored, or could not be and the log says so. */
  write(entry: LegEntry): Promise<void> {
    this.#changed.set(entry.id, entry);
    this.#next ??= this.#gather(this.#current);
    return this.#next;
  }

  async #gather(before: Promise<void>): Promise<void> {
    await Promise.all([before, delay(gatherMs)]);
    const entries = [...this.#changed.values()];
    this.#changed.clear();
    this.#current = this.#next ?? this.#current;
    this.#next = undefined;
    await this.#store(entries);
  }

  /** A row that is refused must not take the others with it. */
  async #store(entries: LegEntry[]): Promise<void> {
    try {
      await untilTaken(() => upsert(this.#sql, entries, this.#nodeId));
      const measured = entries.filter(({ quality }) => quality !== null);
      if (measured.length > 0) await untilTaken(() => storeQuality(this.#sql, measured));
    } catch (error) {
      if (entries.length > 1) {
        for (const entry of entries) await this.#store([entry]);
        return;
      }
      const [entry] = entries;
      this.#logger.error(
        { err: error, legId: entry?.id, interactionId: entry?.interactionId },
        'leg not recorded',
      );
    }
  }
}

/** Stores the legs as they are. One that has ended stays as it ended. The clock is the database's, as for all else. */
async function upsert(sql: Sql, entries: readonly LegEntry[], nodeId: string): Promise<void> {
  const now = performance.now();
  const ago = (moment: number | null) => (moment === null ? null : (now - moment) / 1000);
  const rows = entries.map(({ startedAt, answeredAt, endedAt, quality: _, ...entry }) => ({
    ...entry,
    started: ago(startedAt),
    answered: ago(answeredAt),
    ended: ago(endedAt),
  }));
  await sql`
    insert into legs (id, tenant_id, interaction_id, inbound_call_id, role, user_id, phone, call_id, endpoint_id, state, outcome,
      sip_status, ended_by, started_at, answered_at, ended_at, node_id)
    select id, "tenantId", "interactionId", "inboundCallId", role, "userId", phone, "callId", "endpointId", state, outcome,
      "sipStatus", "endedBy", now() - make_interval(secs => started), now() - make_interval(secs => answered),
      now() - make_interval(secs => ended), ${nodeId}::uuid
    from jsonb_to_recordset(${sql.json(rows)}) as entry (
      id uuid, "tenantId" uuid, "interactionId" uuid, "inboundCallId" uuid, role text, "userId" uuid, phone text, "callId" text,
      "endpointId" text, state text, outcome text, "sipStatus" int, "endedBy" text, started float8, answered float8, ended float8)
    on conflict (id) do update set interaction_id = excluded.interaction_id, call_id = excluded.call_id,
      endpoint_id = excluded.endpoint_id, state = excluded.state, outcome = excluded.outcome,
      sip_status = excluded.sip_status, ended_by = excluded.ended_by,
      answered_at = coalesce(legs.answered_at, excluded.answered_at), ended_at = excluded.ended_at
    where legs.state <> 'ended'`;
}

/** The last figures of lines, which come after their end. */
async function storeQuality(sql: Sql, entries: readonly LegEntry[]): Promise<void> {
  const rows = entries.map(({ id, quality }) => ({ id, quality: { ...quality } }));
  await sql`
    update legs l set quality = n.quality from jsonb_to_recordset(${sql.json(rows)}) as n (id uuid, quality jsonb)
    where l.id = n.id`;
}
