import t, { type Test } from 'tap';
import { cancel, requestHangup } from '../gateway/acd/transitions/index.js';
import { Link } from './support/link.js';
import { RobotAgent } from './support/robot-agent.js';
import { sipp } from './support/sipp.js';
import { demoPassword, leftOver, nextNumber, nothing, type Stack, startStack } from './support/stack.js';
import { endWebRtc } from './support/webrtc-peer.js';

t.teardown(endWebRtc);

async function start(t: Test): Promise<{ stack: Stack; link: Link }> {
  let link: Link | undefined;
  const stack = await startStack(t, {
    databaseVia: async url => {
      link = await Link.open(t, url);
      return link.url;
    },
  });
  if (!link) throw new Error('nobody asked for the way to the database');
  return { stack, link };
}

async function signIn(t: Test, stack: Stack): Promise<RobotAgent> {
  const agent = await RobotAgent.signIn(t, stack.api, 'agent1@demo.example', demoPassword);
  await agent.setState('ready');
  return agent;
}

/** What the visitor asks of the gateway, done behind its back: nobody tells it. */
async function tenantOf({ sql }: Stack, id: string) {
  const [row] = await sql<{ tenantId: string; agentId: string }[]>`
    select tenant_id as "tenantId", agent_id as "agentId" from interactions where id = ${id}`;
  if (!row) throw new Error('no such interaction');
  return row;
}

t.test(
  'a talk that ends while the database is away: both are hung up at once, and it is on the books later',
  async t => {
    const { stack, link } = await start(t);
    const agent = await signIn(t, stack);
    const telco = await sipp(t, 'uas-answer', { port: stack.trunkPort });
    const callback = await stack.api.askCallback({ phone: nextNumber() });
    const invite = await agent.ring();
    await agent.accept(t, invite);
    await stack.api.follow(callback, ({ state }) => state === 'bridged');
    await link.cut();
    t.match(
      await stack.api.call('GET', `/api/v1/callbacks/${callback.id}`, { token: callback.token }),
      { status: 503, body: { code: 'unavailable' } },
      'who asks meanwhile is told to come again',
    );
    agent.softphone.requestWithin(invite, 'BYE', 200);
    await telco.done;
    await link.mend();
    t.match(await stack.api.follow(callback, ({ state }) => state === 'done'), { outcome: 'completed' });
    const back = await signIn(t, stack);
    await back.until(({ me }) => me.state === 'wrap_up', 'the wrap-up');
    await back.step('wrap-up', callback.id);
    t.same(await leftOver(stack), nothing);
  },
);

t.test(
  'an agent who answers while the database is away is hung up, and the customer keeps his place',
  async t => {
    const { stack, link } = await start(t);
    const agent = await signIn(t, stack);
    const callback = await stack.api.askCallback({ phone: nextNumber() });
    const invite = await agent.ring();
    await link.cut();
    agent.answer(t, invite);
    await agent.hungUp();
    await link.mend();
    t.match(await stack.api.follow(callback, ({ state }) => state === 'waiting'), { position: 1 });
    t.same(await leftOver(stack), nothing);
  },
);

t.test('an offer whose time passes while the database is away ends when it is back', async t => {
  const { stack, link } = await start(t);
  await stack.sql`update queues set offer_seconds = 5`;
  const agent = await signIn(t, stack);
  const callback = await stack.api.askCallback({ phone: nextNumber() });
  const invite = await agent.ring();
  await link.cut();
  const [due] = await stack.sql<{ over: boolean }[]>`
    select pg_sleep(greatest(extract(epoch from offer_expires_at - clock_timestamp()), 0) + 0.5) is not null as over
    from interactions where id = ${callback.id}`;
  t.ok(due?.over);
  await link.mend();
  await agent.softphone.request('CANCEL');
  agent.softphone.respond(invite, 487, 'Request Terminated');
  t.match(await stack.api.follow(callback, ({ state }) => state === 'waiting'), { position: 1 });
  t.same(await leftOver(stack), nothing);
});

t.test('what happens while the gateway cannot listen is caught up with', async t => {
  const { stack, link } = await start(t);
  const agent = await signIn(t, stack);

  await t.test('a cancel: the softphone stops ringing', async t => {
    const callback = await stack.api.askCallback({ phone: nextNumber() });
    const invite = await agent.ring();
    const { tenantId } = await tenantOf(stack, callback.id);
    await link.cut();
    await cancel(stack.sql, { id: callback.id, tenantId });
    await link.mend();
    await agent.softphone.request('CANCEL');
    agent.softphone.respond(invite, 487, 'Request Terminated');
    t.same(await leftOver(stack), nothing);
  });

  await t.test('an agent who hangs up: the phone is hung up', async t => {
    const telco = await sipp(t, 'uas-answer', { port: stack.trunkPort });
    const callback = await stack.api.askCallback({ phone: nextNumber() });
    await agent.accept(t, await agent.ring());
    await stack.api.follow(callback, ({ state }) => state === 'bridged');
    const { tenantId, agentId } = await tenantOf(stack, callback.id);
    await link.cut();
    await requestHangup(stack.sql, { id: callback.id, tenantId }, agentId);
    await link.mend();
    await telco.done;
    await agent.hungUp();
    t.match(await stack.api.follow(callback, ({ state }) => state === 'done'), { outcome: 'completed' });
  });

  await t.test('a login that is over: its desktop is told, and sees nothing more', async t => {
    const other = await RobotAgent.signIn(t, stack.api, 'agent2@demo.example', demoPassword);
    await link.cut();
    await stack.sql`delete from sessions where user_id = (select id from users where email = 'agent2@demo.example')`;
    await link.mend();
    await other.signedOut;
    t.pass('as one whose session is over');
  });
});
