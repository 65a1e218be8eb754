import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import t, { type Test } from 'tap';
import { asteriskEnvironment, namedAsterisk, startAsterisk } from './support/asterisk.js';
import { RtpPeer, toneWav } from './support/audio.js';
import { freeswitchCount, freeswitchEnvironment, freeswitches } from './support/freeswitch.js';
import { likeness } from './support/likeness.js';
import { houseMusic } from './support/media-engine.js';
import { Phone } from './support/phone.js';
import { RobotAgent } from './support/robot-agent.js';
import { demoPassword, nextNumber, type Stack, startStack } from './support/stack.js';
import { storyOf } from './support/talk.js';
import { telephone } from './support/telephone.js';
import { endWebRtc } from './support/webrtc-peer.js';

t.setTimeout(600_000);
t.teardown(endWebRtc);

const agentHz = 700;
const customerHz = 1100;
const companysHz = 1500;
const wavHeaderBytes = 44;
/** More than the two times G.711 takes away. */
const likeDb = 20;

const house = readFileSync(houseMusic).subarray(wavHeaderBytes);
const houseSamples = Int16Array.from({ length: house.length / 2 }, (_, i) => house.readInt16LE(2 * i));

/** The last 200 ms are from the piece that comes with Ringbridge. */
const hearsHouseMusic = (phone: RtpPeer) =>
  phone.ear.until(samples => likeness(houseSamples, samples) > likeDb, 'the music of the house');

interface Music {
  waiting: (phone: RtpPeer) => Promise<void>;
  held: (phone: RtpPeer) => Promise<void>;
}

/** A customer is called first, waits for his agent, is held, and goes. */
async function serve(t: Test, stack: Stack, agent: RobotAgent, music: Music): Promise<void> {
  const phone = await RtpPeer.open(['PCMU']);
  t.teardown(() => phone.close());
  const telco = await telephone(t, stack.trunkPort, { rtpPort: phone.port });
  const callback = await stack.api.askCallback({ phone: nextNumber() });
  const invite = await agent.ring();
  await music.waiting(phone);
  const browser = agent.answer(t, invite);
  await stack.api.follow(callback, ({ state }) => state === 'bridged');
  await browser.opened;
  browser.mouth.speak(agentHz);
  await phone.ear.tone(agentHz);
  await agent.hold(invite, browser, true);
  await music.held(phone);
  await agent.until(({ current }) => current?.heldByPhone === true, 'the hold, on the desktop');
  const resume = `/api/v1/interactions/${callback.id}/resume`;
  t.match(await stack.api.call('POST', resume, { token: agent.token }), {
    status: 409,
    body: { code: 'held_by_phone' },
  });
  await agent.hold(invite, browser, false);
  await phone.ear.tone(agentHz);
  await agent.until(({ current }) => current?.heldSince === null, 'the end of the hold');
  await agent.step('hold', callback.id);
  await music.held(phone);
  await agent.step('resume', callback.id);
  await phone.ear.tone(agentHz);
  await agent.step('hangup', callback.id);
  await agent.hungUp();
  await telco.done;
  await agent.until(desk => desk.me.state === 'ready', 'ready for the next');
}

/**
 * A customer whose telephone holds, with every way there is to do it: his agent hears music, nobody takes it for a hold of
 * the agent, and after it each hears the other.
 */
async function holdsHimself(t: Test, stack: Stack, agent: RobotAgent, music: number): Promise<void> {
  const phone = await Phone.open(t, stack);
  const callback = await stack.api.askCallback({ phone: nextNumber() });
  const browser = agent.answer(t, await agent.ring());
  await browser.opened;
  browser.mouth.speak(agentHz);
  const talk = async () => {
    phone.audio.mouth.speak(customerHz);
    await Promise.all([phone.audio.ear.tone(agentHz), browser.listener.ear.tone(customerHz)]);
  };
  await talk();
  let held = false;
  agent.onDesk(({ current }) => {
    held ||= Boolean(current?.heldSince);
  });
  for (const [direction, late] of [
    ['sendonly', false],
    ['inactive', false],
    ['inactive', true],
  ] as const) {
    phone.audio.mouth.close();
    t.equal(await phone.reoffer(direction), direction === 'inactive' ? 'inactive' : 'recvonly');
    await browser.listener.ear.tone(music);
    t.equal(await phone.reoffer('sendrecv', { late }), 'sendrecv');
    await talk();
    t.pass(`${direction}, taken back by ${late ? 'an answer' : 'an offer'}`);
  }
  await agent.step('hangup', callback.id);
  await agent.hungUp();
  await agent.until(desk => desk.me.state === 'ready', 'ready for the next');
  t.notOk(held, 'the desktop has shown no hold');
  t.notOk((await storyOf(stack, callback.id)).includes('customer_held'), 'none is in the story');
  const [counted] = await stack.sql`select held_ms from interactions where id = ${callback.id}`;
  t.same(counted, { held_ms: 0 }, 'and none was counted');
}

const builtin = 'the built-in engine';
const engines: Record<string, (t: Test) => Promise<Record<string, string>>> = { [builtin]: async () => ({}) };
if (freeswitchCount > 0) engines.FreeSWITCH = async t => freeswitchEnvironment(await freeswitches(t, 1));
const asterisk = namedAsterisk();
if (asterisk) engines.Asterisk = async t => asteriskEnvironment(await startAsterisk(t, asterisk));

for (const [engine, settings] of Object.entries(engines)) {
  t.test(`on ${engine}: who waits or is held hears music`, async t => {
    const cache = t.testdir();
    const stack = await startStack(t, {
      env: { ...(await settings(t)), RINGBRIDGE_PROMPT_CACHE_DIR: cache },
    });
    await stack.sql`update queues set customer_first = true, wrap_up_seconds = 0, offer_seconds = 60`;
    const agent = await RobotAgent.signIn(t, stack.api, 'agent1@demo.example', demoPassword);
    await agent.setState('ready');
    await serve(t, stack, agent, { waiting: hearsHouseMusic, held: hearsHouseMusic });
    t.pass('of the house');

    const token = await stack.api.signIn('admin@demo.example', demoPassword);
    const uploaded = await stack.api.call('PUT', '/api/v1/prompts/music/hold-music-1/sound', {
      token,
      body: toneWav(companysHz, 4000),
      headers: { 'content-type': 'audio/wav' },
    });
    t.equal(uploaded.status, 200);
    const companys = (phone: RtpPeer) => phone.ear.tone(companysHz);
    await serve(t, stack, agent, { waiting: companys, held: companys });
    t.pass("the company's own, once it has uploaded one");
    await t.test('a customer who holds on his side', t => holdsHimself(t, stack, agent, companysHz));

    if (engine !== builtin) return;
    for (const file of readdirSync(cache)) writeFileSync(join(cache, file), 'no sound at all');
    await serve(t, stack, agent, { waiting: hearsHouseMusic, held: hearsHouseMusic });
    t.pass('of the house again, where the file of the company cannot be played');
  });
}
