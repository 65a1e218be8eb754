import t from 'tap';
import { eventually } from '../../../test/support/eventually.js';
import { askParty } from '../../calls/index.js';
import { type Sql, transaction } from '../../store/index.js';
import { agentAway, agentBack, customerAway, customerBack } from '../absence.js';
import { setIntent } from '../agents.js';
import { endConsult } from '../consults.js';
import { cutOff } from '../cut-off.js';
import { flowOut, keepPlace } from '../enqueue-call.js';
import { holdCustomer, resumeCustomer } from '../hold.js';
import { offerWaiting } from '../matching.js';
import { overflow, reachLimits } from '../queue-limits.js';
import { hold, loseCustomer, scheduleRetry } from '../retry.js';
import { bringForward, callNow, moveToQueue, reschedule } from '../schedule.js';
import { type InteractionEvent, type InteractionState, states, transitions } from '../states.js';
import { Floor } from '../testing/floor.js';
import {
  agentOf,
  bringInto,
  clearFloor,
  colleague,
  consulted,
  eventTypes,
  inAnHour,
  lookUp,
  onTheLine,
} from '../testing/ways.js';
import * as pass from '../transfers.js';
import * as act from './index.js';

/** Whoever waits has done so for a minute. */
async function longAgo({ sql }: Floor) {
  await sql`update interactions set queued_at = queued_at - interval '1 minute' where state = 'waiting'`;
}

/** The interaction as a piece of work that belongs to another one. */
async function asPart(f: Floor, { id }: act.InteractionRef): Promise<void> {
  const whole = await f.request();
  await f.sql`update interactions set state = 'done', outcome = 'completed' where id = ${whole.id}`;
  await f.sql`update interactions set part_of = ${whole.id} where id = ${id}`;
}

/** The interaction as a call that its agent began: to a colleague, where they talk already. */
async function asOwnCall(f: Floor, { id }: act.InteractionRef): Promise<void> {
  await f.sql`update interactions set channel = case when state = 'bridged' then 'internal' else 'outbound' end where id = ${id}`;
}

/** A customer who has been cut off twice already. */
async function cutOffTooOften(f: Floor, ref: act.InteractionRef) {
  await f.sql`
    insert into events (tenant_id, type, interaction_id)
    select ${f.tenantId}, 'cut_off', ${ref.id} from generate_series(1, 2) where ${(await lookUp(f, ref.id)).state} = 'bridged'`;
  const cut = await cutOff(f.sql, ref, 'engine_lost');
  await f.sql`delete from events where interaction_id = ${ref.id} and type = 'cut_off'`;
  return cut;
}

/** A supervisor who is in the talk. */
async function supervisor(f: Floor, ref: act.InteractionRef) {
  const [admin] = await f.sql<{ id: string }[]>`select id from users where role = 'admin'`;
  await f.sql`update agents set interaction_id = null where user_id = ${admin!.id}`;
  await f.sql`update call_parties set state = 'left', left_at = now() where user_id = ${admin!.id} and state <> 'left'`;
  const { id: askedBy } = admin!;
  return await askParty(f.sql, {
    ...{ tenantId: f.tenantId, interactionId: ref.id, kind: 'supervisor', role: 'listen', nodeId: null },
    ...{ userId: askedBy, askedBy },
  });
}

