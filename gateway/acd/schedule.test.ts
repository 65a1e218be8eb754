import { pino } from 'pino';
import t, { type Test } from 'tap';
import { testDatabase } from '../../test/support/database.js';
import { Announcements, connect, migrate, type Sql } from '../store/index.js';
import { seedDemo } from '../tenants/index.js';
import { dueClock } from './due-clock.js';
import { enqueueCallback } from './enqueue.js';
import { bringForward, enterDue, reschedule, untilNextDue } from './schedule.js';
import { type SlotTerms, withFreeSeats } from './seats.js';
import { cancel } from './transitions/index.js';

interface Fixture {
  sql: Sql;
  tenantId: string;
  siteId: string;
  queueId: string;
}

async function fixture(t: Test): Promise<Fixture> {
  const { url } = await testDatabase(t);
  const sql = connect({ url, max: 16 });
  t.teardown(() => sql.end());
  await migrate(sql);
  await seedDemo(sql, { origins: ['http://localhost'], password: 'irrelevant here' });
  const [row] = await sql<Omit<Fixture, 'sql'>[]>`
    select s.tenant_id as "tenantId", s.id as "siteId", q.id as "queueId"
    from sites s join queues q on q.tenant_id = s.tenant_id where q.key = 'sales'`;
  return { sql, ...row! };
}

let phones = 0;
/** Undefined: refused. */
async function ask(
  { sql, ...where }: Fixture,
  slot?: SlotTerms,
  more: { phone?: string; sameSeconds?: number } = {},
) {
  phones += 1;
  const form = { ...where, phone: `+8210${55_500_000 + phones}`, locale: 'ko', requester: Buffer.alloc(16) };
  const asked = await enqueueCallback(sql, { ...form, slot, ...more });
  return typeof asked === 'string' ? undefined : asked;
}

function slotIn(minutes: number, capacity: number | null = 3, priority = 10): SlotTerms {
  const at = new Date(Math.floor(Date.now() / 60_000) * 60_000 + minutes * 60_000);
  return { at, until: new Date(at.getTime() + 1_800_000), capacity, priority };
}

async function state({ sql }: Fixture, id: string) {
  const [row] = await sql<
    { state: string; dueAt: Date | null; slotAt: Date | null; placeAt: Date; priority: number }[]
  >`
    select state, due_at as "dueAt", slot_at as "slotAt", place_at as "placeAt", priority from interactions where id = ${id}`;
  return row!;
}

t.test('a slot is promised to as many as it has seats, however many ask at once', async t => {
  const f = await fixture(t);
  const slot = slotIn(60, 5);
  const asked = await Promise.all(Array.from({ length: 40 }, () => ask(f, slot)));
  const promised = asked.filter(one => one !== undefined);
  t.equal(promised.length, 5);
  const seats = await f.sql`select slot_seat as seat from interactions where slot_at = ${slot.at} order by 1`;
  t.same(
    seats.map(({ seat }) => seat),
    [1, 2, 3, 4, 5],
  );
  const events = await f.sql`select data from events where type = 'requested'`;
  t.equal(events.length, 5, 'who was refused has left no trace');

  const wish = { tenantId: f.tenantId, queueId: f.queueId, capacity: 5 };
  const next = slotIn(90, 5);
  t.same(await withFreeSeats(f.sql, wish, [slot, next]), [next], 'a full slot is not offered');
  await cancel(f.sql, { id: promised[0]!.id, tenantId: f.tenantId });
  t.same(
    await withFreeSeats(f.sql, wish, [slot, next]),
    [slot, next],
    'a cancelled promise gives its seat back',
  );
  t.ok(await ask(f, slot));
  t.equal(await ask(f, slot), undefined);
});

t.test('without a number in the rule, as many as the agents can keep', async t => {
  const f = await fixture(t);
  // Two agents, each in three queues, 240 s a call: 2 × 1/3 × 1800 / 240 = 5.
  const slot = slotIn(60, null);
  const asked = await Promise.all(Array.from({ length: 12 }, () => ask(f, slot)));
  t.equal(asked.filter(Boolean).length, 5);
  await f.sql`delete from agent_queues where queue_id = ${f.queueId}`;
  t.equal(await ask(f, slotIn(120, null)), undefined, 'nobody can keep anything');
});

