import t from 'tap';
import { Link } from '../../../test/support/link.js';
import { partyJoins } from '../../calls/index.js';
import { connect, type Sql, takeStep } from '../../store/index.js';
import { cutOff } from '../cut-off.js';
import { flowOut, keepPlace } from '../enqueue-call.js';
import { askCallee, callColleague } from '../own-calls.js';
import type { InteractionEvent, InteractionState } from '../states.js';
import { Floor } from '../testing/floor.js';
import {
  agentOf,
  bringInto,
  clearFloor,
  colleague,
  consulted,
  eventTypes,
  onTheLine,
} from '../testing/ways.js';
import { forwardToNumber, handOver, recall } from '../transfers.js';
import * as act from './index.js';

interface Step {
  from: InteractionState;
  event: InteractionEvent;
  /** What has to be before it; what comes of that is given to the step. */
  prepare?: (f: Floor, ref: act.InteractionRef) => PromiseLike<unknown>;
  take: (sql: Sql, ref: act.InteractionRef, prepared: never) => PromiseLike<unknown>;
  /** What the server's answer to its last statement ends with. */
  answer?: 'SELECT 1' | 'COMMIT';
}

const offeredToBoth = async (f: Floor, ref: act.InteractionRef) => {
  const [first, second] = [await agentOf(f, ref), await f.hire()];
  await f.offerToBoth(ref, first, second);
  return second;
};

const steps: Record<string, Step> = {
  'an agent takes it': { from: 'offered', event: 'accepted', take: act.accept },
  'one of several takes it': {
    from: 'offered',
    event: 'accepted',
    prepare: offeredToBoth,
    take: (sql, ref, by: string) => act.accept(sql, ref, by),
  },
  'an agent declines': {
    from: 'offered',
    event: 'declined',
    prepare: agentOf,
    take: (sql, ref, by: string) => act.decline(sql, ref, by),
  },
  'one of several declines': {
    from: 'offered',
    event: 'dropped_out',
    prepare: offeredToBoth,
    take: (sql, ref, by: string) => act.decline(sql, ref, by),
  },
  'an offer expires': { from: 'offered', event: 'offer_expired', take: act.expireOffer },
  'a desktop does not answer': {
    from: 'offered',
    event: 'agent_lost',
    prepare: ({ sql }, { id }) => sql`update interactions set proven_at = null where id = ${id}`,
    take: act.failProbe,
  },
  'an agent is lost': {
    from: 'accepted',
    event: 'agent_lost',
    take: (sql, ref) => act.loseAgent(sql, ref, 'test'),
  },
  'the customer is asked to press 1': { from: 'dialing', event: 'confirm_asked', take: act.askToConfirm },
  'he has pressed it': { from: 'dialing', event: 'confirmed', take: act.confirm },
  'the customer is on the line': { from: 'dialing', event: 'customer_answered', take: act.customerAnswered },
  'the customer was not reached': {
    from: 'dialing',
    event: 'customer_failed',
    take: (sql, ref) => act.failCustomer(sql, ref, 'busy'),
  },
  'nobody comes for him': {
    from: 'waiting',
    event: 'customer_released',
    prepare: onTheLine,
    take: act.releaseCustomer,
  },
  'a caller keeps his place': {
    from: 'waiting',
    event: 'place_kept',
    prepare: onTheLine,
    take: (sql, ref) => keepPlace(sql, ref, '+821055501234'),
  },
  'a flow leads him out': { from: 'waiting', event: 'flowed_out', prepare: onTheLine, take: flowOut },
  'they talk': { from: 'dialing', event: 'bridged', take: act.bridge },
  'the talk is over': {
    from: 'bridged',
    event: 'ended',
    take: (sql, ref) => act.end(sql, ref, 'completed', 'agent'),
  },
  'the talk is cut off': {
    from: 'bridged',
    event: 'cut_off',
    take: (sql, ref) => cutOff(sql, ref, 'engine_lost'),
  },
  'its agent is gone': {
    from: 'bridged',
    event: 'agent_gone',
    prepare: onTheLine,
    take: (sql, ref) => act.agentGone(sql, ref, 'lost'),
  },
  'a colleague goes on': {
    from: 'bridged',
    event: 'handed_over',
    prepare: async (f, ref) => ({ by: await agentOf(f, ref), party: await consulted(f, ref) }),
    take: (sql, ref, { by, party }: { by: string; party: Parameters<typeof handOver>[3] }) =>
      handOver(sql, ref, by, party),
    answer: 'COMMIT',
  },
  'a number outside goes on': {
    from: 'bridged',
    event: 'forwarded',
    prepare: agentOf,
    take: (sql, ref, by: string) => forwardToNumber(sql, ref, by, { number: '+82215880001' }),
    answer: 'COMMIT',
  },
  'the customer is back at the agent who passed him on': {
    from: 'bridged',
    event: 'recalled',
    prepare: async (f, ref) => {
      await onTheLine(f, ref);
      await forwardToNumber(f.sql, ref, await agentOf(f, ref), { number: '+82215880001' });
    },
    take: (sql, ref) => recall(sql, ref, 'no_answer'),
    answer: 'COMMIT',
  },
};

