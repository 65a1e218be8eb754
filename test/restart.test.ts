import t from 'tap';
import { eventually } from './support/eventually.js';
import { RobotAgent } from './support/robot-agent.js';
import { sipp } from './support/sipp.js';
import { demoPassword, leftOver, nextNumber, nothing, phoneRings, startStack } from './support/stack.js';
import { endWebRtc } from './support/webrtc-peer.js';

t.teardown(endWebRtc);

t.test('a gateway that is killed loses nothing it has acknowledged', async t => {
  const stack = await startStack(t);

  await t.test('requests that wait keep their places, and their visitors’ tokens', async t => {
    const callbacks = [];
    for (let i = 0; i < 3; i++) callbacks.push(await stack.api.askCallback({ phone: nextNumber() }));
    await stack.restartGateway('SIGKILL');
    for (const [index, { id, token }] of callbacks.entries()) {
      const { body } = await stack.api.call('GET', `/api/v1/callbacks/${id}`, { token });
      t.match(body, { id, state: 'waiting', position: index + 1 });
    }
    for (const { id, token } of callbacks)
      await stack.api.call('DELETE', `/api/v1/callbacks/${id}`, { token });
  });

  for (const [how, signal] of [
    ['killed', 'SIGKILL'],
    ['stopped politely', 'SIGTERM'],
  ] as const)
    await t.test(`${how} while the agent is rung: he is rung again for the same customer`, async t => {
      const agent = await RobotAgent.signIn(t, stack.api, 'agent1@demo.example', demoPassword);
      await agent.setState('ready');
      const callback = await stack.api.askCallback({ phone: nextNumber() });
      const invite = await agent.ring();
      await stack.restartGateway(signal);
      await agent.softphone.request('CANCEL');
      agent.softphone.respond(invite, 487, 'Request Terminated');
      const again = await agent.ring();
      t.equal(again.header('X-Ringbridge-Interaction'), callback.id);
      t.not(again.header('Call-ID'), invite.header('Call-ID'));
      await stack.api.call('DELETE', `/api/v1/callbacks/${callback.id}`, { token: callback.token });
      agent.softphone.respond(again, 487, 'Request Terminated');
      t.same(await leftOver(stack), nothing);
      await agent.setState('offline');
    });

  await t.test(
    'killed while the phone rings: the phone stops, and the customer waits in his old place',
    async t => {
      const agent = await RobotAgent.signIn(t, stack.api, 'agent1@demo.example', demoPassword);
      await agent.setState('ready');
      const telco = await sipp(t, 'uas-no-answer', { port: stack.trunkPort });
      const callback = await stack.api.askCallback({ phone: nextNumber() });
      await agent.accept(t, await agent.ring());
      await phoneRings(stack, callback.id);
      await agent.setState('paused');
      await stack.restartGateway('SIGKILL');
      await telco.done;
      await agent.hungUp();
      t.match(await stack.api.follow(callback, ({ state }) => state === 'waiting'), { position: 1 });
      t.same(await leftOver(stack), nothing);
      const attempts =
        await stack.sql`select number, outcome from attempts where interaction_id = ${callback.id}`;
      t.same([...attempts], [{ number: 1, outcome: 'lost' }], 'the attempt is on the books as found dead');
      await stack.api.call('DELETE', `/api/v1/callbacks/${callback.id}`, { token: callback.token });
    },
  );
});

for (const customerFirst of [false, true])
  t.test(
    `a media engine that dies while the phone rings: it stops ringing; customer ${customerFirst ? 'first' : 'second'}`,
    async t => {
      const stack = await startStack(t);
      await stack.sql`update queues set customer_first = ${customerFirst}, ring_seconds = 300, wrap_up_seconds = 0`;
      const agent = await RobotAgent.signIn(t, stack.api, 'agent1@demo.example', demoPassword);
      await agent.setState('ready');
      const telco = await sipp(t, 'uas-no-answer', { port: stack.trunkPort });
      const callback = await stack.api.askCallback({ phone: nextNumber() });
      if (!customerFirst) await agent.accept(t, await agent.ring());
      await stack.api.follow(callback, ({ state }) => state === 'dialing');
      const rings = () => stack.sql`
        select from legs where interaction_id = ${callback.id} and role = 'customer' and call_id is not null`;
      await eventually('the phone rings', async () => (await rings()).length > 0);
      await stack.killMedia();
      await telco.done;
      await stack.api.follow(callback, ({ state }) => state !== 'dialing');
      await stack.api.call('DELETE', `/api/v1/callbacks/${callback.id}`, { token: callback.token });
      t.same(await leftOver(stack), nothing);
    },
  );

t.test('a media engine that dies cuts off its calls by name, and the phone is hung up', async t => {
  const stack = await startStack(t);
  const agent = await RobotAgent.signIn(t, stack.api, 'agent1@demo.example', demoPassword);
  await agent.setState('ready');
  const telco = await sipp(t, 'uas-answer', { port: stack.trunkPort });
  const callback = await stack.api.askCallback({ phone: nextNumber() });
  await agent.accept(t, await agent.ring());
  await stack.api.follow(callback, ({ state }) => state === 'bridged');
  await stack.killMedia();
  await stack.api.follow(callback, ({ state }) => state === 'waiting');
  t.match(
    await stack.sql`select data from events where interaction_id = ${callback.id} and type = 'cut_off'`,
    [{ data: { cause: 'engine_lost' } }],
  );
  await telco.done;
  await agent.hungUp();
  const { status, body } = await stack.api.call('GET', '/readyz');
  t.match(
    { status, body },
    { status: 503, body: { parts: { media: 'missing', sip: 'ok', database: 'ok' } } },
  );
});
