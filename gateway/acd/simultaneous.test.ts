import t, { type Test } from 'tap';
import { eventually } from '../../test/support/eventually.js';
import { connect, type Sql, transaction } from '../store/index.js';
import { offerWaiting } from './matching.js';
import { Floor } from './testing/floor.js';
import * as act from './transitions/index.js';

/** A queue that asks several at once, with so many agents who are free. */
async function open(t: Test, agents: number): Promise<{ floor: Floor; agents: string[] }> {
  const floor = await Floor.open(t);
  await floor.sql`update queues set strategy = 'simultaneous'`;
  const staff: string[] = [];
  for (let n = 0; n < agents; n++) staff.push(await floor.staff());
  return { floor, agents: staff };
}

/** What one match offers, and to whom. */
async function offers(floor: Floor): Promise<{ id: string; agents: string[] }[]> {
  const { offers } = await offerWaiting(floor.sql, floor.nodeId, 8);
  return await Promise.all(
    offers.map(async ({ id, tenantId, agentId }) => ({
      id,
      agents: agentId ? [agentId] : (await act.offeredTo(floor.sql, { id, tenantId })).agents,
    })),
  );
}

async function agentRow({ sql }: Floor, id: string) {
  const [row] = await sql<{ intent: string; reason: string | null; engaged: boolean; passedOver: boolean }[]>`
    select intent, reason, interaction_id is not null as engaged,
      exists (select from declined_offers d where d.user_id = a.user_id) as "passedOver"
    from agents a where user_id = ${id}`;
  return row;
}

async function stateOf({ sql }: Floor, id: string) {
  const [row] = await sql<{ state: string; agentId: string | null }[]>`
    select state, agent_id as "agentId" from interactions where id = ${id}`;
  return row;
}

const free = { intent: 'ready', reason: null, engaged: false, passedOver: false };

t.test('all who fit are asked, up to the bound of the queue, and the history says whom', async t => {
  const { floor, agents } = await open(t, 4);
  await floor.sql`update queues set ring_at_once = 3`;
  const { id } = await floor.request();
  const [offer] = await offers(floor);
  t.same(offer, { id, agents: agents.slice(0, 3) }, 'who has been idle longest first');
  const events = await floor.sql<{ userId: string; decision: { together: string[] } | null }[]>`
    select user_id as "userId", data -> 'decision' as decision from events
    where interaction_id = ${id} and type = 'offered' order by id`;
  t.same(
    events.map(({ userId }) => userId),
    agents.slice(0, 3),
    'each has his own',
  );
  t.match(events[0]?.decision, { strategy: 'simultaneous', together: agents.slice(0, 3) });
  t.same(await agentRow(floor, agents[3]!), free, 'the fourth is free for others');
});

t.test('agents are shared among those who wait', async t => {
  const { floor, agents } = await open(t, 5);
  for (let n = 0; n < 2; n++) await floor.request();
  const made = await offers(floor);
  t.same(
    made.map(offer => offer.agents.length),
    [3, 2],
  );
  t.same(new Set(made.flatMap(offer => offer.agents)), new Set(agents), 'each is asked for one thing');
});

t.test('one agent alone is asked as ever', async t => {
  const { floor, agents } = await open(t, 1);
  const { id } = await floor.request();
  await offers(floor);
  t.match(await stateOf(floor, id), { state: 'offered', agentId: agents[0] });
});

t.test('only the lowest tier is asked at once, and who has declined not beside who has not', async t => {
  const { floor, agents } = await open(t, 4);
  const { sql, tenantId } = floor;
  await sql`update agent_queues set tier = 1 where user_id = ${agents[0]!}`;
  const { id } = await floor.request();
  await sql`insert into declined_offers (tenant_id, interaction_id, user_id, declined_at)
    values (${tenantId}, ${id}, ${agents[1]!}, now() - interval '1 hour')`;
  t.same((await offers(floor))[0]?.agents, agents.slice(2));
});

t.test('one is reserved while his customer is called, and one is asked for help', async t => {
  const { floor } = await open(t, 3);
  await floor.sql`update queues set customer_first = true`;
  const { id } = await floor.request();
  t.equal((await offers(floor))[0]?.agents.length, 1);
  await act.cancel(floor.sql, { id, tenantId: floor.tenantId });
  const live = await floor.request();
  await floor.sql`update interactions set customer_live_since = now() where id = ${live.id}`;
  t.equal((await offers(floor))[0]?.agents.length, 3, 'but for a customer on the line all are rung');
});

