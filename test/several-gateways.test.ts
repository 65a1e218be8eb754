import t, { type Test } from 'tap';
import type { VisitorCallback } from './support/api.js';
import { conversation, voices, watchHearing } from './support/conversation.js';
import { eventually } from './support/eventually.js';
import { Phone } from './support/phone.js';
import { RobotAgent } from './support/robot-agent.js';
import { sipp } from './support/sipp.js';
import {
  demoPassword,
  type FurtherGateway,
  leftOver,
  nextNumber,
  nothing,
  phoneRings,
  type Stack,
  startStack,
} from './support/stack.js';
import { endWebRtc } from './support/webrtc-peer.js';

t.teardown(endWebRtc);

/** An agent whose desktop is at the given gateway. */
async function signIn(t: Test, stack: Stack, api: Stack['api'], name: string): Promise<RobotAgent> {
  const agent = await RobotAgent.signIn(t, api, `${name}@demo.example`, demoPassword);
  await agent.setState('ready');
  t.teardown(async () => {
    agent.softphone.drop();
    agent.closeDesktop();
    await stack.sql`update agents set intent = 'offline'
      where user_id = (select id from users where email = ${`${name}@demo.example`})`;
    await stack.sql`delete from declined_offers`;
  });
  return agent;
}

/**
 * Asks for a callback at the other gateway, and resolves when that one serves it. This one stands still meanwhile: whichever
 * is first would serve it.
 */
async function askOther(stack: Stack, other: FurtherGateway): Promise<VisitorCallback> {
  const { child } = stack.gateway();
  const name = await nameOf(stack, other.url);
  child.kill('SIGSTOP');
  try {
    const callback = await other.api.askCallback({ phone: nextNumber() });
    await servedBy(stack, callback.id, name);
    return callback;
  } finally {
    child.kill('SIGCONT');
  }
}

/** How long after `since` the store says that a step was taken, for the log of the test. */
async function sayDelay(t: Test, { sql }: Stack, id: string, type: string, since: Date) {
  const [row] = await sql<{ ms: number }[]>`
    select (extract(epoch from at - ${since}::timestamptz) * 1000)::int as ms from events
    where interaction_id = ${id} and type = ${type} order by id desc limit 1`;
  t.comment(`killed → ${type}: ${row?.ms} ms`);
}

t.test('two gateways over one database', async t => {
  const stack = await startStack(t);
  await stack.sql`update queues set offer_seconds = 60`;
  const first = stack.api;
  const other = await stack.addGateway();

  await t.test('each request is offered once, and each agent gets one', async t => {
    const agents = [
      await signIn(t, stack, first, 'agent1'),
      await signIn(t, stack, other.api, 'agent2'),
    ] as const;
    const callbacks = await Promise.all(
      Array.from({ length: 8 }, (_, index) =>
        (index % 2 ? first : other.api).askCallback({ phone: nextNumber() }),
      ),
    );
    const invites = await Promise.all(agents.map(agent => agent.ring()));
    const rung = invites.map(invite => invite.header('X-Ringbridge-Interaction'));
    t.equal(new Set(rung).size, 2, 'each agent is rung for another customer');
    const offers = await stack.sql`
      select interaction_id, count(*)::int as times from events where type = 'offered' group by 1`;
    t.same(
      offers.map(({ times }) => times),
      [1, 1],
    );
    await stack.sql`update agents set intent = 'paused'`;
    for (const { id, token } of callbacks) await first.call('DELETE', `/api/v1/callbacks/${id}`, { token });
    agents.forEach((agent, index) => {
      agent.softphone.respond(invites[index]!, 487, 'Request Terminated');
    });
    t.same(await leftOver(stack), nothing);
  });

  await t.test('who is signed in at one is rung from the other, and they talk', async t => {
    const agent = await signIn(t, stack, first, 'agent1');
    const telco = await sipp(t, 'uas-answer', { port: stack.trunkPort });
    const callback = await askOther(stack, other);
    await agent.accept(t, await agent.ring());
    await first.follow(callback, ({ state }) => state === 'bridged');
    await agent.step('hangup', callback.id);
    await telco.done;
    await agent.hungUp();
    await agent.until(({ me }) => me.state === 'wrap_up', 'the wrap-up');
    await agent.step('wrap-up', callback.id);
    t.same(await leftOver(stack), nothing);
  });

  await t.test('a second process under a name that is taken does not start, and cuts nothing', async t => {
    const agent = await signIn(t, stack, first, 'agent1');
    const callback = await first.askCallback({ phone: nextNumber() });
    const invite = await agent.ring();
    await t.rejects(stack.addGateway({ RINGBRIDGE_NODE_NAME: await nameOf(stack, stack.url) }), /NODE_NAME/);
    t.match(await first.call('GET', `/api/v1/callbacks/${callback.id}`, { token: callback.token }), {
      body: { state: 'offered' },
    });
    await first.call('DELETE', `/api/v1/callbacks/${callback.id}`, { token: callback.token });
    agent.softphone.respond(invite, 487, 'Request Terminated');
    t.same(await leftOver(stack), nothing);
  });
});