const steps: Record<InteractionEvent, (f: Floor, ref: act.InteractionRef) => PromiseLike<unknown>> = {
  called_now: (f, ref) => callNow(f.sql, ref, f.agents[0]!.id),
  retry_scheduled: (f, ref) =>
    onTheLine(f, ref).then(() =>
      scheduleRetry(f.sql, ref, { outcome: 'busy', at: inAnHour().at, keepsPlace: true }),
    ),
  held: (f, ref) =>
    onTheLine(f, ref).then(async () => (await hold(f.sql, ref, 'busy')) ?? (await cutOffTooOften(f, ref))),
  cut_off: (f, ref) => onTheLine(f, ref).then(() => cutOff(f.sql, ref, 'engine_lost')),
  confirm_asked: (f, ref) => act.askToConfirm(f.sql, ref),
  confirmed: (f, ref) => act.confirm(f.sql, ref),
  given_up: (f, ref) => act.giveUp(f.sql, ref, 'agent_lost'),
  overflowed: async f => {
    await f.sql`update queues set overflow_queue_id = (select id from queues where key = 'support'),
      overflow_after_seconds = 1 where key = 'sales'`;
    await longAgo(f);
    const moved = await overflow(f.sql);
    await f.sql`update queues set overflow_queue_id = null, overflow_after_seconds = null`;
    return moved > 0;
  },
  wait_limit: async (f, ref) => {
    await f.sql`update queues set max_wait_seconds = 1, max_wait_then = 'callback' where key = 'sales'`;
    await longAgo(f);
    await onTheLine(f, ref);
    const told = await reachLimits(f.sql);
    await f.sql`update queues set max_wait_seconds = null`;
    return told > 0;
  },
  moved: async (f, ref) => {
    const to = await moveToQueue(f.sql, ref, { queue: 'support', actor: f.agents[0]!.id });
    await f.sql`update interactions set queue_id = ${f.queueId} where id = ${ref.id}`;
    return to === 'done';
  },
  due: (f, ref) => bringForward(f.sql, ref),
  rescheduled: async (f, ref) =>
    (await reschedule(f.sql, { ...ref, queueId: f.queueId }, { at: inAnHour().at })) === 'done',
  offered: (f, ref) => f.offer().then(offer => (offer?.id === ref.id ? offer : undefined)),
  accepted: (f, ref) => act.accept(f.sql, ref),
  dropped_out: async (f, ref) => {
    const by = await agentOf(f, ref);
    const second = await f.hire();
    return (await f.offerToBoth(ref, by, second)) && act.decline(f.sql, ref, second);
  },
  declined: async (f, ref) => act.decline(f.sql, ref, (await lookUp(f, ref.id)).agentId ?? f.agents[0]!.id),
  offer_expired: (f, ref) => act.expireOffer(f.sql, ref),
  agent_lost: (f, ref) => act.loseAgent(f.sql, ref, 'test'),
  dialing: (f, ref) => act.startDialing(f.sql, ref),
  customer_answered: (f, ref) => act.customerAnswered(f.sql, ref),
  bridged: (f, ref) => onTheLine(f, ref).then(() => act.bridge(f.sql, ref)),
  agent_away: (f, ref) => agentAway(f.sql, ref, 'test'),
  agent_back: async (f, ref) => {
    await f.sql`update interactions set agent_away_until = now() where id = ${ref.id} and state = 'bridged'`;
    return await agentBack(f.sql, ref);
  },
  customer_away: (f, ref) => customerAway(f.sql, ref, 'test'),
  customer_back: async (f, ref) => {
    await f.sql`update interactions set customer_away_until = now() where id = ${ref.id} and state = 'bridged'`;
    return await customerBack(f.sql, ref);
  },
  customer_held: (f, ref) => holdCustomer(f.sql, ref, 'desktop'),
  customer_resumed: async (f, ref) => {
    await f.sql`update interactions set held_since = now() where id = ${ref.id} and state = 'bridged'`;
    return await resumeCustomer(f.sql, ref, 'desktop');
  },
  agent_gone: (f, ref) => onTheLine(f, ref).then(() => act.agentGone(f.sql, ref, 'lost')),
  customer_released: (f, ref) => onTheLine(f, ref).then(() => act.releaseCustomer(f.sql, ref)),
  place_kept: (f, ref) => onTheLine(f, ref).then(() => keepPlace(f.sql, ref, '+821055501234')),
  flowed_out: (f, ref) => onTheLine(f, ref).then(() => flowOut(f.sql, ref)),
  customer_lost: (f, ref) => onTheLine(f, ref).then(() => loseCustomer(f.sql, ref, 'test')),
  customer_left: (f, ref) => onTheLine(f, ref).then(() => act.customerLeft(f.sql, ref)),
  customer_failed: (f, ref) => act.failCustomer(f.sql, ref, 'busy'),
  ended: (f, ref) => act.end(f.sql, ref, 'completed', 'customer'),
  transferred: async (f, ref) => pass.transferToAgent(f.sql, ref, await agentOf(f, ref), await colleague(f)),
  requeued: async (f, ref) =>
    onTheLine(f, ref).then(async () =>
      pass.transferToQueue(f.sql, ref, await agentOf(f, ref), { id: f.queueId, name: 'Sales' }),
    ),
  forwarded: async (f, ref) =>
    pass.forwardToNumber(f.sql, ref, await agentOf(f, ref), { number: '+82215880001' }),
  forward_ended: async (f, ref) => {
    const forwarded = await f.sql`
      update interactions set forwarded_to = '+82215880001' where id = ${ref.id} and state = 'bridged' returning id`;
    if (forwarded.length > 0) await f.sql`update agents set interaction_id = null`;
    return pass.endForward(f.sql, ref, { outcome: 'completed', endedBy: 'customer' });
  },
  handed_over: async (f, ref) => {
    const party = await consulted(f, ref);
    return party && pass.handOver(f.sql, ref, await agentOf(f, ref), party);
  },
  taken_over: async (f, ref) =>
    pass.takeOverTalk(f.sql, ref, await agentOf(f, ref), await supervisor(f, ref)),
  recalled: async (f, ref) => {
    const by = f.agents[0]!.id;
    await onTheLine(f, ref);
    const passedOn = await f.sql`
      update interactions set transferred_by = ${by}, transfer = '{"to": "Kim"}',
        forwarded_to = case when state = 'bridged' then '+82215880001' end
      where id = ${ref.id} and state in ('waiting', 'bridged') returning id`;
    if (passedOn.length > 0) await f.sql`update agents set interaction_id = null`;
    return pass.recall(f.sql, ref, 'no_answer');
  },
  consult_over: (f, ref) => asPart(f, ref).then(() => endConsult(f.sql, ref)),
  call_over: (f, ref) => asOwnCall(f, ref).then(() => act.callOver(f.sql, ref, 'agent_lost')),
  cancelled: (f, ref) => act.cancel(f.sql, ref),
  finished: (f, ref) => act.finish(f.sql, ref),
};

