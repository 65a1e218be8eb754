import t from 'tap';
import { eventually } from './support/eventually.js';
import { Phone } from './support/phone.js';
import { sipp } from './support/sipp.js';
import { leftOver, nextNumber, nothing, type Stack, startStack } from './support/stack.js';
import { signIn, storyOf } from './support/talk.js';
import { endWebRtc } from './support/webrtc-peer.js';

t.setTimeout(600_000);
t.teardown(endWebRtc);

/** Resolves when such an event of the callback is stored. */
async function happens(stack: Stack, id: string, event: string): Promise<void> {
  await eventually(`${event} happens`, async () => (await storyOf(stack, id)).includes(event));
}

t.test('the customer is called first', async t => {
  const stack = await startStack(t);
  const { api, sql } = stack;
  await sql`update queues set customer_first = true, wrap_up_seconds = 0`;
  const attempts = (id: string) => sql<{ number: number; outcome: string | null }[]>`
    select number, outcome from attempts where interaction_id = ${id} order by number`;

  await t.test('the agent is rung when the customer has answered, without being asked', async t => {
    const agent = await signIn(t, stack, 'agent1', 'ready');
    const phone = await sipp(t, 'uas-answer', { port: stack.trunkPort });
    const callback = await api.askCallback({ phone: nextNumber() });
    const invite = await agent.ring();
    t.same(await storyOf(stack, callback.id), ['requested', 'offered', 'dialing', 'customer_answered']);
    agent.answer(t, invite);
    await api.follow(callback, ({ state }) => state === 'bridged');
    await agent.step('hangup', callback.id);
    await phone.done;
    await agent.hungUp();
    t.match(await api.follow(callback, ({ state }) => state === 'done'), { outcome: 'completed' });
    t.match(await attempts(callback.id), [{ number: 1, outcome: 'completed' }]);
    t.same(await leftOver(stack), nothing);
  });

  await t.test('an agent who does not answer: music, and the next agent at once', async t => {
    const [first, second] = [
      await signIn(t, stack, 'agent1', 'ready'),
      await signIn(t, stack, 'agent2', 'ready'),
    ];
    await sql`update queues set offer_seconds = 4`;
    const phone = await sipp(t, 'uas-answer', { port: stack.trunkPort });
    const callback = await api.askCallback({ phone: nextNumber() });
    // For how long he is rung is read before; whoever comes next has all the time.
    await happens(stack, callback.id, 'dialing');
    await sql`update queues set offer_seconds = 60`;
    const sides = [first, second].map(agent => ({ agent, rung: agent.ring() }));
    const gone = await Promise.race(sides.map(side => side.rung.then(() => side)));
    const next = sides.find(side => side !== gone)!;
    await happens(stack, callback.id, 'agent_gone');
    await gone.agent.stopsRinging(await gone.rung);
    await gone.agent.until(desk => desk.me.reason === 'no_answer', 'he is paused where he can see why');
    await next.agent.accept(t, await next.rung);
    await api.follow(callback, ({ state }) => state === 'bridged');
    t.match(
      await attempts(callback.id),
      [{ number: 1, outcome: null }],
      'still the same call of the customer',
    );
    await api.call('DELETE', `/api/v1/callbacks/${callback.id}`, { token: callback.token });
    await phone.done;
    t.same(await leftOver(stack), nothing);
  });

  await t.test('an agent who hangs up before he is there: music, and the next agent at once', async t => {
    const first = await signIn(t, stack, 'agent1', 'ready');
    const phone = await sipp(t, 'uas-answer', { port: stack.trunkPort });
    const callback = await api.askCallback({ phone: nextNumber() });
    const invite = await first.ring();
    await first.setState('offline');
    await first.step('hangup', callback.id);
    await first.stopsRinging(invite);
    await api.follow(callback, ({ state }) => state === 'waiting');
    const second = await signIn(t, stack, 'agent2', 'ready');
    second.answer(t, await second.ring());
    await api.follow(callback, ({ state }) => state === 'bridged');
    t.match(await attempts(callback.id), [{ number: 1, outcome: null }], 'still the same call');
    await second.step('hangup', callback.id);
    await phone.done;
    await second.hungUp();
    t.same(await leftOver(stack), nothing);
  });

  await t.test('the customer hangs up while nobody is there: it is over, and the agent is free', async t => {
    const agent = await signIn(t, stack, 'agent1', 'ready');
    const phone = await Phone.open(t, stack);
    const callback = await api.askCallback({ phone: nextNumber() });
    const invite = await agent.ring();
    phone.hangUp();
    await agent.stopsRinging(invite);
    t.match(await api.follow(callback, ({ state }) => state === 'done'), { outcome: 'abandoned' });
    t.match(await attempts(callback.id), [{ number: 1, outcome: 'abandoned' }]);
    await agent.until(desk => desk.me.state === 'ready', 'ready for the next');
    t.same(await leftOver(stack), nothing);
  });

  await t.test('no agent comes: the customer is let go, and called again when there is one', async t => {
    await sql`update queues set offer_seconds = 4, live_wait_seconds = 1`;
    const agent = await signIn(t, stack, 'agent1', 'ready');
    const phone = await sipp(t, 'uas-answer', { port: stack.trunkPort });
    const callback = await api.askCallback({ phone: nextNumber() });
    await agent.stopsRinging(await agent.ring());
    await phone.done;
    t.match(await api.follow(callback, ({ state }) => state === 'waiting'), { position: 1 });
    t.match(await attempts(callback.id), [{ number: 1, outcome: 'agent_lost' }]);
    t.same(await leftOver(stack), nothing);
    await sql`update queues set offer_seconds = 60, live_wait_seconds = 60`;
    await api.call('DELETE', `/api/v1/callbacks/${callback.id}`, { token: callback.token });
  });

  await t.test('busy: nobody was disturbed, and nobody has anything to finish', async t => {
    await sql`update queues set wrap_up_seconds = 600`;
    const agent = await signIn(t, stack, 'agent1', 'ready');
    const phone = await sipp(t, 'uas-busy', { port: stack.trunkPort });
    const callback = await api.askCallback({ phone: nextNumber() });
    t.match(await api.follow(callback, ({ state }) => state === 'done'), { outcome: 'busy' });
    await phone.done;
    t.same(await storyOf(stack, callback.id), ['requested', 'offered', 'dialing', 'given_up']);
    await agent.until(desk => desk.me.state === 'ready', 'ready again');
  });
});

