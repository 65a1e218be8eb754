import t, { type Test } from 'tap';
import { ownPort } from './support/ports.js';
import type { RobotAgent } from './support/robot-agent.js';
import { startStack } from './support/stack.js';
import {
  ask,
  handset,
  idOf,
  pickUp,
  signIn,
  storyOf,
  talking,
  tidy as tidyUp,
  tones,
} from './support/talk.js';
import { endWebRtc } from './support/webrtc-peer.js';

t.setTimeout(600_000);
t.teardown(endWebRtc);

const abroadPort = await ownPort('udp');
const stack = await startStack(t, { abroadPort });
const { api, sql } = stack;
await sql`update queues set wrap_up_seconds = 30, offer_seconds = 60`;
const outside = '+12125550123';

const tidy = (t: Test, ...agents: RobotAgent[]) => tidyUp(t, stack, agents);

t.test('blind transfer to a colleague', async t => {
  const { id, callback, agent, desk, customer } = await talking(t, stack);
  const colleague = await signIn(t, stack, 'agent2', 'ready');
  t.equal(
    (await ask(agent, 'POST', `/interactions/${id}/transfer`, { agent: await idOf(stack, 'agent2') })).status,
    204,
  );
  await agent.hungUp();
  await customer.ear.soundWithout([tones.agent, tones.colleague]);
  t.pass('the customer hears music');
  await agent.until(
    ({ me, current }) => me.state === 'wrap_up' && current?.id !== id,
    'a wrap-up of his own part',
  );
  const next = await pickUp(t, colleague, tones.colleague);
  t.equal(next.id, id, 'the same interaction');
  await Promise.all([customer.ear.tone(tones.colleague), next.ear.tone(tones.customer)]);
  desk.peer.close();
  await colleague.until(({ current }) => current?.state === 'bridged', 'the talk');
  t.same((await storyOf(stack, id)).slice(-3), ['transferred', 'accepted', 'bridged']);
  await colleague.step('hangup', id);
  await customer.run.done;
  await colleague.hungUp();
  await colleague.until(({ me }) => me.state === 'wrap_up', 'his wrap-up');
  t.match(await api.follow(callback, ({ state }) => state === 'done'), { outcome: 'completed' });
  const talks = await sql<{ agent: string; outcome: string; talked: number }[]>`
    select u.email as agent, i.outcome, extract(epoch from i.ended_at - i.bridged_at)::float8 as talked
    from interactions i join users u on u.id = i.agent_id where ${id} in (i.id, i.part_of) order by i.bridged_at`;
  t.match(talks, [
    { agent: 'agent1@demo.example', outcome: 'transferred' },
    { agent: 'agent2@demo.example', outcome: 'completed' },
  ]);
  for (const { talked } of talks) t.ok(talked > 0, 'each has his talk time');
  await tidy(t, agent, colleague);
});

t.test('attended transfer to a colleague: consulted, handed over', async t => {
  const { id, agent, desk, customer } = await talking(t, stack);
  const colleague = await signIn(t, stack, 'agent2', 'paused');
  const to = { agent: await idOf(stack, 'agent2') };
  const { status, body } = await ask(agent, 'POST', `/interactions/${id}/parties`, { to, role: 'consult' });
  t.equal(status, 201);
  await Promise.all([desk.ear.tones([440, 480]), customer.ear.soundWithout([tones.agent])]);
  t.pass('the agent hears it ring, the customer music');
  const helper = await pickUp(t, colleague, tones.colleague);
  t.not(helper.id, id, 'the colleague has a piece of work of his own');
  await Promise.all([
    desk.ear.tone(tones.colleague),
    helper.ear.tone(tones.agent),
    customer.ear.soundWithout([tones.agent, tones.colleague]),
  ]);
  t.equal((await ask(agent, 'POST', `/interactions/${id}/parties/${body.id}/complete`)).status, 204);
  await agent.hungUp();
  await Promise.all([customer.ear.tone(tones.colleague), helper.ear.tone(tones.customer)]);
  await colleague.until(({ current }) => current?.id === id, 'it is his now');
  await colleague.step('hangup', id);
  await customer.run.done;
  await colleague.hungUp();
  await colleague.until(({ me }) => me.state === 'wrap_up', 'his wrap-up');
  t.same((await storyOf(stack, id)).slice(-7), [
    'party_asked',
    'party_rings',
    'party_answered',
    'party_left',
    'handed_over',
    'hangup_requested',
    'ended',
  ]);
  await tidy(t, agent, colleague);
});

