/** Calls that agents begin: to a number outside, and to each other. */
import t, { type Test } from 'tap';
import { eventually } from './support/eventually.js';
import type { RobotAgent } from './support/robot-agent.js';
import { sipp } from './support/sipp.js';
import { leftOver, nextNumber, nothing, phoneRings, startStack } from './support/stack.js';
import { ask, handset, idOf, pickUp, signIn, storyOf, tones } from './support/talk.js';
import { endWebRtc } from './support/webrtc-peer.js';

t.setTimeout(600_000);
t.teardown(endWebRtc);

const stack = await startStack(t);
const { sql } = stack;
await sql`update queues set wrap_up_seconds = 30, offer_seconds = 60, customer_first = true`;
// A rule by which a callback would be tried again: nobody has asked for these calls, so it is not theirs.
await sql`insert into outcome_rules (tenant_id, queue_id, outcome, retries)
  select tenant_id, id, outcome, 3 from queues, unnest(array['busy', 'no_answer', 'rejected']) as outcome
  on conflict (queue_id, outcome) do update set retries = 3`;

/** Begins a call; the id of its interaction. */
async function call(agent: RobotAgent, to: { number: string } | { agent: string }): Promise<string> {
  const { status, body } = await ask(agent, 'POST', '/calls', { to });
  if (status !== 201) throw new Error(`${status} ${JSON.stringify(body)}`);
  return String(body.id);
}

/** What it has come to, once it is over. */
function outcomeOf(id: string) {
  return eventually('the call is over', async () => {
    const [row] = await sql<
      { state: string; outcome: string; channel: string; disposition: string | null }[]
    >`
      select state, outcome, channel, disposition from interactions where id = ${id} and state = 'done'`;
    return row;
  });
}

async function finish(t: Test, agent: RobotAgent, id: string): Promise<void> {
  await agent.until(({ me }) => me.state === 'wrap_up', 'the wrap-up');
  await agent.step('wrap-up', id, { disposition: 'resolved' });
  await agent.until(({ me, current }) => current === null && me.state !== 'wrap_up', 'the end');
  t.same(await leftOver(stack), nothing, 'nobody is engaged, and nothing rings');
}

t.test('a number outside: both hear each other, and the agent has his wrap-up', async t => {
  const agent = await signIn(t, stack, 'agent1', 'paused');
  const customer = await handset(t, stack.trunkPort, tones.customer);
  const number = nextNumber();
  // As people of the company's country write it.
  const id = await call(agent, { number: `0${number.slice(3)}` });
  t.match((await ask(agent, 'POST', '/calls', { to: { number } })).body, { code: 'cannot_call_now' });
  const desk = await pickUp(t, agent, tones.agent, { accept: false });
  t.equal(desk.id, id, 'his own softphone is rung first');
  await Promise.all([customer.ear.tone(tones.agent), desk.ear.tone(tones.customer)]);
  const shown = await agent.until(({ current }) => current?.state === 'bridged', 'the talk');
  t.match(shown, { me: { state: 'talking' }, current: { customer: { phone: number } } });
  await agent.step('hangup', id);
  await customer.run.done;
  await agent.hungUp();
  desk.peer.close();
  await finish(t, agent, id);
  t.match(await outcomeOf(id), {
    ...{ channel: 'outbound', state: 'done', outcome: 'completed', disposition: 'resolved' },
  });
  t.same(await storyOf(stack, id), [
    'dialed_out',
    'dialing',
    'bridged',
    'hangup_requested',
    'ended',
    'finished',
  ]);
  t.match(agent.desk, { me: { state: 'paused' } }, 'he is what he was before');
});

t.test('a talk goes on when its gateway dies', async t => {
  const agent = await signIn(t, stack, 'agent1', 'ready');
  const customer = await handset(t, stack.trunkPort, tones.customer);
  const id = await call(agent, { number: nextNumber() });
  const desk = await pickUp(t, agent, tones.agent, { accept: false });
  await Promise.all([customer.ear.tone(tones.agent), desk.ear.tone(tones.customer)]);
  await stack.restartGateway('SIGKILL');
  await Promise.all([customer.ear.tone(tones.agent), desk.ear.tone(tones.customer)]);
  await agent.until(({ me }) => me.state === 'talking', 'the talk');
  await agent.step('hangup', id);
  await customer.run.done;
  await agent.hungUp();
  desk.peer.close();
  await finish(t, agent, id);
  t.match(await outcomeOf(id), { outcome: 'completed' });
});

t.test('who is not reached is not called again, whatever the rules of the queue', async t => {
  const agent = await signIn(t, stack, 'agent1', 'ready');
  for (const [status, outcome] of [
    ['486 Busy Here', 'busy'],
    ['603 Decline', 'rejected'],
  ] as const) {
    const telco = await sipp(t, 'uas-busy', { port: stack.trunkPort, replace: { '486 Busy Here': status } });
    const id = await call(agent, { number: nextNumber() });
    await pickUp(t, agent, tones.agent, { accept: false });
    await agent.hungUp();
    await telco.done;
    await finish(t, agent, id);
    t.match(await outcomeOf(id), { state: 'done', outcome });
  }
});

t.test('the agent gives up while it rings', async t => {
  const agent = await signIn(t, stack, 'agent1', 'ready');
  const telco = await sipp(t, 'uas-no-answer', { port: stack.trunkPort });
  const id = await call(agent, { number: nextNumber() });
  await pickUp(t, agent, tones.agent, { accept: false });
  await phoneRings(stack, id);
  await agent.step('hangup', id);
  await telco.done;
  await agent.hungUp();
  await finish(t, agent, id);
  t.match(await outcomeOf(id), { state: 'done', outcome: 'cancelled' });
});

