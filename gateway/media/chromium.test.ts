import pino from 'pino';
import t from 'tap';
import { ChromiumPeer, launchChromium } from '../../test/support/chromium.js';
import { houseMusic, startMediaEngine } from '../../test/support/media-engine.js';
import { answeredPhone, calledPhone, next } from './conformance/legs.js';
import { connectBuiltinMedia, type Endpoint, type LostReason } from './index.js';

const browserHz = 1300;
const phoneHz = 700;

const engine = await startMediaEngine({ flags: ['--rtp-timeout', '3'] });
const { host, port, secret } = engine;
const server = await connectBuiltinMedia({
  host,
  port,
  secret,
  houseMusic,
  owner: 'chromium',
  logger: pino({ level: 'silent' }),
});
const browser = await launchChromium();
t.teardown(async () => {
  await browser.close();
  await server.close();
  await engine.stop();
});

interface BrowserLeg {
  peer: ChromiumPeer;
  endpoint: Endpoint;
}

const roles: Record<string, () => Promise<BrowserLeg>> = {
  async 'called by us'() {
    const peer = await ChromiumPeer.open(browser);
    const endpoint = await server.createEndpoint({ kind: 'webrtc' });
    const connected = next(endpoint, 'connected');
    await endpoint.accept(await peer.answer(endpoint.localSdp));
    await connected;
    return { peer, endpoint };
  },
  async 'calling us'() {
    const peer = await ChromiumPeer.open(browser);
    const endpoint = await server.createEndpoint({ kind: 'webrtc', remoteSdp: await peer.offer() });
    const connected = next(endpoint, 'connected');
    await peer.accept(endpoint.localSdp);
    await connected;
    return { peer, endpoint };
  },
};

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

for (const [role, connect] of Object.entries(roles)) {
  t.test(`Chromium ${role}: both ways by frequency, hold and resume, digits, no loss`, async t => {
    const agent = await connect();
    const phone = await calledPhone(server);
    await agent.endpoint.bridge(phone.endpoint);
    await talk(agent, phone);
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
  });

  t.test(`Chromium ${role}: a tab that closes is a lost leg`, async t => {
    const agent = await connect();
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

t.test('a page that reloads is lost at once, and takes its leg over when it is back', async t => {
  const agent = await (roles['calling us'] as () => Promise<BrowserLeg>)();
  const phone = await calledPhone(server);
  await agent.endpoint.bridge(phone.endpoint);
  await talk(agent, phone);
  const lost = lostReason(agent.endpoint);
  await agent.peer.page.reload();
  t.equal(await lost, 'peer_closed');
  const again = { peer: await ChromiumPeer.open(browser), endpoint: agent.endpoint };
  const connected = next(agent.endpoint, 'connected');
  await renegotiate(again, 'sendrecv');
  await connected;
  await agent.peer.close();
  await talk(again, phone);
  await end(again, phone);
});

function lostReason(endpoint: Endpoint): Promise<LostReason> {
  return new Promise(resolve => endpoint.on('lost', resolve));
}