/** After these nobody is engaged any more, although it lives: a number outside has the customer. */
function engagesNobody(event: InteractionEvent, expected: InteractionState | undefined): boolean {
  return event === 'forwarded' && expected !== undefined;
}

t.test('every cell of the table is what the database does', async t => {
  const f = await Floor.open(t);
  const [agent] = f.agents;
  await f.register(agent!.id);
  for (const state of states) {
    for (const [event, step] of Object.entries(steps) as [
      InteractionEvent,
      (typeof steps)[InteractionEvent],
    ][]) {
      await setIntent(f.sql, { tenantId: f.tenantId, userId: agent!.id }, 'ready', null);
      const ref = await bringInto(f, state);
      const expected = transitions[state][event];
      const before = await eventTypes(f, ref.id);
      const taken = await step(f, ref);
      const after = await lookUp(f, ref.id);
      const cell = `${state} × ${event}`;
      t.equal(Boolean(taken), expected !== undefined, `${cell} is ${expected ? 'taken' : 'refused'}`);
      t.equal(after.state, expected ?? state, `${cell} leads to ${expected ?? 'nowhere'}`);
      const logged = cell === 'offered × dialing' ? ['accepted', 'dialing'] : [event];
      t.same(
        (await eventTypes(f, ref.id)).filter(type => !type.startsWith('party_')),
        expected ? [...before, ...logged] : before,
        `${cell} is logged once, or not at all`,
      );
      t.equal(
        after.engaged,
        ['scheduled', 'waiting', 'done'].includes(after.state) || engagesNobody(event, expected) ? 0 : 1,
        `${cell}: the agent is engaged exactly while it is his`,
      );
      await clearFloor(f);
    }
  }
});

