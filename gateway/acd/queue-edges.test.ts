/** The edge cases that Asterisk's own tests of its queues look at, as ours (docs/asterisk-queue-tests.md). */
import t from 'tap';
import { setIntent } from './agents.js';
import { reachLimits } from './queue-limits.js';
import { Floor } from './testing/floor.js';
import * as act from './transitions/index.js';
import { waitingStand } from './waiting-stand.js';

type Offer = NonNullable<Awaited<ReturnType<Floor['offer']>>>;

/** The talk of an offer begins, and ends: its agent has a wrap-up. */
async function talked({ sql }: Floor, offer: Offer) {
  await act.startDialing(sql, offer);
  await act.bridge(sql, offer);
  return await act.end(sql, offer, 'completed', 'customer');
}

/** How long the wrap-up after the talk of an offer is, seconds. */
async function wrapUpAfter(floor: Floor, offer: Offer): Promise<number> {
  await talked(floor, offer);
  const [row] = await floor.sql<{ seconds: number }[]>`
    select round(extract(epoch from wrap_up_until - ended_at))::int as seconds from interactions where id = ${offer.id}`;
  return row!.seconds;
}

t.test('nobody is asked during his wrap-up, and at once when it is over', async t => {
  const floor = await Floor.open(t);
  await floor.staff();
  await floor.request();
  const first = await floor.offer();
  const ended = await talked(floor, first!);
  const { id } = await floor.request();
  t.equal(await floor.offer(), undefined, 'he has his wrap-up');
  t.equal(await act.finish(floor.sql, ended!, { overdue: true }), undefined, 'whose time has not passed');
  await act.finish(floor.sql, ended!);
  t.equal((await floor.offer())?.id, id);
});

t.test('a wrap-up is as long as its queue says, or as this agent has in it', async t => {
  const floor = await Floor.open(t);
  const { sql } = floor;
  await sql`update queues set wrap_up_seconds = 60`;
  const slow = await floor.staff();
  await floor.request();
  t.equal(await wrapUpAfter(floor, (await floor.offer())!), 60, 'of the queue');
  await setIntent(sql, { tenantId: floor.tenantId, userId: slow }, 'offline', null);
  const other = await floor.staff();
  await sql`update agent_queues set wrap_up_seconds = 300 where user_id = ${other} and queue_id = ${floor.queueId}`;
  await floor.request();
  t.equal(await wrapUpAfter(floor, (await floor.offer())!), 300, 'his own');
  const quick = await floor.staff();
  await sql`update agent_queues set wrap_up_seconds = 0 where user_id = ${quick} and queue_id = ${floor.queueId}`;
  await floor.request();
  const ended = await talked(floor, (await floor.offer())!);
  t.ok(await act.finish(sql, ended!, { overdue: true }), 'none at all is over at once');
});

t.test('nobody is asked for a second thing, whichever queue it waits in', async t => {
  const floor = await Floor.open(t);
  const { sql } = floor;
  const agent = await floor.staff();
  const [support] = await sql<{ id: string }[]>`select id from queues where key = 'support'`;
  await sql`insert into agent_queues (tenant_id, user_id, queue_id) values (${floor.tenantId}, ${agent}, ${support!.id})`;
  await floor.request();
  const offer = await floor.offer();
  t.equal(offer?.agentId, agent);
  await floor.request();
  await floor.request({ queueId: support!.id });
  const steps = {
    'while he is rung': async () => undefined,
    'once he has accepted': () => act.accept(sql, offer!),
    'while his customer is dialled': () => act.startDialing(sql, offer!),
    'while he talks': () => act.bridge(sql, offer!),
    'in his wrap-up': () => act.end(sql, offer!, 'completed', 'agent'),
  };
  for (const [when, step] of Object.entries(steps)) {
    await step();
    t.equal(await floor.offer(), undefined, when);
  }
});

t.test('who pauses while he talks is paused after it, and who is paused is not asked', async t => {
  const floor = await Floor.open(t);
  const { sql, tenantId } = floor;
  const agent = await floor.staff();
  await floor.request();
  const offer = await floor.offer();
  await setIntent(sql, { tenantId, userId: agent }, 'paused', 'lunch');
  const ended = await talked(floor, offer!);
  await act.finish(sql, ended!);
  const { id } = await floor.request();
  t.equal(await floor.offer(), undefined, 'he is at lunch');
  const [row] = await sql`select reason from agents where user_id = ${agent}`;
  t.equal(row?.reason, 'lunch', 'and it says so');
  const colleague = await floor.staff();
  t.match(await floor.offer(), { id, agentId: colleague }, 'one who is paused holds up nobody');
});

