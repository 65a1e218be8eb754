import t from 'tap';
import { RobotAgent } from './support/robot-agent.js';
import { sipp } from './support/sipp.js';
import { demoPassword, leftOver, nextNumber, nothing, phoneRings, startStack } from './support/stack.js';
import { signIn } from './support/talk.js';
import { endWebRtc } from './support/webrtc-peer.js';

t.teardown(endWebRtc);

t.test('what a visitor or an agent may do in the middle of it', async t => {
  const stack = await startStack(t);

  await t.test('cancelled while it waits', async t => {
    const callback = await stack.api.askCallback({ phone: nextNumber() });
    const { status, body } = await stack.api.call('DELETE', `/api/v1/callbacks/${callback.id}`, {
      token: callback.token,
    });
    t.equal(status, 200);
    t.match(body, { state: 'done', outcome: 'cancelled' });
    const again = await stack.api.call('DELETE', `/api/v1/callbacks/${callback.id}`, {
      token: callback.token,
    });
    t.match(again, { status: 200, body: { state: 'done', outcome: 'cancelled' } }, 'again changes nothing');
  });

  await t.test(
    'cancelled while the agent is rung: the softphone stops at once, he is free for the next',
    async t => {
      const agent = await signIn(t, stack, 'agent1', 'ready');
      const callback = await stack.api.askCallback({ phone: nextNumber() });
      const invite = await agent.ring();
      await stack.api.call('DELETE', `/api/v1/callbacks/${callback.id}`, { token: callback.token });
      const cancel = await agent.softphone.request('CANCEL');
      agent.softphone.respond(cancel, 200, 'OK');
      agent.softphone.respond(invite, 487, 'Request Terminated');
      await agent.until(desk => desk.me.state === 'ready', 'ready again');
      const next = await stack.api.askCallback({ phone: nextNumber() });
      const nextInvite = await agent.ring();
      t.equal(nextInvite.header('X-Ringbridge-Interaction'), next.id);
      await stack.api.call('DELETE', `/api/v1/callbacks/${next.id}`, { token: next.token });
      agent.softphone.respond(nextInvite, 487, 'Request Terminated');
      await agent.until(desk => desk.me.state === 'ready', 'ready again');
      t.same(await leftOver(stack), nothing);
    },
  );

  await t.test('cancelled while the phone rings: the phone stops, the agent is hung up and free', async t => {
    const agent = await signIn(t, stack, 'agent1', 'ready');
    const telco = await sipp(t, 'uas-no-answer', { port: stack.trunkPort });
    const callback = await stack.api.askCallback({ phone: nextNumber() });
    await agent.accept(t, await agent.ring());
    await phoneRings(stack, callback.id);
    await stack.api.call('DELETE', `/api/v1/callbacks/${callback.id}`, { token: callback.token });
    await telco.done;
    await agent.hungUp();
    await agent.until(desk => desk.me.state === 'ready', 'ready again');
    t.same(await leftOver(stack), nothing);
  });

  await t.test('cancelled while they talk: the talk ends', async t => {
    const agent = await signIn(t, stack, 'agent1', 'ready');
    const telco = await sipp(t, 'uas-answer', { port: stack.trunkPort });
    const callback = await stack.api.askCallback({ phone: nextNumber() });
    await agent.accept(t, await agent.ring());
    await stack.api.follow(callback, ({ state }) => state === 'bridged');
    const { body } = await stack.api.call('DELETE', `/api/v1/callbacks/${callback.id}`, {
      token: callback.token,
    });
    t.match(body, { state: 'done', outcome: 'completed' });
    await telco.done;
    await agent.until(desk => desk.me.state === 'wrap_up', 'the wrap-up');
    await agent.step('wrap-up', callback.id);
    t.same(await leftOver(stack), nothing);
  });

  await t.test(
    'an offer that is not taken in time goes to the next agent, and the place is kept',
    async t => {
      await stack.sql`update queues set offer_seconds = 4`;
      t.teardown(() => stack.sql`update queues set offer_seconds = 20`);
      const first = await signIn(t, stack, 'agent1', 'ready');
      const callback = await stack.api.askCallback({ phone: nextNumber() });
      const invite = await first.ring();
      await stack.sql`update queues set offer_seconds = 20`;
      const second = await signIn(t, stack, 'agent2', 'ready');
      await first.softphone.request('CANCEL');
      first.softphone.respond(invite, 487, 'Request Terminated');
      const next = await second.ring();
      t.equal(next.header('X-Ringbridge-Interaction'), callback.id);
      const desk = await first.until(({ me }) => me.state === 'paused', 'the pause');
      t.equal(desk.me.reason, 'no_answer', 'the first agent sees why he is paused');
      const [row] =
        await stack.sql`select requested_at < offered_at as kept from interactions where id = ${callback.id}`;
      t.ok(row?.kept);
      await stack.api.call('DELETE', `/api/v1/callbacks/${callback.id}`, { token: callback.token });
      second.softphone.respond(next, 487, 'Request Terminated');
      await second.until(({ me }) => me.state === 'ready', 'ready again');
      t.same(await leftOver(stack), nothing);
    },
  );

  for (const how of ['at the desktop', 'at the softphone'] as const) {
    await t.test(`declined ${how}: the next agent is rung`, async t => {
      const first = await signIn(t, stack, 'agent1', 'ready');
      const callback = await stack.api.askCallback({ phone: nextNumber() });
      const invite = await first.ring();
      const second = await signIn(t, stack, 'agent2', 'ready');
      if (how === 'at the desktop') {
        await first.step('decline', callback.id);
        await first.softphone.request('CANCEL');
        first.softphone.respond(invite, 487, 'Request Terminated');
      } else first.softphone.respond(invite, 603, 'Decline');
      const next = await second.ring();
      t.equal(next.header('X-Ringbridge-Interaction'), callback.id);
      await first.until(({ me }) => me.state === 'ready', 'the first goes on being ready');
      await stack.api.call('DELETE', `/api/v1/callbacks/${callback.id}`, { token: callback.token });
      second.softphone.respond(next, 487, 'Request Terminated');
      await second.until(({ me }) => me.state === 'ready', 'ready again');
      t.same(await leftOver(stack), nothing);
    });
  }

  await t.test('an agent who closes the tab while it rings: the next agent is rung at once', async t => {
    const first = await signIn(t, stack, 'agent1', 'ready');
    const callback = await stack.api.askCallback({ phone: nextNumber() });
    await first.ring();
    const second = await signIn(t, stack, 'agent2', 'ready');
    first.softphone.drop();
    first.closeDesktop();
    const next = await second.ring();
    t.equal(next.header('X-Ringbridge-Interaction'), callback.id);
    await stack.api.call('DELETE', `/api/v1/callbacks/${callback.id}`, { token: callback.token });
    second.softphone.respond(next, 487, 'Request Terminated');
    await second.until(({ me }) => me.state === 'ready', 'ready again');
    t.same(await leftOver(stack), nothing);
  });

  await t.test('an agent who hangs up while the phone rings gives it up: the phone stops', async t => {
    const agent = await signIn(t, stack, 'agent1', 'ready');
    const telco = await sipp(t, 'uas-no-answer', { port: stack.trunkPort });
    const callback = await stack.api.askCallback({ phone: nextNumber() });
    await agent.accept(t, await agent.ring());
    await phoneRings(stack, callback.id);
    await agent.step('hangup', callback.id);
    t.match(await stack.api.follow(callback, ({ state }) => state === 'done'), { outcome: 'no_answer' });
    await telco.done;
    await agent.until(({ me }) => me.state === 'wrap_up', 'the wrap-up');
    await agent.step('wrap-up', callback.id);
    t.same(await leftOver(stack), nothing);
  });

  await t.test(
    'a softphone that goes away while the phone rings: the customer keeps his place for the next agent',
    async t => {
      const first = await signIn(t, stack, 'agent1', 'ready');
      const telco = await sipp(t, 'uas-no-answer', { port: stack.trunkPort });
      const callback = await stack.api.askCallback({ phone: nextNumber() });
      const browser = await first.accept(t, await first.ring());
      await phoneRings(stack, callback.id);
      await browser.opened;
      browser.close();
      await telco.done;
      const second = await signIn(t, stack, 'agent2', 'ready');
      const next = await second.ring();
      t.equal(next.header('X-Ringbridge-Interaction'), callback.id);
      await stack.api.call('DELETE', `/api/v1/callbacks/${callback.id}`, { token: callback.token });
      second.softphone.respond(next, 487, 'Request Terminated');
      await second.until(({ me }) => me.state === 'ready', 'ready again');
      t.same(await leftOver(stack), nothing);
    },
  );
});

t.test('who waits is rung as soon as somebody is ready', async t => {
  const stack = await startStack(t);
  const agent = await RobotAgent.signIn(t, stack.api, 'agent1@demo.example', demoPassword);
  const first = await stack.api.askCallback({ phone: nextNumber() });
  const second = await stack.api.askCallback({ phone: nextNumber() });
  t.match([first.position, second.position], [1, 2]);
  await agent.setState('ready');
  const invite = await agent.ring();
  t.equal(invite.header('X-Ringbridge-Interaction'), first.id, 'the oldest first');
  t.match(
    await stack.api.follow(second, ({ position }) => position === 1),
    { state: 'waiting' },
    'the others move up, and see it',
  );
  const [row] = await stack.sql<{ ms: number }[]>`
    select extract(epoch from i.offered_at - e.at)::float8 * 1000 as ms
    from events e, interactions i where e.type = 'agent_intent' and i.id = ${first.id} order by e.id desc limit 1`;
  t.comment(`ready → offered: ${row?.ms.toFixed(1)} ms`);
});
