import t, { type Test } from 'tap';
import { ChromiumPeer, launchChromium } from '../../test/support/chromium.js';
import {
  connectFreeswitch,
  freeswitchCount,
  freeswitches,
  freeswitchSettings,
} from '../../test/support/freeswitch.js';
import { enginesUnderTest, freeswitch } from '../../test/support/media-engines.js';
import { answeredPhone, calledPhone, next } from './conformance/legs.js';
import { type Endpoint, type LostReason, MediaPool, type MediaServer, RelocatingMedia } from './index.js';

const browserHz = 1300;
const phoneHz = 700;

const browser = await launchChromium();
t.teardown(() => browser.close());

interface BrowserLeg {
  peer: ChromiumPeer;
  endpoint: Endpoint;
}

type Connect = (server: MediaServer) => Promise<BrowserLeg>;

/** Asterisk takes DTLS only from an address that it was told. */
const openPeer = (server: MediaServer) =>
  ChromiumPeer.open(browser, { microphone: server.engine === 'asterisk' });

async function calledBrowser(server: MediaServer): Promise<BrowserLeg> {
  const peer = await openPeer(server);
  const endpoint = await server.createEndpoint({ kind: 'webrtc' });
  const connected = next(endpoint, 'connected');
  await endpoint.accept(await peer.answer(endpoint.localSdp));
  await connected;
  return { peer, endpoint };
}

async function callingBrowser(server: MediaServer): Promise<BrowserLeg> {
  const peer = await openPeer(server);
  const endpoint = await server.createEndpoint({ kind: 'webrtc', remoteSdp: await peer.offer() });
  const connected = next(endpoint, 'connected');
  await peer.accept(endpoint.localSdp);
  await connected;
  return { peer, endpoint };
}

const roles: Record<string, Connect> = { 'called by us': calledBrowser, 'calling us': callingBrowser };

type PhoneLeg = Awaited<ReturnType<typeof calledPhone>>;

async function talk(agent: BrowserLeg, phone: PhoneLeg): Promise<void> {
  phone.peer.mouth.speak(phoneHz);
  await agent.peer.speak(browserHz);
  await Promise.all([agent.peer.hears(phoneHz), phone.peer.ear.tone(browserHz)]);
}

async function renegotiate(
  agent: BrowserLeg,
  direction: 'sendrecv' | 'sendonly' | 'inactive',
): Promise<void> {
  await agent.peer.accept(await agent.endpoint.renegotiate(await agent.peer.offer(direction)));
}

async function end(agent: BrowserLeg, phone: PhoneLeg): Promise<void> {
  await agent.endpoint.destroy();
  await phone.endpoint.destroy();
  phone.peer.close();
  await agent.peer.close();
}

function lostReason(endpoint: Endpoint): Promise<LostReason> {
  return new Promise(resolve => endpoint.on('lost', resolve));
}

/** The talk, hold, resume, and keys; and that nothing is missing of it. */
async function wholeTalk(t: Test, server: MediaServer, connect: Connect, codec: string): Promise<void> {
  const agent = await connect(server);
  const phone = await calledPhone(server);
  await agent.endpoint.bridge(phone.endpoint);
  await talk(agent, phone);
  t.equal((await agent.endpoint.statistics()).codec, codec);
  t.equal((await agent.peer.statistics()).packetsLost, 0, 'the browser misses no packet');
  for (const direction of ['sendonly', 'inactive'] as const) {
    await renegotiate(agent, direction);
    await phone.peer.ear.soundWithout([browserHz, phoneHz]);
    await renegotiate(agent, 'sendrecv');
    await talk(agent, phone);
  }
  // What was on its way while the browser held is missing to it; from here on nothing is.
  const missing = (await agent.peer.statistics()).packetsLost;
  const digits: string[] = [];
  agent.endpoint.on('digit', ({ digit }) => digits.push(digit));
  await agent.peer.press('42#');
  t.equal(await phone.peer.listener.keyCount(3), '42#');
  t.same(digits, ['4', '2', '#']);
  await talk(agent, phone);
  const { packetsLost, packetsReceived } = await agent.peer.statistics();
  t.ok(packetsReceived > 50);
  t.equal(packetsLost, missing, 'the browser misses no packet after it resumed');
  t.equal((await agent.endpoint.statistics()).packetsLost, 0, 'the engine misses no packet');
  await end(agent, phone);
}

