/** A queue whose agents are asked at once: the first who accepts has the customer. */
import t, { type Test } from 'tap';
import type { RobotAgent } from './support/robot-agent.js';
import { leftOver, nextNumber, nothing, startStack } from './support/stack.js';
import { ask, handset, idOf, signIn, storyOf, talkerOf, tones } from './support/talk.js';
import { endWebRtc } from './support/webrtc-peer.js';

t.setTimeout(600_000);
t.teardown(endWebRtc);

const stack = await startStack(t, { env: { RINGBRIDGE_DESKTOP_ANSWER_SECONDS: '4' } });
const { api, sql } = stack;
await sql`update queues set strategy = 'simultaneous', wrap_up_seconds = 0, offer_seconds = 60`;
const [first, second] = [await signIn(t, stack, 'agent1'), await signIn(t, stack, 'agent2')];
const both = [first, second];
const [firstId, secondId] = [await idOf(stack, 'agent1'), await idOf(stack, 'agent2')];

/** Both can be asked, and nothing is left of what was before. */
async function ready(): Promise<void> {
  await sql`delete from declined_offers`;
  for (const agent of both) {
    await agent.setState('ready');
    await agent.until(({ me, current }) => me.state === 'ready' && current === null, 'ready');
  }
}

/** A customer asks, and both are rung. */
async function rung() {
  const callback = await api.askCallback({ phone: nextNumber() });
  const [one, other] = await Promise.all(both.map(agent => agent.ring()));
  for (const invite of [one!, other!])
    if (invite.header('X-Ringbridge-Interaction') !== callback.id) throw new Error('rung for something else');
  return { callback, invites: [one!, other!] as const };
}

/** They talk, the agent hangs up, and nothing is left. */
async function talkAndEnd(
  t: Test,
  agent: RobotAgent,
  { id, customer }: { id: string; customer: Awaited<ReturnType<typeof handset>> },
  peer: ReturnType<RobotAgent['answer']>,
): Promise<void> {
  peer.mouth.speak(tones.agent);
  await Promise.all([customer.ear.tone(tones.agent), talkerOf(peer).ear.tone(tones.customer)]);
  await agent.step('hangup', id);
  await customer.run.done;
  await agent.hungUp();
  peer.close();
  t.same(await leftOver(stack), nothing);
}

t.test('the first who accepts has the customer, and the other is told who it is', async t => {
  await ready();
  const customer = await handset(t, stack.trunkPort, tones.customer);
  const { callback, invites } = await rung();
  const peer = await second.accept(t, invites[1]);
  await first.stopsRinging(invites[0]);
  const desk = await first.until(({ taken }) => taken !== null, 'who has it');
  t.match(desk, { me: { state: 'ready', reason: null }, current: null, taken: { id: callback.id } });
  t.ok(
    desk.taken?.by && desk.taken.by === (await sql`select name from users where id = ${secondId}`)[0]?.name,
  );
  await api.follow(callback, ({ state }) => state === 'bridged');

  // While they talk, the other one is asked for the next.
  const next = await api.askCallback({ phone: nextNumber() });
  const invite = await first.ring();
  t.equal(invite.header('X-Ringbridge-Interaction'), next.id);
  await api.call('DELETE', `/api/v1/callbacks/${next.id}`, { token: next.token });
  await first.stopsRinging(invite);
  await talkAndEnd(t, second, { id: callback.id, customer }, peer);

  t.same(await storyOf(stack, callback.id), [
    ...['requested', 'offered', 'offered', 'accepted', 'offer_taken', 'dialing', 'bridged'],
    ...['hangup_requested', 'ended', 'finished'],
  ]);
  const [offer] = await sql<{ together: string[] }[]>`
    select data #> '{decision,together}' as together from events where interaction_id = ${callback.id} and type = 'offered'
    order by id limit 1`;
  t.same(new Set(offer?.together), new Set([firstId, secondId]), 'why, and who was asked with him');
  t.same([...(await sql`select from declined_offers`)], [], 'nothing is counted against anybody');
});

t.test('two accept at the same moment: one has it, and the other hears that somebody else does', async t => {
  await ready();
  const customer = await handset(t, stack.trunkPort, tones.customer);
  const { callback, invites } = await rung();
  const answers = await Promise.all(
    both.map(agent => ask(agent, 'POST', `/interactions/${callback.id}/accept`)),
  );
  t.same(answers.map(({ status }) => status).sort(), [200, 409]);
  const won = answers.findIndex(({ status }) => status === 200);
  t.match(answers[1 - won]!.body, { code: 'offer_taken', message: /took it|먼저 받았습니다/ });
  const [winner, loser] = [both[won]!, both[1 - won]!];
  await loser.stopsRinging(invites[1 - won]!);
  await loser.until(({ me }) => me.state === 'ready', 'he is free');
  const peer = winner.answer(t, invites[won]!);
  await api.follow(callback, ({ state }) => state === 'bridged');
  await talkAndEnd(t, winner, { id: callback.id, customer }, peer);
});

