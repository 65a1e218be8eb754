import t from 'tap';
import { largest } from '../speech.js';
import { korean } from './speech.js';

const sinoDigits = new Map([...'영일이삼사오육칠팔구'].map((name, value) => [name, value]));
const sinoUnits = new Map([
  ['십', 10],
  ['백', 100],
  ['천', 1000],
]);

/** Reads a Sino-Korean number, as a person would: the other way round than it is made. */
function readSino(text: string): number {
  let [total, group, digit] = [0, 0, 0];
  for (const syllable of text.replaceAll(' ', '')) {
    const value = sinoDigits.get(syllable);
    const unit = sinoUnits.get(syllable);
    if (value !== undefined) digit = value;
    else if (unit !== undefined) [group, digit] = [group + (digit || 1) * unit, 0];
    else if (syllable === '만') [total, group, digit] = [total + (group + digit || 1) * 1e4, 0, 0];
    else if (syllable === '억') [total, group, digit] = [total + (group + digit) * 1e8, 0, 0];
    else throw new Error(`${syllable} is no part of a Sino-Korean number`);
  }
  return total + group + digit;
}

const nativeTens = ['열', '스물', '서른', '마흔', '쉰', '예순', '일흔', '여든', '아흔'];
const beforeCounters = ['한', '두', '세', '네', '다섯', '여섯', '일곱', '여덟', '아홉'];
const alone = ['하나', '둘', '셋', '넷', '다섯', '여섯', '일곱', '여덟', '아홉'];

/** All of 1 to 99, in the given forms of one to nine. */
function nativeNumbers(units: readonly string[], twenty: string): Map<string, number> {
  const all = new Map<string, number>();
  for (let n = 1; n < 100; n++) {
    const text = `${n < 10 ? '' : nativeTens[Math.floor(n / 10) - 1]}${n % 10 === 0 ? '' : units[(n % 10) - 1]}`;
    all.set(n === 20 ? twenty : text, n);
  }
  return all;
}

const attributive = nativeNumbers(beforeCounters, '스무');
const standing = nativeNumbers(alone, '스물');

/** Hundreds and more are Sino-Korean, what follows them native: 백스물한. */
function readMixed(text: string): number {
  for (let at = 0; at < text.length; at++) {
    const native = attributive.get(text.slice(at));
    const sino = text.slice(0, at);
    if (native !== undefined && /^$|[백천만억] ?$/.test(sino)) return readSino(sino) + native;
  }
  return readSino(text);
}

const tenThousand = Array.from({ length: 10_000 }, (_, n) => n);
const large = [
  10_000,
  10_001,
  12_345,
  100_000,
  110_000,
  99_999_999,
  1e8,
  100_010_000,
  123_456_789_012,
  largest,
];

t.test('every number to 9999 and some large ones can be read back', async t => {
  t.same(
    [...tenThousand, ...large].filter(n => readSino(korean.cardinal(n).text) !== n),
    [],
  );
  t.same(
    tenThousand.slice(1).filter(n => readMixed(korean.people(n).text.replace(/ 명$/, '')) !== n),
    [],
  );
  t.same(
    tenThousand.slice(1).filter(
      n =>
        readMixed(
          korean
            .ordinal(n)
            .text.replace(/ 번째$/, '')
            .replace(/^첫$/, '한'),
        ) !== n,
    ),
    [],
  );
  t.same(
    tenThousand.slice(1, 100).filter(n => standing.get(korean.counting(n).text) !== n),
    [],
  );
});

t.test('numbers as they are known', async t => {
  const cardinals: [number, string][] = [
    [0, '영'],
    [10, '십'],
    [16, '십육'],
    [21, '이십일'],
    [100, '백'],
    [111, '백십일'],
    [1000, '천'],
    [2026, '이천이십육'],
    [10_000, '만'],
    [15_000, '만 오천'],
    [110_000, '십일만'],
    [1_234_567, '백이십삼만 사천오백육십칠'],
    [100_000_000, '일억'],
    [100_010_000, '일억 일만'],
  ];
  for (const [n, text] of cardinals) t.equal(korean.cardinal(n).text, text);
  const ordinals: [number, string][] = [
    [1, '첫 번째'],
    [2, '두 번째'],
    [5, '다섯 번째'],
    [11, '열한 번째'],
    [20, '스무 번째'],
    [21, '스물한 번째'],
    [30, '서른 번째'],
    [99, '아흔아홉 번째'],
    [100, '백 번째'],
    [101, '백한 번째'],
    [120, '백스무 번째'],
    [250, '이백쉰 번째'],
  ];
  for (const [n, text] of ordinals) t.equal(korean.ordinal(n).text, text);
  const counts: [number, string][] = [
    [1, '하나'],
    [4, '넷'],
    [11, '열하나'],
    [20, '스물'],
    [21, '스물하나'],
    [34, '서른넷'],
    [50, '쉰'],
  ];
  for (const [n, text] of counts) t.equal(korean.counting(n).text, text);
  t.equal(korean.people(1).text, '한 명');
  t.equal(korean.people(20).text, '스무 명');
  t.equal(korean.people(23).text, '스물세 명');
  t.equal(korean.won(16_500).text, '만 육천오백 원');
});

