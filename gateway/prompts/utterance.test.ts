import t from 'tap';
import { locales } from '../errors.js';
import { pause } from './spoken.js';
import { speak, speeches, type Utterance } from './utterance.js';

const refused: Utterance[] = [
  { cardinal: -1 },
  { cardinal: 1.5 },
  { cardinal: Number.NaN },
  { cardinal: 1e12 },
  { ordinal: 0 },
  { people: -1 },
  { digits: '12a' },
  { digits: '１' },
  { phone: 'constructor' },
  { phone: '' },
  { wait: -1 },
  { wait: 10, most: 5 },
  { wait: 6000 },
  { clock: { hour: 24, minute: 0 } },
  { clock: { hour: 9, minute: 60 } },
  { date: { month: 2, day: 30 } },
  { date: { year: 2026, month: 2, day: 29 } },
  { date: { year: 1900, month: 2, day: 29 } },
  { date: { month: 13, day: 1 } },
  { date: { month: 0, day: 1 } },
  { date: { year: 26, month: 1, day: 1 } },
  { weekday: 0 },
  { weekday: 8 },
  { position: 0 },
  { estimatedWait: 3, most: 2 },
  { opensAt: new Date('2026-11-29T00:00Z'), now: new Date('2026-11-30T12:00Z'), timeZone: 'UTC' },
];

t.test('what no language has words for is refused', async t => {
  for (const language of locales)
    for (const utterance of refused)
      t.throws(() => speak(language, [utterance]), RangeError, `${language} ${JSON.stringify(utterance)}`);
  t.doesNotThrow(() => speak('en', [{ date: { year: 2028, month: 2, day: 29 } }]));
});

t.test('every day of a leap year has words, each its own', async t => {
  for (const language of locales) {
    const said = new Set<string>();
    for (let day = new Date('2028-01-01'); day.getUTCFullYear() === 2028; day = new Date(+day + 86_400_000))
      said.add(speeches[language].date({ month: day.getUTCMonth() + 1, day: day.getUTCDate() }).text);
    t.equal(said.size, 366);
  }
});

t.test('a telephone number is grouped as in its country, and short at home', async t => {
  const phone = '+821055500100';
  t.equal(speak('ko', [{ phone, country: 'KR' }]).text, '공일공, 오오오공, 공일공공');
  t.equal(speak('ko', [{ phone }]).text, '플러스 팔이, 일공, 오오오공, 공일공공');
  t.equal(
    speak('en', [{ phone: '+12125550123', country: 'US' }]).text,
    'two one two, five five five, zero one two three',
  );
  const { clips } = speak('en', [{ phone: '+82215880000', country: 'KR' }]);
  t.equal(clips.filter(clip => clip === pause).length, 2);
});

t.test('the day a counter opens again is told as seen from its own clock', async t => {
  const now = new Date('2026-11-30T14:30Z');
  const opening = (opensAt: string, timeZone: string) =>
    speak('en', [{ opensAt: new Date(opensAt), now, timeZone }]).text;
  t.equal(
    opening('2026-12-01T00:00Z', 'Asia/Seoul'),
    'We open again tomorrow at nine a.m.',
    'there it is still Monday',
  );
  t.equal(opening('2026-12-01T00:00Z', 'UTC'), 'We open again tomorrow at midnight.');
  t.equal(opening('2026-11-30T23:00Z', 'America/New_York'), 'We open again today at six p.m.');
  t.equal(opening('2026-12-06T00:00Z', 'Asia/Seoul'), 'We open again on Sunday at nine a.m.');
  t.equal(opening('2026-12-07T00:00Z', 'Asia/Seoul'), 'We open again on December seventh at nine a.m.');
  t.equal(
    opening('2027-09-01T00:30Z', 'Asia/Seoul'),
    'We open again on September first, twenty twenty-seven at nine thirty a.m.',
  );
});

t.test('several things are one text and one sequence', async t => {
  const { text, clips } = speak('ko', [{ prompt: 'all-agents-busy' }, { position: 2 }, { estimatedWait: 5 }]);
  t.equal(
    text,
    '지금은 모든 상담원이 통화 중입니다. 끊지 말고 잠시만 기다려 주십시오. 현재 고객님의 대기 순서는 두 번째입니다. 예상 대기 시간은 오 분입니다.',
  );
  t.same(clips, [
    'all-agents-busy',
    'you-are-number',
    'native-2',
    'th',
    'is',
    'estimated-wait',
    'minutes-5',
    'is',
  ]);
});
