import type { Sql } from '../store/index.js';
import { cutOffTalks } from './cut-off.js';
import { leaving, statesBefore } from './states.js';
import {
  type InteractionRef,
  intoWrapUp,
  offTheLine,
  type ServedInteraction,
  servedColumns,
} from './transitions/index.js';

export interface TakenOver {
  /** Customers who were not reached and wait again in their old places. */
  requeued: number;
  /** Talks that were cut off, and calls of agents that came to nothing. */
  cut: number;
}

/**
 * Interactions whose customer is on the line, and whose node is no more, are this node's from now on: it can try to go on
 * with their calls. Of several nodes that do it at once one gets a given call.
 */
export async function claimCalls(sql: Sql, nodeId: string): Promise<ServedInteraction[]> {
  return await sql<ServedInteraction[]>`
    with orphan as (
      select id as orphan_id from interactions i
      where customer_live_since is not null and state in ${sql(statesBefore('agent_gone').concat('waiting'))}
        and not exists (select from nodes n where n.id = i.node_id)
      for update of i skip locked
    )
    update interactions i set node_id = ${nodeId} from orphan where id = orphan_id
    returning ${servedColumns(sql)}`;
}

/** The call could not be gone on with: it is put in order with all others that have no node. */
export async function disownCall(sql: Sql, { id, tenantId }: InteractionRef): Promise<void> {
  await sql`update interactions set node_id = null
    where tenant_id = ${tenantId} and id = ${id} and customer_live_since is not null and state <> 'done'`;
}

/**
 * Puts in order what no living node serves: talks go on by another call; and in one statement customers who were not reached
 * wait again in their old place, talks that cannot go on are over with their cause, a colleague's help and what agents began
 * themselves with them too, the agents are free or in wrap-up. Two nodes that do it at once do each interaction once: the rows
 * are locked and those that are taken are skipped.
 */
export async function takeOver(sql: Sql): Promise<TakenOver> {
  const orphaned = sql`not exists (select from nodes n where n.id = i.node_id)`;
  const goOn = await cutOffTalks(sql, orphaned, 'gateway_lost', { skipLocked: true });
  const [row] = await sql<TakenOver[]>`
    with orphan as (
      select i.id, i.state, i.agent_id, coalesce(i.offered_to, array[i.agent_id]) as agents, i.part_of is not null as helps,
        i.part_of is null and (i.channel = 'internal' or i.channel = 'outbound' and i.state <> 'bridged') as own
      from interactions i
      where (i.state in ${sql([...leaving('agent_lost', 'waiting'), ...leaving('ended', 'wrap_up')])}
          or i.state = 'waiting' and i.customer_live_since is not null)
        and ${orphaned}
      for update of i skip locked
    ), requeued as (
      update interactions i set state = 'waiting', last_outcome = 'lost', offered_to = null, offered_present = null
        ${offTheLine(sql)} from orphan o
      where i.id = o.id and not o.helps and not o.own and not o.state in ${sql(leaving('ended', 'wrap_up'))}
      returning i.*, o.agent_id as served_by, o.agents
    ), over as (
      update interactions i set state = 'done', outcome = 'failed', ended_at = clock_timestamp(), done_at = clock_timestamp(),
        customer_live_since = null from orphan o
      where i.id = o.id and (o.helps or o.own) returning i.*, o.agent_id as served_by, o.agents, o.helps
    ), cut as (
      update interactions i set state = 'wrap_up' ${intoWrapUp(sql, 'failed')} from orphan o
      where i.id = o.id and not o.helps and not o.own and o.state in ${sql(leaving('ended', 'wrap_up'))}
      returning i.*, i.agent_id as served_by
    ), freed as (
      update agents a set interaction_id = null, state_since = clock_timestamp()
      from (select tenant_id, id, agents from requeued union all select tenant_id, id, agents from over) f
      where a.tenant_id = f.tenant_id and a.user_id = any(f.agents) and a.interaction_id = f.id
    ), wrapping as (
      update agents a set state_since = clock_timestamp() from cut
      where a.tenant_id = cut.tenant_id and a.user_id = cut.served_by and a.interaction_id = cut.id
    ), logged as (
      insert into events (tenant_id, type, interaction_id, queue_id, user_id, data)
      select tenant_id, 'agent_lost', id, queue_id, served_by, '{"reason": "gateway_lost"}'::jsonb from requeued
      union all
      select tenant_id, case when helps then 'consult_over' else 'call_over' end, id, queue_id, served_by,
        case when helps then '{}' else '{"outcome": "failed"}' end::jsonb || '{"cause": "gateway_lost"}' from over
      union all
      select tenant_id, 'ended', id, queue_id, served_by,
        '{"outcome": "failed", "endedBy": "system", "cause": "gateway_lost"}'::jsonb from cut
    )
    select (select count(*)::int from requeued) as requeued,
      ((select count(*) from cut) + (select count(*) from over where not helps))::int as cut`;
  const { requeued = 0, cut = 0 } = row ?? {};
  return { requeued, cut: cut + goOn };
}
