import t from 'tap';
import type { Received } from '../gateway/telephony/testing/softphone.js';
import { AgentDesk } from './support/agent-desk.js';
import type { VisitorCallback } from './support/api.js';
import { People } from './support/browser.js';
import { whileFrozen } from './support/frozen-pages.js';
import { RobotAgent } from './support/robot-agent.js';
import { demoPassword, leftOver, nextNumber, nothing, startStack } from './support/stack.js';

/** The first agent has not answered, and the second has. */
const askedTwo = ['requested', 'offered', 'agent_lost: probe_unanswered', 'offered', 'agent_present'];

t.test('nobody is rung who is not there', async t => {
  // Within which whoever is there has to answer on a busy machine, too.
  const stack = await startStack(t, { env: { RINGBRIDGE_DESKTOP_ANSWER_SECONDS: '4' } });
  const other = await stack.addGateway();
  const storyWithReasons = async (id: string) => {
    const events = await stack.sql`
      select type, data->>'reason' as reason from events where interaction_id = ${id} order by id`;
    return events.map(({ type, reason }) => (reason ? `${type}: ${reason}` : type));
  };
  const signIn = async (api: typeof stack.api, name: string) => {
    const agent = await RobotAgent.signIn(t, api, `${name}@demo.example`, demoPassword);
    await agent.setState('ready');
    return agent;
  };
  /** The visitor wants it no more while the agent is rung, who is free again. */
  const takeBack = async ({ id, token }: VisitorCallback, agent: RobotAgent, invite: Received) => {
    await stack.api.call('DELETE', `/api/v1/callbacks/${id}`, { token });
    agent.softphone.respond(invite, 487, 'Request Terminated');
    await agent.until(({ me }) => me.state === 'ready', 'ready again');
  };

  await t.test('a page that is frozen is noticed before it rings: the next agent is asked', async t => {
    const first = await signIn(stack.api, 'agent1');
    first.frozen = true;
    // The desktop of the second is at another gateway than the one that matches.
    const callback = await stack.api.askCallback({ phone: nextNumber() });
    const second = await signIn(other.api, 'agent2');
    const invite = await second.ring();
    t.equal(invite.header('X-Ringbridge-Interaction'), callback.id);
    t.same(await storyWithReasons(callback.id), askedTwo);
    first.frozen = false;
    await first.setState('paused');
    await first.until(({ me }) => me.state === 'paused', 'the page again');
    await takeBack(callback, second, invite);
    await second.setState('offline');
    t.same(await leftOver(stack), nothing);
    first.closeDesktop();
    second.closeDesktop();
  });

  await t.test(
    'a real page that its browser has frozen: the next agent is asked, and the page says why',
    async t => {
      const people = await People.gather(t);
      const desk = await AgentDesk.open(people, stack.url);
      t.teardown(() => desk.close());
      await desk.signIn('agent1@demo.example', demoPassword, 'en');
      await desk.goReady();
      const callback = await whileFrozen(async () => {
        const asked = await stack.api.askCallback({ phone: nextNumber() });
        await stack.api.follow(asked, ({ state }) => state === 'offered');
        await stack.api.follow(asked, ({ state }) => state === 'waiting');
        return asked;
      });
      const next = await signIn(stack.api, 'agent2');
      const invite = await next.ring();
      t.equal(invite.header('X-Ringbridge-Interaction'), callback.id);
      t.same(await storyWithReasons(callback.id), askedTwo);
      await desk.is('unreachable');
      t.match(await desk.find('empty-desk').textContent(), /did not answer/);
      await stack.api.call('DELETE', `/api/v1/callbacks/${callback.id}`, { token: callback.token });
      next.softphone.respond(invite, 487, 'Request Terminated');
      await next.until(({ me }) => me.state === 'ready', 'ready again');
      await next.setState('offline');
      next.closeDesktop();
      await desk.goReady();
      await desk.is('ready');
      t.same(people.complaints, []);
      t.same(await leftOver(stack), nothing);
    },
  );

  await t.test('he sees why, and one click brings him back', async t => {
    const agent = await signIn(other.api, 'agent1');
    agent.frozen = true;
    const callback = await stack.api.askCallback({ phone: nextNumber() });
    await stack.api.follow(callback, ({ state }) => state === 'offered');
    await stack.api.follow(callback, ({ state }) => state === 'waiting');
    agent.frozen = false;
    const { body } = await other.api.call('GET', '/api/v1/me', { token: agent.token });
    t.match(body, { state: 'unreachable', reason: 'probe_unanswered' });
    await stack.sql`update queues set decline_rest_seconds = 0`;
    await agent.setState('ready');
    const invite = await agent.ring();
    t.equal(invite.header('X-Ringbridge-Interaction'), callback.id, 'the customer has kept his place');
    await takeBack(callback, agent, invite);
    agent.closeDesktop();
  });

  await t.test('a page that comes back while its agent is asked is asked, too', async t => {
    const agent = await signIn(other.api, 'agent1');
    agent.frozen = true;
    const callback = await stack.api.askCallback({ phone: nextNumber() });
    await stack.api.follow(callback, ({ state }) => state === 'offered');
    agent.frozen = false;
    agent.live.terminate();
    const invite = await agent.ring();
    t.equal(invite.header('X-Ringbridge-Interaction'), callback.id);
    await takeBack(callback, agent, invite);
    agent.closeDesktop();
  });

  await t.test('the reasons of each match are in the history, with the names', async t => {
    const agent = await signIn(stack.api, 'agent1');
    const callback = await stack.api.askCallback({ phone: nextNumber() });
    const invite = await agent.ring();
    const { body } = await stack.api.call<{
      people: Record<string, string>;
      events: { type: string; data: { decision?: { chosen: string; others: Record<string, unknown> } } }[];
    }>('GET', `/api/v1/interactions/${callback.id}`, { token: agent.token });
    const decision = body.events.find(({ type }) => type === 'offered')?.data.decision;
    t.equal(body.people[decision?.chosen ?? ''], '김하늘');
    t.match(decision?.others, { offline: { count: 1 } });
    await stack.api.call('DELETE', `/api/v1/callbacks/${callback.id}`, { token: callback.token });
    agent.softphone.respond(invite, 487, 'Request Terminated');
    t.same(await leftOver(stack), nothing);
  });
});
