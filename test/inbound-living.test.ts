/** A gateway dies, or is restarted, while calls that came in are under way. */
import t, { type Test } from 'tap';
import { inboundCaller } from './support/caller.js';
import { eventually } from './support/eventually.js';
import { companyNumber, flowIs, lastCall } from './support/flows.js';
import { Phone } from './support/phone.js';
import { RobotAgent } from './support/robot-agent.js';
import { allReady, demoPassword, leftOver, nothing, type Stack, startStack } from './support/stack.js';
import { endWebRtc } from './support/webrtc-peer.js';

t.setTimeout(600_000);
t.teardown(endWebRtc);

const callerNumber = '+821055501234';
const callerHz = 800;
const agentHz = 600;

/** An agent who is ready, and gets the caller who waits. */
async function served(t: Test, stack: Stack, name: string) {
  const agent = await RobotAgent.signIn(t, stack.api, `${name}@demo.example`, demoPassword);
  await agent.setState('ready');
  const browser = await agent.accept(t, await agent.ring());
  browser.mouth.speak(agentHz);
  return { agent, browser };
}

async function over(agent: RobotAgent): Promise<void> {
  await agent.setState('offline');
  await agent.hungUp();
  const { current } = await agent.until(({ me }) => me.state === 'wrap_up', 'the wrap-up');
  await agent.step('wrap-up', current!.id);
}

t.test('what becomes of a call that came in', async t => {
  const stack = await startStack(t);
  await flowIs(
    t,
    stack,
    `  start: { menu: [demo-menu], choices: { '1': wait }, otherwise: bye }
  wait: { queue: sales, otherwise: bye }
  bye: { hangup: [goodbye] }
`,
  );
  const caller = await inboundCaller(t, stack, callerNumber);

  await t.test('in a menu: it is hung up, and on the books', async t => {
    const call = await caller.call(companyNumber);
    await call.phone.ear.soundWithout([callerHz]);
    await stack.restartGateway('SIGKILL');
    await call.ended;
    t.match(await lastCall(stack), { ending: 'lost' });
    t.same(await leftOver(stack), nothing);
  });

  for (const signal of ['SIGKILL', 'SIGTERM'] as const)
    await t.test(`in a queue, ${signal}: the music goes on, and he gets his agent`, async t => {
      const call = await caller.call(companyNumber);
      await call.press('1');
      await caller.tape.heard('en', 'press-2-for-callback', caller.tape.position);
      await stack.restartGateway(signal);
      await call.phone.ear.soundWithout([agentHz]);
      const { agent, browser } = await served(t, stack, signal === 'SIGKILL' ? 'agent1' : 'agent2');
      call.phone.mouth.speak(callerHz);
      await Promise.all([call.phone.ear.tone(agentHz), browser.listener.ear.tone(callerHz)]);
      t.match(await stack.sql`select ending from inbound_calls order by started_at desc limit 1`, [
        { ending: null },
      ]);
      await call.hangUp();
      await over(agent);
      t.match(await lastCall(stack), { ending: 'served' });
      t.same(await leftOver(stack), nothing);
    });

  await t.test('in a talk: it goes on', async t => {
    const call = await caller.call(companyNumber);
    await call.press('1');
    const { agent, browser } = await served(t, stack, 'agent1');
    await call.phone.ear.tone(agentHz);
    await stack.restartGateway('SIGKILL');
    call.phone.mouth.speak(callerHz);
    await Promise.all([call.phone.ear.tone(agentHz), browser.listener.ear.tone(callerHz)]);
    await agent.until(desk => desk.current?.state === 'bridged', 'the talk');
    await call.hangUp();
    await over(agent);
    t.match(await lastCall(stack), { ending: 'served' });
    t.same(await leftOver(stack), nothing);
  });

  const phone = await Phone.open(t, stack);
  for (const engine of ['media engine', 'SIP server'] as const)
    await t.test(`in a talk, the ${engine} dies: he is called back by the agent he talked with`, async t => {
      const call = await caller.call(companyNumber);
      await call.press('1');
      const { agent } = await served(t, stack, 'agent1');
      await call.phone.ear.tone(agentHz);
      const { id } = (await agent.until(({ current }) => current?.state === 'bridged', 'the talk')).current!;
      // Idle for longer, and would be asked first.
      const other = await RobotAgent.signIn(t, stack.api, 'agent2@demo.example', demoPassword);
      await other.setState('ready');
      const media = engine === 'media engine';
      await (media ? stack.restartMedia() : stack.restartSip());
      await call.ended;
      await allReady(stack);
      if (media) await agent.hungUp();
      else await Promise.all([agent.reconnect(t), other.reconnect(t)]);
      const browser = await agent.accept(t, await agent.ring());
      browser.mouth.speak(agentHz);
      phone.audio.mouth.speak(callerHz);
      await Promise.all([phone.audio.ear.tone(agentHz), browser.listener.ear.tone(callerHz)]);
      t.match(phone.lastInvite?.uri, callerNumber);
      const hungUp = agent.hungUp();
      await agent.step('hangup', id);
      await hungUp;
      await agent.until(({ me }) => me.state === 'wrap_up', 'the wrap-up');
      await agent.step('wrap-up', id);
      t.match(await lastCall(stack), { ending: 'served' });
      t.match(
        await stack.sql`
          select i.channel, i.state, i.outcome, array(
            select a.outcome from attempts a where a.interaction_id = i.id order by a.number) as attempts, array(
            select p.outcome from interactions p where p.part_of = i.id) as parts
          from interactions i where i.id = ${id}`,
        [
          {
            ...{ channel: 'callback', state: 'done', outcome: 'completed' },
            ...{ attempts: ['completed'], parts: ['cut_off'] },
          },
        ],
      );
      for (const one of [agent, other]) await one.setState('offline');
      t.same(await leftOver(stack), nothing);
    });
});

