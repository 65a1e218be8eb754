import { Temporal } from 'temporal-polyfill';
import type { PublicHoliday } from './public-holidays.js';

/**
 * Public holidays of South Korea, after the Regulations on Holidays of Government and Public Offices (관공서의 공휴일에
 * 관한 규정) as of Presidential Decree 36290: the days are those of its article 2, the substitutes those of its
 * article 3. What no rule gives is data: the days of the lunar calendar as the Korea Astronomy and Space Science
 * Institute publishes them, election days, and days the government has decreed once.
 */

/** Gregorian days of 1.1. (Seollal), 4.8. (Buddha's Birthday) and 8.15. (Chuseok) of the Korean lunar calendar. */
const lunarDays: Readonly<Record<number, { seollal: string; buddha: string; chuseok: string }>> = {
  2025: { seollal: '01-29', buddha: '05-05', chuseok: '10-06' },
  2026: { seollal: '02-17', buddha: '05-24', chuseok: '09-25' },
  2027: { seollal: '02-07', buddha: '05-13', chuseok: '09-15' },
  2028: { seollal: '01-27', buddha: '05-02', chuseok: '10-03' },
  2029: { seollal: '02-13', buddha: '05-20', chuseok: '09-22' },
  2030: { seollal: '02-03', buddha: '05-09', chuseok: '09-12' },
  2031: { seollal: '01-23', buddha: '05-28', chuseok: '10-01' },
  2032: { seollal: '02-11', buddha: '05-16', chuseok: '09-19' },
  2033: { seollal: '01-31', buddha: '05-06', chuseok: '09-08' },
  2034: { seollal: '02-19', buddha: '05-25', chuseok: '09-27' },
  2035: { seollal: '02-08', buddha: '05-15', chuseok: '09-16' },
};

/** The years whose lunar days are known here. */
export const koreanYears = Object.keys(lunarDays).map(Number);

/** Days that came or come once: elections at the end of a term, and what the government has decreed. */
const onceOnly: readonly PublicHoliday[] = [
  { day: '2025-01-27', name: { en: 'Temporary holiday', ko: '임시공휴일' } },
  { day: '2025-06-03', name: { en: 'Presidential election', ko: '대통령 선거일' } },
  { day: '2026-06-03', name: { en: 'Local elections', ko: '전국동시지방선거일' } },
  { day: '2028-04-12', name: { en: 'General election', ko: '국회의원 선거일' } },
];

/** Article 3: which days of the weekend a holiday is made up for. Every one of these is also made up for when it falls on another holiday. */
type Substitute = 'weekend' | 'sunday' | 'never';

interface Rule {
  name: PublicHoliday['name'];
  /** Month and day of the Gregorian calendar, or days from one of the lunar calendar. */
  on: string | { lunar: 'seollal' | 'buddha' | 'chuseok'; plus: number };
  substitute: Substitute;
  since?: number;
}

const rules: readonly Rule[] = [
  { name: { en: 'New Year’s Day', ko: '새해 첫날' }, on: '01-01', substitute: 'never' },
  ...lunarFeast('seollal', { en: 'Seollal', ko: '설날' }, { en: 'Seollal holiday', ko: '설날 연휴' }),
  { name: { en: 'March 1st Movement Day', ko: '삼일절' }, on: '03-01', substitute: 'weekend' },
  { name: { en: 'Labor Day', ko: '노동절' }, on: '05-01', substitute: 'weekend', since: 2026 },
  { name: { en: 'Children’s Day', ko: '어린이날' }, on: '05-05', substitute: 'weekend' },
  {
    name: { en: 'Buddha’s Birthday', ko: '부처님 오신 날' },
    on: { lunar: 'buddha', plus: 0 },
    substitute: 'weekend',
  },
  { name: { en: 'Memorial Day', ko: '현충일' }, on: '06-06', substitute: 'never' },
  { name: { en: 'Constitution Day', ko: '제헌절' }, on: '07-17', substitute: 'weekend', since: 2026 },
  { name: { en: 'Liberation Day', ko: '광복절' }, on: '08-15', substitute: 'weekend' },
  ...lunarFeast('chuseok', { en: 'Chuseok', ko: '추석' }, { en: 'Chuseok holiday', ko: '추석 연휴' }),
  { name: { en: 'National Foundation Day', ko: '개천절' }, on: '10-03', substitute: 'weekend' },
  { name: { en: 'Hangul Day', ko: '한글날' }, on: '10-09', substitute: 'weekend' },
  { name: { en: 'Christmas Day', ko: '성탄절' }, on: '12-25', substitute: 'weekend' },
];

/** The day itself, the one before and the one after. */
function lunarFeast(
  lunar: 'seollal' | 'chuseok',
  name: PublicHoliday['name'],
  around: PublicHoliday['name'],
): Rule[] {
  return [-1, 0, 1].map(plus => ({
    name: plus === 0 ? name : around,
    on: { lunar, plus },
    substitute: 'sunday',
  }));
}

/** The holidays of a year, in order; those before their law are left out. Undefined for a year that is not known here. */
export function koreanHolidays(year: number): PublicHoliday[] | undefined {
  const lunar = lunarDays[year];
  if (!lunar) return undefined;
  const days = rules
    .filter(({ since = 0 }) => year >= since)
    .map(rule => {
      const { on } = rule;
      if (typeof on === 'string') return { ...rule, day: Temporal.PlainDate.from(`${year}-${on}`) };
      return { ...rule, day: Temporal.PlainDate.from(`${year}-${lunar[on.lunar]}`).add({ days: on.plus }) };
    })
    .sort((a, b) => Temporal.PlainDate.compare(a.day, b.day));
  const holidays: PublicHoliday[] = [
    ...days.map(({ day, name }) => ({ day: day.toString(), name })),
    ...onceOnly.filter(({ day }) => day.startsWith(`${year}-`)),
  ];
  const taken = new Set(holidays.map(({ day }) => day));
  for (const [index, { day, name, substitute }] of days.entries()) {
    const coincides = days.slice(0, index).some(other => other.day.equals(day));
    if (!isMadeUpFor(day, substitute, coincides)) continue;
    let free = day.add({ days: 1 });
    while (free.dayOfWeek >= 6 || taken.has(free.toString())) free = free.add({ days: 1 });
    taken.add(free.toString());
    holidays.push({
      day: free.toString(),
      name: { en: `Substitute holiday (${name.en})`, ko: `대체공휴일 (${name.ko})` },
    });
  }
  return holidays.sort((a, b) => a.day.localeCompare(b.day));
}

/** Article 3, paragraph 1; of two that fall on one weekday, one is made up for. */
function isMadeUpFor(day: Temporal.PlainDate, substitute: Substitute, coincides: boolean): boolean {
  if (substitute === 'never') return false;
  if (day.dayOfWeek === 7) return true;
  if (day.dayOfWeek === 6) return substitute === 'weekend';
  return coincides;
}