t.test(
  'an agent whose line breaks while they talk: music, and when he does not come back the next agent',
  async t => {
    const stack = await startStack(t);
    const { api, sql } = stack;
    const first = await signIn(t, stack, 'agent1', 'ready');
    const phone = await sipp(t, 'uas-answer', { port: stack.trunkPort });
    const callback = await api.askCallback({ phone: nextNumber() });
    const browser = await first.accept(t, await first.ring());
    await api.follow(callback, ({ state }) => state === 'bridged');
    await browser.opened;
    const second = await signIn(t, stack, 'agent2', 'ready');
    browser.close();
    first.softphone.drop();
    first.live.terminate();
    const invite = await second.ring();
    t.equal(invite.header('X-Ringbridge-Interaction'), callback.id);
    await second.accept(t, invite);
    await api.follow(callback, ({ state }) => state === 'bridged');
    const legs = await sql`select role from legs where interaction_id = ${callback.id} and role = 'customer'`;
    t.equal(legs.length, 1, 'the customer has stayed on the line');
    t.same(
      (await storyOf(stack, callback.id)).filter(type => type !== 'accepted'),
      ['requested', 'offered', 'dialing', 'bridged', 'agent_away', 'agent_gone', 'offered', 'bridged'],
    );
    await second.step('hangup', callback.id);
    await phone.done;
    await second.hungUp();
    await second.until(desk => desk.me.state === 'wrap_up', 'the wrap-up');
    await second.step('wrap-up', callback.id);
    t.match(await api.follow(callback, ({ state }) => state === 'done'), { outcome: 'completed' });
    t.same(await leftOver(stack), nothing);
  },
);