async function open(t: Parameters<typeof Floor.open>[0]) {
  const f = await Floor.open(t);
  await f.register(f.agents[0]!.id);
  const link = await Link.open(t, f.url);
  const sql = connect({ url: link.url, max: 1 });
  t.teardown(() => sql.end());
  return { f, link, sql, agent: f.agents[0]!.id };
}

t.test('a step is taken, and its answer lost', async t => {
  const { f, link, sql, agent } = await open(t);
  for (const [name, { from, event, prepare, take, answer = 'SELECT 1' }] of Object.entries(steps)) {
    await f.ready(agent);
    const ref = await bringInto(f, from);
    const prepared = await prepare?.(f, ref);
    const before = await eventTypes(f, ref.id);
    const lost = link.loseAnswer(answer);
    t.ok(await takeStep(ref, again => take(sql, again, prepared as never)), `${name}: he is told so`);
    await lost;
    const logged = (await eventTypes(f, ref.id)).slice(before.length);
    t.same(
      logged.filter(type => !type.startsWith('party_') && type !== 'offer_taken'),
      [event],
      `${name}: once`,
    );
    await clearFloor(f);
  }
});

t.test('a colleague who answers into a talk is in it once', async t => {
  const { f, link, sql, agent } = await open(t);
  await f.ready(agent);
  const party = await consulted(f, await bringInto(f, 'bridged'));
  const lost = link.loseAnswer('SELECT 1');
  t.match(await takeStep(party!, again => partyJoins(sql, again)), { id: party!.id, state: 'joined' });
  await lost;
});

t.test('a colleague who is called is asked once', async t => {
  const { f, link, sql, agent } = await open(t);
  await f.ready(agent);
  const { tenantId, queueId, nodeId } = f;
  const own = { tenantId, queueId, nodeId, by: agent, locale: 'ko' };
  const call = await callColleague(f.sql, own, await colleague(f));
  await act.startDialing(f.sql, call!);
  const lost = link.loseAnswer('COMMIT');
  const part = await takeStep(call!, again => askCallee(sql, again));
  await lost;
  t.same(await f.sql`select id from interactions where part_of = ${call!.id}`, [{ id: part?.id }]);
});

t.test('a step that somebody else has taken is not ours, however often it is tried', async t => {
  const { f, link, sql, agent } = await open(t);
  await f.ready(agent);
  const ref = await bringInto(f, 'dialing');
  await act.bridge(f.sql, ref);
  const lost = link.loseAnswer('SELECT 0');
  t.equal(await takeStep(ref, again => act.bridge(sql, again)), undefined);
  await lost;
});
