/** Calls outlive the gateway that began them: a restart, an upgrade, a death. */
import { EventEmitter, once } from 'node:events';
import t, { type Test } from 'tap';
import type { VisitorCallback } from './support/api.js';
import { conversation, hearEachOther, readyAgent, voices, watchHearing } from './support/conversation.js';
import { Phone } from './support/phone.js';
import { leftOver, nextNumber, nothing, type Stack, startStack } from './support/stack.js';
import { storyOf } from './support/talk.js';
import { endWebRtc, WebRtcPeer } from './support/webrtc-peer.js';

t.teardown(endWebRtc);

/** The states that an interaction went through, in order. */
async function story(stack: Stack, id: string): Promise<string[]> {
  return (await storyOf(stack, id)).filter(type => type !== 'requested' && type !== 'hangup_requested');
}

const whole = ['offered', 'accepted', 'dialing', 'bridged', 'ended', 'finished'];
const held = whole.toSpliced(whole.indexOf('ended'), 0, 'customer_held', 'customer_resumed');

/** Both have heard nothing but the voice of the other, in one stream without a gap. */
function heardAll(t: Test, hearings: (() => { packets: number; gaps: number; without: number })[]) {
  for (const [index, ending] of hearings.entries()) {
    const { packets, gaps, without } = ending();
    const who = index === 0 ? 'the phone' : 'the agent';
    t.comment(`${who} heard ${packets} packets meanwhile, ${gaps} gaps, ${without} without the voice`);
    t.ok(packets > 25, `${who} heard the voice`);
    t.same({ gaps, without }, { gaps: 0, without: 0 }, `${who} heard it all the time`);
  }
}

t.test('what happens while the gateway is away is made up for', async t => {
  const stack = await startStack(t);
  const phone = await Phone.open(t, stack);

  await t.test('the customer hangs up', async t => {
    const { callback, agent } = await conversation(t, stack, phone);
    const back = stack.restartGateway('SIGKILL', () => phone.hangUp());
    await agent.hungUp();
    await back;
    await agent.until(({ me }) => me.state === 'wrap_up', 'the wrap-up');
    await agent.step('wrap-up', callback.id);
    t.match(await stack.api.follow(callback, ({ state }) => state === 'done'), { outcome: 'completed' });
    t.same(await story(stack, callback.id), whole);
    t.same(await leftOver(stack), nothing);
    await agent.setState('offline');
  });

  await t.test('a customer who waits on the line for his next agent hears music, and gets him', async t => {
    await stack.sql`update queues set customer_first = true`;
    const { called } = phone;
    const agent = await readyAgent(t, stack);
    const callback = await stack.api.askCallback({ phone: nextNumber() });
    const invite = await agent.ring();
    phone.audio.mouth.speak(voices.customer);
    await phone.audio.ear.soundWithout([voices.agent]);
    agent.softphone.respond(invite, 603, 'Decline');
    await stack.api.follow(callback, ({ state }) => state === 'waiting');
    await stack.restartGateway('SIGKILL');
    t.equal(phone.count('talking'), 1);
    await phone.audio.ear.soundWithout([voices.agent]);
    const next = await readyAgent(t, stack, 'agent2@demo.example');
    const browser = await next.accept(t, await next.ring());
    await stack.api.follow(callback, ({ state }) => state === 'bridged');
    browser.mouth.speak(voices.agent);
    await hearEachOther({ browser, phone });
    await next.step('hangup', callback.id);
    await next.hungUp();
    t.equal(phone.called, called + 1, 'he was called once');
    await next.until(({ me }) => me.state === 'wrap_up', 'the wrap-up');
    await next.step('wrap-up', callback.id);
    t.same(await leftOver(stack), nothing);
  });
});

/** A page in which somebody talks: each call that comes is answered. */
interface Page {
  /** Resolves with the next one. */
  nextCall(): Promise<WebRtcPeer>;
  close(): void;
}

function openPage(t: Test, { api }: Stack, { id, token }: VisitorCallback): Page {
  const closing = new AbortController();
  t.teardown(() => closing.abort());
  const answered = new Map<string, WebRtcPeer>();
  const news = new EventEmitter();
  const follow = async () => {
    for await (const { call } of api.events({ id, token }, closing.signal)) {
      if (!call || answered.has(call.id)) continue;
      const peer = WebRtcPeer.answering(call.offer);
      t.teardown(() => peer.close());
      const body = { sdp: peer.sdp };
      const { status } = await api.call('PUT', `/api/v1/callbacks/${id}/calls/${call.id}`, { token, body });
      if (status !== 204) continue;
      answered.set(call.id, peer);
      news.emit('answered');
    }
  };
  follow().catch(error => {
    if (!closing.signal.aborted) throw error;
  });
  let taken = 0;
  return {
    async nextCall() {
      taken += 1;
      while (answered.size < taken) await once(news, 'answered', { signal: AbortSignal.timeout(20_000) });
      return [...answered.values()][taken - 1]!;
    },
    close: () => closing.abort(),
  };
}

