import type { Sql } from '../store/index.js';
import type { ClockSpan, OpeningHours } from './opening-hours.js';

/** The hours of a tenant's queues, by queue. A queue that is not in it is always open. */
export async function queueHours(sql: Sql, tenantId: string): Promise<ReadonlyMap<string, OpeningHours>> {
  const rows = await sql<
    (Omit<OpeningHours, 'days'> & { queueId: string; days: Record<string, ClockSpan[] | null> | null })[]
  >`
    select q.id as "queueId", h.time_zone as "timeZone", h.weekly, h.public_holidays as "publicHolidays", own.days
    from queues q
    join opening_hours h on h.tenant_id = q.tenant_id and h.id = q.opening_hours_id
    left join (
      select tenant_id, jsonb_object_agg(to_char(day, 'YYYY-MM-DD'), to_jsonb(hours)) as days from holidays
      where tenant_id = ${tenantId} group by tenant_id
    ) own on own.tenant_id = q.tenant_id
    where q.tenant_id = ${tenantId}`;
  return new Map(
    rows.map(({ queueId, days, ...hours }) => [
      queueId,
      { ...hours, days: new Map(Object.entries(days ?? {})) },
    ]),
  );
}
