/** Through what an agent speaks and hears: devices, levels, volumes, the ring, and calls that are taken by themselves. */
import type { Page } from 'playwright-core';
import t, { type Test } from 'tap';
import { AgentDesk } from './support/agent-desk.js';
import { RtpPeer } from './support/audio.js';
import { accessibilityFaults, People, patienceMs } from './support/browser.js';
import { demoPassword, nextNumber, startStack } from './support/stack.js';
import { telephone } from './support/telephone.js';
import { unhurried } from './support/unhurried.js';

t.setTimeout(600_000);

const voices = { agent: 700, customer: 1100 };
const stack = await startStack(t);
const people = await People.gather(t, { microphone: voices.agent });
await unhurried(stack);

interface PageSound {
  /** Elements that were told to play. */
  players: Set<HTMLMediaElement>;
  /** Frequencies of the desktop's own tones, Hz. */
  tones: number[];
  /** Labels of the microphones that calls were spoken into. */
  spokenInto: string[];
  connection: RTCPeerConnection | undefined;
  /** What the page has shown, by its test ids. */
  shown: Set<string>;
}

declare global {
  interface Window {
    ringbridgeSound: PageSound;
  }
}

/** Runs in the page before its own scripts: keeps what it plays, speaks into and shows. */
function watchSound(): void {
  const sound: PageSound = {
    players: new Set(),
    tones: [],
    spokenInto: [],
    connection: undefined,
    shown: new Set(),
  };
  window.ringbridgeSound = sound;
  const { play } = HTMLMediaElement.prototype;
  HTMLMediaElement.prototype.play = function (this: HTMLMediaElement) {
    sound.players.add(this);
    return play.call(this);
  };
  const { start } = OscillatorNode.prototype;
  OscillatorNode.prototype.start = function (this: OscillatorNode, ...when) {
    sound.tones.push(Math.round(this.frequency.value));
    start.apply(this, when);
  };
  const { addTrack } = RTCPeerConnection.prototype;
  RTCPeerConnection.prototype.addTrack = function (track, ...streams) {
    sound.spokenInto.push(track.label);
    sound.connection = this;
    return addTrack.call(this, track, ...streams);
  };
  const { replaceTrack } = RTCRtpSender.prototype;
  RTCRtpSender.prototype.replaceTrack = function (track) {
    sound.spokenInto.push(track?.label ?? '');
    return replaceTrack.call(this, track);
  };
  new MutationObserver(() => {
    for (const { dataset } of document.querySelectorAll<HTMLElement>('[data-testid]'))
      sound.shown.add(dataset.testid ?? '');
  }).observe(document, { subtree: true, childList: true });
}

const desk = await AgentDesk.open(people, stack.url);
const { page } = desk;
await page.context().addInitScript(watchSound);
await page.reload();
await desk.signIn('agent1@demo.example', demoPassword, 'en');
await desk.goReady();

async function openSound(): Promise<void> {
  await desk.find('settings').click();
  await desk.find('sound-open').click();
  await desk.find('sound').waitFor();
}

async function closeSound(): Promise<void> {
  await page.keyboard.press('Escape');
  await desk.find('sound').waitFor({ state: 'detached' });
}

/** Both hear each other. */
async function talking(phone: RtpPeer): Promise<void> {
  await desk.call({ state: 'bridged', line: 'connected' });
  await Promise.all([phone.ear.tone(voices.agent, patienceMs), desk.hears(voices.customer)]);
}

async function hangUp(): Promise<void> {
  await desk.hangUp();
  await desk.wrapUp();
}

/** A customer's telephone, which answers once and speaks. */
async function customer(t: Test): Promise<RtpPeer> {
  const phone = await RtpPeer.open(['PCMA']);
  t.teardown(() => phone.close());
  phone.mouth.speak(voices.customer);
  await telephone(t, stack.trunkPort, { rtpPort: phone.port });
  return phone;
}

interface Sounding {
  device: string;
  frequency: number;
  /** The test id of what makes it sound, once each time it is pressed; by default it sounds again and again by itself. */
  pressed?: string;
}

