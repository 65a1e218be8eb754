/** The agent's line is lost in the middle of a talk, and he comes back to it; or does not. */
import t, { type Test } from 'tap';
import { eventually } from './support/eventually.js';
import { RobotAgent } from './support/robot-agent.js';
import { demoPassword, startStack } from './support/stack.js';
import {
  ask,
  idOf,
  listenFor,
  pickUp,
  signIn,
  storyOf,
  type Talk,
  talking,
  tidy as tidyUp,
  tones,
} from './support/talk.js';
import { endWebRtc } from './support/webrtc-peer.js';

t.setTimeout(600_000);
t.teardown(endWebRtc);

const stack = await startStack(t);
const { sql } = stack;
await sql`update queues set wrap_up_seconds = 30, offer_seconds = 60`;

const talked = ['requested', 'offered', 'accepted', 'dialing', 'bridged'];

/** The page goes: its audio says goodbye, its connection to the SIP server breaks, and its socket. */
function closePage({ agent, desk }: Talk): void {
  desk.peer.close();
  agent.softphone.drop();
  agent.closeDesktop();
}

/**
 * How each of the agent's lines ended, oldest first; null: it has not. Calls to a softphone that was gone without
 * anybody's knowledge yet were no lines.
 */
async function lineOutcomes(interactionId: string): Promise<(string | null)[]> {
  const legs = await sql<{ outcome: string | null }[]>`
    select outcome from legs where interaction_id = ${interactionId} and role = 'agent' and answered_at is not null
    order by started_at`;
  return legs.map(({ outcome }) => outcome);
}

/** The same person at a page that was loaded anew. */
function reload(t: Test): Promise<RobotAgent> {
  return RobotAgent.signIn(t, stack.api, 'agent1@demo.example', demoPassword);
}

/** Resolves when it is in the story of the talk. */
const happened = (id: string, type: string) =>
  eventually(type, async () => (await storyOf(stack, id)).includes(type));

async function finish(t: Test, { id, customer }: Talk, agent: RobotAgent): Promise<void> {
  await agent.step('hangup', id);
  await customer.run.done;
  await agent.hungUp();
  await tidy(t, agent);
}

async function tidy(t: Test, ...agents: RobotAgent[]) {
  await tidyUp(t, stack, agents, ['wrap_up', 'ready', 'paused', 'offline']);
  await sql`delete from declined_offers`;
}

t.test('a page that is loaded anew: music, and the agent is rung back into the same talk', async t => {
  const talk = await talking(t, stack);
  const { id, customer } = talk;
  closePage(talk);
  await customer.ear.soundWithout([tones.agent]);
  const back = await reload(t);
  const line = await pickUp(t, back, tones.agent, { accept: false });
  t.equal(line.id, id);
  await Promise.all([customer.ear.tone(tones.agent), line.ear.tone(tones.customer)]);
  await back.until(({ current }) => current?.state === 'bridged' && !current.agentAwayUntil, 'the talk');
  t.same(await storyOf(stack, id), [...talked, 'agent_away', 'agent_back']);
  t.same(await lineOutcomes(id), ['lost', null], 'each line is on the books');
  await finish(t, talk, back);
});

t.test('a line that is silent for a moment: music meanwhile, and the talk goes on over it', async t => {
  const talk = await talking(t, stack);
  const { id, agent, desk, customer } = talk;
  desk.peer.mouth.close();
  await customer.ear.soundWithout([tones.agent]);
  t.match((await agent.until(({ current }) => Boolean(current?.agentAwayUntil), 'his absence')).me, {
    state: 'talking',
  });
  desk.mouth.speak(tones.agent);
  await Promise.all([customer.ear.tone(tones.agent), desk.ear.tone(tones.customer)]);
  await agent.until(({ current }) => current?.agentAwayUntil === null, 'his return');
  t.same(await storyOf(stack, id), [...talked, 'agent_away', 'agent_back']);
  await finish(t, talk, agent);
});

t.test('another network: the old line says nothing, the softphone registers from elsewhere', async t => {
  const talk = await talking(t, stack);
  const { id, agent, desk, customer } = talk;
  agent.closeDesktop();
  desk.peer.mouth.close();
  const back = await reload(t);
  const line = await pickUp(t, back, tones.agent, { accept: false });
  await Promise.all([customer.ear.tone(tones.agent), line.ear.tone(tones.customer)]);
  await back.until(({ current }) => current?.state === 'bridged' && !current.agentAwayUntil, 'the talk');
  t.same(await lineOutcomes(id), ['lost', null], 'nobody has hung up');
  await finish(t, talk, back);
});

t.test('a connection that breaks under a talk is no absence', async t => {
  const talk = await talking(t, stack);
  const { id, agent, desk, customer } = talk;
  agent.softphone.drop();
  const back = await reload(t);
  await Promise.all([customer.ear.tone(tones.agent), desk.ear.tone(tones.customer)]);
  t.same(await storyOf(stack, id), talked);
  await back.step('hangup', id);
  await customer.run.done;
  await tidy(t, back);
});

