import t from 'tap';
import { enqueueCallback } from './enqueue.js';
import { tellOpenings, untilNextTurn, workOutOpenings } from './queue-hours.js';
import { overflow, reachLimits, untilNextLimit } from './queue-limits.js';
import { callNow } from './schedule.js';
import { Floor } from './testing/floor.js';
import { advanceWaiting } from './waiting.js';

async function story({ sql }: Floor, id: string) {
  return await sql<{ type: string; data: Record<string, unknown> }[]>`
    select type, data from events where interaction_id = ${id} order by id`;
}

async function standing({ sql }: Floor, id: string) {
  const [row] = await sql<{ queue: string; state: string; outcome: string | null; placeAt: Date }[]>`
    select q.key as queue, i.state, i.outcome, i.place_at as "placeAt"
    from interactions i join queues q on q.id = i.queue_id where i.id = ${id}`;
  return row!;
}

/** Whoever waits came into his queue so much earlier. */
async function waited({ sql }: Floor, seconds: number) {
  await sql`update interactions set queued_at = queued_at - make_interval(secs => ${seconds}) where state = 'waiting'`;
}

async function rule({ sql }: Floor, key: string, columns: Record<string, unknown>) {
  await sql`update queues set ${sql(columns)} where key = ${key}`;
}

async function queueId({ sql }: Floor, key: string): Promise<string> {
  const [row] = await sql<{ id: string }[]>`select id from queues where key = ${key}`;
  return row!.id;
}

/** Hours that are open now, or at no time of this week. */
async function keepHours({ sql }: Floor, open: boolean) {
  const day = ['00:00-24:00'];
  const weekly = open ? { mon: day, tue: day, wed: day, thu: day, fri: day, sat: day, sun: day } : {};
  await sql`update opening_hours set weekly = ${sql.json(weekly)}, public_holidays = null where key = 'office'`;
  await sql`update queues set opening_hours_id = (select id from opening_hours where key = 'office') where key = 'sales'`;
  await workOutOpenings(sql, { all: true });
}

async function openingEvents({ sql }: Floor) {
  const rows = await sql<{ type: string }[]>`
    select e.type from events e join queues q on q.id = e.queue_id
    where e.type in ('queue_opened', 'queue_closed') and q.key = 'sales' order by e.id`;
  return rows.map(({ type }) => type);
}

t.test('hours', async t => {
  const f = await Floor.open(t);
  await f.staff();

  await t.test('a closed queue offers nothing that asked for now; what was promised is kept', async t => {
    await keepHours(f, false);
    await tellOpenings(f.sql);
    const now = await f.request();
    t.equal(await f.offer(), undefined, 'it waits for the opening');
    const at = new Date(Date.now() - 1000);
    const promised = await f.request({
      slot: { at, until: new Date(at.getTime() + 60_000), capacity: 9, priority: 0 },
    });
    await f.sql`update interactions set state = 'waiting', due_at = null where id = ${promised.id}`;
    t.match(await f.offer(), { id: promised.id }, 'although another stands before it');
    await f.sql`update agents set interaction_id = null`;
    t.match(await standing(f, now.id), { state: 'waiting' }, 'what waits stays');
    await keepHours(f, true);
    await tellOpenings(f.sql);
    t.match(await f.offer(), { id: now.id }, 'offered when it opens');
    await f.sql`update agents set interaction_id = null`;
    t.same(await openingEvents(f), ['queue_closed', 'queue_opened'], 'told once each');
    t.equal(await tellOpenings(f.sql), 0);
  });

  await t.test('a customer on the line is served, and so is whom an operator lets go', async t => {
    await keepHours(f, false);
    await tellOpenings(f.sql);
    const [live, chosen] = [await f.request(), await f.request()];
    await f.sql`update interactions set customer_live_since = now(), node_id = ${f.nodeId} where id = ${live.id}`;
    t.match(await f.offer(), { id: live.id });
    await f.sql`update agents set interaction_id = null`;
    await callNow(f.sql, { id: chosen.id, tenantId: f.tenantId }, f.agents[0]!.id);
    t.match(await f.offer(), { id: chosen.id });
    await f.sql`update agents set interaction_id = null`;
  });

  await t.test('a queue that the company has shut is closed whatever its hours say', async t => {
    await keepHours(f, true);
    await rule(f, 'sales', { open: false });
    const { id } = await f.request();
    t.equal(await f.offer(), undefined);
    await rule(f, 'sales', { open: true });
    t.match(await f.offer(), { id });
    await f.sql`update agents set interaction_id = null`;
  });

  await t.test('the night does not count as waiting', async t => {
    await keepHours(f, false);
    await tellOpenings(f.sql);
    await rule(f, 'sales', { max_wait_seconds: 60, max_wait_then: 'close' });
    const { id } = await f.request();
    await waited(f, 3600);
    t.equal(await reachLimits(f.sql), 0, 'its time stands still while it is closed');
    await keepHours(f, true);
    await tellOpenings(f.sql);
    t.equal(await reachLimits(f.sql), 0, 'and begins with the opening');
    await waited(f, 61);
    t.equal(await reachLimits(f.sql), 1);
    t.match(await standing(f, id), { state: 'done', outcome: 'queue_timeout' });
    await rule(f, 'sales', { max_wait_seconds: null });
  });

  await t.test('the next turn is at the end of the opening', async t => {
    await f.sql`update queues set opens_at = now() - interval '1 hour', closes_at = now() + interval '10 minutes'
      where key = 'sales'`;
    await f.sql`update queues set opening_hours_id = null where key <> 'sales'`;
    const ms = (await untilNextTurn(f.sql)) ?? 0;
    t.ok(ms > 500_000 && ms <= 600_000, `in ${ms} ms`);
    await f.sql`update queues set closes_at = now() where key = 'sales'`;
    await f.sql`update interactions set state = 'done', outcome = 'failed' where state <> 'done'`;
    await f.request();
    t.equal(await f.offer(), undefined, 'closed on the dot, whoever has looked or not');
  });
});

