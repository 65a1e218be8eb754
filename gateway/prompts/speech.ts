import type { Spoken } from './spoken.js';

/** The largest number that can be said. */
export const largest = 999_999_999_999;

/** The longest wait that is announced, in minutes: 99 hours and 59 minutes. */
export const longestWait = 99 * 60 + 59;

/** A time on the clock: 0–23, 0–59. */
export interface ClockTime {
  hour: number;
  minute: number;
}

/** A day: month 1–12, day 1–31. */
export interface CalendarDay {
  year?: number | undefined;
  month: number;
  day: number;
}

/** When a counter opens again, seen from now. */
export interface Opening extends ClockTime {
  /** 1 is Monday (ISO 8601). */
  day: 'today' | 'tomorrow' | { weekday: number } | CalendarDay;
}

/**
 * What a language can say. Every method is pure, and refuses with a RangeError what it has no words for.
 */
export interface Speech {
  /** 0 to `largest`. */
  cardinal(n: number): Spoken;
  /** Counted one by one: "one, two", "하나, 둘". */
  counting(n: number): Spoken;
  /** 1 to `largest`: "twenty-first", "스물한 번째". */
  ordinal(n: number): Spoken;
  /** "three people", "세 명". */
  people(n: number): Spoken;
  /** A sum of money: "만 오천 원". */
  won(n: number): Spoken;
  /** Digit by digit: 0-9 * #. */
  digits(digits: string): Spoken;
  /** Groups of digits with a pause between them; `international` says that a country code comes first. */
  phoneNumber(groups: readonly string[], international: boolean): Spoken;
  /** Minutes, or from so many to so many. 0 is less than one. */
  wait(minutes: number, most?: number): Spoken;
  clock(time: ClockTime): Spoken;
  date(day: CalendarDay): Spoken;
  /** 1 is Monday (ISO 8601). */
  weekday(n: number): Spoken;
  /** The whole sentence: "You are number three in the queue." */
  position(n: number): Spoken;
  /** The whole sentence: "Your estimated wait is five minutes." */
  estimatedWait(minutes: number, most?: number): Spoken;
  /** The whole sentence: "We open again tomorrow at nine a.m." */
  opensAt(opening: Opening): Spoken;
}

const daysInMonth = [31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31] as const;

/** @throws RangeError for a day that no calendar has */
export function checkDay({ year, month, day }: CalendarDay): void {
  const leap = year === undefined || (year % 4 === 0 && (year % 100 !== 0 || year % 400 === 0));
  const last = month === 2 && !leap ? 28 : daysInMonth[month - 1];
  if (!Number.isInteger(day) || last === undefined || day < 1 || day > last)
    throw new RangeError(`month ${month} has no day ${day}`);
}