t.test('who hangs up is not called back, and neither is who has signed out', async t => {
  const hungUp = await talking(t, stack);
  hungUp.agent.softphone.requestWithin(hungUp.desk.invite, 'BYE', 200);
  await hungUp.customer.run.done;
  await tidy(t, hungUp.agent);
  t.same(await storyOf(stack, hungUp.id), [...talked, 'ended', 'finished']);

  const talk = await talking(t, stack);
  await sql`delete from sessions`;
  closePage(talk);
  await talk.customer.ear.soundWithout([tones.agent]);
  const colleague = await signIn(t, stack, 'agent2', 'ready');
  const line = await pickUp(t, colleague, tones.colleague);
  t.equal(line.id, talk.id, 'the next one has the customer');
  await talk.customer.ear.tone(tones.colleague);
  t.notOk((await storyOf(stack, talk.id)).includes('agent_away'));
  await finish(t, talk, colleague);
});

t.test('a call that the browser gives up is lost, and not hung up', async t => {
  const talk = await talking(t, stack);
  const { agent, desk, customer } = talk;
  agent.softphone.requestWithin(desk.invite, 'BYE', 200, '', ['Reason: SIP ;cause=408; text="RTP Timeout"']);
  const line = await pickUp(t, agent, tones.agent, { accept: false });
  await Promise.all([customer.ear.tone(tones.agent), line.ear.tone(tones.customer)]);
  await finish(t, talk, agent);
});

t.test('who does not come back: the customer keeps the line, and the next agent has him', async t => {
  const talk = await talking(t, stack);
  const colleague = await signIn(t, stack, 'agent2', 'ready');
  closePage(talk);
  await talk.customer.ear.soundWithout([tones.agent]);
  const line = await pickUp(t, colleague, tones.colleague);
  t.equal(line.id, talk.id);
  await Promise.all([talk.customer.ear.tone(tones.colleague), line.ear.tone(tones.customer)]);
  const times = await sql<{ seconds: number }[]>`
    select extract(epoch from max(at) filter (where type = 'agent_gone') - max(at) filter (where type = 'agent_away'))::float8 as seconds
    from events where interaction_id = ${talk.id}`;
  t.ok(times[0]!.seconds >= 19.5, `after ${times[0]!.seconds} s`);
  await finish(t, talk, colleague);
});

t.test('a talk of three goes on without him, and with him again', async t => {
  const talk = await talking(t, stack);
  const { id, agent, customer } = talk;
  const colleague = await signIn(t, stack, 'agent2', 'ready');
  await ask(agent, 'POST', `/interactions/${id}/parties`, {
    to: { agent: await idOf(stack, 'agent2') },
    role: 'third',
  });
  const helper = await pickUp(t, colleague, tones.colleague);
  await customer.ear.tones([tones.agent, tones.colleague]);
  closePage(talk);
  await Promise.all([customer.ear.tone(tones.colleague), helper.ear.tone(tones.customer)]);
  const back = await reload(t);
  const line = await pickUp(t, back, tones.agent, { accept: false });
  await Promise.all([
    customer.ear.tones([tones.agent, tones.colleague]),
    helper.ear.tones([tones.agent, tones.customer]),
    line.ear.tones([tones.customer, tones.colleague]),
  ]);
  await back.step('hangup', id);
  await Promise.all([customer.run.done, back.hungUp(), colleague.hungUp()]);
  await tidy(t, back, colleague);
});

t.test('he consults while a supervisor listens: all wait for him, and find each other again', async t => {
  const talk = await talking(t, stack);
  const { id, agent, desk, customer } = talk;
  const supervisor = await signIn(t, stack, 'admin');
  await ask(supervisor, 'PUT', `/interactions/${id}/monitoring`, { role: 'listen' });
  const ear = await pickUp(t, supervisor, tones.supervisor, { accept: false });
  await ear.ear.tones([tones.agent, tones.customer]);
  const colleague = await signIn(t, stack, 'agent2', 'ready');
  const { body } = await ask(agent, 'POST', `/interactions/${id}/parties`, {
    to: { agent: await idOf(stack, 'agent2') },
    role: 'consult',
  });
  const helper = await pickUp(t, colleague, tones.colleague);
  await desk.ear.tone(tones.colleague);
  closePage(talk);
  await customer.ear.soundWithout([tones.agent, tones.colleague]);
  const back = await reload(t);
  const line = await pickUp(t, back, tones.agent, { accept: false });
  await Promise.all([
    helper.ear.tone(tones.agent),
    line.ear.tone(tones.colleague),
    ear.ear.tones([tones.agent, tones.colleague]),
    customer.ear.soundWithout([tones.agent, tones.colleague]),
  ]);
  t.equal((await ask(back, 'DELETE', `/interactions/${id}/parties/${body.id}`)).status, 204);
  await colleague.hungUp();
  await Promise.all([customer.ear.tone(tones.agent), line.ear.tone(tones.customer)]);
  await back.step('hangup', id);
  await Promise.all([customer.run.done, back.hungUp(), supervisor.hungUp()]);
  await tidy(t, back, colleague);
});

