import t, { type Test } from 'tap';
import type { RobotAgent } from './support/robot-agent.js';
import { startStack } from './support/stack.js';
import {
  ask,
  idOf,
  pickUp,
  signIn,
  storyOf,
  type Talk,
  type Talker,
  talking,
  tidy as tidyUp,
  tones,
} from './support/talk.js';
import { endWebRtc } from './support/webrtc-peer.js';

t.setTimeout(600_000);
t.teardown(endWebRtc);

const stack = await startStack(t);
const { api, sql } = stack;
await sql`update queues set wrap_up_seconds = 30, offer_seconds = 60`;

interface Monitored extends Talk {
  supervisor: RobotAgent;
  line: Talker;
}

/** A talk that a supervisor listens to. */
async function listening(t: Test): Promise<Monitored> {
  const talk = await talking(t, stack);
  const supervisor = await signIn(t, stack, 'admin');
  t.equal((await as(supervisor, talk, 'listen')).status, 204);
  const line = await pickUp(t, supervisor, tones.supervisor, { accept: false });
  return { ...talk, supervisor, line };
}

const as = (supervisor: RobotAgent, { id }: Talk, role: string) =>
  ask(supervisor, 'PUT', `/interactions/${id}/monitoring`, { role });

const undisturbed = ({ desk, customer }: Talk) =>
  Promise.all([customer.ear.tone(tones.agent), desk.ear.tone(tones.customer)]);

const tidy = (t: Test, ...agents: RobotAgent[]) =>
  tidyUp(t, stack, agents, ['wrap_up', 'ready', 'paused', 'offline']);

t.test('listen, whisper, barge, and leave: the talk goes on', async t => {
  const talk = await listening(t);
  const { id, agent, desk, customer, supervisor, line } = talk;
  await Promise.all([line.ear.tones([tones.agent, tones.customer]), undisturbed(talk)]);
  t.pass('listening he hears both, and nobody hears him');
  t.equal((await as(supervisor, talk, 'whisper')).status, 204);
  await Promise.all([
    desk.ear.tones([tones.customer, tones.supervisor]),
    customer.ear.tone(tones.agent),
    line.ear.tones([tones.agent, tones.customer]),
  ]);
  t.pass('whispering he is heard by the agent alone');
  t.equal((await as(supervisor, talk, 'barge')).status, 204);
  await Promise.all([
    desk.ear.tones([tones.customer, tones.supervisor]),
    customer.ear.tones([tones.agent, tones.supervisor]),
  ]);
  t.pass('barging in he is heard by both');
  const { current } = await agent.until(
    ({ current }) => (current?.parties ?? []).some(({ role }) => role === 'barge'),
    'the agent sees it',
  );
  t.match(current?.parties, [{ kind: 'supervisor', name: 'Robin Admin', state: 'joined' }]);
  t.equal((await ask(supervisor, 'DELETE', '/monitoring')).status, 204);
  await Promise.all([supervisor.hungUp(), undisturbed(talk)]);
  t.same(
    (await storyOf(stack, id)).slice(-6),
    ['party_asked', 'party_rings', 'party_joined', 'party_role', 'party_role', 'party_left'],
    'each act is in the history',
  );
  await agent.step('hangup', id);
  await customer.run.done;
  await agent.hungUp();
  await tidy(t, agent);
});

t.test('take over: the agent has his wrap-up, and the customer the supervisor', async t => {
  const talk = await listening(t);
  const { id, agent, customer, supervisor, line } = talk;
  await line.ear.tones([tones.agent, tones.customer]);
  t.equal((await ask(supervisor, 'POST', `/interactions/${id}/take-over`)).status, 204);
  await agent.hungUp();
  await Promise.all([customer.ear.tone(tones.supervisor), line.ear.tone(tones.customer)]);
  await agent.until(({ me }) => me.state === 'wrap_up', 'his wrap-up');
  await supervisor.until(({ current }) => current?.id === id, 'it is hers now');
  await supervisor.step('hangup', id);
  await customer.run.done;
  await supervisor.hungUp();
  await tidy(t, agent, supervisor);
});

t.test('the supervisor follows an attended transfer, and is let go when the talk ends', async t => {
  const talk = await listening(t);
  const { id, agent, desk, customer, supervisor, line } = talk;
  const colleague = await signIn(t, stack, 'agent2', 'ready');
  const to = { agent: await idOf(stack, 'agent2') };
  const { body } = await ask(agent, 'POST', `/interactions/${id}/parties`, { to, role: 'consult' });
  const helper = await pickUp(t, colleague, tones.colleague);
  await Promise.all([desk.ear.tone(tones.colleague), line.ear.tones([tones.agent, tones.colleague])]);
  t.pass('he hears what the agent hears and says');
  await ask(agent, 'POST', `/interactions/${id}/parties/${body.id}/complete`);
  await Promise.all([
    agent.hungUp(),
    customer.ear.tone(tones.colleague),
    helper.ear.tone(tones.customer),
    line.ear.tones([tones.customer, tones.colleague]),
  ]);
  t.equal((await ask(supervisor, 'POST', `/interactions/${id}/end`)).status, 204);
  await Promise.all([customer.run.done, colleague.hungUp(), supervisor.hungUp()]);
  const { data } = (
    await sql`
    select data from events where interaction_id = ${id} and type = 'hangup_requested'`
  )[0]!;
  t.match(data, { actor: await idOf(stack, 'admin') }, 'who ended it is kept');
  await tidy(t, agent, colleague);
});

t.test('where the company does not show it, the agent does not see it; who may not, may not', async t => {
  await sql`update tenants set monitoring_shown = false`;
  const talk = await listening(t);
  const { id, agent, customer, supervisor, line } = talk;
  await line.ear.tones([tones.agent, tones.customer]);
  const { body } = await api.call<{ parties: unknown[]; events: { type: string }[] }>(
    'GET',
    `/api/v1/interactions/${id}`,
    { token: agent.token },
  );
  t.same(body.parties, []);
  t.notOk(
    body.events.some(({ type }) => type.startsWith('party_')),
    'nor in the history',
  );
  const floor = await api.call<{ agents: unknown[]; talks: { id: string; parties: unknown[] }[] }>(
    'GET',
    '/api/v1/floor',
    { token: supervisor.token },
  );
  t.match(floor.body.talks, [{ id, parties: [{ role: 'listen', state: 'joined' }] }], 'supervisors do');
  await sql`update tenants set monitoring_shown = true`;
  t.equal((await as(agent, talk, 'listen')).status, 403);
  t.equal((await api.call('GET', '/api/v1/floor', { token: agent.token })).status, 403);
  const agentId = await idOf(stack, 'agent1');
  t.equal(
    (await ask(supervisor, 'PUT', `/agents/${agentId}/state`, { state: 'paused', reason: 'training' }))
      .status,
    204,
  );
  await agent.until(
    ({ me }) => me.nextState === 'paused' && me.reason === 'training',
    'what comes afterwards',
  );
  await agent.step('hangup', id);
  await Promise.all([customer.run.done, agent.hungUp(), supervisor.hungUp()]);
  await tidy(t, agent);
});
