import t from 'tap';
import { opensAt, type QueuePromise, slotsOf, takesCallsNow } from './promises.js';

const office = ['09:00-12:00', '13:00-18:00'];

function queue(change: Partial<QueuePromise> = {}): QueuePromise {
  return {
    id: 'q',
    tenantId: 't',
    key: 'sales',
    open: true,
    disabled: false,
    hours: {
      timeZone: 'Asia/Seoul',
      weekly: { mon: office, tue: office, wed: office, thu: office, fri: office },
      publicHolidays: 'KR',
      days: new Map(),
    },
    slotMinutes: 60,
    leadMinutes: 30,
    horizonDays: 2,
    capacity: 1,
    priority: 10,
    sameSeconds: 0,
    ...change,
  };
}

function shown(of: QueuePromise, now: string): string[] {
  const clock = new Intl.DateTimeFormat('sv-SE', {
    timeZone: of.hours.timeZone,
    dateStyle: 'short',
    timeStyle: 'short',
  });
  return slotsOf(of, new Date(now)).map(({ at }) => clock.format(at));
}

t.test('slots lie within the hours, after the lead time and before the horizon', async t => {
  t.same(shown(queue({ horizonDays: 1 }), '2026-11-30T10:40+09:00'), [
    '2026-11-30 13:00',
    '2026-11-30 14:00',
    '2026-11-30 15:00',
    '2026-11-30 16:00',
    '2026-11-30 17:00',
    '2026-12-01 09:00',
    '2026-12-01 10:00',
  ]);
  t.same(shown(queue({ horizonDays: 1, leadMinutes: 0 }), '2026-11-30T16:00+09:00').slice(0, 3), [
    '2026-11-30 16:00',
    '2026-11-30 17:00',
    '2026-12-01 09:00',
  ]);
  t.same(shown(queue({ slotMinutes: 100, horizonDays: 1 }), '2026-11-30T03:00+09:00'), [
    '2026-11-30 09:00',
    '2026-11-30 13:00',
    '2026-11-30 14:40',
    '2026-11-30 16:20',
  ]);
});

t.test('no slots on holidays, of a closed queue, or without a horizon', async t => {
  t.same(shown(queue(), '2026-12-24T17:40+09:00'), [], 'Christmas and a weekend');
  t.same(shown(queue({ open: false }), '2026-11-30T10:40+09:00'), []);
  t.same(shown(queue({ horizonDays: 0 }), '2026-11-30T10:40+09:00'), []);
});

t.test('the clock is put forward and back', async t => {
  const weekly = { sun: ['00:00-04:00'] };
  const berlin = queue({
    hours: { timeZone: 'Europe/Berlin', weekly, publicHolidays: null, days: new Map() },
    leadMinutes: 0,
    horizonDays: 1,
  });
  t.same(shown(berlin, '2027-03-27T20:00Z'), ['2027-03-28 00:00', '2027-03-28 01:00', '2027-03-28 03:00']);
  t.same(shown(berlin, '2027-10-30T20:00Z'), [
    '2027-10-31 00:00',
    '2027-10-31 01:00',
    '2027-10-31 02:00',
    '2027-10-31 02:00',
    '2027-10-31 03:00',
  ]);
});

t.test('around the clock, across midnight and a leap day', async t => {
  const day = ['00:00-24:00'];
  const weekly = { mon: day, tue: day, wed: day };
  const always = queue({
    hours: { timeZone: 'Asia/Seoul', weekly, publicHolidays: null, days: new Map() },
    slotMinutes: 240,
    horizonDays: 1,
  });
  t.same(shown(always, '2028-02-28T21:00+09:00'), [
    '2028-02-29 00:00',
    '2028-02-29 04:00',
    '2028-02-29 08:00',
    '2028-02-29 12:00',
    '2028-02-29 16:00',
    '2028-02-29 20:00',
  ]);
});

t.test('now, or when it opens', async t => {
  const now = new Date('2026-11-30T12:30+09:00');
  t.notOk(takesCallsNow(queue(), now));
  t.same(opensAt(queue(), now), new Date('2026-11-30T13:00+09:00'));
  t.ok(takesCallsNow(queue(), new Date('2026-11-30T13:00+09:00')));
  t.equal(opensAt(queue(), new Date('2026-11-30T13:00+09:00')), null);
  t.equal(opensAt(queue({ open: false }), now), null);
});
