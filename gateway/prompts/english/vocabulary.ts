import type { Vocabulary } from '../spoken.js';
import { textsOf } from '../texts.js';

const small =
  'zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen seventeen eighteen nineteen'.split(
    ' ',
  );
const tens = 'twenty thirty forty fifty sixty seventy eighty ninety'.split(' ');
const smallOrdinals =
  'first second third fourth fifth sixth seventh eighth ninth tenth eleventh twelfth thirteenth fourteenth fifteenth sixteenth seventeenth eighteenth nineteenth'.split(
    ' ',
  );
const tenthOrdinals = 'twentieth thirtieth fortieth fiftieth sixtieth seventieth eightieth ninetieth'.split(
  ' ',
);
const months = 'January February March April May June July August September October November December'.split(
  ' ',
);
const weekdays = 'Monday Tuesday Wednesday Thursday Friday Saturday Sunday'.split(' ');

function numbered(name: string, texts: readonly string[], first: number, step = 1): Vocabulary {
  return Object.fromEntries(texts.map((text, index) => [`${name}-${first + index * step}`, text]));
}

/** What numbers, times and dates are made of in English, a clip each. */
export const parts: Vocabulary = {
  ...numbered('cardinal', small, 0),
  ...numbered('cardinal', tens, 20, 10),
  ...numbered('ordinal', smallOrdinals, 1),
  ...numbered('ordinal', tenthOrdinals, 20, 10),
  hundred: 'hundred',
  thousand: 'thousand',
  million: 'million',
  billion: 'billion',
  hundredth: 'hundredth',
  thousandth: 'thousandth',
  millionth: 'millionth',
  billionth: 'billionth',
  oh: 'oh',
  plus: 'plus',
  star: 'star',
  pound: 'pound',
  person: 'person',
  people: 'people',
  won: 'won',
  minute: 'minute',
  minutes: 'minutes',
  hour: 'hour',
  hours: 'hours',
  'less-than': 'less than',
  to: 'to',
  and: 'and',
  am: 'a.m.',
  pm: 'p.m.',
  noon: 'noon',
  midnight: 'midnight',
  ...numbered('month', months, 1),
  ...numbered('weekday', weekdays, 1),
  today: 'today',
  tomorrow: 'tomorrow',
  on: 'on',
  at: 'at',
  'in-the-queue': 'in the queue',
};

export const vocabulary: Vocabulary = { ...textsOf('en'), ...parts };