t.test('all are paused: who waits goes by the longest wait, and nobody was rung', async t => {
  const floor = await Floor.open(t);
  const { sql, tenantId } = floor;
  await sql`update queues set max_wait_seconds = 10, max_wait_then = 'close'`;
  const agent = await floor.staff();
  await setIntent(sql, { tenantId, userId: agent }, 'paused', 'lunch');
  const { id } = await floor.request();
  t.equal(await floor.offer(), undefined);
  await sql`update interactions set queued_at = queued_at - interval '11 seconds' where id = ${id}`;
  await reachLimits(sql);
  const [row] = await sql`select state, outcome from interactions where id = ${id}`;
  t.match(row, { state: 'done', outcome: 'queue_timeout' });
  t.equal((await sql`select from events where interaction_id = ${id} and type = 'offered'`).length, 0);
});

t.test('nobody is skilled enough: the same, although somebody is free', async t => {
  const floor = await Floor.open(t);
  const { sql } = floor;
  await sql`update queues set max_wait_seconds = 10, max_wait_then = 'close',
    skill_steps = ${sql.json([{ after: 0, require: { ko: 4 } }])}`;
  await floor.staff({ ko: 3 });
  const { id } = await floor.request();
  t.equal(await floor.offer(), undefined);
  await sql`update interactions set queued_at = queued_at - interval '11 seconds' where id = ${id}`;
  await reachLimits(sql);
  const [row] = await sql`select state, outcome from interactions where id = ${id}`;
  t.match(row, { state: 'done', outcome: 'queue_timeout' });
});

t.test('each enters at the place of his priority, behind those who have the same', async t => {
  const floor = await Floor.open(t);
  const { sql, tenantId } = floor;
  // A day of waiting for each step: nobody in this test waits so long.
  await sql`update queues set ageing_seconds = 86400`;
  const enter = async (priority: number) => {
    const { id } = await floor.request();
    await sql`update interactions set priority = ${priority} where id = ${id}`;
    const stand = await waitingStand(sql, { id, tenantId });
    return { id, place: stand?.place };
  };
  const entered = [];
  for (const priority of [0, 0, 1, 1, 2, 0, 8]) entered.push({ priority, ...(await enter(priority)) });
  t.same(
    entered.map(({ place }) => place),
    [1, 2, 1, 2, 1, 6, 1],
  );
  await floor.staff();
  const served = [];
  for (const _ of entered) {
    const offer = await floor.offer();
    served.push(entered.find(({ id }) => id === offer?.id)?.priority);
    await act.cancel(sql, offer!);
  }
  t.same(served, [8, 2, 1, 1, 0, 0, 0], 'and is served in that order');
});

t.test('the tier of an agent, changed while somebody waits, counts for him', async t => {
  const floor = await Floor.open(t);
  const { sql } = floor;
  const [first, second] = [await floor.hire(), await floor.hire()];
  for (const agent of [first, second]) await floor.register(agent);
  await sql`update agent_queues set tier = 1 where user_id = ${second}`;
  const { id } = await floor.request();
  await sql`update agent_queues set tier = case when user_id = ${first} then 5 else 0 end
    where user_id in (${first}, ${second})`;
  for (const agent of [first, second]) await floor.ready(agent);
  t.match(await floor.offer(), { id, agentId: second }, 'the one whose tier is now the lower');
});

t.test('who comes to serve the queue while somebody waits is asked; who no longer does is not', async t => {
  const floor = await Floor.open(t);
  const { sql, tenantId, queueId } = floor;
  const agent = await floor.staff();
  await sql`delete from agent_queues where user_id = ${agent}`;
  const { id } = await floor.request();
  t.equal(await floor.offer(), undefined);
  await sql`insert into agent_queues (tenant_id, user_id, queue_id) values (${tenantId}, ${agent}, ${queueId})`;
  t.match(await floor.offer(), { id, agentId: agent });
});
