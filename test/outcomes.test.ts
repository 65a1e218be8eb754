import t, { type Test } from 'tap';
import { RobotAgent } from './support/robot-agent.js';
import { sipp } from './support/sipp.js';
import { demoPassword, leftOver, nextNumber, nothing, type Stack, startStack } from './support/stack.js';
import { endWebRtc } from './support/webrtc-peer.js';

t.teardown(endWebRtc);

/** Asks, has the agent accept, and follows until the visitor is told how it ended; then finishes the wrap-up. */
async function ask(t: Test, stack: Stack, agent: RobotAgent, phone = nextNumber()) {
  const callback = await stack.api.askCallback({ phone });
  const invite = await agent.ring();
  await agent.accept(t, invite);
  const done = await stack.api.follow(callback, ({ state }) => state === 'done');
  await agent.hungUp();
  await agent.until(desk => desk.me.state === 'wrap_up', 'the wrap-up');
  await agent.step('wrap-up', callback.id);
  return done;
}

t.test('every way a customer is not reached has a name, and the agent is freed each time', async t => {
  const stack = await startStack(t);
  const agent = await RobotAgent.signIn(t, stack.api, 'agent1@demo.example', demoPassword);
  await agent.setState('ready');

  const refusals: [status: string, outcome: string][] = [
    ['486 Busy Here', 'busy'],
    ['600 Busy Everywhere', 'busy'],
    ['480 Temporarily Unavailable', 'no_answer'],
    ['603 Decline', 'rejected'],
    ['403 Forbidden', 'rejected'],
    ['404 Not Found', 'invalid_number'],
    ['484 Address Incomplete', 'invalid_number'],
    ['503 Service Unavailable', 'unreachable'],
    ['500 Server Internal Error', 'unreachable'],
  ];
  for (const [status, outcome] of refusals) {
    await t.test(`${status} → ${outcome}`, async t => {
      const telco = await sipp(t, 'uas-busy', {
        port: stack.trunkPort,
        replace: { '486 Busy Here': status },
      });
      t.match(await ask(t, stack, agent), { outcome });
      await telco.done;
    });
  }

  // Only where nobody answers: on a busy machine an answer, too, may take so long.
  await stack.sql`update queues set ring_seconds = 2`;
  await t.test('rings for longer than the queue allows → no_answer, and the phone stops ringing', async t => {
    const telco = await sipp(t, 'uas-no-answer', { port: stack.trunkPort });
    t.match(await ask(t, stack, agent), { outcome: 'no_answer' });
    await telco.done;
  });

  await t.test('an answer that crosses our giving up is hung up at once', async t => {
    const telco = await sipp(t, 'uas-answer-crossing', { port: stack.trunkPort });
    t.match(await ask(t, stack, agent), { outcome: 'no_answer' });
    await telco.done;
  });
  await stack.sql`update queues set ring_seconds = 45`;

  await t.test('a number that no route leads to → no_trunk', async t => {
    t.match(await ask(t, stack, agent, '+12025550123'), { outcome: 'no_trunk' });
  });

  await t.test('the customer hangs up → completed, and the agent is told and freed', async t => {
    const telco = await sipp(t, 'uas-answer-hangup', { port: stack.trunkPort });
    t.match(await ask(t, stack, agent), { outcome: 'completed' });
    await telco.done;
  });

  await t.test('a trunk that asks for digest authentication gets it', async t => {
    const telco = await sipp(t, 'uas-digest', {
      port: stack.trunkPort,
      keys: { username: 'ringbridge', password: 'a-trunk-password-for-tests' },
    });
    const callback = await stack.api.askCallback({ phone: nextNumber() });
    const invite = await agent.ring();
    await agent.accept(t, invite);
    await stack.api.follow(callback, ({ state }) => state === 'bridged');
    await agent.step('hangup', callback.id);
    await agent.hungUp();
    t.match(await stack.api.follow(callback, ({ state }) => state === 'done'), { outcome: 'completed' });
    await telco.done;
    await agent.step('wrap-up', callback.id);
  });

  await t.test('a phone that speaks no codec of ours → failed, and it is hung up', async t => {
    const telco = await sipp(t, 'uas-answer', {
      port: stack.trunkPort,
      replace: { 'RTP/AVP 8 101': 'RTP/AVP 18', 'a=rtpmap:8 PCMA/8000': 'a=rtpmap:18 G729/8000' },
    });
    t.match(await ask(t, stack, agent), { outcome: 'failed' });
    await telco.done;
  });

  await t.test(
    'a softphone that speaks no codec of ours is hung up, and the customer keeps his place',
    async t => {
      const callback = await stack.api.askCallback({ phone: nextNumber() });
      const invite = await agent.ring();
      const sdp = invite.body
        .replace(/^m=audio .*$/m, 'm=audio 9 UDP/TLS/RTP/SAVPF 96')
        .replaceAll(/^a=(rtpmap|fmtp):.*\r\n/gm, '');
      agent.softphone.respond(invite, 200, 'OK', `${sdp}a=rtpmap:96 speex/8000\r\n`);
      await agent.hungUp();
      t.match(await stack.api.follow(callback, ({ state }) => state === 'waiting'), { position: 1 });
      await stack.api.call('DELETE', `/api/v1/callbacks/${callback.id}`, { token: callback.token });
    },
  );

  t.same(await leftOver(stack), nothing, 'no leg is left open');
  const [legs] = await stack.sql`select count(*)::int as count from legs`;
  t.ok(legs?.count > 20, 'and each is on the books');
});
