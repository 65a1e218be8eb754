import { type Fragment, type Sql, type StepKey, unlessTaken } from '../store/index.js';
import { type PartyEvent, type PartyState, partyStatesBefore } from './party-states.js';

export type PartyKind = 'agent' | 'queue' | 'number' | 'supervisor';
export type MonitoringRole = 'listen' | 'whisper' | 'barge';
export type PartyRole = 'consult' | 'third' | MonitoringRole;

/** Somebody in a talk beside its agent and its customer. */
export interface Party {
  id: string;
  tenantId: string;
  interactionId: string;
  kind: PartyKind;
  userId: string | null;
  queueId: string | null;
  phone: string | null;
  /** The colleague's own piece of work. */
  partId: string | null;
  role: PartyRole;
  state: PartyState;
  reason: string | null;
}

export interface PartyRef {
  id: string;
  tenantId: string;
  /** Where a step is repeated whose answer was lost (`takeStep`). */
  step?: StepKey;
}

/** What is written to the history of a talk about one of its parties. */
function told(
  sql: Sql,
  from: Fragment,
  event: PartyEvent | 'party_asked',
  key: string | null = null,
): Fragment {
  return sql`
    insert into events (tenant_id, type, interaction_id, queue_id, user_id, step_key, data)
    select p.tenant_id, ${event}, p.interaction_id, i.queue_id, i.agent_id, ${key}::uuid, jsonb_strip_nulls(jsonb_build_object(
      'party', p.id, 'kind', p.kind, 'role', p.role, 'user', p.user_id, 'phone', p.phone, 'reason', p.reason,
      'askedBy', p.asked_by))
    from ${from} p join interactions i on i.id = p.interaction_id`;
}

function columns(sql: Sql): Fragment {
  return sql`id, tenant_id as "tenantId", interaction_id as "interactionId", kind, user_id as "userId",
    queue_id as "queueId", phone, part_id as "partId", role, state, reason`;
}

interface PartyMove {
  event: PartyEvent;
  set: Fragment;
  /** A further condition on the party. */
  only?: Fragment;
}

function move(sql: Sql, ref: PartyRef, step: PartyMove): Promise<Party | undefined> {
  return unlessTaken(
    ref.step,
    key => movedBefore(sql, ref, key),
    () => takeMove(sql, ref, step),
  );
}

async function movedBefore(sql: Sql, { id, tenantId }: PartyRef, key: string): Promise<Party | undefined> {
  const [row] = await sql<Party[]>`
    select ${columns(sql)} from call_parties p where tenant_id = ${tenantId} and id = ${id}
      and exists (select from events e where e.tenant_id = p.tenant_id and e.interaction_id = p.interaction_id
        and e.step_key = ${key})`;
  return row;
}

async function takeMove(
  sql: Sql,
  { id, tenantId, step }: PartyRef,
  { event, set, only = sql`` }: PartyMove,
): Promise<Party | undefined> {
  const [row] = await sql<Party[]>`
    with moved as (
      update call_parties set ${set}
      where tenant_id = ${tenantId} and id = ${id} and state in ${sql(partyStatesBefore(event))} ${only}
      returning *
    ), logged as (${told(sql, sql`moved`, event, step?.key)})
    select ${columns(sql)} from moved`;
  return row;
}

/** He is being called. */
export function partyRings(sql: Sql, ref: PartyRef) {
  return move(sql, ref, { event: 'party_rings', set: sql`state = 'ringing'` });
}

/** He answered, and talks with the agent alone. */
export function partyAnswers(sql: Sql, ref: PartyRef, userId: string | null = null) {
  return move(sql, ref, {
    event: 'party_answered',
    set: sql`state = 'consulting', answered_at = clock_timestamp(), user_id = coalesce(${userId}::uuid, user_id)`,
  });
}

