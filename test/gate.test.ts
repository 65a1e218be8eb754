/** A customer who is called has to press 1: what he hears, what his agent hears, and what comes of it. */
import t, { type Test } from 'tap';
import { hearEachOther, readyAgent, voices } from './support/conversation.js';
import { Phone } from './support/phone.js';
import type { RobotAgent } from './support/robot-agent.js';
import { leftOver, nextNumber, nothing, type Stack, startStack } from './support/stack.js';
import { storyOf } from './support/talk.js';
import { Tape } from './support/tape.js';
import { endWebRtc } from './support/webrtc-peer.js';

t.setTimeout(600_000);
t.teardown(endWebRtc);

/** Twice, with time enough for whoever presses a key on a busy machine. */
const gate = { confirm: true, confirm_times: 2, confirm_seconds: 30 };
/** For who presses nothing. */
const impatient = { confirm_seconds: 2 };

interface AtTheGate {
  callback: Awaited<ReturnType<Stack['api']['askCallback']>>;
  agent: RobotAgent;
  browser: Awaited<ReturnType<RobotAgent['accept']>>;
  /** What the customer hears. */
  tape: Tape;
}

/** Agent first: the agent is on the line, the customer has answered and is asked. */
async function atTheGate(t: Test, stack: Stack, phone: Phone, locale = 'en'): Promise<AtTheGate> {
  const agent = await readyAgent(t, stack);
  const tape = Tape.of(phone.audio.listener);
  // As a telephone does, whose line would count as lost otherwise.
  phone.audio.mouth.wake();
  const callback = await stack.api.askCallback({ phone: nextNumber(), locale });
  const browser = await agent.accept(t, await agent.ring());
  await stack.api.follow(callback, ({ confirming }) => confirming);
  return { callback, agent, browser, tape };
}

/** Resolves when the customer has been asked, and has heard it to the end. */
function asked(tape: Tape, from = 0): Promise<number> {
  return tape.heard('en', 'callback-connect', from);
}

/** The talk that has come of it ends, and everybody is free. */
async function finish(t: Test, stack: Stack, agent: RobotAgent, id: string): Promise<void> {
  await agent.step('hangup', id);
  await agent.hungUp();
  await agent.until(({ me }) => me.state === 'wrap_up', 'the wrap-up');
  await agent.step('wrap-up', id);
  t.same(await leftOver(stack), nothing);
  await agent.setState('offline');
}

