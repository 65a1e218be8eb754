import type { Locale } from '../errors.js';
import type { Fragment, Sql } from '../store/index.js';
import type { Ending, Position } from './flow/machine.js';
import type { FlowDefinition } from './flow/schema.js';

/** A call that has come in. */
export interface CallEntry {
  id: string;
  tenantId: string;
  /** The number that was dialled, E.164. */
  number: string;
  /** The caller's, E.164; null: withheld. */
  caller: string | null;
  trunk: string;
  flow: string;
  version: number;
}

/** A step that a call has taken. */
export interface StepTaken {
  step: string;
  kind: string;
  result: string;
  /** What was pressed in a menu. */
  keys?: string;
  /** Where it led. */
  to?: string;
}

/** Where in its flow a call is, with what its next steps depend on: all that another gateway needs to go on with it. */
export interface Place extends Position {
  language: Locale;
  /** Keys that were pressed before they were asked for. */
  ahead: string;
}

/** A message that is being left. */
export interface MessageUnderWay {
  id: string;
  /** What the media server knows its recording by. */
  recording: string;
}

/** A call whose gateway is no more. */
export interface LeftCall {
  entry: CallEntry;
  flow: FlowDefinition;
  place: Place;
  path: StepTaken[];
  message: MessageUnderWay | null;
  /** He stands in a queue, or talks with an agent. */
  queued: boolean;
}

/** Writes the call down, if its company has room for one more. */
export async function admitCall(sql: Sql, entry: CallEntry, nodeId: string): Promise<boolean> {
  const { id, tenantId, number, caller, trunk, flow, version } = entry;
  const [row] = await sql<{ taken: boolean }[]>`
    select admit_inbound_call(${id}, ${tenantId}, ${number}, ${caller}, ${trunk}, ${flow}, ${version}, ${nodeId}) as taken`;
  return row?.taken ?? false;
}

/** The call goes into a step: its place, and the way it came. */
export async function enterStep(
  sql: Sql,
  { id, tenantId }: CallEntry,
  place: Place,
  path: readonly StepTaken[],
): Promise<void> {
  await sql`
    update inbound_calls set place = ${sql.json({ ...place })}, path = ${sql.json(path as never)}, message = null,
      answered_at = coalesce(answered_at, clock_timestamp())
    where tenant_id = ${tenantId} and id = ${id}`;
}

/** The caller leaves a message. */
export async function noteMessage(
  sql: Sql,
  { id, tenantId }: CallEntry,
  message: MessageUnderWay,
): Promise<void> {
  await sql`
    update inbound_calls set message = ${sql.json({ ...message })} where tenant_id = ${tenantId} and id = ${id}`;
}

/** What of ours, or of the network, has ended a call that its caller has not ended. */
export type LostCause = 'gateway_lost' | 'engine_lost' | 'line_lost';

/**
 * The call is over, and so is its story.
 * @param cause of one that is lost
 */
export async function endCall(
  sql: Sql,
  { id, tenantId }: CallEntry,
  ending: Ending | 'refused' | 'lost',
  path: readonly StepTaken[],
  cause?: LostCause,
): Promise<void> {
  await sql`
    with ended as (
      update inbound_calls set ended_at = clock_timestamp(), ending = ${ending}, path = ${sql.json(path as never)}
      where tenant_id = ${tenantId} and id = ${id} and ended_at is null returning id, tenant_id, number, path
    )
    insert into events (tenant_id, type, data)
    select tenant_id, 'call_over', jsonb_build_object('call', id, 'number', number, 'ending', ${ending}::text, 'path', path)
      || ${sql.json(cause ? { cause } : {})}::jsonb
    from ended`;
}

/** A call `c` that is under way at a gateway that is no more. */
function leftAlone(sql: Sql): Fragment {
  return sql`c.ended_at is null and not exists (select from nodes n where n.id = c.node_id)`;
}

/** Nobody can go on with call `c`: its line has been taken off the books. */
function withoutLine(sql: Sql): Fragment {
  return sql`not exists (
    select from legs l where l.inbound_call_id = c.id and l.role = 'customer' and l.state = 'answered')`;
}

