import t from 'tap';
import { Floor } from './testing/floor.js';
import { estimateRecord, rangeAround, spreadTold, tellWait, waitSpreads } from './told-waits.js';
import * as act from './transitions/index.js';

/** One who asks, is told, and is reached (or not) so many seconds later. */
async function customer(floor: Floor, told: number, reachedAfter: number | 'cancelled' | 'failed') {
  const { id } = await floor.request();
  const ref = { id, tenantId: floor.tenantId };
  const range = await tellWait(floor.sql, ref, told);
  if (reachedAfter === 'cancelled') {
    await act.cancel(floor.sql, ref);
    return range;
  }
  const offer = await floor.offer();
  for (const step of [act.accept, act.startDialing]) await step(floor.sql, offer!);
  if (reachedAfter === 'failed') await act.failCustomer(floor.sql, offer!, 'no_answer');
  else {
    await act.bridge(floor.sql, offer!);
    await floor.sql`update told_waits set told_at = (select bridged_at from interactions where id = ${id})
      - make_interval(secs => ${reachedAfter}) where interaction_id = ${id}`;
    await act.end(floor.sql, offer!, 'completed', 'agent');
  }
  await act.finish(floor.sql, offer!);
  return range;
}

t.test('what customers were told is kept beside what came of it', async t => {
  const floor = await Floor.open(t);
  await floor.staff();
  const record = async () => {
    const records = await estimateRecord(floor.sql, { tenantId: floor.tenantId, locale: 'ko', days: 7 });
    return records.find(({ queue }) => queue.key === 'sales');
  };
  t.match(await record(), { told: 0, share: null, medianErrorSeconds: null });
  t.same(
    await customer(floor, 100, 90),
    { lowSeconds: 50, highSeconds: 200 },
    'without history twice and half',
  );
  await customer(floor, 100, 150);
  await customer(floor, 100, 300);
  await customer(floor, 100, 'failed');
  await customer(floor, 100, 'cancelled');
  t.match(await record(), {
    told: 4,
    reached: 3,
    within: 2,
    share: 0.5,
    medianErrorSeconds: 50,
  });
  for (let n = 0; n < 10; n++) await customer(floor, 100, 100 + n);
  const range = await customer(floor, 200, 200);
  t.ok(
    range && range.lowSeconds > 150 && range.highSeconds < 500,
    `the range is that of the history: ${JSON.stringify(range)}`,
  );
});

t.test('what was told first stays', async t => {
  const floor = await Floor.open(t);
  const { id } = await floor.request();
  const ref = { id, tenantId: floor.tenantId };
  const first = await tellWait(floor.sql, ref, 300);
  t.same(await tellWait(floor.sql, ref, 10), first);
});

t.test('the range moves with the estimate', async t => {
  const floor = await Floor.open(t);
  const { id } = await floor.request();
  const told = (await tellWait(floor.sql, { id, tenantId: floor.tenantId }, 300))!;
  const spread = spreadTold({ seconds: 300, ...told });
  t.same(rangeAround(300, spread), told);
  t.same(rangeAround(100, spread), { lowSeconds: 50, highSeconds: 200 });
  t.same(rangeAround(0, spread), { lowSeconds: 0, highSeconds: 120 }, 'a phone has to ring, too');
  t.same(rangeAround(100, spreadTold(null)), { lowSeconds: 50, highSeconds: 200 });
  const spreads = await waitSpreads(floor.sql, floor.tenantId);
  t.same(
    [...spreads.values()][0],
    { low: 0.5, high: 2 },
    'each queue has one, and without history it is assumed',
  );
});
