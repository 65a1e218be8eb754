import t from 'tap';
import { cutOff } from './cut-off.js';
import { Floor } from './testing/floor.js';
import { estimateRecord, rangeAround, spreadTold, tellWait, waitSpreads } from './told-waits.js';
import { transferToQueue } from './transfers.js';
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
    await toldBefore(floor, id, reachedAfter);
    await act.end(floor.sql, offer!, 'completed', 'agent');
  }
  await act.finish(floor.sql, offer!);
  return range;
}

/** He was told so many seconds before he is reached. */
async function toldBefore({ sql }: Floor, id: string, seconds: number): Promise<void> {
  await sql`update told_waits set told_at = (select bridged_at from interactions where id = ${id})
    - make_interval(secs => ${seconds}) where interaction_id = ${id}`;
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

t.test('he is reached when he is reached first, whatever becomes of his talk', async t => {
  const floor = await Floor.open(t);
  for (let n = 0; n < 2; n++) await floor.staff();
  const goOn = {
    'is passed on to a queue': async ({ id }: { id: string }, by: string) => {
      const ref = { id, tenantId: floor.tenantId };
      return await transferToQueue(floor.sql, ref, by, { id: floor.queueId, name: 'sales' });
    },
    'is cut off': async ({ id }: { id: string }) =>
      await cutOff(floor.sql, { id, tenantId: floor.tenantId }, 'engine_lost'),
  };
  for (const [what, breakOff] of Object.entries(goOn)) {
    const { id } = await floor.request();
    await tellWait(floor.sql, { id, tenantId: floor.tenantId }, 100);
    const first = (await floor.offer())!;
    for (const step of [act.accept, act.startDialing, act.bridge]) await step(floor.sql, first);
    await toldBefore(floor, id, 90);
    t.ok(await breakOff({ id }, first.agentId!), what);
    const next = (await floor.offer())!;
    for (const step of [act.accept, act.startDialing, act.bridge]) await step(floor.sql, next);
    await floor.sql`update interactions set bridged_at = bridged_at + interval '1 hour' where id = ${id}`;
    await act.end(floor.sql, next, 'completed', 'agent');
    await floor.sql`update agents set interaction_id = null`;
  }
  const records = await estimateRecord(floor.sql, { tenantId: floor.tenantId, locale: 'ko', days: 7 });
  t.match(
    records.find(({ queue }) => queue.key === 'sales'),
    { told: 2, reached: 2, within: 2, medianErrorSeconds: -10 },
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