async function nameOf({ sql }: Stack, url: string): Promise<string> {
  const [row] = await sql<{ name: string }[]>`
    select name from nodes where name like ${`%:${new URL(url).port}`}`;
  if (!row) throw new Error(`no gateway at ${url}`);
  return row.name;
}

/** Resolves when the gateway of that name serves the interaction. */
async function servedBy({ sql }: Stack, id: string, name: string): Promise<void> {
  const served = async () => {
    const rows = await sql`select from interactions i join nodes n on n.id = i.node_id
      where i.id = ${id} and n.name = ${name}`;
    return rows.length > 0;
  };
  await eventually(`the interaction is taken over by ${name}`, served);
}

/** What a callback that the other gateway serves is brought into, and what has become of it when that one is dead. */
const deaths: Record<
  string,
  (t: Test, stack: Stack, other: FurtherGateway, kill: () => Promise<Date>) => Promise<void>
> = {
  async offered(t, stack, other, kill) {
    const agent = await signIn(t, stack, stack.api, 'agent1');
    const callback = await askOther(stack, other);
    const invite = await agent.ring();
    const since = await kill();
    await agent.softphone.request('CANCEL');
    agent.softphone.respond(invite, 487, 'Request Terminated');
    const again = await agent.ring();
    t.equal(
      again.header('X-Ringbridge-Interaction'),
      callback.id,
      'the living one rings for the same customer',
    );
    await sayDelay(t, stack, callback.id, 'agent_lost', since);
    await stack.api.call('DELETE', `/api/v1/callbacks/${callback.id}`, { token: callback.token });
    agent.softphone.respond(again, 487, 'Request Terminated');
  },

  async accepted(t, stack, other, kill) {
    const agent = await signIn(t, stack, stack.api, 'agent1');
    const callback = await askOther(stack, other);
    const invite = await agent.ring();
    await agent.step('accept', callback.id);
    const since = await kill();
    await agent.softphone.request('CANCEL');
    agent.softphone.respond(invite, 487, 'Request Terminated');
    const again = await agent.ring();
    t.equal(again.header('X-Ringbridge-Interaction'), callback.id);
    await sayDelay(t, stack, callback.id, 'agent_lost', since);
    await stack.api.call('DELETE', `/api/v1/callbacks/${callback.id}`, { token: callback.token });
    agent.softphone.respond(again, 487, 'Request Terminated');
  },

  async dialing(t, stack, other, kill) {
    const agent = await signIn(t, stack, stack.api, 'agent1');
    const telco = await sipp(t, 'uas-no-answer', { port: stack.trunkPort });
    const callback = await askOther(stack, other);
    await agent.accept(t, await agent.ring());
    await phoneRings(stack, callback.id);
    await agent.setState('paused');
    const since = await kill();
    await telco.done;
    await agent.hungUp();
    t.match(await stack.api.follow(callback, ({ state }) => state === 'waiting'), { position: 1 });
    await sayDelay(t, stack, callback.id, 'agent_lost', since);
    t.same(await leftOver(stack), nothing, 'nobody rings, nobody is engaged');
    await stack.api.call('DELETE', `/api/v1/callbacks/${callback.id}`, { token: callback.token });
  },

  async bridged(t, stack, other, kill) {
    const phone = await Phone.open(t, stack);
    const agent = await signIn(t, stack, stack.api, 'agent1');
    const asked = await askOther(stack, other);
    const talk = await conversation(t, stack, phone, { agent, asked });
    const { callback, browser } = talk;
    const hearings = [
      watchHearing(phone.audio.listener, voices.agent),
      watchHearing(browser.listener, voices.customer),
    ];
    await kill();
    await servedBy(stack, callback.id, await nameOf(stack, stack.url));
    for (const ending of hearings)
      t.match(ending(), { gaps: 0, without: 0 }, 'they heard each other all the time');
    phone.hangUp();
    await agent.hungUp();
    await agent.until(({ me }) => me.state === 'wrap_up', 'the wrap-up');
    t.match(await stack.api.follow(callback, ({ state }) => state === 'done'), { outcome: 'completed' });
    await agent.step('wrap-up', callback.id);
  },

  async wrap_up(t, stack, other, kill) {
    const agent = await signIn(t, stack, stack.api, 'agent1');
    await stack.sql`update queues set wrap_up_seconds = 3`;
    t.teardown(() => stack.sql`update queues set wrap_up_seconds = 60`);
    const telco = await sipp(t, 'uas-answer', { port: stack.trunkPort });
    const callback = await askOther(stack, other);
    await agent.accept(t, await agent.ring());
    await stack.api.follow(callback, ({ state }) => state === 'bridged');
    await agent.step('hangup', callback.id);
    await telco.done;
    await agent.hungUp();
    await kill();
    await agent.until(({ me }) => me.state === 'ready', 'the end of the wrap-up');
  },
};

t.test('a gateway that is killed: another one takes over its work', async t => {
  const stack = await startStack(t);
  await stack.sql`update queues set offer_seconds = 60`;
  for (const [state, story] of Object.entries(deaths))
    await t.test(`killed while the interaction is ${state}`, async t => {
      const other = await stack.addGateway();
      await story(t, stack, other, async () => {
        await other.program.end('SIGKILL');
        return new Date();
      });
      t.same(await leftOver(stack), nothing, 'nobody rings, nobody is engaged');
    });
});