t.test('overflow', async t => {
  const f = await Floor.open(t);
  const support = await queueId(f, 'support');

  t.afterEach(async () => {
    await f.sql`update interactions set state = 'done', outcome = 'failed' where state <> 'done'`;
    await f.sql`update queues set overflow_queue_id = null, overflow_after_seconds = null, overflow_above = null,
      max_waiting = null, max_wait_seconds = null`;
  });

  await t.test('who has waited so long goes over, and keeps his place', async t => {
    await rule(f, 'sales', { overflow_queue_id: support, overflow_after_seconds: 30 });
    const early = await f.request();
    await waited(f, 31);
    const late = await f.request();
    const before = await standing(f, early.id);
    t.equal(await overflow(f.sql), 1);
    t.same(
      await standing(f, early.id),
      { ...before, queue: 'support' },
      'the moment of asking is what counts',
    );
    t.match(await standing(f, late.id), { queue: 'sales' });
    t.match((await story(f, early.id)).at(-1), {
      type: 'overflowed',
      data: { from: { key: 'sales' }, to: { key: 'support', name: { ko: '기술 지원' } }, waited: 30 },
    });
    const ms = (await untilNextLimit(f.sql)) ?? 0;
    t.ok(ms > 25_000 && ms <= 30_000, `the other one in ${ms} ms`);
  });

  await t.test('asked for again, it is the one that went over', async t => {
    await rule(f, 'sales', { overflow_queue_id: support, overflow_after_seconds: 1 });
    const first = await f.request({ phone: '+821055501234' });
    await waited(f, 2);
    await overflow(f.sql);
    t.match(await f.request({ phone: '+821055501234' }), { id: first.id, created: false });
    t.match(
      await f.request({ phone: '+821055501234', queueId: support }),
      { created: true },
      'another counter',
    );
  });

  await t.test('who stands behind so many goes over, and those before him stay', async t => {
    await rule(f, 'sales', { overflow_queue_id: support, overflow_above: 2 });
    const all = [];
    for (let n = 0; n < 4; n += 1) all.push(await f.request());
    t.equal(await overflow(f.sql), 2);
    const queues = [];
    for (const { id } of all) queues.push((await standing(f, id)).queue);
    t.same(queues, ['sales', 'sales', 'support', 'support']);
    t.match((await story(f, all[3]!.id)).at(-1), { data: { above: 2 } });
  });

  await t.test('nobody is sent round in a circle', async t => {
    const sales = await queueId(f, 'sales');
    await rule(f, 'sales', { overflow_queue_id: support, overflow_after_seconds: 1 });
    await rule(f, 'support', { overflow_queue_id: sales, overflow_after_seconds: 1 });
    const { id } = await f.request();
    await waited(f, 2);
    t.equal(await overflow(f.sql), 1);
    await waited(f, 2);
    t.equal(await overflow(f.sql), 0);
    t.match(await standing(f, id), { queue: 'support' });
  });

  await t.test('not into a queue that is closed, and no more than fit', async t => {
    await rule(f, 'sales', { overflow_queue_id: support, overflow_after_seconds: 1 });
    for (let n = 0; n < 3; n += 1) await f.request();
    await waited(f, 2);
    await rule(f, 'support', { open: false });
    t.equal(await overflow(f.sql), 0);
    await rule(f, 'support', { open: true, max_waiting: 2 });
    t.equal(await overflow(f.sql), 2);
    t.equal(await overflow(f.sql), 0, 'it is full');
  });

  await t.test('its skills are those of the new queue, at the step that its waiting has come to', async t => {
    await f.sql`update queues set skill_steps =
      '[{"after": 0, "require": {"billing": 5}}, {"after": 20, "require": {"billing": 2}}]' where key = 'support'`;
    await rule(f, 'sales', { overflow_queue_id: support, overflow_after_seconds: 1 });
    const { id } = await f.request();
    await waited(f, 30);
    await f.sql`update interactions set place_at = place_at - interval '30 seconds' where id = ${id}`;
    await overflow(f.sql);
    await advanceWaiting(f.sql);
    const [row] = await f.sql<{ require: unknown }[]>`
      select l.require from interactions i join lanes l on l.id = i.lane_id where i.id = ${id}`;
    t.same(row?.require, { billing: 2 });
    await f.sql`update queues set skill_steps = '[]'`;
  });

  await t.test('gateways that look at once move each one once', async t => {
    await rule(f, 'sales', { overflow_queue_id: support, overflow_after_seconds: 1 });
    const all = await Promise.all(Array.from({ length: 20 }, () => f.request()));
    await waited(f, 2);
    const moved = await Promise.all(Array.from({ length: 4 }, () => overflow(f.sql)));
    await overflow(f.sql);
    t.ok(moved.reduce((sum, n) => sum + n) <= 20);
    for (const { id } of all)
      t.equal((await story(f, id)).filter(({ type }) => type === 'overflowed').length, 1);
  });
});

