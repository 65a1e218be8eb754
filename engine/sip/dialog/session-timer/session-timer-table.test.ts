/** Every cell of the session timer's table, driven through a timer at work. */
import { test } from 'tap';
import { FakeClock } from '../../testing/fake-clock.js';
import { SessionTimer } from './session-timer.js';
import { sessionTimer } from './session-timer-table.js';

const interval = 90_000;

function started() {
  const clock = new FakeClock();
  const told: string[] = [];
  const timer = new SessionTimer(
    clock,
    { refresh: () => told.push('refresh'), expired: () => told.push('hang up') },
    90,
  );
  return { clock, timer, seen: () => told.splice(0).join(', ') };
}

type Started = ReturnType<typeof started>;

const ours = { seconds: 90, weRefresh: true };
const theirs = { seconds: 90, weRefresh: false };

const reach: Record<string, (s: Started) => void> = {
  off: () => undefined,
  refresher: s => s.timer.refreshed(ours),
  refreshing: s => {
    s.timer.refreshed(ours);
    s.clock.pass(interval / 2);
  },
  watching: s => s.timer.refreshed(theirs),
  ended: s => s.timer.stop(),
};

/** The two timers fire as time passes: before the end a refresh is due, of which nothing comes here. */
const events: Record<string, (s: Started) => void> = {
  weRefresh: s => s.timer.refreshed(ours),
  peerRefreshes: s => s.timer.refreshed(theirs),
  unlimited: s => s.timer.refreshed(undefined),
  refreshDue: s => s.clock.pass(interval / 2),
  expired: s => s.clock.pass(interval),
  again: s => s.timer.again(3_000),
  declined: s => s.timer.declined(),
  lost: s => s.timer.lost(),
  stop: s => s.timer.stop(),
};

const cells: Record<string, string> = {
  'off weRefresh': 'refresher, 2 timers',
  'off peerRefreshes': 'watching, 1 timer',
  'off unlimited': 'off',
  'off refreshDue': 'off',
  'off expired': 'off',
  'off again': 'off',
  'off declined': 'off',
  'off lost': 'off',
  'off stop': 'ended',
  'refresher weRefresh': 'refresher, 2 timers',
  'refresher peerRefreshes': 'watching, 1 timer',
  'refresher unlimited': 'off',
  'refresher refreshDue': 'refreshing, 1 timer: refresh',
  'refresher expired': 'ended: refresh, hang up',
  'refresher again': 'refresher, 2 timers',
  'refresher declined': 'refresher, 2 timers',
  'refresher lost': 'refresher, 2 timers',
  'refresher stop': 'ended',
  'refreshing weRefresh': 'refresher, 2 timers',
  'refreshing peerRefreshes': 'watching, 1 timer',
  'refreshing unlimited': 'off',
  'refreshing refreshDue': 'ended: hang up',
  'refreshing expired': 'ended: hang up',
  'refreshing again': 'refresher, 2 timers',
  'refreshing declined': 'refresher, 1 timer',
  'refreshing lost': 'ended: hang up',
  'refreshing stop': 'ended',
  'watching weRefresh': 'refresher, 2 timers',
  'watching peerRefreshes': 'watching, 1 timer',
  'watching unlimited': 'off',
  'watching refreshDue': 'watching, 1 timer',
  'watching expired': 'ended: hang up',
  'watching again': 'watching, 1 timer',
  'watching declined': 'watching, 1 timer',
  'watching lost': 'watching, 1 timer',
  'watching stop': 'ended',
  'ended weRefresh': 'ended',
  'ended peerRefreshes': 'ended',
  'ended unlimited': 'ended',
  'ended refreshDue': 'ended',
  'ended expired': 'ended',
  'ended again': 'ended',
  'ended declined': 'ended',
  'ended lost': 'ended',
  'ended stop': 'ended',
};

test('every cell', async t => {
  for (const [state, row] of Object.entries(sessionTimer)) {
    for (const event of Object.keys(row)) {
      const s = started();
      reach[state]?.(s);
      s.seen();
      t.equal(s.timer.state, state, `${state} is reached`);
      events[event]?.(s);
      const { running } = s.clock;
      const timers = running === 0 ? '' : `, ${running} timer${running === 1 ? '' : 's'}`;
      const effect = s.seen();
      const found = `${s.timer.state}${timers}${effect === '' ? '' : `: ${effect}`}`;
      t.equal(found, cells[`${state} ${event}`], `${state} ${event}`);
    }
  }
  t.equal(Object.keys(cells).length, Object.values(sessionTimer).flatMap(Object.keys).length);
});

test('when things are due', async t => {
  /** The second at which each thing happens, with what the user of the timer does about a refresh. */
  const moments = (seconds: number, weRefresh: boolean, answer: (s: Started) => void = () => undefined) => {
    const s = started();
    s.timer.refreshed({ seconds, weRefresh });
    const found: string[] = [];
    for (let second = 1; second <= 2_000; second += 1) {
      s.clock.pass(1_000);
      const effect = s.seen();
      if (effect === '') continue;
      found.push(`${second} ${effect}`);
      if (effect === 'refresh') answer(s);
    }
    return found;
  };
  t.same(moments(90, false), ['60 hang up'], 'a third of a short interval before its end');
  t.same(moments(1_800, false), ['1768 hang up'], 'else 32 s before it');
  t.same(moments(1_800, true), ['900 refresh', '1800 hang up']);
  t.same(
    moments(1_200, true, s => s.timer.refreshed({ seconds: 800, weRefresh: true })),
    ['600 refresh', '1000 refresh', '1400 refresh', '1800 refresh'],
    'each 2xx says anew how long',
  );
  t.same(
    moments(90, true, s => s.timer.again(20_000)),
    ['45 refresh', '65 refresh', '85 refresh', '90 hang up'],
    'tried again, but no longer than it lasts',
  );
  t.same(
    moments(90, true, s => s.timer.declined()),
    ['45 refresh', '90 hang up'],
  );
});
