import { koreanHolidays } from './korean-holidays.js';

export interface PublicHoliday {
  /** ISO 8601 calendar date. */
  day: string;
  name: { en: string; ko: string };
}

/** The calendars of public holidays that are delivered, by the country's ISO 3166 code. */
const calendars = { KR: koreanHolidays } as const;
export type HolidayCalendar = keyof typeof calendars;
export const holidayCalendars = Object.keys(calendars) as HolidayCalendar[];

const known = new Map<string, ReadonlyMap<string, PublicHoliday>>();

/** The public holiday on a day, if there is one. Of a year that the calendar does not know, it knows none. */
export function publicHoliday(calendar: HolidayCalendar, day: string): PublicHoliday | undefined {
  const year = day.slice(0, 4);
  const key = `${calendar} ${year}`;
  let holidays = known.get(key);
  if (!holidays) {
    holidays = new Map((calendars[calendar](Number(year)) ?? []).map(holiday => [holiday.day, holiday]));
    known.set(key, holidays);
  }
  return holidays.get(day);
}
