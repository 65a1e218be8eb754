import { type Static, Type } from '@fastify/type-provider-typebox';
import { ApiError } from '../errors.js';
import { Uuid } from '../schemas.js';
import type { Fragment, Sql } from '../store/index.js';
import { auditEvent, type Resource, refusingConflicts } from '../tenants/index.js';
import { isTimeZone } from '../time-zone.js';
import { clockSpanPattern, weekdays } from './opening-hours.js';
import { holidayCalendars } from './public-holidays.js';

const Spans = Type.Array(Type.String({ pattern: clockSpanPattern }), {
  maxItems: 10,
  description: 'Spans of the clock, such as 09:00-18:00; 22:00-06:00 ends on the next day.',
});
const Weekly = Type.Object(Object.fromEntries(weekdays.map(day => [day, Type.Optional(Spans)])), {
  additionalProperties: false,
  description: 'By weekday; a day that is not named is closed.',
});
const TimeZone = Type.String({ maxLength: 60, description: 'IANA name, such as Asia/Seoul.' });
const Calendar = Type.Union([...holidayCalendars.map(name => Type.Literal(name)), Type.Null()], {
  description: 'Whose public holidays are closed days.',
});

const HoursView = Type.Object({
  id: Type.String(),
  key: Type.String(),
  timeZone: Type.String(),
  weekly: Type.Record(Type.String(), Type.Array(Type.String())),
  publicHolidays: Type.Union([Type.String(), Type.Null()]),
  /** Keys of the queues that live by them. */
  queues: Type.Array(Type.String()),
  version: Type.Integer(),
});
const createHours = Type.Object(
  {
    key: Type.String({ pattern: '^[a-z0-9-]{1,40}$' }),
    timeZone: TimeZone,
    weekly: Weekly,
    publicHolidays: Type.Optional(Calendar),
  },
  { additionalProperties: false },
);
const changeHours = Type.Object({
  timeZone: Type.Optional(TimeZone),
  weekly: Type.Optional(Weekly),
  publicHolidays: Type.Optional(Calendar),
});

function selectHours(sql: Sql, tenantId: string, more: Fragment = sql``) {
  return sql<Static<typeof HoursView>[]>`
    select h.id, h.key, h.time_zone as "timeZone", h.weekly, h.public_holidays as "publicHolidays", h.version,
      array(select q.key from queues q where q.tenant_id = h.tenant_id and q.opening_hours_id = h.id order by q.position, q.key) as queues
    from opening_hours h where h.tenant_id = ${tenantId} ${more} order by h.key`;
}

/** @throws ApiError time_zone_unknown */
function checkTimeZone(timeZone: string | undefined): void {
  if (timeZone !== undefined && !isTimeZone(timeZone))
    throw new ApiError('time_zone_unknown', { field: 'timeZone' });
}

/** Opening hours, which queues live by. */
export function hoursResource(sql: Sql) {
  async function one(tenantId: string, id: string) {
    const [hours] = await selectHours(sql, tenantId, sql`and h.id = ${id}`);
    if (!hours) throw new ApiError('not_found');
    return hours;
  }

  return {
    name: 'hours',
    noun: 'opening hours',
    key: Uuid,
    view: HoursView,
    create: createHours,
    change: changeHours,
    list: tenantId => selectHours(sql, tenantId),
    async add(by, fields) {
      const { key, timeZone, weekly, publicHolidays = null } = fields;
      checkTimeZone(timeZone);
      const [row] = await refusingConflicts(
        () => sql<{ id: string }[]>`
          with changed as (
            insert into opening_hours (tenant_id, key, time_zone, weekly, public_holidays)
            values (${by.tenantId}, ${key}, ${timeZone}, ${sql.json(weekly as never)}, ${publicHolidays}) returning id, key
          ), audited as (${auditEvent(sql, by, { kind: 'hours', action: 'created', name: sql`key` }, fields)})
          select id from changed`,
      );
      return await one(by.tenantId, row!.id);
    },
    async edit(by, id, version, fields) {
      const { timeZone, weekly, publicHolidays } = fields;
      checkTimeZone(timeZone);
      const rows = await sql`
        with changed as (
          update opening_hours set version = version + 1, time_zone = coalesce(${timeZone ?? null}, time_zone),
            weekly = coalesce(${weekly === undefined ? null : sql.json(weekly as never)}::jsonb, weekly),
            public_holidays = case when ${publicHolidays !== undefined} then ${publicHolidays ?? null} else public_holidays end
          where tenant_id = ${by.tenantId} and id = ${id} and version = ${version} returning id, key
        ), audited as (${auditEvent(sql, by, { kind: 'hours', action: 'changed', name: sql`key` }, fields)})
        select id from changed`;
      return rows.length > 0 ? await one(by.tenantId, id) : undefined;
    },
    async remove(by, id, version) {
      const rows = await refusingConflicts(
        () => sql`
          with changed as (
            delete from opening_hours where tenant_id = ${by.tenantId} and id = ${id} and version = ${version} returning key
          ), audited as (${auditEvent(sql, by, { kind: 'hours', action: 'removed', name: sql`key` })})
          select key from changed`,
      );
      return rows.length > 0;
    },
  } satisfies Resource<typeof HoursView, typeof createHours, typeof changeHours>;
}

