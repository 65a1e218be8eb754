import { Temporal } from 'temporal-polyfill';
import { type HolidayCalendar, publicHoliday } from './public-holidays.js';

export const weekdays = ['mon', 'tue', 'wed', 'thu', 'fri', 'sat', 'sun'] as const;
export type Weekday = (typeof weekdays)[number];

/**
 * `HH:MM-HH:MM` on the clock of the place. It may end at 24:00, and one that ends no later than it begins ends on the
 * next day: `22:00-06:00`.
 */
export type ClockSpan = string;
export const clockSpanPattern = '^([01][0-9]|2[0-3]):[0-5][0-9]-(([01][0-9]|2[0-3]):[0-5][0-9]|24:00)$';

export interface OpeningHours {
  /** IANA name. */
  timeZone: string;
  /** A day that is not named is closed. */
  weekly: Readonly<Partial<Record<Weekday, readonly ClockSpan[]>>>;
  /** Whose public holidays are closed days. */
  publicHolidays: HolidayCalendar | null;
  /** The tenant's own days, by ISO date: the hours of that day, or null for a day as any other although it is a public holiday. */
  days: ReadonlyMap<string, readonly ClockSpan[] | null>;
}

/** From the first moment it is open to the first moment it no longer is. */
export interface OpenSpan {
  from: Date;
  until: Date;
}

/** How far a next opening is looked for: past this it is said to be closed for good. */
const horizonDays = 400;
const strideDays = 8;
const dayMs = 86_400_000;

/** When it is open between two moments: whole spans, also where they begin before or end after; none touches another. */
export function openSpans(hours: OpeningHours, from: Date, until: Date): OpenSpan[] {
  const spans: OpenSpan[] = [];
  // A span of the day before may reach into the first one.
  let day = dateAt(from, hours.timeZone).subtract({ days: 1 });
  const last = dateAt(until, hours.timeZone);
  for (; Temporal.PlainDate.compare(day, last) <= 0; day = day.add({ days: 1 })) {
    for (const clock of [...clockSpansOn(hours, day)].sort()) {
      const span = onThatDay(clock, day, hours.timeZone);
      const previous = spans.at(-1);
      if (previous && span.from <= previous.until) {
        if (span.until > previous.until) previous.until = span.until;
      } else if (span.from < span.until) spans.push(span);
    }
  }
  return spans.filter(span => span.until > from && span.from < until);
}

export function isOpen(hours: OpeningHours, at: Date): boolean {
  return openSpans(hours, at, new Date(at.getTime() + 1)).length > 0;
}

/** Whether it is open, closed as on any day, or closed because the day is a holiday: a public one, or the tenant's own. */
export function openState(hours: OpeningHours, at: Date): 'open' | 'closed' | 'holiday' {
  if (isOpen(hours, at)) return 'open';
  const date = dateAt(at, hours.timeZone).toString();
  const own = hours.days.get(date);
  if (own !== undefined) return own?.length === 0 ? 'holiday' : 'closed';
  return hours.publicHolidays && publicHoliday(hours.publicHolidays, date) ? 'holiday' : 'closed';
}

/** The first moment from `at` on at which it is open: `at` itself where it is. Undefined: not in the next 400 days. */
export function nextOpening(hours: OpeningHours, at: Date): Date | undefined {
  for (let days = 0; days < horizonDays; days += strideDays) {
    const from = new Date(at.getTime() + days * dayMs);
    const [span] = openSpans(hours, from, new Date(from.getTime() + strideDays * dayMs));
    if (span) return span.from > at ? span.from : at;
  }
  return undefined;
}

function dateAt(moment: Date, timeZone: string): Temporal.PlainDate {
  return Temporal.Instant.fromEpochMilliseconds(moment.getTime()).toZonedDateTimeISO(timeZone).toPlainDate();
}

function clockSpansOn(hours: OpeningHours, day: Temporal.PlainDate): readonly ClockSpan[] {
  const date = day.toString();
  const weekday = weekdays[day.dayOfWeek - 1] as Weekday;
  const usual = hours.weekly[weekday] ?? [];
  const own = hours.days.get(date);
  if (own !== undefined) return own ?? usual;
  return hours.publicHolidays && publicHoliday(hours.publicHolidays, date) ? [] : usual;
}

/**
 * A span of the clock on a day. Where the clock is put forward, a time that does not exist is as long after midnight
 * as it says; where it is put back, a shop opens at the first of two equal times and closes at the second (RFC 5545
 * 3.3.5 says the same of the first, and nobody is sent away early by the second).
 */
function onThatDay(clock: ClockSpan, day: Temporal.PlainDate, timeZone: string): OpenSpan {
  const [opens = '', closes = ''] = clock.split('-');
  const endsNextDay = closes <= opens || closes === '24:00';
  const moment = (date: Temporal.PlainDate, time: string, disambiguation: 'compatible' | 'later') =>
    new Date(
      date.toPlainDateTime(Temporal.PlainTime.from(time)).toZonedDateTime(timeZone, { disambiguation })
        .epochMilliseconds,
    );
  return {
    from: moment(day, opens, 'compatible'),
    until: moment(endsNextDay ? day.add({ days: 1 }) : day, closes === '24:00' ? '00:00' : closes, 'later'),
  };
}
