import type { Fragment, Sql } from '../store/index.js';

/** How many of a queue are moved in one statement. */
const mostAtOnce = 200;

/** After how long in its queue an interaction overflows, seconds; null: never. */
function overflowsAfter(sql: Sql): Fragment {
  return sql`least(q.overflow_after_seconds, case when q.max_wait_then = 'overflow' then q.max_wait_seconds end)`;
}

/**
 * Moves those to the overflow queue of theirs who have waited there long enough, or stand behind as many as it is meant
 * for. The place stays that of the moment of asking. Nobody comes back to a queue that he has left, none goes to a queue
 * that is closed or full, and nobody leaves one that is closed: he waits for its opening. Gateways that do this at once
 * move different ones.
 */
export async function overflow(sql: Sql): Promise<number> {
  const rows = await sql`
    with rule as (
      select q, t as target, is_open(q) as works, ${overflowsAfter(sql)} as after,
        t.max_waiting - (select count(*) from interactions w where w.queue_id = t.id and w.state = 'waiting') as room
      from queues q join queues t on t.tenant_id = q.tenant_id and t.id = q.overflow_queue_id
      where is_open(t) and t.disabled_at is null
    ), leaving as (
      select distinct on (i.id) i.id, i.rank_at, (r.q).id as queue_id, (r.target).id as target, r.room, i.why,
        jsonb_build_object('key', (r.q).key, 'name', (r.q).name) as "from",
        jsonb_build_object('key', (r.target).key, 'name', (r.target).name) as "to"
      from rule r cross join lateral (
        (select i.id, i.rank_at, i.lane_id, i.came_through, jsonb_build_object('waited', r.after) as why
          from interactions i
          where i.queue_id = (r.q).id and i.state = 'waiting'
            and i.queued_at <= clock_timestamp() - make_interval(secs => r.after)
          order by i.queued_at limit ${mostAtOnce})
        union all
        (select i.id, i.rank_at, i.lane_id, i.came_through, jsonb_build_object('above', (r.q).overflow_above)
          from interactions i
          where i.queue_id = (r.q).id and i.state = 'waiting' and (r.q).overflow_above is not null
          order by i.rank_at, i.id offset coalesce((r.q).overflow_above, 0) limit ${mostAtOnce})
      ) i
      where not (r.target).id = any(i.came_through)
        and (r.works or exists (select from lanes l where l.id = i.lane_id and l.after_hours))
      order by i.id
    ), fitting as (
      select * from (select *, row_number() over (partition by target order by rank_at, id) as nth from leaving) numbered
      where nth <= coalesce(room, nth)
    ), locked as (
      select i.id from interactions i join fitting f on f.id = i.id
      where i.state = 'waiting' and i.queue_id = f.queue_id for update of i skip locked
    ), moved as (
      update interactions i set queue_id = f.target, came_through = i.came_through || f.queue_id, slot_seat = null
      from fitting f, locked where i.id = f.id and locked.id = i.id
      returning i.tenant_id, i.id, i.queue_id, f."from", f."to", f.why
    )
    insert into events (tenant_id, type, interaction_id, queue_id, data)
    select tenant_id, 'overflowed', id, queue_id, jsonb_build_object('from', "from", 'to', "to") || why from moved
    returning id`;
  return rows.length;
}

/**
 * What a queue does with those who have waited for its longest time, where that is not the overflow: closes them with
 * the outcome `queue_timeout`, or says once of a customer who is on the line that he is to be offered something else:
 * whoever holds his line hears the event `wait_limit`. A callback has nothing better to be offered, and waits on.
 */
export async function reachLimits(sql: Sql): Promise<number> {
  const rows = await sql`
    with due as (
      select i.id, q.max_wait_then as what, q.max_wait_seconds as seconds
      from queues q cross join lateral (
        select i.id, i.lane_id from interactions i
        where i.queue_id = q.id and i.state = 'waiting' and i.wait_limit_at is null
          and i.queued_at <= clock_timestamp() - make_interval(secs => q.max_wait_seconds)
          and (q.max_wait_then = 'close' or i.customer_live_since is not null) 
          and (is_open(q) or exists (select from lanes l where l.id = i.lane_id and l.after_hours))
        order by i.queued_at limit ${mostAtOnce}
      ) i
      where q.max_wait_seconds is not null and q.max_wait_then <> 'overflow'
    ), locked as (
      select i.id, due.what, due.seconds from interactions i join due on due.id = i.id
      where i.state = 'waiting' for update of i skip locked
    ), closed as (
      update interactions i set state = 'done', outcome = 'queue_timeout', wait_limit_at = clock_timestamp(),
        ended_at = clock_timestamp(), done_at = clock_timestamp()
      from locked where i.id = locked.id and locked.what = 'close'
      returning i.tenant_id, i.id, i.queue_id, locked.what, locked.seconds
    ), told as (
      update interactions i set wait_limit_at = clock_timestamp()
      from locked where i.id = locked.id and locked.what <> 'close'
      returning i.tenant_id, i.id, i.queue_id, locked.what, locked.seconds
    )
    insert into events (tenant_id, type, interaction_id, queue_id, data)
    select tenant_id, 'given_up', id, queue_id, jsonb_build_object('outcome', 'queue_timeout', 'waited', seconds) from closed
    union all
    select tenant_id, 'wait_limit', id, queue_id, jsonb_build_object('offers', what, 'waited', seconds) from told
    returning id`;
  return rows.length;
}

/** In how many milliseconds the next one will have waited long enough for something. */
export async function untilNextLimit(sql: Sql): Promise<number | undefined> {
  const [row] = await sql<{ ms: number | null }[]>`
    select extract(epoch from min(next.queued_at + make_interval(secs => limits.seconds)) - clock_timestamp())::float8
      * 1000 as ms
    from queues q
    cross join lateral (values (${overflowsAfter(sql)}), (q.max_wait_seconds)) limits(seconds)
    cross join lateral (
      select i.queued_at from interactions i
      where i.queue_id = q.id and i.state = 'waiting'
        and i.queued_at > clock_timestamp() - make_interval(secs => limits.seconds)
      order by i.queued_at limit 1) next
    where limits.seconds is not null`;
  return row?.ms ?? undefined;
}

/** Whether one more may wait in a queue. */
export async function hasRoom(sql: Sql, queueId: string): Promise<boolean> {
  const [row] = await sql<{ room: boolean }[]>`select has_room(${queueId}) as room`;
  return row?.room ?? false;
}