t.test('a media engine that dies: a visitor who talks in his page is called there again', async t => {
  const stack = await startStack(t);
  const begin = async (email: string) => {
    const agent = await readyAgent(t, stack, email);
    const callback = await stack.api.askCallback({ via: 'browser' });
    return { agent, callback, page: openPage(t, stack, callback) };
  };
  const talk = async ({ agent, page }: Awaited<ReturnType<typeof begin>>) => {
    const browser = await agent.accept(t, await agent.ring());
    const visitor = await page.nextCall();
    await Promise.all([browser.opened, visitor.opened]);
    browser.mouth.speak(voices.agent);
    visitor.mouth.speak(voices.customer);
    await Promise.all([visitor.listener.ear.tone(voices.agent), browser.listener.ear.tone(voices.customer)]);
  };
  const stays = await begin('agent1@demo.example');
  await talk(stays);
  const leaves = await begin('agent2@demo.example');
  await talk(leaves);
  await stack.killMedia();
  leaves.page.close();
  await Promise.all([stays.agent.hungUp(), leaves.agent.hungUp()]);
  await stack.restartMedia();

  const called = async () => {
    await leaves.agent.accept(t, await leaves.agent.ring());
    // His page is not there: nobody answers.
    await leaves.agent.hungUp();
    t.match(
      await stack.api.follow(leaves.callback, ({ state }) => state === 'done'),
      { outcome: 'no_answer' },
      'it has ended, with its reason',
    );
    await leaves.agent.until(({ me }) => me.state === 'wrap_up', 'the wrap-up');
    await leaves.agent.step('wrap-up', leaves.callback.id);
    await leaves.agent.until(({ me }) => me.state === 'ready', 'the agent is free');
    await leaves.agent.setState('offline');
  };
  const over = called();
  const { agent, callback } = stays;
  await talk(stays);
  const { current } = await agent.until(desk => desk.current?.state === 'bridged', 'the talk');
  t.match(current, { id: callback.id, cutOff: true });
  const hungUp = agent.hungUp();
  await agent.step('hangup', callback.id);
  await hungUp;
  await agent.until(({ me }) => me.state === 'wrap_up', 'the wrap-up');
  await agent.step('wrap-up', callback.id);
  t.match(await stack.api.follow(callback, ({ state }) => state === 'done'), { outcome: 'completed' });
  await agent.setState('offline');
  await over;
  t.same(await leftOver(stack), nothing);
});

t.test('engines that do not keep calls: both sides are hung up, and they talk again', async t => {
  const stack = await startStack(t, { mediaFlags: ['--orphan-grace', '0'] });
  const phone = await Phone.open(t, stack);
  const { callback, agent } = await conversation(t, stack, phone);
  await stack.restartGateway('SIGKILL');
  await agent.hungUp();
  await phone.until('over', 1);
  const browser = await agent.accept(t, await agent.ring());
  browser.mouth.speak(voices.agent);
  await hearEachOther({ browser, phone });
  const hungUp = agent.hungUp();
  await agent.step('hangup', callback.id);
  await hungUp;
  await agent.until(({ me }) => me.state === 'wrap_up', 'the wrap-up');
  await agent.step('wrap-up', callback.id);
  t.same(await story(stack, callback.id), [
    ...['offered', 'accepted', 'dialing', 'bridged', 'cut_off'],
    ...whole,
  ]);
  const [cut] = await stack.sql`
    select data from events where interaction_id = ${callback.id} and type = 'cut_off'`;
  t.match(cut?.data, { cause: 'gateway_lost' });
  t.equal(phone.called, 2);
  t.same(await leftOver(stack), nothing);
});