/** Puts the customer on hold at the desktop; resolves when he hears music and everybody knows. */
async function hold({ id, agent, customer }: Talk): Promise<void> {
  await agent.step('hold', id);
  await agent.until(({ current }) => Boolean(current?.heldSince), 'the hold');
  await customer.ear.soundWithout([tones.agent]);
}

t.test('on hold while the page is loaded anew: music until he takes the customer back', async t => {
  const talk = await talking(t, stack);
  const { id, customer } = talk;
  await hold(talk);
  const heard = listenFor(customer.ear, tones.agent);
  closePage(talk);
  const back = await reload(t);
  const line = await pickUp(t, back, tones.agent, { accept: false });
  await happened(id, 'agent_back');
  const { current } = await back.until(({ current }) => current?.agentAwayUntil === null, 'the talk');
  t.match(current, { heldSince: String, heldByPhone: false }, 'and he sees it');
  await customer.ear.soundWithout([tones.agent]);
  t.equal(heard(), 0, 'the customer has not heard him for a moment');
  await back.step('resume', id);
  await Promise.all([customer.ear.tone(tones.agent), line.ear.tone(tones.customer)]);
  await back.until(({ current }) => current?.heldSince === null, 'the end of the hold');
  const story = [...talked, 'customer_held', 'agent_away', 'agent_back', 'customer_resumed'];
  t.same(await storyOf(stack, id), story);
  const [counted] = await sql`select held_ms > 0 as held from interactions where id = ${id}`;
  t.same(counted, { held: true }, 'and counted');
  await finish(t, talk, back);
});

t.test('on hold while he asks a colleague, who then joins: all three hear each other', async t => {
  const talk = await talking(t, stack);
  const { id, agent, desk, customer } = talk;
  await hold(talk);
  const colleague = await signIn(t, stack, 'agent2', 'ready');
  const { body } = await ask(agent, 'POST', `/interactions/${id}/parties`, {
    to: { agent: await idOf(stack, 'agent2') },
    role: 'consult',
  });
  const helper = await pickUp(t, colleague, tones.colleague);
  await Promise.all([
    desk.ear.tone(tones.colleague),
    helper.ear.tone(tones.agent),
    customer.ear.soundWithout([tones.agent, tones.colleague]),
  ]);
  t.equal((await ask(agent, 'POST', `/interactions/${id}/parties/${body.id}/join`)).status, 204);
  await Promise.all([
    customer.ear.tones([tones.agent, tones.colleague]),
    desk.ear.tones([tones.customer, tones.colleague]),
  ]);
  await agent.until(({ current }) => current?.heldSince === null, 'the end of the hold');
  await agent.step('hangup', id);
  await Promise.all([customer.run.done, agent.hungUp(), colleague.hungUp()]);
  await tidy(t, agent, colleague);
});

t.test('the gateway dies while the customer is on hold: so he stays until he is taken back', async t => {
  const talk = await talking(t, stack);
  const { id, agent, desk, customer } = talk;
  await hold(talk);
  const heard = listenFor(customer.ear, tones.agent);
  await stack.restartGateway('SIGKILL');
  await customer.ear.soundWithout([tones.agent]);
  await agent.until(({ current }) => Boolean(current?.heldSince), 'the hold');
  t.equal(heard(), 0, 'the customer has not heard him for a moment');
  await agent.step('resume', id);
  await Promise.all([customer.ear.tone(tones.agent), desk.ear.tone(tones.customer)]);
  t.same(await storyOf(stack, id), [...talked, 'customer_held', 'customer_resumed']);
  await finish(t, talk, agent);
});

t.test('the gateway dies while he is away: the next one rings him back', async t => {
  const talk = await talking(t, stack);
  const { id, customer } = talk;
  closePage(talk);
  await customer.ear.soundWithout([tones.agent]);
  await happened(id, 'agent_away');
  // However long it takes until there is another one.
  await sql`update interactions set agent_away_until = now() + interval '5 minutes' where id = ${id}`;
  await stack.restartGateway('SIGKILL');
  await customer.ear.soundWithout([tones.agent]);
  const back = await reload(t);
  const line = await pickUp(t, back, tones.agent, { accept: false });
  t.equal(line.id, id);
  await Promise.all([customer.ear.tone(tones.agent), line.ear.tone(tones.customer)]);
  t.same(await storyOf(stack, id), [...talked, 'agent_away', 'agent_back']);
  await finish(t, talk, back);
});