t.test('two telephones are answered at the same moment: one of them is hung up', async t => {
  await ready();
  const customer = await handset(t, stack.trunkPort, tones.customer);
  const { callback, invites } = await rung();
  const peers = both.map((agent, n) => agent.answer(t, invites[n]!));
  await api.follow(callback, ({ state }) => state === 'bridged');
  const [row] = await sql<{ agentId: string }[]>`
    select agent_id as "agentId" from interactions where id = ${callback.id}`;
  const won = [firstId, secondId].indexOf(row!.agentId);
  await both[1 - won]!.hungUp();
  await both[1 - won]!.until(({ me }) => me.state === 'ready', 'he is free');
  peers[1 - won]!.close();
  await talkAndEnd(t, both[won]!, { id: callback.id, customer }, peers[won]!);
});

t.test('one declines, and the other is rung on', async t => {
  await ready();
  const customer = await handset(t, stack.trunkPort, tones.customer);
  const { callback, invites } = await rung();
  await first.step('decline', callback.id);
  await first.stopsRinging(invites[0]);
  await first.until(({ me }) => me.state === 'ready', 'he is free');
  const peer = await second.accept(t, invites[1]);
  await api.follow(callback, ({ state }) => state === 'bridged');
  t.ok((await storyOf(stack, callback.id)).includes('dropped_out'));
  await talkAndEnd(t, second, { id: callback.id, customer }, peer);
});

t.test('nobody takes it: both are paused where they can see why, and it waits in its place', async t => {
  await ready();
  await sql`update queues set offer_seconds = 4`;
  const { callback, invites } = await rung();
  await Promise.all(both.map((agent, n) => agent.stopsRinging(invites[n]!)));
  for (const agent of both) await agent.until(({ me }) => me.reason === 'no_answer', 'the pause');
  t.match(await api.follow(callback, ({ state }) => state === 'waiting'), { position: 1 });
  t.same(await storyOf(stack, callback.id), [
    'requested',
    'offered',
    'offered',
    'dropped_out',
    'offer_expired',
  ]);
  await api.call('DELETE', `/api/v1/callbacks/${callback.id}`, { token: callback.token });
  await sql`update queues set offer_seconds = 60`;
  t.same(await leftOver(stack), nothing);
});

t.test('the customer takes it back, and both telephones stop', async () => {
  await ready();
  const { callback, invites } = await rung();
  await api.call('DELETE', `/api/v1/callbacks/${callback.id}`, { token: callback.token });
  await Promise.all(both.map((agent, n) => agent.stopsRinging(invites[n]!)));
  for (const agent of both) await agent.until(({ me }) => me.state === 'ready', 'he is free');
  t.same(await leftOver(stack), nothing);
});

t.test('whose page is frozen is not rung, and the other is', async t => {
  await ready();
  const customer = await handset(t, stack.trunkPort, tones.customer);
  first.frozen = true;
  const callback = await api.askCallback({ phone: nextNumber() });
  const peer = await second.accept(t, await second.ring());
  await api.follow(callback, ({ state }) => state === 'bridged');
  await talkAndEnd(t, second, { id: callback.id, customer }, peer);
  first.frozen = false;
});

t.test('a customer on the line hears music while both are rung', async t => {
  await ready();
  await sql`update queues set customer_first = true`;
  const customer = await handset(t, stack.trunkPort, tones.customer);
  await second.setState('paused');
  const callback = await api.askCallback({ phone: nextNumber() });
  const invite = await first.ring();
  // Reserved while the customer is called is one alone, and he is gone before he is there.
  await first.setState('paused');
  await first.step('hangup', callback.id);
  await first.stopsRinging(invite);
  await api.follow(callback, ({ state }) => state === 'waiting');
  await sql`delete from declined_offers`;
  await sql`update agents set intent = 'ready' where user_id in ${sql([firstId, secondId])}`;
  await sql`insert into events (tenant_id, type) select id, 'agent_intent' from tenants limit 1`;
  const invites = await Promise.all(both.map(agent => agent.ring()));
  const peer = await first.accept(t, invites[0]!);
  await second.stopsRinging(invites[1]!);
  await api.follow(callback, ({ state }) => state === 'bridged');
  await talkAndEnd(t, first, { id: callback.id, customer }, peer);
  t.equal(
    (await sql`select from attempts where interaction_id = ${callback.id}`).length,
    1,
    'he was called once',
  );
});
