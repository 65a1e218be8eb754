import t from 'tap';
import { setIntent } from './agents.js';
import { type QueueLoad, queueLoad } from './estimates.js';
import { offerWaiting } from './matching.js';
import { Floor } from './testing/floor.js';
import * as act from './transitions/index.js';
import { advanceWaiting, nextWake } from './waiting.js';

interface Decision {
  strategy: string;
  step: number;
  require: Record<string, number>;
  chosen: string;
  considered: { agent: string; score?: number; calls?: number; last?: boolean }[];
  others: Record<string, { count: number; agents: string[] }>;
}

async function decision({ sql }: Floor, id: string): Promise<Decision> {
  const [row] = await sql<{ data: { decision: Decision } }[]>`
    select data from events where interaction_id = ${id} and type = 'offered' order by id desc limit 1`;
  return row!.data.decision;
}

/** Korean 4 and more, after 30 seconds 3 and more, after a minute anyone. */
const koreanFirst = [
  { after: 0, require: { $locale: 4 } },
  { after: 30, require: { $locale: 3 } },
  { after: 60 },
];

t.test('required skills relax in their steps, by stored times', async t => {
  const floor = await Floor.open(t);
  await floor.sql`update queues set skill_steps = ${floor.sql.json(koreanFirst)}`;
  const beginner = await floor.staff({ ko: 1 });
  const { id } = await floor.request({ locale: 'ko' });
  t.equal(await floor.offer(), undefined, 'nobody has Korean 4');
  const wake = await nextWake(floor.sql);
  t.ok(wake && wake.getTime() > Date.now() + 20_000, 'the next step is half a minute away');
  t.equal(await advanceWaiting(floor.sql), 0, 'nothing to do before its time');

  const fluent = await floor.staff({ ko: 3 });
  t.equal(await floor.offer(), undefined, 'Korean 3 is not enough yet');
  await floor.pass(31);
  t.equal(await advanceWaiting(floor.sql), 1);
  t.match(await floor.offer(), { id, agentId: fluent }, 'after 30 seconds it is');
  t.match(await decision(floor, id), {
    step: 1,
    require: { ko: 3 },
    considered: [{ agent: fluent }],
    others: { skill: { count: 1, agents: [beginner] }, offline: { count: 2 } },
  });
  await act.decline(floor.sql, { id, tenantId: floor.tenantId }, fluent);
  await setIntent(floor.sql, { tenantId: floor.tenantId, userId: fluent }, 'paused', 'lunch');
  await floor.pass(31);
  await advanceWaiting(floor.sql);
  t.match(await floor.offer(), { id, agentId: beginner }, 'after a minute anyone');
  const relaxed = await floor.sql`
    select data->'step' as step from events where interaction_id = ${id} and type = 'relaxed' order by id`;
  t.same(
    relaxed.map(({ step }) => step),
    [1, 2],
    'each step is in the history',
  );
});

t.test('a customer in another language waits in another lane', async t => {
  const floor = await Floor.open(t);
  await floor.sql`update queues set skill_steps = ${floor.sql.json(koreanFirst)}`;
  const english = await floor.staff({ en: 5 });
  await floor.request({ locale: 'ko' });
  const { id } = await floor.request({ locale: 'en' });
  t.match(await floor.offer(), { id, agentId: english }, 'the first in line does not stop the second');
});

t.test('skills change while somebody waits', async t => {
  const floor = await Floor.open(t);
  await floor.sql`update queues set skill_steps = ${floor.sql.json([{ after: 0, require: { ko: 4 } }])}`;
  const agent = await floor.staff({ ko: 2 });
  const { id } = await floor.request();
  t.equal(await floor.offer(), undefined);
  await floor.sql`update agents set skills = '{"ko": 4}' where user_id = ${agent}`;
  t.match(await floor.offer(), { id, agentId: agent });
});

t.test('a step of priority goes first, and who has waited its worth longer goes before it', async t => {
  const floor = await Floor.open(t);
  const { sql } = floor;
  await sql`update queues set ageing_seconds = 60`;
  await sql`insert into customer_priorities values (${floor.tenantId}, '+821055501111', 2, 'VIP')`;
  const plain = await floor.request();
  const vip = await floor.request({ phone: '+821055501111' });
  await floor.staff();
  const first = await floor.offer();
  t.equal(first?.id, vip.id, 'the VIP is asked for first');
  await act.cancel(sql, first!);
  await sql`update interactions set place_at = place_at - interval '121 seconds' where id = ${plain.id}`;
  const again = await floor.request({ phone: '+821055501111' });
  t.equal((await floor.offer())?.id, plain.id, 'two steps are two minutes: he has waited longer');
  t.equal(
    (await sql`select customer_priority as priority from interactions where id = ${again.id}`)[0]?.priority,
    2,
  );
});

