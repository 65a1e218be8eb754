import { type CalendarDay, checkDay, largest, longestWait, type Opening, type Speech } from '../speech.js';
import { join, pausing, type Spoken, say, sentence, whole } from '../spoken.js';
import { clip, number, year } from './numbers.js';

const keys: Readonly<Record<string, string>> = { '*': 'star', '#': 'pound' };

function digit(key: string): Spoken {
  return clip(keys[key] ?? `cardinal-${key}`);
}

function digits(keysPressed: string): Spoken {
  return join(Array.from(keysPressed, digit), ' ');
}

function counted(n: number, one: string, many: string): Spoken {
  return say(number(n, 'cardinal'), clip(n === 1 ? one : many));
}

function duration(minutes: number): Spoken {
  if (minutes === 0) return say(clip('less-than'), counted(1, 'minute', 'minutes'));
  const [hours, rest] = [Math.floor(minutes / 60), minutes % 60];
  if (hours === 0) return counted(rest, 'minute', 'minutes');
  const whole = counted(hours, 'hour', 'hours');
  return rest === 0 ? whole : say(whole, clip('and'), counted(rest, 'minute', 'minutes'));
}

/** "five to ten minutes": the unit once, where both ends have the same. */
function range(least: number, most: number): Spoken {
  const inHours = least % 60 === 0 && most % 60 === 0;
  const perUnit = inHours ? 60 : 1;
  // "From less than a minute" would say nothing: the upper end is what is promised.
  if (least === 0) return say(clip('less-than'), duration(most));
  if (most >= 60 && !inHours) return say(duration(least), clip('to'), duration(most));
  return say(
    number(least / perUnit, 'cardinal'),
    clip('to'),
    counted(most / perUnit, 'minute', inHours ? 'hours' : 'minutes'),
  );
}

function wait(minutes: number, most = minutes): Spoken {
  whole(minutes, 0, longestWait);
  whole(most, minutes, longestWait);
  return minutes === most ? duration(minutes) : range(minutes, most);
}

function clock({ hour, minute }: { hour: number; minute: number }): Spoken {
  whole(hour, 0, 23);
  whole(minute, 0, 59);
  if (minute === 0 && hour === 0) return clip('midnight');
  if (minute === 0 && hour === 12) return clip('noon');
  const parts = [number(hour % 12 || 12, 'cardinal')];
  if (minute > 0 && minute < 10) parts.push(clip('oh'));
  if (minute > 0) parts.push(number(minute, 'cardinal'));
  return say(...parts, clip(hour < 12 ? 'am' : 'pm'));
}

function date(day: CalendarDay): Spoken {
  checkDay(day);
  const monthAndDay = say(clip(`month-${day.month}`), number(day.day, 'ordinal'));
  if (day.year === undefined) return monthAndDay;
  whole(day.year, 1000, 9999);
  return pausing([monthAndDay, year(day.year)]);
}

function weekday(n: number): Spoken {
  whole(n, 1, 7);
  return clip(`weekday-${n}`);
}

function openingDay(day: Opening['day']): Spoken {
  if (typeof day === 'string') return clip(day);
  return say(clip('on'), 'weekday' in day ? weekday(day.weekday) : date(day));
}

function position(n: number): Spoken {
  whole(n, 1, largest);
  if (n === 1) return clip('you-are-next');
  return sentence(clip('you-are-number'), number(n, 'cardinal'), clip('in-the-queue'));
}

function cardinal(n: number): Spoken {
  whole(n, 0, largest);
  return number(n, 'cardinal');
}

export const english: Speech = {
  cardinal,
  counting: cardinal,
  ordinal(n) {
    whole(n, 1, largest);
    return number(n, 'ordinal');
  },
  people(n) {
    whole(n, 0, largest);
    return counted(n, 'person', 'people');
  },
  won(n) {
    whole(n, 0, largest);
    return say(number(n, 'cardinal'), clip('won'));
  },
  digits,
  phoneNumber(groups, international) {
    const said = groups.map(digits);
    return international ? say(clip('plus'), pausing(said)) : pausing(said);
  },
  wait,
  clock,
  date,
  weekday,
  position,
  estimatedWait: (minutes, most) => sentence(clip('estimated-wait'), wait(minutes, most)),
  opensAt: opening => sentence(clip('opens-again'), openingDay(opening.day), clip('at'), clock(opening)),
};
