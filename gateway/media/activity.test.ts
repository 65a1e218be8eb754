import t from 'tap';
import { ActivityWatch } from './activity.js';

const limits = { silenceMs: 400, noRtpMs: 800 };

t.test('silence, sound, no packets, and sound again', async t => {
  const told: string[] = [];
  const watch = new ActivityWatch(limits, 0, what => told.push(what));
  watch.packets(5, 100);
  watch.packets(20, 400);
  t.same(told, ['silence']);
  watch.talking(true, 500);
  watch.packets(30, 600);
  watch.packets(30, 1300);
  t.same(told, ['silence', 'sound'], 'packets were missing for less than the limit');
  watch.packets(30, 1400);
  watch.packets(30, 2000);
  watch.packets(31, 2100);
  watch.talking(false, 3000);
  watch.packets(90, 3000);
  t.same(told, ['silence', 'sound', 'no_rtp', 'sound', 'silence']);
});

t.test('nobody ever sends', async t => {
  const told: string[] = [];
  const watch = new ActivityWatch(limits, 0, what => told.push(what));
  for (const now of [100, 500, 900, 1700]) watch.packets(0, now);
  t.same(told, ['no_rtp']);
});

t.test('where nothing tells silence from sound, packets are sound', async t => {
  const told: string[] = [];
  const watch = new ActivityWatch({ ...limits, silenceMs: Number.POSITIVE_INFINITY }, 0, what =>
    told.push(what),
  );
  watch.packets(0, 100);
  watch.packets(5, 200);
  watch.packets(5, 1000);
  watch.packets(6, 1100);
  t.same(told, ['sound', 'no_rtp', 'sound']);
});