/** Runs all steps at a moment: they wait for the row that is held until each of them has got there. */
async function atOnce<T>(
  t: Test,
  floor: Floor,
  id: string,
  steps: ((sql: Sql) => Promise<T>)[],
): Promise<T[]> {
  const { url } = floor;
  const holder = connect({ url, max: 1 });
  const racers = steps.map((_, n) => connect({ url, max: 1, applicationName: `racer ${n}` }));
  t.teardown(() => Promise.all([holder, ...racers].map(sql => sql.end())));
  let running: Promise<T[]> | undefined;
  await transaction(holder, async tx => {
    await tx`select from interactions where id = ${id} for update`;
    running = Promise.all(steps.map((step, n) => step(racers[n]!)));
    await eventually('all wait for the row', async () => {
      const [row] = await floor.sql<{ count: number }[]>`
        select count(*)::int as count from pg_stat_activity
        where datname = current_database() and application_name like 'racer %' and wait_event_type = 'Lock'`;
      return row!.count === steps.length;
    });
  });
  return await running!;
}

t.test(
  'of several who accept at the same moment one has it, and nothing is held against the others',
  async t => {
    const { floor, agents } = await open(t, 4);
    const { id } = await floor.request();
    await offers(floor);
    const ref = { id, tenantId: floor.tenantId };
    const taken = await atOnce(
      t,
      floor,
      id,
      agents.map(agent => (sql: Sql) => act.accept(sql, ref, agent)),
    );
    const winners = agents.filter((_, n) => taken[n] !== undefined);
    t.equal(winners.length, 1);
    const [winner] = winners;
    t.match(await stateOf(floor, id), { state: 'accepted', agentId: winner });
    const [row] = await floor.sql<{ name: string }[]>`select name from users where id = ${winner!}`;
    for (const agent of agents.filter(other => other !== winner)) {
      t.same(await agentRow(floor, agent), free);
      t.equal(await act.takenBy(floor.sql, ref, agent), row?.name, 'he can be told who has it');
    }
    t.equal(await act.takenBy(floor.sql, ref, winner!), undefined);
    await floor.request();
    t.equal((await offers(floor))[0]?.agents.length, 3, 'the others are asked for the next');
  },
);

t.test('of several who decline at the same moment the last one gives it back to the queue', async t => {
  const { floor, agents } = await open(t, 3);
  const { id } = await floor.request();
  await offers(floor);
  const ref = { id, tenantId: floor.tenantId };
  const declined = await atOnce(
    t,
    floor,
    id,
    agents.map(agent => (sql: Sql) => act.decline(sql, ref, agent)),
  );
  t.notOk(declined.includes(undefined), 'each has declined');
  t.match(await stateOf(floor, id), { state: 'waiting', agentId: null });
  for (const agent of agents) t.same(await agentRow(floor, agent), { ...free, passedOver: true });
  const events = await floor.sql<{ type: string }[]>`
    select type from events where interaction_id = ${id} and type in ('declined', 'dropped_out') order by id`;
  t.same(
    events.map(({ type }) => type),
    ['dropped_out', 'dropped_out', 'declined'],
  );
});

t.test('an accept and the customer who takes it back at the same moment: whichever is first', async t => {
  const { floor, agents } = await open(t, 2);
  const { id } = await floor.request();
  await offers(floor);
  const ref = { id, tenantId: floor.tenantId };
  const results = await atOnce(t, floor, id, [
    (sql: Sql) => act.accept(sql, ref, agents[0]!),
    (sql: Sql) => act.cancel(sql, ref),
  ]);
  t.ok(results[1], 'it is taken back, before or after');
  t.match(await stateOf(floor, id), { state: 'done' });
  for (const agent of agents) t.same(await agentRow(floor, agent), free);
});

t.test(
  'who lets it ring is paused, whose desktop does not answer is unreachable, and the others are asked on',
  async t => {
    const { floor, agents } = await open(t, 3);
    const { id } = await floor.request();
    await offers(floor);
    const his = (agentId: string) => ({ id, tenantId: floor.tenantId, agentId });
    const [silent, unheard, last] = agents as [string, string, string];
    t.ok(await act.expireOffer(floor.sql, his(silent)));
    t.match(await agentRow(floor, silent), { intent: 'paused', reason: 'no_answer', engaged: false });
    t.equal(
      await act.failProbe(floor.sql, his(unheard)),
      undefined,
      'without a desktop there is nothing to answer',
    );
    t.ok(await act.loseAgent(floor.sql, his(unheard), 'softphone_gone'));
    t.match(await stateOf(floor, id), { state: 'offered', agentId: null });
    t.equal(
      await act.accept(floor.sql, his(unheard), unheard),
      undefined,
      'who is not asked any more is late',
    );
    t.ok(await act.expireOffer(floor.sql, his(last)));
    t.match(await stateOf(floor, id), { state: 'waiting' });
    t.match(await agentRow(floor, last), { intent: 'paused', reason: 'no_answer', engaged: false });
  },
);