t.test('consulted, joined by all three, and the colleague leaves', async t => {
  const { id, agent, desk, customer } = await talking(t, stack);
  const colleague = await signIn(t, stack, 'agent2', 'ready');
  const to = { agent: await idOf(stack, 'agent2') };
  const { body } = await ask(agent, 'POST', `/interactions/${id}/parties`, { to, role: 'consult' });
  const helper = await pickUp(t, colleague, tones.colleague);
  await desk.ear.tone(tones.colleague);
  t.equal((await ask(agent, 'POST', `/interactions/${id}/parties/${body.id}/join`)).status, 204);
  await Promise.all([
    customer.ear.tones([tones.agent, tones.colleague]),
    desk.ear.tones([tones.customer, tones.colleague]),
    helper.ear.tones([tones.customer, tones.agent]),
  ]);
  t.equal((await ask(agent, 'DELETE', `/interactions/${id}/parties/${body.id}`)).status, 204);
  await colleague.hungUp();
  await Promise.all([customer.ear.tone(tones.agent), desk.ear.tone(tones.customer)]);
  await colleague.until(({ me }) => me.state === 'ready', 'he is free at once');
  await agent.step('hangup', id);
  await customer.run.done;
  await agent.hungUp();
  await tidy(t, agent, colleague);
});

t.test('an agent who leaves a talk of three leaves the customer to the colleague', async t => {
  const { id, agent, desk, customer } = await talking(t, stack);
  const colleague = await signIn(t, stack, 'agent2', 'ready');
  const to = { agent: await idOf(stack, 'agent2') };
  await ask(agent, 'POST', `/interactions/${id}/parties`, { to, role: 'third' });
  await Promise.all([customer.ear.tone(tones.agent), desk.ear.tone(tones.customer)]);
  t.pass('while he is rung they talk on');
  const helper = await pickUp(t, colleague, tones.colleague);
  await customer.ear.tones([tones.agent, tones.colleague]);
  agent.softphone.requestWithin(desk.invite, 'BYE', 200);
  await Promise.all([customer.ear.tone(tones.colleague), helper.ear.tone(tones.customer)]);
  await colleague.until(({ current }) => current?.id === id, 'it is his now');
  await agent.until(({ me }) => me.state === 'wrap_up', 'his wrap-up');
  await colleague.step('hangup', id);
  await customer.run.done;
  await colleague.hungUp();
  await tidy(t, agent, colleague);
});

t.test('a colleague who declines, and one who hangs up: the agent is with the customer again', async t => {
  const { id, agent, desk, customer } = await talking(t, stack);
  const colleague = await signIn(t, stack, 'agent2', 'ready');
  const to = { agent: await idOf(stack, 'agent2') };
  await ask(agent, 'POST', `/interactions/${id}/parties`, { to, role: 'consult' });
  const invite = await colleague.ring();
  await customer.ear.soundWithout([tones.agent]);
  await colleague.step('decline', invite.header('X-Ringbridge-Interaction'));
  await Promise.all([customer.ear.tone(tones.agent), desk.ear.tone(tones.customer)]);
  colleague.softphone.respond(await colleague.softphone.request('CANCEL'), 200, 'OK');
  colleague.softphone.respond(invite, 487, 'Request Terminated');
  t.match(await sql`select state, reason from call_parties where interaction_id = ${id}`, [
    { state: 'left', reason: 'rejected' },
  ]);
  await colleague.until(({ me }) => me.state === 'ready', 'ready');
  t.equal((await ask(agent, 'POST', `/interactions/${id}/parties`, { to, role: 'consult' })).status, 201);
  const helper = await pickUp(t, colleague, tones.colleague);
  await desk.ear.tone(tones.colleague);
  colleague.softphone.requestWithin(helper.invite, 'BYE', 200);
  await Promise.all([customer.ear.tone(tones.agent), desk.ear.tone(tones.customer)]);
  await agent.step('hangup', id);
  await customer.run.done;
  await agent.hungUp();
  await tidy(t, agent, colleague);
});

