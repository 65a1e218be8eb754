import { randomUUID } from 'node:crypto';
import type { EndpointStatistics } from '../media/index.js';
import type { Fragment, Sql } from '../store/index.js';
import { browserCallPrefix } from './browser-call.js';
import type { BrowserLine } from './browser-line.js';
import type { LegEntry, LegJournal, LegOutcome } from './leg-journal.js';
import type { LineGrade } from './line-grade.js';

/** Whose leg it is; `third`: a number outside that was consulted, added, or passed on to. */
export type LegRole = 'agent' | 'customer' | 'third' | 'supervisor';

export interface LegParty {
  tenantId: string;
  /** Absent: a caller who has not reached a queue. */
  interactionId?: string;
  /** Of a leg of a call that came in. */
  inboundCallId?: string;
  role: LegRole;
  userId?: string;
  phone?: string;
}

/** An answered leg whose gateway is no more. */
export interface InheritedLeg extends LegParty {
  id: string;
  callId: string;
  endpointId: string;
}

export interface LegView {
  id: string;
  role: LegRole;
  party: string;
  state: 'ringing' | 'answered' | 'ended';
  outcome: LegOutcome | null;
  sipStatus: number | null;
  endedBy: 'us' | 'peer' | null;
  startedAt: Date;
  answeredAt: Date | null;
  endedAt: Date | null;
  /** How it sounds, or did until its end. */
  quality: EndpointStatistics | null;
  /** The same as the browser at its end saw it last. */
  browser: BrowserLine | null;
}

export interface LegEnding {
  outcome: LegOutcome;
  endedBy: 'us' | 'peer';
  sipStatus?: number | undefined;
}

/** The fate of one leg. It is written down behind the call's back; `settled` is what a shutdown waits for. */
export class LegRecord {
  readonly #journal: LegJournal;
  readonly #party: LegParty;
  #entry: LegEntry | undefined;
  #settled: Promise<void> = Promise.resolve();

  constructor(journal: LegJournal, party: LegParty) {
    this.#journal = journal;
    this.#party = party;
  }

  /** Goes on with the record of an answered leg that another gateway began. */
  static of(journal: LegJournal, { id, callId, endpointId, ...party }: InheritedLeg): LegRecord {
    const record = new LegRecord(journal, party);
    // Its moments are in the store already, and stay as they are there.
    record.#entry = { ...freshEntry(party), id, callId, endpointId, state: 'answered' };
    return record;
  }

  get settled(): Promise<void> {
    return this.#settled;
  }

  /** An INVITE is out. A second one (another trunk, another softphone) takes the first one's place. */
  started(callId: string | null, endpointId: string | null = null): void {
    this.#change({ callId, endpointId });
  }

  /** The caller has become this interaction. */
  belongsTo(interactionId: string): void {
    this.#change({ interactionId });
  }

  answered(): void {
    this.#change({ state: 'answered', answeredAt: performance.now() });
  }

  ended({ outcome, endedBy, sipStatus }: LegEnding): void {
    this.#change({
      state: 'ended',
      outcome,
      endedBy,
      sipStatus: sipStatus ?? null,
      endedAt: performance.now(),
    });
  }

  /** What its media has come to. */
  measured(quality: EndpointStatistics): void {
    this.#change({ quality });
  }

  /** By which the store knows it; undefined until the INVITE is out. */
  get id(): string | undefined {
    return this.#entry?.id;
  }

  #change(change: Partial<LegEntry>): void {
    this.#entry ??= freshEntry(this.#party);
    Object.assign(this.#entry, change);
    this.#settled = this.#journal.write(this.#entry);
  }
}

function freshEntry(party: LegParty): LegEntry {
  return {
    ...party,
    id: randomUUID(),
    interactionId: party.interactionId ?? null,
    inboundCallId: party.inboundCallId ?? null,
    userId: party.userId ?? null,
    phone: party.phone ?? null,
    callId: null,
    endpointId: null,
    state: 'ringing',
    outcome: null,
    sipStatus: null,
    endedBy: null,
    startedAt: performance.now(),
    answeredAt: null,
    endedAt: null,
    quality: null,
  };
}

/** The legs of an interaction, oldest first. */
export function legsOf(sql: Sql, tenantId: string, interactionId: string) {
  return sql<LegView[]>`
    select l.id, l.role, coalesce(u.name, l.phone, '') as party, l.state, l.outcome, l.sip_status as "sipStatus",
      l.ended_by as "endedBy", l.started_at as "startedAt", l.answered_at as "answeredAt", l.ended_at as "endedAt", l.quality, l.browser
    from legs l left join users u on u.tenant_id = l.tenant_id and u.id = l.user_id
    where l.tenant_id = ${tenantId} and l.interaction_id = ${interactionId} order by l.started_at, l.id limit 200`;
}

/** A line of a talk as it is now. */
export interface LineView {
  role: LegRole;
  grade: LineGrade | null;
  quality: EndpointStatistics | null;
  browser: BrowserLine | null;
}

/** The lines of an interaction `i` that are up: as JSON. */
export function linesUp(sql: Sql): Fragment {
  return sql`coalesce((
    select json_agg(json_build_object('role', l.role, 'grade', l.grade, 'quality', l.quality,
      'browser', l.browser) order by l.started_at)
    from legs l where l.tenant_id = i.tenant_id and l.interaction_id = i.id and l.state = 'answered'), '[]')`;
}

/** What is left of a leg: its dialog and its endpoint, as far as it had them. */
export interface LegRemains {
  callId: string | null;
  endpointId: string | null;
}

/**
 * Takes every leg that no living node carries off the books and says what is left of it. Of several nodes that do it at
 * once one gets a given leg.
 */
export async function closeOrphanLegs(sql: Sql): Promise<LegRemains[]> {
  return await sql<LegRemains[]>`
    with closed as (
      update legs set state = 'ended', outcome = 'lost', ended_by = 'us', ended_at = clock_timestamp()
      where state <> 'ended' and not exists (select from nodes n where n.id = legs.node_id)
      returning call_id, endpoint_id
    ), browsers as (
      update browser_calls c set ended_at = clock_timestamp() from closed
      where c.ended_at is null and closed.call_id = ${browserCallPrefix} || c.id
    )
    select call_id as "callId", endpoint_id as "endpointId" from closed`;
}

/**
 * The answered legs of these interactions, or of these calls that came in, that no living node carries are this node's from
 * now on, so that no other one closes them.
 */
export async function claimLegs(
  sql: Sql,
  of: { interactions: readonly string[] } | { inboundCalls: readonly string[] },
  nodeId: string,
): Promise<InheritedLeg[]> {
  const [column, ids] =
    'interactions' in of ? [sql`interaction_id`, of.interactions] : [sql`inbound_call_id`, of.inboundCalls];
  return await sql<InheritedLeg[]>`
    update legs l set node_id = ${nodeId}
    where l.${column} = any(${[...ids]}::text[]::uuid[]) and l.state = 'answered'
      and call_id is not null and endpoint_id is not null
      and not exists (select from nodes n where n.id = l.node_id)
    returning id, tenant_id as "tenantId", interaction_id as "interactionId", inbound_call_id as "inboundCallId", role, user_id as "userId", phone,
      call_id as "callId", endpoint_id as "endpointId"`;
}

/** Legs that could not be gone on with have no node any more: they are closed with all others of that kind. */
export async function disownLegs(sql: Sql, ids: readonly string[]): Promise<void> {
  await sql`update legs set node_id = null where id = any(${[...ids]}::text[]::uuid[]) and state <> 'ended'`;
}