interface Time {
  hour: number;
  minute: number;
}

function readClock(text: string): Time {
  if (text === '자정') return { hour: 0, minute: 0 };
  if (text === '정오') return { hour: 12, minute: 0 };
  const [, half, hour = '', minute = '영'] = /^(오전|오후) (\S+) 시(?: (\S+) 분)?$/.exec(text) ?? [];
  const onDial = hour === '영' ? 0 : (attributive.get(hour) ?? Number.NaN);
  return { hour: (onDial % 12) + (half === '오후' ? 12 : 0), minute: readSino(minute) };
}

t.test('every minute of a day is said differently, and can be read back', async t => {
  const day = Array.from({ length: 1440 }, (_, n) => ({ hour: Math.floor(n / 60), minute: n % 60 }));
  const said = day.map(time => korean.clock(time).text);
  t.same(said.map(readClock), day);
  t.equal(new Set(said).size, 1440);
  t.equal(korean.clock({ hour: 0, minute: 0 }).text, '자정');
  t.equal(korean.clock({ hour: 12, minute: 0 }).text, '정오');
  t.equal(korean.clock({ hour: 0, minute: 5 }).text, '오전 영 시 오 분');
  t.equal(korean.clock({ hour: 12, minute: 30 }).text, '오후 열두 시 삼십 분');
  t.equal(korean.clock({ hour: 13, minute: 0 }).text, '오후 한 시');
  t.equal(korean.clock({ hour: 14, minute: 16 }).text, '오후 두 시 십육 분');
});

function readWait(text: string): number {
  const [, hours, rest = '영'] = /^(?:(\S+) 시간)? ?(?:(\S+) 분)?$/.exec(text) ?? [];
  return (hours === undefined ? 0 : (attributive.get(hours) ?? Number.NaN)) * 60 + readSino(rest);
}

t.test('every wait up to a hundred hours can be read back', async t => {
  const waits = Array.from({ length: 5999 }, (_, index) => index + 1);
  t.same(
    waits.filter(minutes => readWait(korean.wait(minutes).text) !== minutes),
    [],
  );
});

t.test('waits, dates and the rest as they are known', async t => {
  t.equal(korean.wait(0).text, '일 분 미만');
  t.equal(korean.wait(60).text, '한 시간');
  t.equal(korean.wait(65).text, '한 시간 오 분');
  t.equal(korean.wait(1200).text, '스무 시간');
  t.equal(korean.wait(5, 10).text, '오 분에서 십 분');
  t.equal(korean.wait(60, 120).text, '한 시간에서 두 시간');
  t.equal(korean.wait(0, 5).text, '오 분 미만');
  const months = '일월 이월 삼월 사월 오월 유월 칠월 팔월 구월 시월 십일월 십이월'.split(' ');
  months.forEach((name, index) => {
    t.equal(korean.date({ month: index + 1, day: 1 }).text, `${name} 일일`);
  });
  t.equal(korean.date({ year: 2026, month: 6, day: 16 }).text, '이천이십육년 유월 십육일');
  t.equal(korean.date({ month: 10, day: 31 }).text, '시월 삼십일일');
  t.equal(korean.weekday(1).text, '월요일');
  t.equal(korean.weekday(7).text, '일요일');
  t.equal(korean.digits('102*#').text, '일 공 이 별표 우물 정자');
  t.equal(korean.phoneNumber(['010', '5550', '0106'], false).text, '공일공, 오오오공, 공일공육');
  t.equal(korean.phoneNumber(['82', '10'], true).text, '플러스 팔이, 일공');
  t.equal(korean.position(1).text, '고객님을 바로 다음 순서로 연결해 드리겠습니다.');
  t.equal(korean.position(3).text, '현재 고객님의 대기 순서는 세 번째입니다.');
  t.equal(korean.estimatedWait(5, 10).text, '예상 대기 시간은 오 분에서 십 분입니다.');
  t.equal(
    korean.opensAt({ day: 'tomorrow', hour: 9, minute: 0 }).text,
    '다음 상담은 내일 오전 아홉 시에 시작됩니다.',
  );
  t.equal(
    korean.opensAt({ day: { month: 6, day: 8 }, hour: 12, minute: 0 }).text,
    '다음 상담은 유월 팔일 정오에 시작됩니다.',
  );
});