/** He is in the talk: answered into it, or let into it. */
export function partyJoins(sql: Sql, ref: PartyRef, userId: string | null = null) {
  return move(sql, ref, {
    event: 'party_joined',
    set: sql`state = 'joined', answered_at = coalesce(answered_at, clock_timestamp()), joined_at = clock_timestamp(),
      user_id = coalesce(${userId}::uuid, user_id)`,
  });
}

/** A supervisor does something else to the talk from now on. */
export function changeRole(sql: Sql, ref: PartyRef, role: MonitoringRole) {
  return move(sql, ref, {
    event: 'party_role',
    set: sql`role = ${role}`,
    only: sql`and kind = 'supervisor' and role <> ${role}`,
  });
}

/** He is no longer in the talk, or does not come into it. */
export function partyLeaves(sql: Sql, ref: PartyRef, reason: string) {
  return move(sql, ref, {
    event: 'party_left',
    set: sql`state = 'left', left_at = clock_timestamp(), reason = ${reason}`,
  });
}

/** Everybody leaves a talk that is over. */
export async function allLeave(sql: Sql, ref: PartyRef, reason: string): Promise<void> {
  await sql`
    with moved as (
      update call_parties set state = 'left', left_at = clock_timestamp(), reason = ${reason}
      where tenant_id = ${ref.tenantId} and interaction_id = ${ref.id} and state <> 'left' returning *
    ), logged as (${told(sql, sql`moved`, 'party_left')})
    select from moved`;
}

/** Those who are in a talk, or are to be. */
export function partiesOf(sql: Sql, { id, tenantId }: PartyRef) {
  return sql<Party[]>`
    select ${columns(sql)} from call_parties
    where tenant_id = ${tenantId} and interaction_id = ${id} and state <> 'left' order by asked_at`;
}

/** The talk that a supervisor is in, or about to be. */
export async function partyOfSupervisor(
  sql: Sql,
  { tenantId, userId }: { tenantId: string; userId: string },
): Promise<Party | undefined> {
  const [row] = await sql<Party[]>`
    select ${columns(sql)} from call_parties
    where tenant_id = ${tenantId} and user_id = ${userId} and kind = 'supervisor' and state <> 'left'`;
  return row;
}

export async function findParty(sql: Sql, { id, tenantId }: PartyRef): Promise<Party | undefined> {
  const [row] = await sql<Party[]>`
    select ${columns(sql)} from call_parties where tenant_id = ${tenantId} and id = ${id}`;
  return row;
}

export interface AskedParty {
  tenantId: string;
  interactionId: string;
  kind: PartyKind;
  userId?: string | null;
  queueId?: string | null;
  phone?: string | null;
  partId?: string | null;
  role: PartyRole;
  askedBy: string;
  nodeId: string | null;
}

/** Somebody is asked into a talk. Of two that would talk with the agent alone at once, one is refused by the index. */
export async function askParty(sql: Sql, asked: AskedParty): Promise<Party> {
  const [row] = await sql<Party[]>`
    with asked as (
      insert into call_parties (tenant_id, interaction_id, kind, user_id, queue_id, phone, part_id, role, asked_by, node_id)
      values (${asked.tenantId}, ${asked.interactionId}, ${asked.kind}, ${asked.userId ?? null}, ${asked.queueId ?? null},
        ${asked.phone ?? null}, ${asked.partId ?? null}, ${asked.role}, ${asked.askedBy}, ${asked.nodeId})
      returning *
    ), logged as (${told(sql, sql`asked`, 'party_asked')})
    select ${columns(sql)} from asked`;
  if (!row) throw new Error('the party was not stored');
  return row;
}

/** Takes the parties of talks that no living node carries off the books. */
export async function closeOrphanParties(sql: Sql): Promise<void> {
  await sql`
    with moved as (
      update call_parties p set state = 'left', left_at = clock_timestamp(), reason = 'gateway_lost'
      where p.state <> 'left' and not exists (select from nodes n where n.id = p.node_id) returning p.*
    ), logged as (${told(sql, sql`moved`, 'party_left')})
    select from moved`;
}