t.test('the agent’s own softphone does not take it: it is over, and waits for nobody', async t => {
  const agent = await signIn(t, stack, 'agent1', 'ready');
  const id = await call(agent, { number: nextNumber() });
  agent.softphone.respond(await agent.ring(), 603, 'Decline');
  await agent.until(({ me, current }) => me.state === 'ready' && current === null, 'the end');
  t.match(await outcomeOf(id), { state: 'done', outcome: 'agent_lost' });
  t.same(await storyOf(stack, id), ['dialed_out', 'call_over']);
  t.same(await leftOver(stack), nothing);
});

t.test('what cannot be called is refused with its reason', async t => {
  const agent = await signIn(t, stack, 'agent1');
  t.match((await ask(agent, 'POST', '/calls', { to: { number: nextNumber() } })).body, {
    code: 'cannot_call_now',
  });
  await agent.setState('ready');
  const refusals = [
    [{ number: '119' }, 'phone_emergency'],
    [{ number: '02' }, 'phone_too_short'],
    [{ number: '+4915112345678' }, 'phone_country_not_allowed'],
    [{ agent: await idOf(stack, 'agent2') }, 'agent_unavailable'],
    [{ agent: await idOf(stack, 'agent1') }, 'agent_unavailable'],
  ] as const;
  for (const [to, code] of refusals) t.match((await ask(agent, 'POST', '/calls', { to })).body, { code });
  t.match((await ask(agent, 'POST', '/calls', { to: { number: nextNumber() }, queue: 'nowhere' })).body, {
    code: 'queue_unknown',
  });
  t.same(await leftOver(stack), nothing, 'nothing was begun');
});

t.test('a colleague: both hear each other, and both are free when it is over', async t => {
  const agent = await signIn(t, stack, 'agent1', 'ready');
  const colleague = await signIn(t, stack, 'agent2', 'ready');
  const id = await call(agent, { agent: await idOf(stack, 'agent2') });
  const desk = await pickUp(t, agent, tones.agent, { accept: false });
  const other = await pickUp(t, colleague, tones.colleague);
  t.not(other.id, id, 'he has a piece of work of his own');
  await Promise.all([other.ear.tone(tones.agent), desk.ear.tone(tones.colleague)]);
  for (const [one, current] of [
    [colleague, { with: 'colleague', channel: 'internal' }],
    [agent, { with: 'colleague', partOf: null }],
  ] as const) {
    const shown = await one.until(desk => desk.current?.state === 'bridged', 'the talk');
    t.match(shown, { me: { state: 'talking' }, current });
  }
  const refused = await ask(agent, 'POST', `/interactions/${id}/transfer`, { queue: 'sales' });
  t.equal(refused.status, 409, 'a colleague is not passed on');
  await colleague.step('hangup', other.id);
  await Promise.all([agent.hungUp(), colleague.hungUp()]);
  for (const one of [agent, colleague])
    await one.until(({ me, current }) => me.state === 'ready' && current === null, 'the end');
  for (const { peer } of [desk, other]) peer.close();
  t.match(await outcomeOf(id), { channel: 'internal', state: 'done', outcome: 'completed' });
  t.same(await leftOver(stack), nothing);
});

t.test('a colleague who declines', async t => {
  const agent = await signIn(t, stack, 'agent1', 'ready');
  const colleague = await signIn(t, stack, 'agent2', 'ready');
  const id = await call(agent, { agent: await idOf(stack, 'agent2') });
  await pickUp(t, agent, tones.agent, { accept: false });
  const invite = await colleague.ring();
  await colleague.step('decline', invite.header('X-Ringbridge-Interaction'));
  await agent.hungUp();
  for (const one of [agent, colleague])
    await one.until(({ me, current }) => me.state === 'ready' && current === null, 'the end');
  t.match(await outcomeOf(id), { state: 'done', outcome: 'rejected' });
  t.same(await leftOver(stack), nothing);
});

t.test('the caller gives up while his colleague is rung', async t => {
  const agent = await signIn(t, stack, 'agent1', 'ready');
  const colleague = await signIn(t, stack, 'agent2', 'ready');
  const id = await call(agent, { agent: await idOf(stack, 'agent2') });
  await pickUp(t, agent, tones.agent, { accept: false });
  await colleague.ring();
  await agent.step('hangup', id);
  await agent.hungUp();
  await colleague.softphone.request('CANCEL');
  for (const one of [agent, colleague])
    await one.until(({ me, current }) => me.state === 'ready' && current === null, 'the end');
  t.match(await outcomeOf(id), { state: 'done', outcome: 'cancelled' });
  t.same(await leftOver(stack), nothing);
});

t.test('the gateway dies while it rings: the call is over, and nobody is called again', async t => {
  const agent = await signIn(t, stack, 'agent1', 'ready');
  await sipp(t, 'uas-no-answer', { port: stack.trunkPort });
  const id = await call(agent, { number: nextNumber() });
  await pickUp(t, agent, tones.agent, { accept: false });
  await phoneRings(stack, id);
  await stack.restartGateway('SIGKILL');
  t.match(await outcomeOf(id), { state: 'done', outcome: 'failed' });
  t.match((await storyOf(stack, id)).at(-1), 'call_over');
  await agent.hungUp();
  t.same(await leftOver(stack), nothing);
});