t.test('moving takes a seat and leaves one', async t => {
  const f = await fixture(t);
  const [early, late] = [slotIn(60, 1), slotIn(120, 1)];
  const first = (await ask(f, early))!;
  const second = (await ask(f, late))!;
  const ref = { id: first.id, tenantId: f.tenantId, queueId: f.queueId };
  t.equal(await reschedule(f.sql, ref, { slot: late }), 'full');
  t.equal(await reschedule(f.sql, ref, { slot: early }), 'done', 'his own seat is free for himself');
  await cancel(f.sql, { id: second.id, tenantId: f.tenantId });
  const moves = await Promise.all(
    [first, (await ask(f, slotIn(180, 1)))!].map(({ id }) =>
      reschedule(f.sql, { ...ref, id }, { slot: late }),
    ),
  );
  t.same(moves.sort(), ['done', 'full'], 'two who want the last seat at once');
  t.ok((await ask(f, moves[0] === 'done' ? early : slotIn(180, 1))) ?? true);
  t.equal(
    await reschedule(f.sql, { ...ref, id: second.id }, { slot: early }),
    'too_late',
    'what is over is not moved',
  );
  const waiting = (await ask(f))!;
  t.equal(await reschedule(f.sql, { ...ref, id: waiting.id }, { slot: slotIn(240) }), 'done');
  t.match(
    await state(f, waiting.id),
    { state: 'scheduled', priority: 10 },
    'one that waits may choose a time',
  );
  t.ok(await bringForward(f.sql, { id: waiting.id, tenantId: f.tenantId }));
  t.match(await state(f, waiting.id), { state: 'waiting', dueAt: null, slotAt: null, priority: 0 });
});

t.test('the same number is the same request, for as long as the rule says', async t => {
  const f = await fixture(t);
  const phone = '+821055009999';
  const first = (await ask(f, slotIn(60), { phone }))!;
  t.match(await ask(f, undefined, { phone }), { id: first.id, created: false }, 'also for another time');
  await f.sql`update interactions set state = 'done', due_at = null, outcome = 'completed', bridged_at = now() where id = ${first.id}`;
  t.match(await ask(f, undefined, { phone, sameSeconds: 60 }), { id: first.id, created: false }, 'just kept');
  await f.sql`update interactions set outcome = 'busy' where id = ${first.id}`;
  t.match(await ask(f, undefined, { phone, sameSeconds: 60 }), { created: true }, 'not kept');
});

t.test('what is due enters its queue with its place and priority, once', async t => {
  const f = await fixture(t);
  const slot = slotIn(-1);
  const due = (await ask(f, slot))!;
  const later = (await ask(f, slotIn(60)))!;
  const ms = (await untilNextDue(f.sql))!;
  t.ok(ms < 0 && ms > -200_000, 'overdue');
  const entered = await Promise.all([enterDue(f.sql), enterDue(f.sql), enterDue(f.sql)]);
  t.equal(
    entered.reduce((sum, n) => sum + n, 0),
    1,
  );
  t.same(await state(f, due.id), {
    state: 'waiting',
    dueAt: null,
    slotAt: slot.at,
    placeAt: slot.at,
    priority: 10,
  });
  t.match(await state(f, later.id), { state: 'scheduled' });
  const events = await f.sql<
    { type: string }[]
  >`select type from events where interaction_id = ${due.id} order by id`;
  t.same(
    events.map(({ type }) => type),
    ['requested', 'due'],
  );
});

t.test('the clock is punctual, and hears of what is planned', async t => {
  const f = await fixture(t);
  const logger = pino({ level: 'silent' });
  const announcements = new Announcements(f.sql, error => t.error(error));
  await announcements.start();
  // Its slow look comes too late for this test: only the timer can do it.
  const clock = dueClock(f.sql, logger, 3_600_000);
  t.teardown(async () => {
    await clock.stop();
    await announcements.stop();
  });
  const entered = new Promise<void>(resolve => {
    announcements.onEvent(({ type }) => {
      if (type === 'due') resolve();
    });
  });
  clock.start(announcements);
  const at = new Date(Date.now() + 1500);
  const { id } = (await ask(f, { at, until: new Date(at.getTime() + 60_000), capacity: 1, priority: 0 }))!;
  await entered;
  const [row] = await f.sql<{ late: number }[]>`
    select extract(epoch from e.at - i.slot_at)::float8 as late
    from events e join interactions i on i.id = e.interaction_id where e.type = 'due' and i.id = ${id}`;
  t.ok(row!.late >= 0, `not before its time (${row!.late} s)`);
});
