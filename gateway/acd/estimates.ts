import type { Fragment, Sql } from '../store/index.js';

/** Talk and wrap-up of an interaction where the queue has no history yet, seconds. */
const assumedHandleSeconds = 240;

/** How many of the newest handled interactions the average handle time (AHT) is taken from. */
const historyDepth = 30;

/** Average handle time (AHT) of a queue, seconds. */
export function averageHandleSeconds(sql: Sql, queueId: Fragment): Fragment {
  return sql`coalesce((select avg(extract(epoch from h.done_at - h.offered_at))::float8 from (
    select done_at, offered_at from interactions
    where queue_id = ${queueId} and state = 'done' and bridged_at is not null and offered_at is not null
      and channel <> 'internal'
    order by requested_at desc limit ${historyDepth}) h), ${assumedHandleSeconds})`;
}

/**
 * What an estimate needs to know of a queue, as a lateral join to a row `q` of queues: `waiting`, `agents` (signed in
 * or engaged), `free`, `aht` (seconds).
 */
export function queueLoad(sql: Sql): Fragment {
  return sql`lateral (
    select
      (select count(*)::int from interactions w where w.queue_id = q.id and w.state = 'waiting') as waiting,
      ${averageHandleSeconds(sql, sql`q.id`)} as aht,
      count(*)::int as agents,
      count(*) filter (where a.interaction_id is null)::int as free
    from agent_queues s
    join agents a on a.user_id = s.user_id
    where s.queue_id = q.id and takes(a, 'voice') and (a.interaction_id is not null
      or a.intent = 'ready' and a.unreachable_since is null and exists (
        -- Asked of those alone who are not engaged: \`offset 0\` keeps the planner from reading all softphones.
        select from registrations r where r.tenant_id = a.tenant_id and r.user_id = a.user_id and r.expires_at > now() offset 0))
  ) load`;
}

export interface QueueLoad {
  waiting: number;
  agents: number;
  free: number;
  /** Seconds. */
  aht: number;
}

/**
 * Estimated waiting time (EWT) in seconds of whoever stands at `position` (1 is next): the work before him, divided
 * among the agents on duty. Null while nobody is on duty, because then nobody can know.
 */
export function estimateWait(position: number, { agents, free, aht }: QueueLoad): number | null {
  if (agents === 0) return null;
  if (position <= free) return 0;
  return Math.ceil(((position - free) * aht) / agents);
}
