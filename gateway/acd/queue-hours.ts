import { nextOpening, type OpeningHours, openSpans, queueHours } from '../hours/index.js';
import type { Fragment, Sql } from '../store/index.js';

/** How far an opening is looked at that has no end: it is looked at again long before. */
const farthestMs = 8 * 86_400_000;

/** The opening that is under way, or the next one. Undefined: it does not open any more. */
function opening(hours: OpeningHours, now: Date): { from: Date; until: Date } | undefined {
  const at = nextOpening(hours, now);
  return at && openSpans(hours, at, new Date(at.getTime() + farthestMs))[0];
}

/**
 * Writes down the openings of queues with hours, for the statements that have to know whether a queue works
 * (`is_open`): they cannot read a calendar.
 * @param all also where the known opening is not over: hours and holidays change
 */
export async function workOutOpenings(sql: Sql, { all }: { all: boolean }): Promise<void> {
  const tenants = await sql<{ id: string; now: Date }[]>`
    select distinct tenant_id as id, now() from queues
    where opening_hours_id is not null ${all ? sql`` : sql`and (opens_at is null or closes_at <= clock_timestamp())`}`;
  for (const { id, now } of tenants) {
    for (const [queueId, hours] of await queueHours(sql, id)) {
      const span = opening(hours, now);
      // A queue that does not open any more opens at infinity.
      const moment = (at: Date | undefined) => sql`coalesce(${at ?? null}::timestamptz, 'infinity')`;
      const [from, until] = [moment(span?.from), moment(span?.until)];
      await sql`
        update queues set opens_at = ${from}, closes_at = ${until}
        where tenant_id = ${id} and id = ${queueId} and (opens_at, closes_at) is distinct from (${from}, ${until})`;
    }
  }
}

/**
 * Tells of queues that have opened or closed since it was told last, once. The time of those who wait in one that has
 * opened runs from now on: nobody has waited too long because it was night.
 */
export async function tellOpenings(sql: Sql): Promise<number> {
  const rows = await sql`
    with turned as (
      update queues q set told_open = not q.told_open where q.told_open <> is_open(q)
      returning q.id, q.tenant_id, q.told_open
    ), begun as (
      update interactions i set queued_at = clock_timestamp() from turned, lanes l
      where turned.told_open and i.queue_id = turned.id and i.state = 'waiting' and l.id = i.lane_id and not l.after_hours
    )
    insert into events (tenant_id, type, queue_id)
    select tenant_id, case when told_open then 'queue_opened' else 'queue_closed' end, id from turned returning id`;
  return rows.length;
}

/** In how many milliseconds the next queue opens or closes. */
export async function untilNextTurn(sql: Sql): Promise<number | undefined> {
  const [row] = await sql<{ ms: number | null }[]>`
    select extract(epoch from min(at) - clock_timestamp())::float8 * 1000 as ms
    from queues q, lateral (values (q.opens_at), (q.closes_at)) turn(at)
    where q.opening_hours_id is not null and at > clock_timestamp() and at < 'infinity'`;
  return row?.ms ?? undefined;
}

/**
 * Why an interaction `i` that waits in the queue `q` is offered to nobody, and until when, as columns: `waitsFor` and
 * `opensAt`.
 */
export function waitsFor(sql: Sql): Fragment {
  const shut = sql`i.state = 'waiting' and not is_open(q)
    and not exists (select from lanes l where l.id = i.lane_id and l.after_hours)`;
  return sql`case when ${shut} then 'opening' end as "waitsFor",
    case when ${shut} and q.open and q.opens_at > clock_timestamp() and q.opens_at < 'infinity' then q.opens_at end as "opensAt"`;
}
