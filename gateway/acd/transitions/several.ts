/** Steps of an offer to several agents at once (simultaneous ring), as long as none of them has it. */
import { type Sql, unlessTaken } from '../../store/index.js';
import { leaving } from '../states.js';
import {
  type AgentEffect,
  agentEffect,
  type InteractionRef,
  type ServedInteraction,
  servedColumns,
  takenBefore,
} from './move.js';

/**
 * The first who takes it has it: one owner, whoever else tries at the same moment, because the row is locked before it is
 * looked at. The offers of the others end with it; they are free, and nothing is counted against them.
 * @returns undefined when it was not offered to several, to him among them
 */
export function takeOffer(sql: Sql, ref: InteractionRef, by: string): Promise<ServedInteraction | undefined> {
  return unlessTaken(
    ref.step,
    key => takenBefore(sql, ref, key),
    () => takeFirst(sql, ref, by),
  );
}

async function takeFirst(
  sql: Sql,
  { id, tenantId, step }: InteractionRef,
  by: string,
): Promise<ServedInteraction | undefined> {
  const key = step?.key ?? null;
  const [row] = await sql<ServedInteraction[]>`
    with before as (
      select id, offered_to from interactions
      where tenant_id = ${tenantId} and id = ${id} and state in ${sql(leaving('accepted', 'accepted'))}
        and ${by} = any(offered_to)
      for update
    ), taken as (
      update interactions i set state = 'accepted', agent_id = ${by}, accepted_at = clock_timestamp(),
        proven_at = clock_timestamp(), offered_to = null, offered_present = null
      from before where i.id = before.id returning i.*, before.offered_to as asked
    ), engaged as (
      update agents a set interaction_id = case when a.user_id = ${by} then a.interaction_id end,
        state_since = clock_timestamp()
      from taken where a.tenant_id = taken.tenant_id and a.user_id = any(taken.asked) and a.interaction_id = taken.id
    ), logged as (
      insert into events (tenant_id, type, interaction_id, queue_id, user_id, step_key, data)
      select tenant_id, 'accepted', id, queue_id, agent_id, ${key}::uuid, '{}'::jsonb from taken
      union all
      select tenant_id, 'offer_taken', id, queue_id, other, ${key}::uuid, jsonb_build_object('by', agent_id)
      from taken, unnest(asked) other where other <> agent_id
    )
    select ${servedColumns(sql)} from taken`;
  return row;
}

export interface DropOut {
  /** Why he is not asked any more. */
  reason: string;
  agent: Extract<AgentEffect, 'release' | 'pause' | 'unreachable'>;
  /** Others are asked before he is asked again. */
  passedOver?: boolean;
  /** Only if his desktop has not answered. */
  unproven?: boolean;
}

/**
 * One of several is not asked any more, and the others still are. Of the last of them this is not true: with him it goes back
 * to the queue, by the same step as an offer to one agent. So this is to be tried first: several become fewer, never more.
 * @returns undefined when it is not offered to him and to others
 */
export function dropOut(
  sql: Sql,
  ref: InteractionRef,
  by: string,
  how: DropOut,
): Promise<ServedInteraction | undefined> {
  return unlessTaken(
    ref.step,
    key => takenBefore(sql, ref, key),
    () => makeFewer(sql, ref, by, how),
  );
}

async function makeFewer(
  sql: Sql,
  { id, tenantId, step }: InteractionRef,
  by: string,
  { reason, agent, passedOver = false, unproven = false }: DropOut,
): Promise<ServedInteraction | undefined> {
  const [row] = await sql<ServedInteraction[]>`
    with before as (
      select id from interactions
      where tenant_id = ${tenantId} and id = ${id} and state in ${sql(leaving('dropped_out', 'offered'))}
        and ${by} = any(offered_to) and cardinality(offered_to) > 1
        ${unproven ? sql`and not ${by} = any(offered_present)` : sql``}
      for update
    ), fewer as (
      update interactions i set offered_to = array_remove(i.offered_to, ${by}),
        offered_present = array_remove(i.offered_present, ${by})
      from before where i.id = before.id returning i.*
    ), engaged as (
      update agents a set ${agentEffect(sql, agent)} from fewer
      where a.tenant_id = fewer.tenant_id and a.user_id = ${by} and a.interaction_id = fewer.id
    ), passed_over as (
      insert into declined_offers (tenant_id, interaction_id, user_id)
      select tenant_id, id, ${by}::uuid from fewer where ${passedOver}
      on conflict (interaction_id, user_id) do update set declined_at = clock_timestamp()
    ), logged as (
      insert into events (tenant_id, type, interaction_id, queue_id, user_id, step_key, data)
      select tenant_id, 'dropped_out', id, queue_id, ${by}::uuid, ${step?.key ?? null}::uuid, ${sql.json({ reason })} from fewer
    )
    select ${servedColumns(sql)} from fewer`;
  return row;
}

/** Who is asked at once, and whose desktops have answered; nobody where it is not offered to several (any more). */
export interface OfferedTo {
  agents: string[];
  present: string[];
  /** Who has it. */
  owner: string | null;
  /** Whether it is still offered, or one of them has it. */
  alive: boolean;
}

export async function offeredTo(sql: Sql, { id, tenantId }: InteractionRef): Promise<OfferedTo> {
  const [row] = await sql<OfferedTo[]>`
    select to_json(coalesce(offered_to, '{}')) as agents, to_json(coalesce(offered_present, '{}')) as present, agent_id as owner,
      state in ('offered', 'accepted') as alive
    from interactions where tenant_id = ${tenantId} and id = ${id}`;
  return row ?? { agents: [], present: [], owner: null, alive: false };
}

/** Who took what was offered to this agent, too: his name. Undefined: nobody, or it was offered to him again since. */
export async function takenBy(
  sql: Sql,
  { id, tenantId }: InteractionRef,
  userId: string,
): Promise<string | undefined> {
  const [row] = await sql<{ name: string }[]>`
    select u.name from (
      select type, data from events where tenant_id = ${tenantId} and interaction_id = ${id} and user_id = ${userId}
      order by id desc limit 1
    ) last join users u on u.tenant_id = ${tenantId} and u.id = (last.data ->> 'by')::uuid
    where last.type = 'offer_taken'`;
  return row?.name;
}
