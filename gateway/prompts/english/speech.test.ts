import t from 'tap';
import { largest } from '../speech.js';
import { english } from './speech.js';

const smallNumbers = new Map(
  'zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen seventeen eighteen nineteen'
    .split(' ')
    .map((name, value) => [name, value]),
);
'twenty thirty forty fifty sixty seventy eighty ninety'.split(' ').forEach((name, index) => {
  smallNumbers.set(name, (index + 2) * 10);
});
const scales = new Map([
  ['thousand', 1000],
  ['million', 1e6],
  ['billion', 1e9],
]);

/** Reads a number in words, as a person would: the other way round than it is made. */
function readNumber(text: string): number {
  let [total, group] = [0, 0];
  for (const name of text.split(/[ -]/)) {
    const scale = scales.get(name);
    const small = smallNumbers.get(name);
    if (name === 'hundred') group *= 100;
    else if (scale !== undefined) [total, group] = [total + group * scale, 0];
    else if (small !== undefined) group += small;
    else throw new Error(`${name} is no part of a number`);
  }
  return total + group;
}

const irregular: Record<string, string> = {
  first: 'one',
  second: 'two',
  third: 'three',
  fifth: 'five',
  eighth: 'eight',
  ninth: 'nine',
  twelfth: 'twelve',
};

/** "twenty-first" as "twenty-one". */
function cardinalOf(ordinal: string): string {
  return ordinal.replace(/[a-z]+$/, last => irregular[last] ?? last.replace(/ieth$/, 'y').replace(/th$/, ''));
}

const tenThousand = Array.from({ length: 10_000 }, (_, n) => n);
const large = [10_000, 12_345, 100_000, 999_999, 1_000_000, 2_000_001, 1e9, 123_456_789_012, largest];

t.test('every number to 9999 and some large ones can be read back', async t => {
  const faults = [...tenThousand, ...large].filter(n => readNumber(english.cardinal(n).text) !== n);
  t.same(faults, []);
  const wrongOrdinals = [...tenThousand.slice(1), ...large].filter(
    n => readNumber(cardinalOf(english.ordinal(n).text)) !== n,
  );
  t.same(wrongOrdinals, []);
});

t.test('numbers as they are known', async t => {
  const cardinals: [number, string][] = [
    [0, 'zero'],
    [13, 'thirteen'],
    [21, 'twenty-one'],
    [40, 'forty'],
    [100, 'one hundred'],
    [101, 'one hundred one'],
    [110, 'one hundred ten'],
    [999, 'nine hundred ninety-nine'],
    [1000, 'one thousand'],
    [1001, 'one thousand one'],
    [12_345, 'twelve thousand three hundred forty-five'],
    [1_000_000, 'one million'],
  ];
  for (const [n, text] of cardinals) t.equal(english.cardinal(n).text, text);
  const ordinals: [number, string][] = [
    [1, 'first'],
    [2, 'second'],
    [3, 'third'],
    [5, 'fifth'],
    [8, 'eighth'],
    [9, 'ninth'],
    [12, 'twelfth'],
    [13, 'thirteenth'],
    [20, 'twentieth'],
    [21, 'twenty-first'],
    [40, 'fortieth'],
    [100, 'one hundredth'],
    [102, 'one hundred second'],
    [1000, 'one thousandth'],
    [1_000_000, 'one millionth'],
  ];
  for (const [n, text] of ordinals) t.equal(english.ordinal(n).text, text);
});

t.test('every minute of a day is said differently, and can be read back', async t => {
  const day = Array.from({ length: 1440 }, (_, n) => ({ hour: Math.floor(n / 60), minute: n % 60 }));
  const said = day.map(time => english.clock(time).text);
  t.same(said.map(readClock), day);
  t.equal(new Set(said).size, 1440);
  t.equal(english.clock({ hour: 0, minute: 0 }).text, 'midnight');
  t.equal(english.clock({ hour: 12, minute: 0 }).text, 'noon');
  t.equal(english.clock({ hour: 0, minute: 5 }).text, 'twelve oh five a.m.');
  t.equal(english.clock({ hour: 9, minute: 0 }).text, 'nine a.m.');
  t.equal(english.clock({ hour: 17, minute: 45 }).text, 'five forty-five p.m.');
});

