import t from 'tap';
import type { OpeningHours } from '../hours/index.js';
import { nextStep, type OutcomeRule, outsideQuietHours } from './outcome-rules.js';

const rule: OutcomeRule = {
  retries: 3,
  delaySeconds: 300,
  growth: 2,
  mostDelaySeconds: 900,
  withinMinutes: 1440,
  keepsPlace: true,
  finally: 'close',
};
const firstAttemptAt = new Date('2026-11-30T10:00+09:00');
const office = ['09:00-18:00'];
const hours: OpeningHours = {
  timeZone: 'Asia/Seoul',
  weekly: { mon: office, tue: office, wed: office, thu: office, fri: office },
  publicHolidays: 'KR',
  days: new Map(),
};
const night = { from: '21:00', until: '08:00' };

interface Case {
  what: string;
  rule?: Partial<OutcomeRule> | null;
  before?: number;
  now?: string;
  callable?: OpeningHours[];
  at?: string;
  else?: 'close' | 'person';
}

const cases: Case[] = [
  { what: 'no rule', rule: null, else: 'close' },
  { what: 'no retries, a person', rule: { retries: 0, finally: 'person' }, else: 'person' },
  { what: 'the first time', at: '2026-11-30T10:06+09:00' },
  { what: 'the second time, twice as long', before: 1, at: '2026-11-30T10:11+09:00' },
  { what: 'the third time, no longer than the most', before: 2, at: '2026-11-30T10:16+09:00' },
  { what: 'all retries used', before: 3, else: 'close' },
  { what: 'without growth', rule: { growth: 1 }, before: 2, at: '2026-11-30T10:06+09:00' },
  { what: 'too late', rule: { withinMinutes: 5 }, else: 'close' },
  { what: 'just in time', rule: { withinMinutes: 6 }, at: '2026-11-30T10:06+09:00' },
  {
    what: 'closed by then: when it opens',
    now: '2026-11-30T17:58+09:00',
    callable: [hours],
    at: '2026-12-01T09:00+09:00',
  },
  { what: 'opens too late', now: '2026-12-04T17:58+09:00', callable: [hours], else: 'close' },
  {
    what: "the customer's night",
    now: '2026-11-30T20:57+09:00',
    callable: [outsideQuietHours('Asia/Seoul', night)],
    at: '2026-12-01T08:00+09:00',
  },
  {
    what: 'quiet around midnight only in his own zone',
    now: '2026-11-30T20:57+09:00',
    callable: [outsideQuietHours('Europe/Berlin', night)],
    at: '2026-11-30T21:02+09:00',
  },
  {
    what: 'quiet at noon',
    now: '2026-11-30T11:57+09:00',
    callable: [outsideQuietHours('Asia/Seoul', { from: '12:00', until: '13:00' })],
    at: '2026-11-30T13:00+09:00',
  },
  {
    what: 'his morning is our evening',
    now: '2026-11-30T17:00+09:00',
    rule: { withinMinutes: 10_000 },
    callable: [hours, outsideQuietHours('America/New_York', { from: '21:00', until: '17:00' })],
    at: '2026-12-01T09:00+09:00',
  },
  {
    what: 'the two never agree',
    rule: { withinMinutes: 43_200 },
    callable: [hours, outsideQuietHours('Asia/Seoul', { from: '08:30', until: '18:30' })],
    else: 'close',
  },
  {
    what: 'the night on which the clock is put forward',
    now: '2027-03-28T01:57+01:00',
    rule: { withinMinutes: 1_000_000 },
    callable: [outsideQuietHours('Europe/Berlin', { from: '01:00', until: '02:30' })],
    at: '2027-03-28T03:30+02:00',
  },
];

for (const {
  what,
  rule: change = {},
  before = 0,
  now = '2026-11-30T10:01+09:00',
  callable = [],
  ...expected
} of cases) {
  t.test(what, async t => {
    const step = nextStep(
      change === null ? undefined : { ...rule, ...change },
      { outcome: 'busy', before, firstAttemptAt, now: new Date(now) },
      callable,
    );
    if (expected.at) t.same(step, { do: 'retry', at: new Date(expected.at), keepsPlace: true });
    else t.same(step, { do: expected.else });
  });
}