t.test('the oldest request goes to the agent who has been idle longest', async t => {
  const f = await Floor.open(t);
  const [one, two] = f.agents as [{ id: string }, { id: string }];
  for (const { id } of f.agents) await f.register(id);
  await setIntent(f.sql, { tenantId: f.tenantId, userId: two.id }, 'ready', null);
  await setIntent(f.sql, { tenantId: f.tenantId, userId: one.id }, 'ready', null);
  const first = await f.request();
  const second = await f.request();
  t.match(await f.offer(), { id: first.id, agentId: two.id });
  t.match(await f.offer(), { id: second.id, agentId: one.id });
  t.equal(await f.offer(), undefined, 'nobody is left');
});

t.test('a step that has waited for the offer frees the agent whom the offer has engaged', async t => {
  const f = await Floor.open(t);
  const [agent] = f.agents as [{ id: string }];
  await f.register(agent.id);
  await setIntent(f.sql, { tenantId: f.tenantId, userId: agent.id }, 'ready', null);
  const { id } = await f.request();
  const [offered, cancelled] = await transaction(f.sql, async tx => {
    const { offers } = await offerWaiting(tx, f.nodeId, 1);
    const cancelling = Promise.resolve(act.cancel(f.sql, { id, tenantId: f.tenantId }));
    const [own] = await tx<{ pid: number }[]>`select pg_backend_pid() as pid`;
    await eventually('the other waits for the row', async () => {
      const rows = await f.sql`
        select from pg_stat_activity where datname = current_database() and ${own!.pid} = any(pg_blocking_pids(pid))`;
      return rows.length > 0;
    });
    return [offers[0], { cancelling }] as const;
  });
  t.equal(offered?.agentId, agent.id);
  t.match(await cancelled.cancelling, { state: 'done' });
  t.match(await f.sql`select interaction_id from agents where user_id = ${agent.id}`, [
    { interaction_id: null },
  ]);
});

t.test('an agent without a softphone, or who is not ready, gets no offer', async t => {
  const f = await Floor.open(t);
  const [one, two] = f.agents as [{ id: string }, { id: string }];
  await setIntent(f.sql, { tenantId: f.tenantId, userId: one.id }, 'ready', null);
  await f.register(two.id);
  await setIntent(f.sql, { tenantId: f.tenantId, userId: two.id }, 'paused', 'lunch');
  await f.request();
  t.equal(await f.offer(), undefined);
});

t.test(
  'who let an offer go by keeps the customer waiting for nobody: the next is asked, the place is kept',
  async t => {
    const f = await Floor.open(t);
    for (const { id } of f.agents) {
      await f.register(id);
      await setIntent(f.sql, { tenantId: f.tenantId, userId: id }, 'ready', null);
    }
    const first = await f.request();
    await f.request();
    const offer = await f.offer();
    t.equal(offer?.id, first.id);
    await act.expireOffer(f.sql, offer!);
    const [agent] = await f.sql`select intent, reason from agents where user_id = ${offer!.agentId}`;
    t.same(
      agent,
      { intent: 'paused', reason: 'no_answer' },
      'ring no answer pauses the agent with its reason',
    );
    const again = await f.offer();
    t.equal(again?.id, first.id, 'it is still the first');
    t.not(again?.agentId, offer?.agentId);
    await act.decline(f.sql, again!, again!.agentId!);
    t.equal((await f.offer())?.id !== first.id, true, 'who declined is not asked again for it at once');
  },
);

