import type { Sql } from '../store/index.js';
import type { AgentState } from './agent-states.js';
import { agentState } from './agents.js';

/** A queue as it is now, and its day so far. */
export interface QueueOnWall {
  key: string;
  name: string;
  /** Whether it takes requests now. */
  open: boolean;
  waiting: number;
  /** Of those who wait, who are on the line. */
  onTheLine: number;
  /** Since when the one waits who has done so longest. */
  longestSince: Date | null;
  /** How many of its agents are what. */
  agents: Partial<Record<AgentState, number>>;
  /** Who had his place today and was reached. */
  answered: number;
  /** Of those, who were within the time of the service level. */
  within: number;
  /** Who had his place today and went away before he was reached. */
  abandoned: number;
  /** Of those, who had waited for longer than that. */
  abandonedLate: number;
  serviceLevelSeconds: number;
  serviceLevelPercent: number;
}

export interface Wallboard {
  /** The day that the figures are of, on the company's clock. */
  day: { from: Date; until: Date };
  queues: QueueOnWall[];
}

/** How somebody who was never reached goes away by himself. */
const goneBy = ['abandoned', 'cancelled', 'queue_timeout'];

/**
 * The queues of a company as they are now, and their day so far. A request counts in the queue it is in last, on the day of
 * its place (for a promised time, that); it is reached when it is first connected with an agent.
 */
export async function readWallboard(
  sql: Sql,
  { tenantId, locale }: { tenantId: string; locale: string },
): Promise<Wallboard> {
  const [[day], queues] = await Promise.all([
    sql<Wallboard['day'][]>`
      select start at time zone zone as "from", (start + interval '1 day') at time zone zone as until
      from (select date_trunc('day', now() at time zone time_zone) as start, time_zone as zone
        from tenants where id = ${tenantId}) today`,
    sql<QueueOnWall[]>`
      with today as (
        select date_trunc('day', now() at time zone time_zone) at time zone time_zone as start from tenants where id = ${tenantId}
      ), asked as (
        select i.queue_id, i.place_at, i.state, i.outcome, i.ended_at,
          (select min(a.bridged_at) from attempts a where a.interaction_id = i.id) as reached_at
        from interactions i
        where i.tenant_id = ${tenantId} and i.part_of is null and i.place_at >= (select start from today)
          and i.place_at <= now() and i.channel in ('callback', 'call')
      ), counted as (
        select q.id, count(reached_at)::int as answered,
          count(*) filter (where reached_at - place_at <= make_interval(secs => q.service_level_seconds))::int as within,
          count(*) filter (where gone)::int as abandoned,
          count(*) filter (where gone and ended_at - place_at > make_interval(secs => q.service_level_seconds))::int as late
        from asked join queues q on q.id = asked.queue_id,
          lateral (select reached_at is null and state = 'done' and outcome in ${sql(goneBy)} as gone) g
        group by q.id
      ), waiting as (
        select queue_id, count(*)::int as waiting, min(queued_at) as longest,
          count(customer_live_since)::int as live
        from interactions where tenant_id = ${tenantId} and state = 'waiting' group by queue_id
      ), staff as (
        select queue_id, json_object_agg(state, number) as agents from (
          select s.queue_id, ${agentState(sql)} as state, count(*)::int as number
          from agent_queues s join agents a on a.user_id = s.user_id join users u on u.id = a.user_id
          left join interactions i on i.id = a.interaction_id
          where s.tenant_id = ${tenantId} and u.disabled_at is null group by 1, 2
        ) each group by queue_id
      )
      select q.key, coalesce(q.name ->> ${locale}, q.name ->> 'en', q.key) as name, is_open(q) as open,
        coalesce(w.waiting, 0) as waiting, coalesce(w.live, 0) as "onTheLine", w.longest as "longestSince",
        coalesce(s.agents, '{}') as agents, coalesce(c.answered, 0) as answered, coalesce(c.within, 0) as within,
        coalesce(c.abandoned, 0) as abandoned, coalesce(c.late, 0) as "abandonedLate",
        q.service_level_seconds as "serviceLevelSeconds", q.service_level_percent as "serviceLevelPercent"
      from queues q
      left join waiting w on w.queue_id = q.id
      left join staff s on s.queue_id = q.id
      left join counted c on c.id = q.id
      where q.tenant_id = ${tenantId} and (q.disabled_at is null or w.waiting > 0)
      order by q.position, q.key`,
  ]);
  if (!day) throw new Error(`no company ${tenantId}`);
  return { day, queues: [...queues] };
}