t.test('a customer on the line goes before the callbacks of his priority', async t => {
  const floor = await Floor.open(t);
  await floor.request();
  const live = await floor.request();
  await floor.sql`update interactions set customer_live_since = now() where id = ${live.id}`;
  await floor.staff();
  t.equal((await floor.offer())?.id, live.id);
});

t.test('the last agent is preferred, and for a while the only one asked', async t => {
  const floor = await Floor.open(t);
  const { sql } = floor;
  await sql`update queues set last_agent_days = 30, last_agent_hold_seconds = 20`;
  const phone = '+821055502222';
  const known = await floor.staff();
  const first = await floor.request({ phone });
  const offer = await floor.offer();
  for (const step of [act.accept, act.startDialing, act.bridge]) await step(sql, offer!);
  await act.end(sql, offer!, 'completed', 'agent');
  const other = await floor.staff();
  const second = await floor.request({ phone });
  t.not(second.id, first.id);
  t.equal(await floor.offer(), undefined, 'the one he knows is in wrap-up, and held for');
  await act.finish(sql, offer!);
  t.match(await floor.offer(), { id: second.id, agentId: known });
  t.match(await decision(floor, second.id), {
    considered: [{ agent: known, last: true }],
    others: { held_for_last_agent: { count: 1, agents: [other] } },
  });
  await act.decline(sql, { id: second.id, tenantId: floor.tenantId }, known);
  await floor.pass(21);
  t.equal(await advanceWaiting(sql), 1, 'the end of the hold is a stored time, too');
  t.match(await floor.offer(), { id: second.id, agentId: other });
});

t.test('strategies', async t => {
  const floor = await Floor.open(t);
  const { sql, tenantId } = floor;
  const one = await floor.staff({ sales: 2 });
  const two = await floor.staff({ sales: 5 });
  const three = await floor.staff({ sales: 3 });
  const served = async (offers: number) => {
    const agents: (string | null | undefined)[] = [];
    for (let n = 0; n < offers; n++) {
      await floor.request();
      const offer = await floor.offer();
      agents.push(offer?.agentId);
      await act.cancel(sql, offer!);
    }
    return agents;
  };
  // A cancelled offer is no work: the longest idle stays the longest idle.
  t.same(await served(2), [one, one], 'longest idle');

  await sql`update queues set strategy = 'round_robin'`;
  t.same(await served(4), [one, two, three, one], 'round robin');

  await sql`update queues set strategy = 'fewest_calls'`;
  const today = sql`(now() at time zone 'Asia/Seoul')::date`;
  await sql`update agents set calls = 3, calls_on = ${today} where user_id = ${one}`;
  await sql`update agents set calls = 1, calls_on = ${today} where user_id = ${two}`;
  await sql`update agents set calls = 9, calls_on = ${today} - 1 where user_id = ${three}`;
  t.same(await served(1), [three], 'fewest calls: those of yesterday do not count');

  await sql`update queues set strategy = 'best_skill', skill_steps = '[{"after": 0, "require": {"sales": 2}}]'`;
  t.same(await served(1), [two], 'best skill');

  await sql`update queues set strategy = 'longest_idle', skill_steps = '[{"after": 0, "prefer": ["sales"]}]'`;
  t.same(await served(1), [two], 'preferred skills go before the strategy');

  await sql`update queues set skill_steps = '[]'`;
  await sql`update agent_queues set tier = 1 where user_id in (${one}, ${two})`;
  t.same(await served(1), [three], 'the lower tier goes first');
  await setIntent(sql, { tenantId, userId: three }, 'paused', 'lunch');
  t.same(await served(1), [one], 'and the next tier when that one is away');
});

t.test('a talk counts for its agent, on the tenant’s day', async t => {
  const floor = await Floor.open(t);
  const agent = await floor.staff();
  await floor.request();
  const offer = await floor.offer();
  for (const step of [act.accept, act.startDialing, act.bridge]) await step(floor.sql, offer!);
  const [row] = await floor.sql`
    select calls, calls_on = (now() at time zone 'Asia/Seoul')::date as today from agents where user_id = ${agent}`;
  t.same(row, { calls: 1, today: true });
});

