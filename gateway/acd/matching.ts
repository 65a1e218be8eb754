import type { Fragment, Sql } from '../store/index.js';
import { type ServedInteraction, servedColumns } from './transitions.js';

export interface Offer extends ServedInteraction {
  /** Whether somebody else waited when this one was taken. */
  othersWait: boolean;
}

export interface MatchTerms {
  /** The node that serves the offer. */
  nodeId: string;
  /** For how long an agent who declined is not asked again for the same interaction. */
  declineRestSeconds: number;
}

/** Who could take an offer of a queue (row `q`) now: says he is ready, is engaged with nothing, has a softphone. */
function freeAgents(sql: Sql): Fragment {
  // `offset 0` keeps the planner from turning the look at one agent's softphone into a scan of all of them.
  return sql`agents a join agent_queues s on s.user_id = a.user_id and s.queue_id = q.id
    where a.tenant_id = q.tenant_id and a.intent = 'ready' and a.interaction_id is null
      and exists (select from registrations r
        where r.tenant_id = a.tenant_id and r.user_id = a.user_id and r.expires_at > now() offset 0)`;
}

/**
 * Takes the first waiting interaction, by priority and then by place, for which an agent is free, and reserves the agent
 * who has been idle longest.
 * Whoever declined this interaction is passed over while another is free, and for `declineRestSeconds` even when
 * nobody is. Both rows are locked with SKIP LOCKED: gateways that match at the same time take different pairs, none
 * of them waits, and no agent gets two offers.
 *
 * What waits is taken one by one, the first first, until one finds its agent, and only from queues where somebody is
 * free: a thousand waiting cost no more than one. (A subquery with FOR UPDATE is not merged into the query around it:
 * its order is that in which its rows are asked for.)
 * @returns undefined when nobody waits for whom an agent is free
 */
export async function offerNext(
  sql: Sql,
  { nodeId, declineRestSeconds }: MatchTerms,
): Promise<Offer | undefined> {
  const [row] = await sql<Offer[]>`
    with staffed as materialized (
      select q.id, q.tenant_id, q.offer_seconds from queues q
      where exists (select from interactions i where i.queue_id = q.id and i.state = 'waiting')
        and exists (select from ${freeAgents(sql)})
    ), pair as (
      select q.interaction_id, free.user_id, q.offer_seconds
      from (
        select i.id as interaction_id, q.*
        from interactions i join staffed q on q.id = i.queue_id
        where i.state = 'waiting'
        order by i.priority desc, i.place_at, i.id
        for update of i skip locked
      ) q
      cross join lateral (
        select coalesce(
          (select a.user_id from ${freeAgents(sql)}
            and not exists (select from declined_offers d where d.interaction_id = q.interaction_id and d.user_id = a.user_id)
            order by a.idle_since limit 1 for update of a skip locked),
          (select a.user_id from ${freeAgents(sql)}
            and (select d.declined_at < now() - make_interval(secs => ${declineRestSeconds})
              from declined_offers d where d.interaction_id = q.interaction_id and d.user_id = a.user_id)
            order by (select d.declined_at from declined_offers d where d.interaction_id = q.interaction_id and d.user_id = a.user_id),
              a.idle_since
            limit 1 for update of a skip locked)
        ) as user_id
        offset 0
      ) free
      where free.user_id is not null
      limit 1
    ), moved as (
      update interactions i set state = 'offered', agent_id = pair.user_id, node_id = ${nodeId}, offered_at = clock_timestamp(),
        offer_expires_at = clock_timestamp() + make_interval(secs => pair.offer_seconds)
      from pair where i.id = pair.interaction_id
      returning i.*
    ), engaged as (
      update agents a set interaction_id = moved.id, state_since = clock_timestamp()
      from moved where a.user_id = moved.agent_id
    ), logged as (
      insert into events (tenant_id, type, interaction_id, queue_id, user_id)
      select tenant_id, 'offered', id, queue_id, agent_id from moved
    )
    select ${servedColumns(sql)}, exists (
      select from interactions w where w.state = 'waiting' and w.id <> moved.id) as "othersWait"
    from moved`;
  return row;
}