t.test('the longest wait', async t => {
  const f = await Floor.open(t);

  await t.test(
    'a customer on the line is to be offered something else, once; a callback waits on',
    async t => {
      await rule(f, 'sales', { max_wait_seconds: 60, max_wait_then: 'voicemail' });
      const [callback, live] = [await f.request(), await f.request()];
      await f.sql`update interactions set customer_live_since = now() where id = ${live.id}`;
      await waited(f, 61);
      t.equal(await reachLimits(f.sql), 1);
      t.equal(await reachLimits(f.sql), 0);
      t.match(await standing(f, callback.id), { state: 'waiting' });
      t.match((await story(f, live.id)).at(-1), {
        type: 'wait_limit',
        data: { offers: 'voicemail', waited: 60 },
      });
    },
  );

  await t.test('over to the other queue, where its time begins anew', async t => {
    await rule(f, 'sales', {
      max_wait_seconds: 60,
      max_wait_then: 'overflow',
      overflow_queue_id: await queueId(f, 'support'),
    });
    await rule(f, 'support', { max_wait_seconds: 60, max_wait_then: 'close' });
    const { id } = await f.request();
    await waited(f, 61);
    await overflow(f.sql);
    t.equal(await reachLimits(f.sql), 0);
    t.match(await standing(f, id), { queue: 'support', state: 'waiting' });
    await waited(f, 61);
    t.ok((await reachLimits(f.sql)) >= 1);
    t.match(await standing(f, id), { state: 'done', outcome: 'queue_timeout' });
    t.match((await story(f, id)).at(-1), {
      type: 'given_up',
      data: { outcome: 'queue_timeout', waited: 60 },
    });
  });
});

t.test('of those who ask at once no more are taken than may wait', async t => {
  const f = await Floor.open(t);
  await rule(f, 'sales', { max_waiting: 5 });
  const ask = (n: number) =>
    enqueueCallback(f.sql, {
      tenantId: f.tenantId,
      siteId: f.siteId,
      queueId: f.queueId,
      phone: `+82105550${1000 + n}`,
      locale: 'ko',
      requester: Buffer.alloc(16),
    });
  const answers = await Promise.all(Array.from({ length: 20 }, (_, n) => ask(n)));
  t.equal(answers.filter(answer => typeof answer === 'object').length, 5);
  t.equal(answers.filter(answer => answer === 'queue_full').length, 15);
  const known = answers.findIndex(answer => typeof answer === 'object');
  t.match(await ask(known), { created: false }, 'who waits already is told where he stands');
});