interface Time {
  hour: number;
  minute: number;
}

function readClock(text: string): Time {
  if (text === 'midnight') return { hour: 0, minute: 0 };
  if (text === 'noon') return { hour: 12, minute: 0 };
  const [, hour = '', minute = 'zero', half] = /^(\S+)(?: (?:oh )?(\S+))? ([ap])\.m\.$/.exec(text) ?? [];
  return { hour: (readNumber(hour) % 12) + (half === 'p' ? 12 : 0), minute: readNumber(minute) };
}

/** "one hour and five minutes" in minutes; NaN where one and many do not agree. */
function readWait(text: string): number {
  return text.split(' and ').reduce((sum, part) => {
    const [, count = '', unit, many] = /^(\S+) (hour|minute)(s?)$/.exec(part) ?? [];
    const agrees = (count === 'one') === (many === '');
    return sum + (agrees ? readNumber(count) * (unit === 'hour' ? 60 : 1) : Number.NaN);
  }, 0);
}

t.test('every wait up to a hundred hours can be read back', async t => {
  const waits = Array.from({ length: 5999 }, (_, index) => index + 1);
  t.same(
    waits.filter(minutes => readWait(english.wait(minutes).text) !== minutes),
    [],
  );
});

t.test('waits, dates and the rest as they are known', async t => {
  t.equal(english.wait(0).text, 'less than one minute');
  t.equal(english.wait(1).text, 'one minute');
  t.equal(english.wait(60).text, 'one hour');
  t.equal(english.wait(61).text, 'one hour and one minute');
  t.equal(english.wait(5, 10).text, 'five to ten minutes');
  t.equal(english.wait(5, 5).text, 'five minutes');
  t.equal(english.wait(0, 1).text, 'less than one minute');
  t.equal(english.wait(0, 5).text, 'less than five minutes');
  t.equal(english.wait(60, 120).text, 'one to two hours');
  t.equal(english.wait(45, 60).text, 'forty-five minutes to one hour');
  t.equal(english.date({ month: 11, day: 30 }).text, 'November thirtieth');
  t.equal(english.date({ year: 2026, month: 2, day: 1 }).text, 'February first, twenty twenty-six');
  for (const [year, text] of [
    [1000, 'one thousand'],
    [1900, 'nineteen hundred'],
    [1905, 'nineteen oh five'],
    [1999, 'nineteen ninety-nine'],
    [2000, 'two thousand'],
    [2009, 'two thousand nine'],
    [2010, 'twenty ten'],
    [2100, 'twenty-one hundred'],
  ] as const)
    t.equal(english.date({ year, month: 1, day: 2 }).text, `January second, ${text}`);
  t.equal(english.weekday(7).text, 'Sunday');
  t.equal(english.people(1).text, 'one person');
  t.equal(english.people(21).text, 'twenty-one people');
  t.equal(english.won(15_000).text, 'fifteen thousand won');
  t.equal(english.digits('0*9#').text, 'zero star nine pound');
  t.equal(english.phoneNumber(['02', '123'], false).text, 'zero two, one two three');
  t.equal(english.phoneNumber(['82', '2'], true).text, 'plus eight two, two');
  t.equal(english.position(1).text, 'You are next in the queue.');
  t.equal(english.position(12).text, 'You are number twelve in the queue.');
  t.equal(english.estimatedWait(5, 10).text, 'Your estimated wait is five to ten minutes.');
  t.equal(english.opensAt({ day: 'today', hour: 13, minute: 0 }).text, 'We open again today at one p.m.');
  t.equal(
    english.opensAt({ day: { weekday: 1 }, hour: 9, minute: 30 }).text,
    'We open again on Monday at nine thirty a.m.',
  );
  t.equal(
    english.opensAt({ day: { month: 12, day: 26 }, hour: 12, minute: 0 }).text,
    'We open again on December twenty-sixth at noon.',
  );
});
