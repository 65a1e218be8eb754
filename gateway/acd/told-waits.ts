import type { Fragment, Sql } from '../store/index.js';
import type { InteractionRef } from './transitions/index.js';

/** How many of the newest customers who were reached a queue's range is taken from. */
const historyDepth = 50;

/** How far estimates are off: the shares of one between which eight of ten waits end. */
export interface WaitSpread {
  low: number;
  high: number;
}

/** With fewer than this the range is assumed. */
const leastHistory = 10;
const assumed: WaitSpread = { low: 0.5, high: 2 };

/** A range is never narrower than to this: a phone has to ring and be picked up, seconds. */
const leastHighSeconds = 60;

export interface WaitRange {
  lowSeconds: number;
  highSeconds: number;
}

/** The spread of queue `q`: of its newest customers who were reached, or assumed while there are too few. */
function waitSpread(sql: Sql): Fragment {
  return sql`lateral (
    select case when count(*) >= ${leastHistory} then percentile_cont(0.1) within group (order by ratio)
        else ${assumed.low}::float8 end as low,
      case when count(*) >= ${leastHistory} then percentile_cont(0.9) within group (order by ratio)
        else ${assumed.high}::float8 end as high
    from (
      select extract(epoch from w.reached_at - w.told_at) / greatest(w.seconds, ${leastHighSeconds}) as ratio
      from told_waits w where w.queue_id = q.id and w.reached_at is not null
      order by w.told_at desc limit ${historyDepth}
    ) newest
  ) spread`;
}

/** The range around an estimate. */
export function rangeAround(seconds: number, { low, high }: WaitSpread): WaitRange {
  return {
    lowSeconds: Math.floor(seconds * Math.min(low, 1)),
    highSeconds: Math.max(Math.ceil(Math.max(seconds, leastHighSeconds) * high), seconds, leastHighSeconds),
  };
}

/** What somebody was told. */
export type ToldWait = WaitRange & { seconds: number };

/** The spread that somebody was told by, to tell him again when the estimate has moved; assumed when he was told nothing. */
export function spreadTold(told: ToldWait | null): WaitSpread {
  if (!told) return assumed;
  const { seconds, lowSeconds, highSeconds } = told;
  return {
    low: seconds > 0 ? lowSeconds / seconds : 0,
    high: highSeconds / Math.max(seconds, leastHighSeconds),
  };
}

/** The spread of each queue of a company, by its id. */
export async function waitSpreads(sql: Sql, tenantId: string): Promise<ReadonlyMap<string, WaitSpread>> {
  const rows = await sql<(WaitSpread & { id: string })[]>`
    select q.id, spread.* from queues q cross join ${waitSpread(sql)} where q.tenant_id = ${tenantId}`;
  return new Map(rows.map(({ id, low, high }) => [id, { low, high }]));
}

/**
 * Stores what a customer is told of his waiting: the estimate, and the range in which eight of ten of the queue's newest
 * customers were reached, measured by how far their estimates were off. Only what he was told first counts.
 * @returns the range that he is told
 */
export async function tellWait(
  sql: Sql,
  { id, tenantId }: InteractionRef,
  seconds: number,
): Promise<WaitRange | undefined> {
  const [spread] = await sql<WaitSpread[]>`
    select spread.* from interactions i join queues q on q.tenant_id = i.tenant_id and q.id = i.queue_id
    cross join ${waitSpread(sql)} where i.tenant_id = ${tenantId} and i.id = ${id}`;
  if (!spread) return undefined;
  const { lowSeconds, highSeconds } = rangeAround(seconds, spread);
  const [row] = await sql<WaitRange[]>`
    with told as (
      insert into told_waits (interaction_id, tenant_id, queue_id, seconds, low_seconds, high_seconds)
      select id, tenant_id, queue_id, ${seconds}, ${lowSeconds}, ${highSeconds}
      from interactions where tenant_id = ${tenantId} and id = ${id}
      on conflict (interaction_id) do nothing
      returning low_seconds, high_seconds
    )
    select low_seconds as "lowSeconds", high_seconds as "highSeconds" from told
    union all
    select low_seconds, high_seconds from told_waits where interaction_id = ${id} limit 1`;
  return row;
}

/** How good the estimates of a queue were. */
export interface EstimateRecord {
  queue: { key: string; name: string };
  /** Customers who were told a time and whose request is over or who were reached; without those who took it back. */
  told: number;
  reached: number;
  /** Of those told, who were reached no later than the end of their range. */
  within: number;
  /** `within` of `told`, 0 to 1; null when nobody was told anything. */
  share: number | null;
  /** How much later (or, below zero, earlier) than estimated half of them were reached, seconds. */
  medianErrorSeconds: number | null;
  /** Nine of ten were off by no more than this, seconds. */
  p90AbsoluteErrorSeconds: number | null;
}

/** What the customers of the last days were told, and what came of it, by queue. */
export function estimateRecord(
  sql: Sql,
  { tenantId, locale, days }: { tenantId: string; locale: string; days: number },
) {
  return sql<EstimateRecord[]>`
    select json_build_object('key', q.key, 'name', coalesce(q.name ->> ${locale}, q.name ->> 'en', q.key)) as queue,
      count(t.*)::int as told, count(t.waited)::int as reached,
      (count(*) filter (where t.waited <= t.high_seconds))::int as within,
      (count(*) filter (where t.waited <= t.high_seconds))::float8 / nullif(count(t.*), 0) as share,
      round(percentile_cont(0.5) within group (order by t.waited - t.seconds))::int as "medianErrorSeconds",
      round(percentile_cont(0.9) within group (order by abs(t.waited - t.seconds)))::int as "p90AbsoluteErrorSeconds"
    from queues q
    left join lateral (
      select w.seconds, w.high_seconds, extract(epoch from w.reached_at - w.told_at)::float8 as waited
      from told_waits w join interactions i on i.tenant_id = w.tenant_id and i.id = w.interaction_id
      where w.tenant_id = q.tenant_id and w.queue_id = q.id and w.told_at > now() - make_interval(days => ${days})
        and (w.reached_at is not null or i.state = 'done' and i.outcome <> 'cancelled')
    ) t on true
    where q.tenant_id = ${tenantId} group by q.id, q.key, q.name, q.position order by q.position, q.key`;
}
