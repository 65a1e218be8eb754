import t from 'tap';
import { isOpen, nextOpening, type OpeningHours, openSpans, openState } from './opening-hours.js';

function hours(weekly: OpeningHours['weekly'], more: Partial<OpeningHours> = {}): OpeningHours {
  return { timeZone: 'Asia/Seoul', weekly, publicHolidays: null, days: new Map(), ...more };
}

const office = ['09:00-12:00', '13:00-18:00'];
const week = { mon: office, tue: office, wed: office, thu: office, fri: office };

function every(...spans: string[]): OpeningHours['weekly'] {
  return { mon: spans, tue: spans, wed: spans, thu: spans, fri: spans, sat: spans, sun: spans };
}

/** The spans as local text, and how many hours each lasts. */
function shown(of: OpeningHours, from: string, until: string): string[] {
  const clock = new Intl.DateTimeFormat('sv-SE', {
    timeZone: of.timeZone,
    dateStyle: 'short',
    timeStyle: 'short',
  });
  return openSpans(of, new Date(from), new Date(until)).map(
    ({ from, until }) =>
      `${clock.format(from)} - ${clock.format(until)} (${(until.getTime() - from.getTime()) / 3_600_000} h)`,
  );
}

t.test('the hours of a week', async t => {
  const seoul = hours(week);
  for (const [at, open] of [
    ['2026-11-30T08:59:59.999+09:00', false],
    ['2026-11-30T09:00:00+09:00', true],
    ['2026-11-30T11:59:59.999+09:00', true],
    ['2026-11-30T12:00:00+09:00', false],
    ['2026-11-30T13:00:00+09:00', true],
    ['2026-11-30T18:00:00+09:00', false],
    ['2026-12-05T10:00:00+09:00', false],
  ] as const)
    t.equal(isOpen(seoul, new Date(at)), open, at);
  t.same(nextOpening(seoul, new Date('2026-12-04T18:00:00+09:00')), new Date('2026-12-07T09:00:00+09:00'));
  t.same(nextOpening(seoul, new Date('2026-11-30T10:30:00+09:00')), new Date('2026-11-30T10:30:00+09:00'));
  t.equal(nextOpening(hours({}), new Date('2026-11-30T10:30:00+09:00')), undefined, 'never');
});

t.test('midnight', async t => {
  const night = hours({ fri: ['22:00-06:00'], sun: ['20:00-24:00'], mon: ['00:00-01:00'] });
  t.same(shown(night, '2026-12-04T00:00+09:00', '2026-12-08T00:00+09:00'), [
    '2026-12-04 22:00 - 2026-12-05 06:00 (8 h)',
    '2026-12-06 20:00 - 2026-12-07 01:00 (5 h)',
  ]);
  t.ok(isOpen(night, new Date('2026-12-05T05:59+09:00')), 'the morning belongs to the night before');
  t.ok(isOpen(night, new Date('2026-12-07T00:00+09:00')), 'no gap between one day and the next');
  t.notOk(isOpen(night, new Date('2026-12-07T22:00+09:00')));
  const always = hours(every('00:00-24:00'));
  t.same(shown(always, '2026-12-04T00:00+09:00', '2026-12-05T00:00+09:00'), [
    '2026-12-03 00:00 - 2026-12-06 00:00 (72 h)',
  ]);
});

t.test('leap days', async t => {
  const seoul = hours(week);
  t.same(shown(seoul, '2028-02-28T20:00+09:00', '2028-03-01T20:00+09:00'), [
    '2028-02-29 09:00 - 2028-02-29 12:00 (3 h)',
    '2028-02-29 13:00 - 2028-02-29 18:00 (5 h)',
    '2028-03-01 09:00 - 2028-03-01 12:00 (3 h)',
    '2028-03-01 13:00 - 2028-03-01 18:00 (5 h)',
  ]);
  t.same(nextOpening(seoul, new Date('2027-02-28T12:00+09:00')), new Date('2027-03-01T09:00+09:00'));
});