/** Resolves when a tone is played on the device of that name by an element of the page. */
function playsOn(page: Page, sounding: Sounding) {
  return page.evaluate(
    async ({ device, frequency, pressed, waitMs, restMs }) => {
      const devices = await navigator.mediaDevices.enumerateDevices();
      const id = devices.find(({ kind, label }) => kind === 'audiooutput' && label === device)?.deviceId;
      const deadline = performance.now() + waitMs;
      const context = new AudioContext();
      const analyser = context.createAnalyser();
      analyser.fftSize = 8192;
      analyser.smoothingTimeConstant = 0;
      const listening = new Set<HTMLMediaElement>();
      const bins = new Float32Array(analyser.frequencyBinCount);
      const bin = Math.round(frequency / (context.sampleRate / analyser.fftSize));
      for (let pressAt = performance.now(); performance.now() < deadline; ) {
        if (pressed && performance.now() >= pressAt) {
          document.querySelector<HTMLElement>(`[data-testid="${pressed}"]`)?.click();
          pressAt = performance.now() + restMs;
        }
        for (const player of window.ringbridgeSound.players) {
          if (player.sinkId !== id || !(player.srcObject instanceof MediaStream)) continue;
          if (!listening.has(player)) context.createMediaStreamSource(player.srcObject).connect(analyser);
          listening.add(player);
        }
        analyser.getFloatFrequencyData(bins);
        if (Math.max(...bins.slice(bin - 3, bin + 4)) > -60) return 'heard';
        await new Promise(resolve => setTimeout(resolve, 30));
      }
      return `${frequency} Hz not heard on ${device} (${listening.size} play there)`;
    },
    { ...sounding, waitMs: patienceMs, restMs: 2_000 },
  );
}

/** On which device, and how loud, what the other side says is played. */
function talkOn(page: Page) {
  return page.evaluate(async () => {
    const devices = await navigator.mediaDevices.enumerateDevices();
    const player = [...window.ringbridgeSound.players].find(
      ({ srcObject }) =>
        srcObject instanceof MediaStream &&
        srcObject.getAudioTracks().some(({ label }) => !label.startsWith('MediaStreamAudioDestination')),
    );
    return {
      device: devices.find(({ deviceId, kind }) => kind === 'audiooutput' && deviceId === player?.sinkId)
        ?.label,
      volume: player?.volume,
    };
  });
}

t.test('the ring, the talk and the microphone have devices and volumes of their own', async t => {
  await openSound();
  await page.waitForFunction(
    () => document.querySelector<HTMLMeterElement>('[data-testid="sound-level"]')!.value > 30,
  );
  t.pass('the bar shows what the microphone hears');
  t.same(await accessibilityFaults(page), []);
  await desk.find('sound-microphone').selectOption({ label: 'Fake Audio Input 1' });
  await desk.find('sound-talk').selectOption({ label: 'Fake Audio Output 1' });
  await desk.find('sound-ring').selectOption({ label: 'Fake Audio Output 2' });
  await desk.find('sound-talk-volume').press('Home');
  for (let step = 0; step < 6; step++) await desk.find('sound-talk-volume').press('ArrowRight');
  await desk.find('sound-ring-volume').press('End');
  for (const sounding of [
    { device: 'Fake Audio Output 2', frequency: 784, pressed: 'sound-ring-volume-try' },
    { device: 'Fake Audio Output 1', frequency: 880, pressed: 'sound-talk-volume-try' },
  ])
    t.equal(await playsOn(page, sounding), 'heard', sounding.pressed);

  await page.reload();
  await page.locator('[data-testid="softphone-state"][data-line="registered"]').waitFor();
  await openSound();
  // What a device is called is known a moment after the page is there.
  const chosen = (field: string, device: string) =>
    desk.find(field).locator('option:checked', { hasText: device }).waitFor({ state: 'attached' });
  await chosen('sound-microphone', 'Fake Audio Input 1');
  await chosen('sound-ring', 'Fake Audio Output 2');
  t.pass('a reload keeps what was chosen');
  t.equal(await desk.find('sound-talk-volume').inputValue(), '30');
  await closeSound();

  const phone = await customer(t);
  await stack.api.askCallback({ phone: nextNumber() });
  await desk.offer();
  const ring = { device: 'Fake Audio Output 2', frequency: 784 };
  t.equal(await playsOn(page, ring), 'heard', 'it rings where it is to ring');
  await desk.accept();
  await talking(phone);
  t.same(await talkOn(page), { device: 'Fake Audio Output 1', volume: 0.3 });
  await openSound();
  await desk.find('sound-microphone').selectOption({ label: 'Fake Audio Input 2' });
  await page.waitForFunction(() => window.ringbridgeSound.spokenInto.length === 2);
  t.same(await page.evaluate(() => window.ringbridgeSound.spokenInto), [
    'Fake Audio Input 1',
    'Fake Audio Input 2',
  ]);
  await closeSound();
  await phone.ear.tone(voices.agent, patienceMs);

  // As a headset does whose own switch is off.
  await page.evaluate(() => {
    for (const { track } of window.ringbridgeSound.connection!.getSenders()) if (track) track.enabled = false;
  });
  await page.locator('[data-testid="line-fault"][data-fault="own_microphone"]').waitFor();
  const [leg] = await stack.sql<{ browser: Record<string, number | string | null> }[]>`
    select browser from legs where role = 'agent' order by started_at desc limit 1`;
  t.match(leg?.browser, {
    trouble: 'microphone_silent',
    spokenDb: -120,
    sentLost: Number,
    roundTripMs: Number,
  });
  const { heardDb, packetsSent, packetsReceived } = leg!.browser as Record<string, number>;
  t.ok(heardDb! > -40, `the customer is heard: ${heardDb} dB`);
  t.ok(packetsSent! > 100 && packetsReceived! > 100, 'and packets go both ways');
  await hangUp();
});