t.test('the explanation names everybody: who was asked, who was not, and why', async t => {
  const floor = await Floor.open(t);
  const { sql, tenantId } = floor;
  const [offline, unregistered] = floor.agents.map(agent => agent.id) as [string, string];
  await floor.ready(unregistered);
  const paused = await floor.staff();
  await setIntent(sql, { tenantId, userId: paused }, 'paused', 'lunch');
  const engaged = await floor.staff();
  await floor.request();
  await floor.offer();
  const chosen = await floor.staff();
  const second = await floor.staff();
  const { id } = await floor.request();
  await floor.offer();
  const why = await decision(floor, id);
  t.equal(why.chosen, chosen);
  t.same(
    why.considered.map(({ agent }) => agent),
    [chosen, second],
    'in the order of preference',
  );
  t.same(why.others, {
    offline: { count: 1, agents: [offline] },
    no_softphone: { count: 1, agents: [unregistered] },
    paused: { count: 1, agents: [paused] },
    engaged: { count: 1, agents: [engaged] },
  });
});

t.test('each decision of one match accounts for every agent of its queue once', async t => {
  const floor = await Floor.open(t);
  const { sql, tenantId } = floor;
  const staff: string[] = [];
  for (let n = 0; n < 14; n++) staff.push(await floor.staff());
  // Some of them serve another queue as well.
  const [other] = await sql<{ id: string }[]>`select id from queues where id <> ${floor.queueId} limit 1`;
  await sql`delete from agent_queues where queue_id = ${other!.id}`;
  await sql`insert into agent_queues (tenant_id, user_id, queue_id, tier)
    select ${tenantId}, id::uuid, ${other!.id}, 14 - n from unnest(${staff.slice(3)}::text[]) with ordinality s(id, n)`;
  const first = await floor.request();
  const elsewhere = await floor.request({ queueId: other!.id });
  const declined = await floor.request();
  await sql`insert into declined_offers (tenant_id, interaction_id, user_id, declined_at)
    values (${tenantId}, ${declined.id}, ${staff[1]!}, now() - interval '1 hour')`;
  const last = await floor.request();
  const { offers } = await offerWaiting(sql, floor.nodeId, 8);
  t.same(
    offers.map(({ id, agentId }) => [id, staff.indexOf(agentId!)]),
    [
      [first.id, 0],
      [elsewhere.id, 13],
      [declined.id, 2],
      [last.id, 1],
    ],
    'the first who is free, of the other queue the lowest tier, not who has declined',
  );
  for (const { id, queueId } of offers) {
    const { considered, others } = await decision(floor, id);
    t.equal(considered.length, 10);
    for (const { count, agents } of Object.values(others)) t.equal(agents.length, count);
    const named = [
      ...considered.map(({ agent }) => agent),
      ...Object.values(others).flatMap(({ agents }) => agents),
    ];
    const served = await sql<{ id: string }[]>`
      select user_id as id from agent_queues where queue_id = ${queueId} order by user_id`;
    t.same(
      named.sort(),
      served.map(agent => agent.id),
    );
  }
  t.equal((await decision(floor, last.id)).others.engaged?.count, 3);
});

t.test('queues give no calls to whom has no capacity for them, and nobody is promised his time', async t => {
  const floor = await Floor.open(t);
  const { sql, queueId } = floor;
  const silent = await floor.staff();
  await sql`update agents set capacity = '{"voice": 0}' where user_id = ${silent}`;
  const { id } = await floor.request();
  t.equal(await floor.offer(), undefined, 'he is ready, and beside a customer, and takes no calls');
  const load = async () => {
    const [row] = await sql<
      QueueLoad[]
    >`select load.* from queues q cross join ${queueLoad(sql)} where q.id = ${queueId}`;
    return row;
  };
  t.match(await load(), { waiting: 1, agents: 0, free: 0 });

  const talker = await floor.staff();
  t.match(await load(), { agents: 1, free: 1 });
  t.match(await floor.offer(), { id, agentId: talker });
  t.match((await decision(floor, id)).others, { capacity: { count: 1, agents: [silent] } });

  await sql`update agents set capacity = '{"voice": 1}' where user_id = ${silent}`;
  const second = await floor.request();
  t.match(await floor.offer(), { id: second.id, agentId: silent }, 'a change counts at once');
});

t.test('rules that make no sense are refused by the store', async t => {
  const { sql } = await Floor.open(t);
  for (const steps of [
    '{}',
    '[{"after": 5}]',
    '[{"after": 0}, {"after": 0}]',
    '[{"after": 0, "require": {"ko": 6}}]',
    '[{"after": 0, "require": {"한국어": 3}}]',
    '[{"require": {"ko": 3}}]',
  ])
    await t.rejects(sql`update queues set skill_steps = ${steps}::text::jsonb`, { code: '23514' }, steps);
  await t.rejects(sql`update agents set skills = '{"ko": 0}'`, { code: '23514' });
  for (const capacity of ['{"voice": 2}', '{"chat": 1}', '[]'])
    await t.rejects(sql`update agents set capacity = ${capacity}::text::jsonb`, { code: '23514' }, capacity);
});