t.test('the customer hangs up while the agent consults: it is over for all', async t => {
  const { id, callback, agent, desk, customer } = await talking(t, stack);
  const colleague = await signIn(t, stack, 'agent2', 'ready');
  const to = { agent: await idOf(stack, 'agent2') };
  await ask(agent, 'POST', `/interactions/${id}/parties`, { to, role: 'consult' });
  await pickUp(t, colleague, tones.colleague);
  await desk.ear.tone(tones.colleague);
  await api.call('DELETE', `/api/v1/callbacks/${callback.id}`, { token: callback.token });
  await Promise.all([customer.run.done, agent.hungUp(), colleague.hungUp()]);
  await colleague.until(({ me }) => me.state === 'ready', 'free');
  await tidy(t, agent, colleague);
});

t.test('transfer to a number outside, consulted first', async t => {
  const { id, callback, agent, desk, customer } = await talking(t, stack);
  const third = await handset(t, abroadPort, tones.outside);
  const { body } = await ask(agent, 'POST', `/interactions/${id}/parties`, {
    to: { number: outside },
    role: 'consult',
  });
  await Promise.all([
    desk.ear.tone(tones.outside),
    third.ear.tone(tones.agent),
    customer.ear.soundWithout([tones.agent, tones.outside]),
  ]);
  t.equal((await ask(agent, 'POST', `/interactions/${id}/parties/${body.id}/complete`)).status, 204);
  await agent.hungUp();
  await Promise.all([customer.ear.tone(tones.outside), third.ear.tone(tones.customer)]);
  await agent.until(({ me }) => me.state === 'wrap_up', 'his wrap-up');
  await api.call('DELETE', `/api/v1/callbacks/${callback.id}`, { token: callback.token });
  await Promise.all([customer.run.done, third.run.done]);
  await tidy(t, agent);
});

t.test(
  'blind transfer to a number outside that nobody answers: back to the agent, with the reason',
  async t => {
    const { id, agent, customer } = await talking(t, stack);
    await sql`update queues set ring_seconds = 1`;
    const third = await handset(t, abroadPort, tones.outside, 30_000);
    t.equal((await ask(agent, 'POST', `/interactions/${id}/transfer`, { number: outside })).status, 204);
    await agent.hungUp();
    const back = await pickUp(t, agent, tones.agent);
    await sql`update queues set ring_seconds = 60`;
    t.equal(back.id, id);
    await Promise.all([customer.ear.tone(tones.agent), back.ear.tone(tones.customer)]);
    t.match(await sql`select transfer from interactions where id = ${id}`, [
      { transfer: { to: outside, reason: 'no_answer' } },
    ]);
    third.run.done.catch(() => undefined);
    await agent.step('hangup', id);
    await customer.run.done;
    await agent.hungUp();
    await tidy(t, agent);
  },
);

t.test('blind transfer to a colleague who does not answer: back to the agent, with the reason', async t => {
  const { id, agent, customer } = await talking(t, stack);
  const colleague = await signIn(t, stack, 'agent2', 'ready');
  await sql`update queues set offer_seconds = 4`;
  await ask(agent, 'POST', `/interactions/${id}/transfer`, { agent: await idOf(stack, 'agent2') });
  await sql`update queues set offer_seconds = 60`;
  await agent.hungUp();
  const invite = await colleague.ring();
  const back = await pickUp(t, agent, tones.agent);
  await Promise.all([customer.ear.tone(tones.agent), back.ear.tone(tones.customer)]);
  colleague.softphone.respond(await colleague.softphone.request('CANCEL'), 200, 'OK');
  colleague.softphone.respond(invite, 487, 'Request Terminated');
  t.match(await sql`select transfer from interactions where id = ${id}`, [
    { transfer: { to: 'Alex Rivers', reason: 'no_answer' } },
  ]);
  t.match(await storyOf(stack, id), [
    'requested',
    'offered',
    'accepted',
    'dialing',
    'bridged',
    'transferred',
    'offer_expired',
    'recalled',
  ]);
  await agent.step('hangup', id);
  await customer.run.done;
  await agent.hungUp();
  await tidy(t, agent, colleague);
});