type LeftRow = CallEntry & Omit<LeftCall, 'entry' | 'flow'> & { definition: FlowDefinition };

function leftColumns(sql: Sql): Fragment {
  return sql`c.id, c.tenant_id as "tenantId", c.number, c.caller, c.trunk, c.flow, c.flow_version as version, c.place, c.path,
    c.message, f.definition, exists (select from interactions i where i.inbound_call_id = c.id and ${standsInQueue(sql)}) as queued`;
}

/** The caller of a call is on the line as interaction `i`. */
function standsInQueue(sql: Sql): Fragment {
  return sql`i.customer_live_since is not null and i.state not in ('wrap_up', 'done')`;
}

function leftCall({ definition: flow, place, path, message, queued, ...entry }: LeftRow): LeftCall {
  return { entry, flow, place, path, message, queued };
}

/**
 * Calls of gateways that are no more are this one's from now on, as far as their flow goes on: not of a caller who has had
 * what he came for in a queue, or is promised a call. Of several nodes that do it at once one gets a given call.
 */
export async function claimLeftCalls(sql: Sql, nodeId: string): Promise<LeftCall[]> {
  const rows = await sql<LeftRow[]>`
    with mine as (
      select c.id as mine_id from inbound_calls c
      where ${leftAlone(sql)} and c.place is not null and not exists (
        select from interactions i where i.inbound_call_id = c.id
          and not (${standsInQueue(sql)} and not exists (select from nodes n where n.id = i.node_id)
            or i.state = 'done' and i.outcome in ('flowed_out', 'queue_timeout')))
      for update of c skip locked
    )
    update inbound_calls c set node_id = ${nodeId} from mine, flows f
    where c.id = mine_id and f.tenant_id = c.tenant_id and f.version = c.flow_version and f.name = c.flow
    returning ${leftColumns(sql)}`;
  return rows.map(leftCall);
}

/** It could not be gone on with: it is over with all others that have no node. */
export async function disownLeftCall(sql: Sql, { id, tenantId }: CallEntry): Promise<void> {
  await sql`update inbound_calls set node_id = null where tenant_id = ${tenantId} and id = ${id} and ended_at is null`;
}

/** Calls that nobody goes on with, and whose caller was leaving a message. */
export async function brokenMessages(sql: Sql): Promise<LeftCall[]> {
  const rows = await sql<LeftRow[]>`
    select ${leftColumns(sql)} from inbound_calls c
    join flows f on f.tenant_id = c.tenant_id and f.version = c.flow_version and f.name = c.flow
    where ${leftAlone(sql)} and c.message is not null and ${withoutLine(sql)}`;
  return rows.map(leftCall);
}

/**
 * Calls of gateways that are no more are over once their line is, except while another gateway goes on with their caller in
 * a queue or a talk: then they are over with that.
 */
export async function endLostCalls(sql: Sql): Promise<number> {
  const rows = await sql`
    with ended as (
      update inbound_calls c set ended_at = clock_timestamp(), ending = case when exists (
        select from events e join interactions i on i.id = e.interaction_id
        where i.inbound_call_id = c.id and e.type = 'bridged') then 'served' else 'lost' end
      where ${leftAlone(sql)} and ${withoutLine(sql)} and not exists (
        select from interactions i join nodes n on n.id = i.node_id
        where i.inbound_call_id = c.id and ${standsInQueue(sql)})
      returning id, tenant_id, number, ending, path
    )
    insert into events (tenant_id, type, data)
    select tenant_id, 'call_over', jsonb_build_object('call', id, 'number', number, 'ending', ending, 'path', path)
      || case when ending = 'lost' then '{"cause": "gateway_lost"}' else '{}' end::jsonb from ended
    returning id`;
  return rows.length;
}

/**
 * Whether a number is a company's own, although nobody answers it.
 * @param tenantId of this company; of any when it is not given
 */
export async function isSomebodys(sql: Sql, number: string, tenantId?: string): Promise<boolean> {
  const rows = await sql`
    select from tenant_numbers
    where number = ${number} and verified_at is not null and tenant_id = coalesce(${tenantId ?? null}::uuid, tenant_id)
    limit 1`;
  return rows.length > 0;
}