/** Resolves when the test call is over; to what came of it. */
async function echoed(): Promise<string | null> {
  await page.locator('[data-testid="echo-state"][data-state="done"]').waitFor();
  return await desk.find('echo-state').getAttribute('data-outcome');
}

t.test('an agent hears himself in a test call', async t => {
  await openSound();
  await desk.find('echo-begin').click();
  await Promise.all([desk.hears(voices.agent), desk.find('echo-stop').waitFor()]);
  t.equal(await echoed(), 'heard', 'his own voice has come back');
  await desk.find('echo-begin').click();
  await desk.find('echo-stop').click();
  t.equal(await echoed(), 'hung_up');
  await closeSound();
});

t.test('a customer is more important than a test call', async t => {
  const phone = await customer(t);
  await openSound();
  const begun = page.waitForResponse(/echo-test/);
  await desk.find('echo-begin').click();
  await begun;
  await stack.api.askCallback({ phone: nextNumber() });
  t.equal(await echoed(), 'interrupted');
  await desk.offer();
  await page.keyboard.press('Alt+a');
  await talking(phone);
  t.ok(await desk.find('echo-begin').isDisabled(), 'and none begins in a conversation');
  const token = await stack.api.signIn('agent1@demo.example', demoPassword);
  const refused = (token: string) => stack.api.call('POST', '/api/v1/me/echo-test', { token });
  t.match(await refused(token), { status: 409, body: { code: 'echo_test_not_now' } });
  const other = await stack.api.signIn('agent2@demo.example', demoPassword);
  t.match(await refused(other), { status: 409, body: { code: 'softphone_missing' } });
  t.match(await stack.api.call('DELETE', '/api/v1/me/echo-test', { token }), { status: 404 });
  await closeSound();
  await hangUp();
});

t.test('where the queue says so, the desktop takes the call by itself', async t => {
  await stack.sql`update queues set auto_answer = true`;
  await page.evaluate(() => {
    window.ringbridgeSound.tones = [];
  });
  const phone = await customer(t);
  await stack.api.askCallback({ phone: nextNumber() });
  await talking(phone);
  const { tones, said } = await page.evaluate(() => {
    const { tones, shown } = window.ringbridgeSound;
    return { tones, said: shown.has('offer-automatic') };
  });
  t.ok(said, 'and says so');
  t.same(tones, [880, 1175], 'a short tone, and no ring');
  await hangUp();
  await stack.sql`update queues set auto_answer = false`;
});

t.test('no page complained', async t => {
  t.same(people.complaints, []);
});