t.test(
  'blind transfer to a queue: the customer keeps the line, and the place of his first asking',
  async t => {
    const { id, agent, customer } = await talking(t, stack);
    const [before] = await sql`select place_at from interactions where id = ${id}`;
    t.equal((await ask(agent, 'POST', `/interactions/${id}/transfer`, { queue: 'support' })).status, 204);
    await agent.hungUp();
    await customer.ear.soundWithout([tones.agent]);
    t.match(
      await sql`select state, place_at, customer_live_since is not null as live from interactions where id = ${id}`,
      [{ state: 'waiting', place_at: before!.place_at, live: true }],
    );
    const colleague = await signIn(t, stack, 'agent2', 'ready');
    const next = await pickUp(t, colleague, tones.colleague);
    await Promise.all([customer.ear.tone(tones.colleague), next.ear.tone(tones.customer)]);
    await colleague.step('hangup', id);
    await customer.run.done;
    await colleague.hungUp();
    await tidy(t, agent, colleague);
  },
);

t.test('what cannot be done is said', async t => {
  const { id, agent, customer } = await talking(t, stack);
  const busy = await idOf(stack, 'agent2');
  t.match(await ask(agent, 'POST', `/interactions/${id}/transfer`, { agent: busy }), {
    status: 409,
    body: { code: 'agent_unavailable' },
  });
  t.match(await ask(agent, 'POST', `/interactions/${id}/transfer`, { number: '119' }), {
    status: 422,
    body: { code: 'phone_emergency' },
  });
  t.match(await ask(agent, 'POST', `/interactions/${id}/transfer`, { queue: 'nowhere' }), { status: 422 });
  const stranger = await signIn(t, stack, 'agent2');
  t.match(await ask(stranger, 'POST', `/interactions/${id}/transfer`, { queue: 'support' }), { status: 403 });
  await agent.step('hangup', id);
  await customer.run.done;
  await agent.hungUp();
  await tidy(t, agent);
});

t.test(
  'the gateway is killed while the agent consults: he has his customer back, or it is over; nothing is half transferred',
  async t => {
    const { id, callback, agent, desk, customer } = await talking(t, stack);
    const colleague = await signIn(t, stack, 'agent2', 'ready');
    const to = { agent: await idOf(stack, 'agent2') };
    await ask(agent, 'POST', `/interactions/${id}/parties`, { to, role: 'consult' });
    await pickUp(t, colleague, tones.colleague);
    await desk.ear.tone(tones.colleague);
    await stack.restartGateway('SIGKILL');
    await colleague.hungUp();
    if (stack.keepsCalls) {
      await desk.ear.tone(tones.customer);
      await ask(agent, 'POST', `/interactions/${id}/hangup`);
    }
    // A talk that was cut off would go on by another call.
    if (!stack.keepsCalls)
      await api.call('DELETE', `/api/v1/callbacks/${callback.id}`, { token: callback.token });
    await Promise.all([customer.run.done, agent.hungUp()]);
    const outcome = stack.keepsCalls ? 'completed' : 'cancelled';
    t.match(await api.follow(callback, ({ state }) => state === 'done'), { outcome });
    t.match(await sql`select state, reason from call_parties where interaction_id = ${id}`, [
      { state: 'left', reason: 'gateway_lost' },
    ]);
    await colleague.until(({ me }) => me.state !== 'talking', 'free at once');
    await tidy(t, agent, colleague);
  },
);