for (const { name, open } of enginesUnderTest()) {
  t.test(name, async t => {
    const server = await open(t);
    for (const [role, connect] of Object.entries(roles)) {
      t.test(`Chromium ${role}: both ways by frequency, hold and resume, digits, no loss`, t =>
        wholeTalk(t, server, connect, 'PCMU'),
      );

      t.test(`Chromium ${role}: a tab that closes is a lost leg`, async t => {
        const agent = await connect(server);
        const phone = await answeredPhone(server);
        await agent.endpoint.bridge(phone.endpoint);
        await talk(agent, phone);
        const lost = lostReason(agent.endpoint);
        const closedAt = performance.now();
        await agent.peer.close();
        const reason = await lost;
        t.ok(['peer_closed', 'rtp_timeout'].includes(reason));
        t.comment(`lost by ${reason} after ${Math.round(performance.now() - closedAt)} ms`);
        await agent.endpoint.destroy();
        await phone.endpoint.destroy();
        phone.peer.close();
      });
    }

    if (server.capabilities.has('webrtc_takeover'))
      t.test('a page that reloads takes its leg over when it is back', async t => {
        const agent = await callingBrowser(server);
        const phone = await calledPhone(server);
        await agent.endpoint.bridge(phone.endpoint);
        await talk(agent, phone);
        const lost = lostReason(agent.endpoint);
        await agent.peer.page.reload();
        // The others notice it later than the page is back.
        if (server.engine === 'builtin') t.equal(await lost, 'peer_closed', 'noticed at once');
        const again = { peer: await ChromiumPeer.open(browser), endpoint: agent.endpoint };
        const connected = next(agent.endpoint, 'connected');
        await renegotiate(again, 'sendrecv');
        await connected;
        await agent.peer.close();
        await talk(again, phone);
        await end(again, phone);
      });
  });
}

if (freeswitchCount > 0)
  t.test('FreeSWITCH with Opus', async t => {
    const server = await freeswitch(t, true);
    t.ok(server.capabilities.has('opus'));
    for (const [role, connect] of Object.entries(roles))
      t.test(`Chromium ${role}`, t => wholeTalk(t, server, connect, 'OPUS'));
  });

if (freeswitchCount > 1)
  t.test('a FreeSWITCH that is killed: Chromium goes on talking through another one', async t => {
    const servers: MediaServer[] = [];
    const killing: (() => Promise<void>)[] = [];
    for (const { kill, ...address } of await freeswitches(t, 2)) {
      if (kill === undefined) {
        t.pass('those that run already are not ours to kill');
        return;
      }
      killing.push(kill);
      const server = await connectFreeswitch(await freeswitchSettings(t, address));
      servers.push(server);
      t.teardown(() => server.close());
    }
    const pool = new MediaPool(servers.map((server, index) => ({ name: `server ${index}`, server })));
    const media = new RelocatingMedia(pool);
    const owner = 'a call';
    const peer = await ChromiumPeer.open(browser);
    const endpoint = await media.createEndpoint({ kind: 'webrtc', owner });
    await endpoint.accept(await peer.answer(endpoint.localSdp));
    const agent = { peer, endpoint };
    const phone = await calledPhone(media, undefined, undefined, { owner });
    await agent.endpoint.bridge(phone.endpoint);
    await talk(agent, phone);
    // As the dialogs' re-INVITEs do.
    endpoint.on('moved', async offer => endpoint.accept(await peer.answer(offer)));
    phone.endpoint.on('moved', offer => {
      phone.peer.connect(offer);
      void phone.endpoint.accept(phone.peer.sdp('sendrecv', 2));
    });
    await phone.peer.ear.tone(browserHz);
    const killedAt = performance.now();
    await killing[servers.findIndex(server => server.load().endpoints === 2)]?.();
    await talk(agent, phone);
    t.comment(`heard again ${Math.round(performance.now() - killedAt)} ms after the kill`);
    await end(agent, phone);
  });