t.test('a customer has to press 1', async t => {
  const stack = await startStack(t);
  const phone = await Phone.open(t, stack);
  const { api, sql } = stack;
  await sql`update queues set ${sql(gate)}`;

  await t.test('he hears what is asked, presses it, and talks with the agent', async t => {
    const { callback, agent, browser, tape } = await atTheGate(t, stack, phone);
    await browser.opened;
    browser.mouth.speak(voices.agent);
    phone.audio.mouth.speak(voices.customer);
    await agent.until(({ current }) => current?.confirming === true, 'what the agent waits for');
    await browser.listener.ear.soundWithout([voices.customer]);
    await asked(tape);
    t.equal(phone.count('talking'), 1);
    await phone.audio.mouth.press('1');
    await api.follow(callback, ({ state, confirming }) => state === 'bridged' && !confirming);
    await hearEachOther({ browser, phone });
    t.same(await storyOf(stack, callback.id), [
      ...['requested', 'offered', 'accepted', 'dialing', 'confirm_asked', 'confirmed', 'bridged'],
    ]);
    await finish(t, stack, agent, callback.id);
  });

  await t.test('in Korean; he presses it while he is still being asked again', async t => {
    await sql`update queues set confirm_seconds = 4`;
    const { callback, agent, tape } = await atTheGate(t, stack, phone, 'ko');
    await tape.heard('ko', 'callback-connect');
    await phone.audio.ear.quiet();
    await phone.audio.ear.soundWithout([]);
    await phone.audio.mouth.press('1');
    await api.follow(callback, ({ state }) => state === 'bridged');
    await finish(t, stack, agent, callback.id);
    await sql`update queues set ${sql(gate)}`;
  });

  await t.test('another key: he is told, and asked again', async t => {
    const { callback, agent, tape } = await atTheGate(t, stack, phone);
    const before = await asked(tape);
    await phone.audio.mouth.press('5');
    await asked(tape, before);
    t.ok(tape.hasClip('en', 'invalid-choice', before));
    await phone.audio.mouth.press('1');
    await api.follow(callback, ({ state }) => state === 'bridged');
    await finish(t, stack, agent, callback.id);
  });

  await t.test('nothing, as of a machine: it is over, and the agent is free at once', async t => {
    await sql`update queues set ${sql(impatient)}`;
    const { callback, agent, tape } = await atTheGate(t, stack, phone);
    const once = await asked(tape);
    await asked(tape, once);
    t.match(await api.follow(callback, ({ state }) => state === 'done'), { outcome: 'not_confirmed' });
    await agent.hungUp();
    await phone.until('talking', 0);
    await agent.until(({ me }) => me.state === 'ready', 'ready, without a wrap-up');
    const attempts = await sql`select number, outcome from attempts where interaction_id = ${callback.id}`;
    t.same([...attempts], [{ number: 1, outcome: 'not_confirmed' }]);
    t.same(await leftOver(stack), nothing);
    await agent.setState('offline');
    await sql`update queues set ${sql(gate)}`;
  });

  await t.test('he hangs up: the rule of the queue says that he is called again', async t => {
    await sql`insert into outcome_rules (tenant_id, queue_id, outcome, retries, delay_seconds)
      select tenant_id, id, 'not_confirmed', 1, 3600 from queues`;
    const { callback, agent, tape } = await atTheGate(t, stack, phone);
    await asked(tape);
    phone.hangUp();
    await api.follow(callback, ({ state }) => state === 'scheduled');
    await agent.hungUp();
    await agent.until(({ me }) => me.state === 'ready', 'ready for the next');
    t.match(await sql`select last_outcome, confirming_since from interactions where id = ${callback.id}`, [
      { last_outcome: 'not_confirmed', confirming_since: null },
    ]);
    await sql`delete from outcome_rules where outcome = 'not_confirmed'`;
    t.same(await leftOver(stack), nothing);
    await agent.setState('offline');
  });

  await t.test('the request is taken back: both are let go', async t => {
    const { callback, agent, tape } = await atTheGate(t, stack, phone);
    await asked(tape);
    await api.call('DELETE', `/api/v1/callbacks/${callback.id}`, { token: callback.token });
    await agent.hungUp();
    await phone.until('talking', 0);
    t.match(await api.follow(callback, ({ state }) => state === 'done'), { outcome: 'cancelled' });
    t.same(await leftOver(stack), nothing);
    await agent.setState('offline');
  });

  await t.test('his agent hangs up: he stays, and is asked again for the next one', async t => {
    const called = phone.called;
    const { callback, agent, tape } = await atTheGate(t, stack, phone);
    const before = await asked(tape);
    await agent.setState('offline');
    await agent.step('hangup', callback.id);
    await agent.hungUp();
    await api.follow(callback, ({ state }) => state === 'waiting');
    await agent.until(({ current }) => current === null, 'he is free');
    t.equal(phone.count('talking'), 1, 'the customer has stayed');
    const next = await readyAgent(t, stack, 'agent2@demo.example');
    await asked(tape, before);
    await phone.audio.mouth.press('1');
    const browser = next.answer(t, await next.ring());
    await api.follow(callback, ({ state }) => state === 'bridged');
    await browser.opened;
    browser.mouth.speak(voices.agent);
    phone.audio.mouth.speak(voices.customer);
    await hearEachOther({ browser, phone });
    t.equal(phone.called, called + 1, 'he was called once');
    await finish(t, stack, next, callback.id);
  });

  await t.test('customer first: the agent is reserved, and rung when he has pressed it', async t => {
    await sql`update queues set customer_first = true`;
    const agent = await readyAgent(t, stack);
    const tape = Tape.of(phone.audio.listener);
    const callback = await api.askCallback({ phone: nextNumber() });
    await agent.until(({ current }) => current?.confirming === true, 'what the agent waits for');
    await asked(tape);
    t.equal(
      await sql`select from legs where interaction_id = ${callback.id} and role = 'agent'`.then(
        l => l.length,
      ),
      0,
    );
    await phone.audio.mouth.press('1');
    const invite = await agent.ring();
    const answered = tape.position;
    const browser = agent.answer(t, invite);
    // At once: a pause that he makes is not ours.
    browser.mouth.speak(voices.agent);
    await api.follow(callback, ({ state }) => state === 'bridged');
    phone.audio.mouth.speak(voices.customer);
    await hearEachOther({ browser, phone });
    t.ok(tape.longestSilenceMs(answered) < 1000, `${tape.longestSilenceMs(answered)} ms of silence`);
    await finish(t, stack, agent, callback.id);
  });

  await t.test('customer first, and nothing is pressed: nobody was disturbed', async t => {
    await sql`update queues set ${sql(impatient)}`;
    const agent = await readyAgent(t, stack);
    const callback = await api.askCallback({ phone: nextNumber() });
    t.match(await api.follow(callback, ({ state }) => state === 'done'), { outcome: 'not_confirmed' });
    await phone.until('talking', 0);
    await agent.until(({ me }) => me.state === 'ready', 'ready, without a wrap-up');
    t.notOk((await storyOf(stack, callback.id)).includes('accepted'));
    t.same(await leftOver(stack), nothing);
    await agent.setState('offline');
    await sql`update queues set ${sql({ ...gate, customer_first: false })}`;
  });

  await t.test(
    'the gateway is killed: he stays on the line, or is called again, and is asked again for his next agent',
    async t => {
      const called = phone.called;
      const { callback, agent, tape } = await atTheGate(t, stack, phone);
      const before = await asked(tape);
      await stack.restartGateway('SIGKILL');
      await agent.hungUp();
      if (!stack.keepsCalls) await phone.until('talking', 0);
      const next = stack.keepsCalls ? undefined : await agent.accept(t, await agent.ring());
      await phone.audio.ear.soundWithout([]);
      await asked(tape, before);
      await phone.audio.mouth.press('1');
      const browser = next ?? agent.answer(t, await agent.ring());
      await stack.api.follow(callback, ({ state }) => state === 'bridged');
      await browser.opened;
      browser.mouth.speak(voices.agent);
      phone.audio.mouth.speak(voices.customer);
      await hearEachOther({ browser, phone });
      t.equal(
        phone.called,
        called + (stack.keepsCalls ? 1 : 2),
        'he was called once for each call that there was',
      );
      await finish(t, stack, agent, callback.id);
    },
  );

  await t.test('the media engine dies: he keeps his place, and the agent is free', async t => {
    const { callback, agent } = await atTheGate(t, stack, phone);
    await stack.killMedia();
    await api.follow(callback, ({ state }) => state === 'waiting');
    await agent.hungUp();
    await phone.until('talking', 0);
    await agent.until(({ me }) => me.state === 'ready', 'ready, without a wrap-up');
    t.same(await leftOver(stack), nothing);
  });
});
