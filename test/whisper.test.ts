/** An agent is told whom he will hear: he hears it, the customer does not, and is never left in silence meanwhile. */
import t, { type Test } from 'tap';
import { toneWav } from './support/audio.js';
import { hearEachOther, readyAgent, voices } from './support/conversation.js';
import { Phone } from './support/phone.js';
import type { RobotAgent } from './support/robot-agent.js';
import { demoPassword, leftOver, nextNumber, nothing, type Stack, startStack } from './support/stack.js';
import { Tape } from './support/tape.js';
import { endWebRtc, type WebRtcPeer } from './support/webrtc-peer.js';

t.setTimeout(600_000);
t.teardown(endWebRtc);

const queueHz = 1500;

/** A talk under way ends, and nothing is left of it. */
async function finish(t: Test, stack: Stack, agent: RobotAgent, id: string) {
  await agent.step('hangup', id);
  await agent.hungUp();
  await agent.until(({ me }) => me.state === 'ready', 'ready for the next');
  t.same(await leftOver(stack), nothing);
  await agent.setState('offline');
}

/** Takes what rings, and speaks at once: a pause that he makes is not ours. */
async function answer(t: Test, agent: RobotAgent): Promise<WebRtcPeer> {
  const browser = await agent.accept(t, await agent.ring());
  browser.mouth.speak(voices.agent);
  return browser;
}

async function talks(
  { api }: Stack,
  callback: { id: string; token: string },
  browser: WebRtcPeer,
  phone: Phone,
) {
  await api.follow(callback, ({ state }) => state === 'bridged');
  await hearEachOther({ browser, phone });
}

t.test('an agent is told whom he will hear', async t => {
  const stack = await startStack(t, { env: { RINGBRIDGE_PROMPT_CACHE_DIR: t.testdir() } });
  const { api, sql } = stack;
  const phone = await Phone.open(t, stack);
  await sql`update queues set whisper = true, wrap_up_seconds = 0`;
  await sql`update users set locale = 'en'`;
  phone.audio.mouth.speak(voices.customer);

  await t.test('agent first: as soon as he has answered, and then he hears it ring', async t => {
    phone.answers = false;
    t.teardown(() => {
      phone.answers = true;
    });
    const agent = await readyAgent(t, stack);
    const heard = Tape.of(phone.audio.listener);
    const callback = await api.askCallback({ phone: nextNumber() });
    const browser = await answer(t, agent);
    const tape = Tape.of(browser.listener);
    await tape.heard('en', 'whisper-callback');
    await browser.listener.ear.soundWithout([]);
    phone.pickUp();
    await talks(stack, callback, browser, phone);
    t.notOk(heard.hasClip('en', 'whisper-callback'));
    await finish(t, stack, agent, callback.id);
  });

  const token = await api.signIn('admin@demo.example', demoPassword);
  const uploaded = await api.call('PUT', '/api/v1/prompts/en/own-queue-sales/sound?text=Sales', {
    token,
    // Long enough for whatever is to happen meanwhile on a busy machine.
    body: toneWav(queueHz, 6000),
    headers: { 'content-type': 'audio/wav' },
  });
  t.equal(uploaded.status, 200);

  await t.test('the customer answers before he has heard all of it: he hears music until then', async t => {
    const agent = await readyAgent(t, stack);
    const heard = Tape.of(phone.audio.listener);
    const callback = await api.askCallback({ phone: nextNumber() });
    const browser = await answer(t, agent);
    await Promise.all([
      browser.listener.ear.tone(queueHz),
      phone.audio.ear.soundWithout([queueHz, voices.agent]),
    ]);
    t.not(await stateOf(stack, callback.id), 'bridged');
    await talks(stack, callback, browser, phone);
    const silence = heard.longestSilenceMs(heard.samples.findIndex(sample => Math.abs(sample) > 100));
    t.ok(silence < 1000, `${silence} ms of silence`);
    t.notOk(heard.hasClip('en', 'whisper-callback'));
    await finish(t, stack, agent, callback.id);
  });

  await t.test('he hangs up meanwhile: the customer stays, and the next agent is told, too', async t => {
    const agent = await readyAgent(t, stack);
    const called = phone.called;
    const callback = await api.askCallback({ phone: nextNumber() });
    const browser = await answer(t, agent);
    await Promise.all([browser.listener.ear.tone(queueHz), phone.until('talking', 1)]);
    await agent.setState('offline');
    await agent.step('hangup', callback.id);
    await agent.hungUp();
    await api.follow(callback, ({ state }) => state === 'waiting');
    const next = await readyAgent(t, stack, 'agent2@demo.example');
    const line = await answer(t, next);
    await line.listener.ear.tone(queueHz);
    await talks(stack, callback, line, phone);
    t.equal(phone.called, called + 1, 'he was called once');
    await finish(t, stack, next, callback.id);
  });

  await t.test('customer first: when he has answered, while the customer hears music', async t => {
    await sql`update queues set customer_first = true`;
    const agent = await readyAgent(t, stack);
    const callback = await api.askCallback({ phone: nextNumber() });
    const invite = await agent.ring();
    const heard = Tape.of(phone.audio.listener);
    const browser = agent.answer(t, invite);
    browser.mouth.speak(voices.agent);
    await browser.listener.ear.tone(queueHz);
    await phone.audio.ear.soundWithout([queueHz, voices.agent]);
    await talks(stack, callback, browser, phone);
    t.ok(heard.longestSilenceMs() < 1000, `${heard.longestSilenceMs()} ms of silence`);
    await finish(t, stack, agent, callback.id);
  });
});

async function stateOf({ sql }: Stack, id: string): Promise<string> {
  const [row] = await sql<{ state: string }[]>`select state from interactions where id = ${id}`;
  return row!.state;
}