const Day = Type.String({ format: 'date', pattern: '^20[0-9]{2}-' });
const Names = Type.Object(
  {
    en: Type.String({ minLength: 1, maxLength: 80 }),
    ko: Type.Optional(Type.String({ minLength: 1, maxLength: 80 })),
  },
  { additionalProperties: false },
);
const DayHours = Type.Union([Spans, Type.Null()], {
  description: 'Empty: closed. Null: a day as any other, although it is a public holiday.',
});

const HolidayView = Type.Object({
  day: Type.String(),
  name: Type.Record(Type.String(), Type.String()),
  hours: Type.Union([Type.Array(Type.String()), Type.Null()]),
  version: Type.Integer(),
});
const createHoliday = Type.Object(
  { day: Day, name: Names, hours: Type.Optional(DayHours) },
  { additionalProperties: false },
);
const changeHoliday = Type.Object({ name: Type.Optional(Names), hours: Type.Optional(DayHours) });

function selectHolidays(sql: Sql, tenantId: string, more: Fragment = sql``) {
  return sql<Static<typeof HolidayView>[]>`
    select to_char(day, 'YYYY-MM-DD') as day, name, hours, version from holidays
    where tenant_id = ${tenantId} ${more} order by day`;
}

/** The company's own days: closed ones, and ones with hours of their own. They go before the public holidays. */
export function holidaysResource(sql: Sql) {
  return {
    name: 'holidays',
    noun: 'a day of the company',
    key: Day,
    view: HolidayView,
    create: createHoliday,
    change: changeHoliday,
    list: tenantId => selectHolidays(sql, tenantId),
    async add(by, fields) {
      const { day, name, hours = [] } = fields;
      await refusingConflicts(
        () => sql`
          with changed as (
            insert into holidays (tenant_id, day, name, hours)
            values (${by.tenantId}, ${day}::date, ${sql.json(name)}, ${hours}::text[]) returning day
          ) ${auditEvent(sql, by, { kind: 'holiday', action: 'created', name: sql`day` }, fields)}`,
      );
      const [added] = await selectHolidays(sql, by.tenantId, sql`and day = ${day}::date`);
      return added!;
    },
    async edit(by, day, version, fields) {
      const { name, hours } = fields;
      const rows = await sql`
        with changed as (
          update holidays set version = version + 1,
            name = coalesce(${name === undefined ? null : sql.json(name)}::jsonb, name),
            hours = case when ${hours !== undefined} then ${hours ?? null}::text[] else hours end
          where tenant_id = ${by.tenantId} and day = ${day}::date and version = ${version} returning day
        ), audited as (${auditEvent(sql, by, { kind: 'holiday', action: 'changed', name: sql`day` }, fields)})
        select day from changed`;
      if (rows.length === 0) return undefined;
      const [edited] = await selectHolidays(sql, by.tenantId, sql`and day = ${day}::date`);
      return edited;
    },
    async remove(by, day, version) {
      const rows = await sql`
        with changed as (
          delete from holidays where tenant_id = ${by.tenantId} and day = ${day}::date and version = ${version} returning day
        ), audited as (${auditEvent(sql, by, { kind: 'holiday', action: 'removed', name: sql`day` })})
        select day from changed`;
      return rows.length > 0;
    },
  } satisfies Resource<typeof HolidayView, typeof createHoliday, typeof changeHoliday>;
}