t.test('the clock is put forward', async t => {
  const berlin = hours(every('01:00-04:00'), { timeZone: 'Europe/Berlin' });
  t.same(shown(berlin, '2027-03-28T00:00Z', '2027-03-28T04:00Z'), [
    '2027-03-28 01:00 - 2027-03-28 04:00 (2 h)',
  ]);
  const within = hours(every('02:30-05:00'), { timeZone: 'Europe/Berlin' });
  t.same(
    shown(within, '2027-03-28T00:00Z', '2027-03-28T04:00Z'),
    ['2027-03-28 03:30 - 2027-03-28 05:00 (1.5 h)'],
    'from a time that does not exist',
  );
  const lost = hours({ sun: ['02:10-02:50'] }, { timeZone: 'America/New_York' });
  t.same(
    shown(lost, '2027-03-14T00:00-05:00', '2027-03-14T12:00-04:00'),
    ['2027-03-14 03:10 - 2027-03-14 03:50 (0.6666666666666666 h)'],
    'a span that falls into the gap keeps its length',
  );
});

t.test('the clock is put back', async t => {
  const berlin = hours(every('01:00-04:00'), { timeZone: 'Europe/Berlin' });
  t.same(shown(berlin, '2027-10-30T22:00Z', '2027-10-31T10:00Z'), [
    '2027-10-31 01:00 - 2027-10-31 04:00 (4 h)',
  ]);
  const within = hours(every('02:15-02:45'), { timeZone: 'Europe/Berlin' });
  t.same(
    shown(within, '2027-10-30T22:00Z', '2027-10-31T10:00Z'),
    ['2027-10-31 02:15 - 2027-10-31 02:45 (1.5 h)'],
    'opens at the first of two equal times, closes at the second',
  );
  // Lord Howe Island moves by half an hour only.
  const island = hours(every('00:00-24:00'), { timeZone: 'Australia/Lord_Howe' });
  t.ok(isOpen(island, new Date('2027-04-03T15:15:00Z')));
});

t.test('a day that the place has skipped', async t => {
  const apia = hours(every('09:00-17:00'), { timeZone: 'Pacific/Apia' });
  t.same(shown(apia, '2011-12-29T18:00Z', '2011-12-31T12:00Z'), [
    '2011-12-29 09:00 - 2011-12-29 17:00 (8 h)',
    '2011-12-31 09:00 - 2011-12-31 17:00 (8 h)',
  ]);
});

t.test('holidays', async t => {
  const own = new Map<string, string[] | null>([
    ['2026-12-24', ['09:00-13:00']],
    ['2026-12-31', []],
    ['2027-05-03', null],
  ]);
  const seoul = hours(week, { publicHolidays: 'KR', days: own });
  t.notOk(isOpen(seoul, new Date('2026-12-25T10:00+09:00')), 'a public holiday');
  t.ok(isOpen(hours(week), new Date('2026-12-25T10:00+09:00')), 'whoever keeps none');
  t.same(
    shown(seoul, '2026-12-24T00:00+09:00', '2026-12-25T00:00+09:00'),
    ['2026-12-24 09:00 - 2026-12-24 13:00 (4 h)'],
    'a day with hours of its own',
  );
  t.notOk(isOpen(seoul, new Date('2026-12-31T10:00+09:00')), "the tenant's own holiday");
  t.ok(isOpen(seoul, new Date('2027-05-03T10:00+09:00')), 'a public holiday on which this tenant works');
  t.same(
    nextOpening(seoul, new Date('2027-02-05T18:00+09:00')),
    new Date('2027-02-10T09:00+09:00'),
    'after Seollal and its substitute',
  );
});

t.test('closed as on any day, or because it is a holiday', async t => {
  const of = hours(week, {
    publicHolidays: 'KR',
    days: new Map<string, string[] | null>([
      ['2026-12-24', []],
      ['2026-12-26', null],
      ['2026-10-09', null],
      ['2026-12-31', ['10:00-12:00']],
    ]),
  });
  for (const [at, state] of [
    ['2026-11-30T10:00+09:00', 'open'],
    ['2026-11-30T20:00+09:00', 'closed'],
    ['2026-12-05T10:00+09:00', 'closed'],
    ['2026-12-24T10:00+09:00', 'holiday'],
    ['2026-12-25T10:00+09:00', 'holiday'],
    ['2026-12-25T00:00+09:00', 'holiday'],
    ['2026-12-26T10:00+09:00', 'closed'],
    ['2026-10-09T10:00+09:00', 'open'],
    ['2026-12-31T11:00+09:00', 'open'],
    ['2026-12-31T15:00+09:00', 'closed'],
  ] as const)
    t.equal(openState(of, new Date(at)), state, at);
});