t.test('a gateway that is away for longer than calls are kept', async t => {
  const grace = ['--orphan-grace', '1'];
  const stack = await startStack(t, { mediaFlags: grace, sipFlags: grace });
  const phone = await Phone.open(t, stack);

  await t.test('the customer has hung up: he is not called again', async t => {
    const { callback, agent } = await conversation(t, stack, phone);
    const { called } = phone;
    // The SIP server has given the call up when it hangs up on the agent.
    await stack.restartGateway('SIGKILL', async () => {
      phone.hangUp();
      await agent.hungUp();
    });
    await agent.until(({ me }) => me.state === 'wrap_up', 'the wrap-up');
    await agent.step('wrap-up', callback.id);
    t.match(await stack.api.follow(callback, ({ state }) => state === 'done'), { outcome: 'completed' });
    t.same(await story(stack, callback.id), whole);
    t.equal(phone.called, called);
    t.same(await leftOver(stack), nothing);
    await agent.setState('offline');
  });

  await t.test('nobody has: they talk again', async t => {
    const { callback, agent } = await conversation(t, stack, phone);
    const { called } = phone;
    await stack.restartGateway('SIGKILL', () => agent.hungUp());
    const browser = await agent.accept(t, await agent.ring());
    browser.mouth.speak(voices.agent);
    await hearEachOther({ browser, phone });
    t.equal(phone.called, called + 1);
    await agent.step('hangup', callback.id);
    await agent.hungUp();
    await agent.until(({ me }) => me.state === 'wrap_up', 'the wrap-up');
    await agent.step('wrap-up', callback.id);
    t.match(await stack.api.follow(callback, ({ state }) => state === 'done'), { outcome: 'completed' });
    t.same(await leftOver(stack), nothing);
  });
});

t.test('an order to end ends the calls, too, and keeps their customers', async t => {
  const stack = await startStack(t);
  const phone = await Phone.open(t, stack);
  const { callback, agent } = await conversation(t, stack, phone);
  const ended = stack.gateway().end('SIGINT');
  await agent.hungUp();
  await phone.until('over', 1);
  await ended;
  t.match(await stack.sql`select state, last_outcome from interactions where id = ${callback.id}`, [
    { state: 'waiting', last_outcome: 'cut_off' },
  ]);
  t.match(
    await stack.sql`select data from events where interaction_id = ${callback.id} and type = 'cut_off'`,
    [{ data: { cause: 'shutdown' } }],
  );
});

t.test('a talk goes on while its gateway is killed and started again', async t => {
  const stack = await startStack(t);
  const phone = await Phone.open(t, stack);
  for (const [how, signal, hangUp] of [
    ['killed, and the agent hangs up', 'SIGKILL', 'agent'],
    ['killed, and the customer hangs up', 'SIGKILL', 'customer'],
    ['restarted politely, and the agent hangs up', 'SIGTERM', 'agent'],
  ] as const)
    await t.test(how, async t => {
      const talk = await conversation(t, stack, phone);
      const { callback, agent, browser, invite } = talk;
      const hearings = [
        watchHearing(phone.audio.listener, voices.agent),
        watchHearing(browser.listener, voices.customer),
      ];
      await stack.restartGateway(signal);
      await agent.until(desk => desk.current?.state === 'bridged', 'the talk');
      t.match(
        await stack.sql`select state, ended_at from legs where interaction_id = ${callback.id}`,
        [{ state: 'answered', ended_at: null }, { state: 'answered' }],
        'both legs are on the books',
      );
      heardAll(t, hearings);
      await agent.hold(invite, browser, true);
      await phone.audio.ear.soundWithout([voices.agent]);
      await agent.until(desk => Boolean(desk.current?.heldSince), 'the hold');
      await agent.hold(invite, browser, false);
      await hearEachOther(talk);
      await agent.until(desk => desk.current?.heldSince === null, 'the end of the hold');
      if (hangUp === 'agent') {
        await agent.step('hangup', callback.id);
        await agent.hungUp();
      } else {
        phone.hangUp();
        await agent.hungUp();
      }
      await phone.until('talking', 0);
      await agent.until(({ me }) => me.state === 'wrap_up', 'the wrap-up');
      await agent.step('wrap-up', callback.id);
      t.match(await stack.api.follow(callback, ({ state }) => state === 'done'), { outcome: 'completed' });
      t.same(await leftOver(stack), nothing);
      t.same(await story(stack, callback.id), held);
      const legs = await stack.sql`
        select role, outcome, ended_by from legs where interaction_id = ${callback.id} order by role`;
      t.match(legs, [
        { role: 'agent', outcome: 'answered', ended_by: 'us' },
        { role: 'customer', outcome: 'answered', ended_by: hangUp === 'agent' ? 'us' : 'peer' },
      ]);
      const attempts = await stack.sql`select outcome from attempts where interaction_id = ${callback.id}`;
      t.same([...attempts], [{ outcome: 'completed' }]);
      await agent.setState('offline');
    });
});