t.test(
  'when everybody let it go by, the one whose refusal is longest ago is asked again after a rest',
  async t => {
    const f = await Floor.open(t);
    for (const { id } of f.agents) {
      await f.register(id);
      await setIntent(f.sql, { tenantId: f.tenantId, userId: id }, 'ready', null);
    }
    await f.request();
    const refused: (string | null)[] = [];
    for (const _ of f.agents) {
      const offer = await f.offer();
      refused.push(offer!.agentId);
      await act.decline(f.sql, offer!, offer!.agentId!);
    }
    t.equal(new Set(refused).size, 2, 'each was asked once');
    t.equal(await f.offer(), undefined, 'both have their rest');
    await f.sql`update queues set decline_rest_seconds = 0`;
    t.match(await f.offer(), { agentId: refused[0]! });
  },
);

t.test('what waits for nobody does not keep the others waiting', async t => {
  const f = await Floor.open(t);
  const [one] = f.agents as [{ id: string }];
  const [support] = await f.sql<{ id: string }[]>`select id from queues where key = 'support'`;
  await f.sql`delete from agent_queues where queue_id = ${f.queueId}`;
  await f.register(one.id);
  await setIntent(f.sql, { tenantId: f.tenantId, userId: one.id }, 'ready', null);
  await f.request();
  const served = await f.request({ queueId: support!.id });
  t.match(await f.offer(), { id: served.id, agentId: one.id });
  t.equal(await f.offer(), undefined);
});

t.test('many matchers at once never give an agent two offers, nor a request two agents', async t => {
  const f = await Floor.open(t);
  for (const { id } of f.agents) {
    await f.register(id);
    await setIntent(f.sql, { tenantId: f.tenantId, userId: id }, 'ready', null);
  }
  for (let i = 0; i < 10; i++) await f.request();
  const offers = (await Promise.all(Array.from({ length: 16 }, () => f.offer()))).filter(
    offer => offer !== undefined,
  );
  t.equal(new Set(offers.map(offer => offer.id)).size, offers.length);
  t.equal(new Set(offers.map(offer => offer.agentId)).size, offers.length);
  t.equal(offers.length, 2, 'both agents are engaged');
});

t.test('of two that race for a step one takes it', async t => {
  const f = await Floor.open(t);
  await f.register(f.agents[0]!.id);
  await setIntent(f.sql, { tenantId: f.tenantId, userId: f.agents[0]!.id }, 'ready', null);
  const ref = await bringInto(f, 'offered');
  const results = await Promise.all([
    act.accept(f.sql, ref),
    act.cancel(f.sql, ref),
    act.expireOffer(f.sql, ref),
    act.accept(f.sql, ref),
  ]);
  const types = await eventTypes(f, ref.id);
  t.equal(results.filter(Boolean).length, types.length - 2, 'each step taken is logged, each refused is not');
  t.ok([1, 2].includes(results.filter(Boolean).length), 'one step, or an accept and then a cancel');
});

t.test('a step that comes late does not meet the offer of the next agent', async t => {
  const f = await Floor.open(t);
  for (const { id } of f.agents) {
    await f.register(id);
    await setIntent(f.sql, { tenantId: f.tenantId, userId: id }, 'ready', null);
  }
  await f.request();
  const first = await f.offer();
  await act.expireOffer(f.sql, first!);
  const second = await f.offer();
  t.equal(second?.id, first?.id);
  const late = [
    act.startDialing,
    act.expireOffer,
    act.accept,
    (sql: Sql, ref: act.InteractionRef) => act.loseAgent(sql, ref, 'late'),
  ];
  for (const step of late) t.equal(await step(f.sql, first!), undefined);
  t.match(await lookUp(f, second!.id), { state: 'offered', agentId: second!.agentId!, engaged: 1 });
  t.ok(await act.accept(f.sql, second!), 'the next agent may still take it');
});

t.test('the same request five times at once is one', async t => {
  const f = await Floor.open(t);
  const answers = await Promise.all(Array.from({ length: 5 }, () => f.request({ phone: '+821055509999' })));
  t.equal(new Set(answers.map(answer => answer.id)).size, 1);
  t.equal(answers.filter(answer => answer.created).length, 1);
});