t.test('engines that do not keep calls: who waited is called back in his place', async t => {
  const stack = await startStack(t, { mediaFlags: ['--orphan-grace', '0'] });
  await flowIs(
    t,
    stack,
    '  wait: { queue: sales, otherwise: bye }\n  bye: { hangup: [goodbye] }\n',
    'start: wait\nonFault: bye',
  );
  const caller = await inboundCaller(t, stack, callerNumber);
  const call = await caller.call(companyNumber);
  await caller.tape.heard('en', 'connecting');
  await stack.restartGateway('SIGKILL');
  await call.ended;
  t.match(await lastCall(stack), { ending: 'lost' });
  t.match(
    await stack.sql`select channel, state, phone from interactions order by requested_at desc limit 1`,
    [{ channel: 'callback', state: 'waiting', phone: callerNumber }],
  );
  t.same(await leftOver(stack), nothing);
});

t.test(
  'a media engine that dies: who waited has not given up, and is called back where he may be',
  async t => {
    const stack = await startStack(t);
    await flowIs(
      t,
      stack,
      `  start: { menu: [demo-menu], choices: { '1': kept, '2': unkept }, otherwise: bye }
  kept: { queue: sales, otherwise: bye }
  unkept: { queue: support, keepPlace: false, otherwise: bye }
  bye: { hangup: [goodbye] }
`,
    );
    const waits = async (key: string, number?: string) => {
      const caller = await inboundCaller(t, stack, number);
      const call = await caller.call(companyNumber);
      await call.press(key);
      await caller.tape.heard('en', 'connecting');
      return call;
    };
    const calls = [
      await waits('1', callerNumber),
      await waits('2', '+821055501235'),
      await waits('1', '+33123456789'),
      await waits('1'),
    ];
    await stack.killMedia();
    await Promise.all(calls.map(({ ended }) => ended));
    const lost = async () =>
      (await stack.sql`select from events where type = 'customer_lost'`).length === calls.length;
    await eventually('all of them are lost', lost);
    t.same(await leftOver(stack), nothing);
    t.match(await lastCall(stack), { ending: 'lost' });
    t.same(
      [
        ...(await stack.sql`
        select phone, channel, state, outcome from interactions order by requested_at`),
      ],
      [
        { phone: callerNumber, channel: 'callback', state: 'waiting', outcome: null },
        { phone: '+821055501235', channel: 'call', state: 'done', outcome: 'failed' },
        { phone: '+33123456789', channel: 'call', state: 'done', outcome: 'failed' },
        { phone: null, channel: 'call', state: 'done', outcome: 'failed' },
      ],
      'the second by his step, the third by the number policy, the last because nobody knows his number',
    );
  },
);
