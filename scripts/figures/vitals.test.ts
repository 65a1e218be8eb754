import t from 'tap';
import { blockingMs, interactiveAt, type Seen, vitalsOf, worstShift } from './vitals.js';

const seen = (more: Partial<Seen>): Seen => ({
  firstPaint: 1_000,
  largestPaint: 1_200,
  longTasks: [],
  requests: [],
  shifts: [],
  ...more,
});

t.test('a page that does nothing more is interactive when it is seen', async t => {
  t.same(vitalsOf(seen({})), {
    firstPaint: 1_000,
    largestPaint: 1_200,
    interactive: 1_000,
    blocking: 0,
    shift: 0,
  });
});

t.test('interactive is the end of the last long task before five quiet seconds', async t => {
  const longTasks = [
    { start: 1_100, end: 1_300 },
    { start: 4_000, end: 4_100 },
    { start: 9_200, end: 9_900 },
  ];
  t.equal(interactiveAt(seen({ longTasks })), 4_100, 'what comes after the quiet does not count');
  t.equal(blockingMs(seen({ longTasks }), 4_100), 150 + 50);
  t.equal(
    blockingMs(seen({ longTasks: [{ start: 900, end: 1_100 }] }), 1_100),
    50,
    'only what is after the first paint',
  );
});

t.test('three requests under way are no quiet, two are', async t => {
  const longTasks = [{ start: 6_500, end: 6_600 }];
  const two = [
    { start: 500, end: 6_000 },
    { start: 500, end: 6_000 },
  ];
  t.equal(interactiveAt(seen({ longTasks, requests: two })), 1_000);
  t.equal(interactiveAt(seen({ longTasks, requests: [...two, { start: 900, end: 5_900 }] })), 6_600);
});

t.test('shifts count by their worst session', async t => {
  t.equal(worstShift([]), 0);
  const shifts = [
    { at: 0, value: 0.1 },
    { at: 900, value: 0.1 },
    { at: 2_000, value: 0.05 },
  ];
  t.ok(Math.abs(worstShift(shifts) - 0.2) < 1e-9, 'a second of rest ends a session');
  const steady = Array.from({ length: 8 }, (_, index) => ({ at: index * 1_000, value: 0.1 }));
  t.ok(Math.abs(worstShift(steady) - 0.6) < 1e-9, 'and so do five seconds');
});
