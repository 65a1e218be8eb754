import type { Fragment, Sql } from '../store/index.js';
import type { ClockSpan, OpeningHours } from './opening-hours.js';

type HoursRow = Omit<OpeningHours, 'days'> & { of: string; days: Record<string, ClockSpan[] | null> | null };

/** The hours of a tenant's queues, by queue. A queue that is not in it is always open. */
export async function queueHours(sql: Sql, tenantId: string): Promise<ReadonlyMap<string, OpeningHours>> {
  const rows = await sql<HoursRow[]>`
    select q.id as of, ${hoursColumns(sql, tenantId)}
    from queues q join opening_hours h on h.tenant_id = q.tenant_id and h.id = q.opening_hours_id
    where q.tenant_id = ${tenantId}`;
  return byName(rows);
}

/** All the hours of a tenant, by their keys. */
export async function hoursByKey(sql: Sql, tenantId: string): Promise<ReadonlyMap<string, OpeningHours>> {
  const rows = await sql<HoursRow[]>`
    select h.key as of, ${hoursColumns(sql, tenantId)} from opening_hours h where h.tenant_id = ${tenantId}`;
  return byName(rows);
}

function hoursColumns(sql: Sql, tenantId: string): Fragment {
  return sql`h.time_zone as "timeZone", h.weekly, h.public_holidays as "publicHolidays",
    (select jsonb_object_agg(to_char(day, 'YYYY-MM-DD'), to_jsonb(hours)) from holidays
      where tenant_id = ${tenantId}) as days`;
}

function byName(rows: readonly HoursRow[]): ReadonlyMap<string, OpeningHours> {
  return new Map(
    rows.map(({ of, days, ...hours }) => [of, { ...hours, days: new Map(Object.entries(days ?? {})) }]),
  );
}
