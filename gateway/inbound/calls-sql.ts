import type { Sql } from '../store/index.js';
import type { Ending } from './flow/machine.js';

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

/** Writes the call down, if its company has room for one more. */
export async function admitCall(sql: Sql, entry: CallEntry, nodeId: string): Promise<boolean> {
  const { id, tenantId, number, caller, trunk, flow, version } = entry;
  const [row] = await sql<{ taken: boolean }[]>`
    select admit_inbound_call(${id}, ${tenantId}, ${number}, ${caller}, ${trunk}, ${flow}, ${version}, ${nodeId}) as taken`;
  return row?.taken ?? false;
}

export async function noteAnswered(sql: Sql, { id, tenantId }: CallEntry): Promise<void> {
  await sql`update inbound_calls set answered_at = clock_timestamp() where tenant_id = ${tenantId} and id = ${id}`;
}

export async function notePath(
  sql: Sql,
  { id, tenantId }: CallEntry,
  path: readonly StepTaken[],
): Promise<void> {
  await sql`
    update inbound_calls set path = ${sql.json(path as never)} where tenant_id = ${tenantId} and id = ${id}`;
}

/** The call is over, and so is its story. */
export async function endCall(
  sql: Sql,
  { id, tenantId }: CallEntry,
  ending: Ending | 'refused' | 'lost',
  path: readonly StepTaken[],
): Promise<void> {
  await sql`
    with ended as (
      update inbound_calls set ended_at = clock_timestamp(), ending = ${ending}, path = ${sql.json(path as never)}
      where tenant_id = ${tenantId} and id = ${id} and ended_at is null returning id, tenant_id, number, path
    )
    insert into events (tenant_id, type, data)
    select tenant_id, 'call_over', jsonb_build_object('call', id, 'number', number, 'ending', ${ending}::text, 'path', path)
    from ended`;
}

/**
 * Calls of gateways that are no more are over, except while another one goes on with their caller in a queue or a talk:
 * then they are over with that.
 */
export async function endLostCalls(sql: Sql): Promise<number> {
  const rows = await sql`
    with ended as (
      update inbound_calls c set ended_at = clock_timestamp(), ending = case when exists (
        select from events e join interactions i on i.id = e.interaction_id
        where i.inbound_call_id = c.id and e.type = 'bridged') then 'served' else 'lost' end
      where ended_at is null and not exists (select from nodes n where n.id = c.node_id) and not exists (
        select from interactions i join nodes n on n.id = i.node_id
        where i.inbound_call_id = c.id and i.customer_live_since is not null and i.state not in ('wrap_up', 'done'))
      returning id, tenant_id, number, ending, path
    )
    insert into events (tenant_id, type, data)
    select tenant_id, 'call_over', jsonb_build_object('call', id, 'number', number, 'ending', ending, 'path', path) from ended
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
