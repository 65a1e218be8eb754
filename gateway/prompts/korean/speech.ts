import { type CalendarDay, checkDay, largest, longestWait, type Opening, type Speech } from '../speech.js';
import { glue, join, pausing, type Spoken, say, sentence, whole } from '../spoken.js';
import { beforeCounter, clip, counting, sino } from './numbers.js';

const keys: Readonly<Record<string, string>> = { '0': 'digit-0', '*': 'star', '#': 'pound' };

function digit(key: string): Spoken {
  return clip(keys[key] ?? `sino-${key}`);
}

/** 한 시간 오 분: hours are counted with native numerals, minutes with Sino-Korean ones. */
function duration(minutes: number): Spoken {
  if (minutes === 0) return say(clip('minutes-1'), clip('less-than'));
  const [hours, rest] = [Math.floor(minutes / 60), minutes % 60];
  const parts: Spoken[] = [];
  if (hours > 0) parts.push(say(beforeCounter(hours), clip('hours')));
  if (rest > 0) parts.push(clip(`minutes-${rest}`));
  return say(...parts);
}

function wait(minutes: number, most = minutes): Spoken {
  whole(minutes, 0, longestWait);
  whole(most, minutes, longestWait);
  if (minutes === most) return duration(minutes);
  // "From less than a minute" would say nothing: the upper end is what is promised.
  if (minutes === 0) return say(duration(most), clip('less-than'));
  return say(glue(duration(minutes), clip('from')), duration(most));
}

/** 오전 아홉 시 오 분: the hour native, the minute Sino-Korean. The hour after midnight is 영 시. */
function clock({ hour, minute }: { hour: number; minute: number }): Spoken {
  whole(hour, 0, 23);
  whole(minute, 0, 59);
  if (minute === 0 && hour === 0) return clip('midnight');
  if (minute === 0 && hour === 12) return clip('noon');
  const parts = [clip(hour < 12 ? 'am' : 'pm'), clip(`hour-${hour > 12 ? hour - 12 : hour}`)];
  if (minute > 0) parts.push(clip(`minutes-${minute}`));
  return say(...parts);
}

function date(day: CalendarDay): Spoken {
  checkDay(day);
  const monthAndDay = say(clip(`month-${day.month}`), clip(`day-${day.day}`));
  if (day.year === undefined) return monthAndDay;
  whole(day.year, 1000, 9999);
  return say(glue(sino(day.year), clip('year')), monthAndDay);
}

function weekday(n: number): Spoken {
  whole(n, 1, 7);
  return clip(`weekday-${n}`);
}

function openingDay(day: Opening['day']): Spoken {
  if (typeof day === 'string') return clip(day);
  return 'weekday' in day ? weekday(day.weekday) : date(day);
}

function ordinal(n: number): Spoken {
  whole(n, 1, largest);
  return n === 1 ? clip('first') : say(beforeCounter(n), clip('th'));
}

export const korean: Speech = {
  cardinal(n) {
    whole(n, 0, largest);
    return sino(n);
  },
  counting(n) {
    whole(n, 0, largest);
    return counting(n);
  },
  ordinal,
  people(n) {
    whole(n, 0, largest);
    return say(beforeCounter(n), clip('people'));
  },
  won(n) {
    whole(n, 0, largest);
    return say(sino(n), clip('won'));
  },
  digits: digits => join(Array.from(digits, digit), ' '),
  phoneNumber(groups, international) {
    const said = groups.map(group => join(Array.from(group, digit), ''));
    return international ? say(clip('plus'), pausing(said)) : pausing(said);
  },
  wait,
  clock,
  date,
  weekday,
  position: n =>
    n === 1 ? clip('you-are-next') : sentence(clip('you-are-number'), glue(ordinal(n), clip('is'))),
  estimatedWait: (minutes, most) => sentence(clip('estimated-wait'), glue(wait(minutes, most), clip('is'))),
  opensAt: opening =>
    sentence(clip('opens-again'), openingDay(opening.day), glue(clock(opening), clip('starts'))),
};
