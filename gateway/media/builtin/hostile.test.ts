import { once } from 'node:events';
import pino from 'pino';
import t from 'tap';
import { type Footprint, footprint } from '../../../scripts/bench/soak/footprint.js';
import { RtpPeer } from '../../../test/support/audio.js';
import { houseMusic, startMediaEngine } from '../../../test/support/media-engine.js';
import { isDtls, MediaRelay } from '../../../test/support/media-relay.js';
import { endWebRtc, WebRtcPeer } from '../../../test/support/webrtc-peer.js';
import { answeredPhone, calledPhone, end, next, talkTogether } from '../conformance/legs.js';
import { connectBuiltinMedia } from './index.js';

const logger = pino({ level: 'silent' });
t.teardown(endWebRtc);

t.test('SRTP that is sent again is taken once: no key twice, no packet more', async t => {
  const engine = await startMediaEngine();
  const server = await connectBuiltinMedia({ ...engine, houseMusic, owner: 'node-1', logger });
  t.teardown(async () => {
    await server.close();
    await engine.stop();
  });
  const relay = await MediaRelay.open();
  const peer = WebRtcPeer.offering();
  const remoteSdp = relay.fromBrowser(peer.sdp);
  const endpoint = await server.createEndpoint({ kind: 'webrtc', remoteSdp });
  const connected = next(endpoint, 'connected');
  peer.accept(relay.fromServer(endpoint.localSdp));
  await Promise.all([connected, peer.opened]);
  const browser = { peer, endpoint };
  const phone = await calledPhone(server);
  await endpoint.bridge(phone.endpoint);
  await talkTogether(browser, phone);
  const keys: string[] = [];
  endpoint.on('digit', ({ digit }) => keys.push(digit));
  await peer.mouth.press('5');
  await phone.peer.listener.keyCount(1);
  peer.mouth.close();

  const before = await endpoint.statistics();
  const replayed = [...relay.captured];
  t.ok(replayed.length > 10, `${replayed.length} packets were kept`);
  for (const packet of replayed) relay.toServer(packet);
  // Bits turned over on the way are no packets of the browser either.
  for (const packet of replayed.slice(0, 50)) {
    const broken = Buffer.from(packet);
    broken[20] = broken[20]! ^ 0xff;
    broken.writeUInt16BE((broken.readUInt16BE(2) + 5000) & 0xffff, 2);
    relay.toServer(broken);
  }
  peer.mouth.speak(1000);
  await once(phone.peer.listener, 'packet');
  await talkTogether(browser, phone);
  const after = await endpoint.statistics();
  t.same(keys, ['5'], 'the key was pressed once');
  t.ok(
    after.packetsReceived - before.packetsReceived < replayed.length,
    `${replayed.length} were sent again, ${after.packetsReceived - before.packetsReceived} came in`,
  );
  t.equal(after.packetsLost, 0);
  await end(browser, phone);
  relay.close();
});

t.test('a DTLS handshake that is never finished ends by name and leaves nothing behind', async t => {
  const engine = await startMediaEngine({ flags: ['--connect-timeout', '1'] });
  const server = await connectBuiltinMedia({ ...engine, houseMusic, owner: 'node-1', logger });
  t.teardown(async () => {
    await server.close();
    await engine.stop();
  });
  const pid = engine.process.pid as number;
  let before: Footprint | undefined;
  for (let round = 0; round < 12; round++) {
    const relay = await MediaRelay.open(isDtls);
    const peer = WebRtcPeer.offering();
    const remoteSdp = relay.fromBrowser(peer.sdp);
    const endpoint = await server.createEndpoint({ kind: 'webrtc', remoteSdp });
    const lost = next(endpoint, 'lost');
    peer.accept(relay.fromServer(endpoint.localSdp));
    t.same(await lost, ['dtls_failed']);
    await endpoint.destroy();
    peer.close();
    relay.close();
    // The first ones start threads and fill caches.
    if (round === 3) before = footprint(pid);
  }
  const after = footprint(pid);
  t.ok(
    after.descriptors <= before!.descriptors,
    `${before!.descriptors} descriptors, then ${after.descriptors}`,
  );
  t.ok(after.threads <= before!.threads, `${before!.threads} threads, then ${after.threads}`);
  t.equal(server.load().endpoints, 0);

  const peer = WebRtcPeer.offering();
  const endpoint = await server.createEndpoint({ kind: 'webrtc', remoteSdp: peer.sdp });
  const connected = next(endpoint, 'connected');
  peer.accept(endpoint.localSdp);
  await Promise.all([connected, peer.opened]);
  t.pass('the next browser gets through, by the same process');
  await end({ peer, endpoint });
});

t.test(
  'a sprayer of packets over all ports is not taken for a peer, before or after it has spoken',
  async t => {
    const engine = await startMediaEngine();
    const server = await connectBuiltinMedia({ ...engine, houseMusic, owner: 'node-1', logger });
    t.teardown(async () => {
      await server.close();
      await engine.stop();
    });
    const first = await answeredPhone(server);
    const second = await calledPhone(server);
    await first.endpoint.bridge(second.endpoint);
    // Before the peer has said a word: each stray packet is of another stream.
    const sprayer = await RtpPeer.open();
    sprayer.connect(first.endpoint.localSdp);
    for (let i = 0; i < 100; i++) {
      const packet = Buffer.alloc(172, 0xd5);
      packet.writeUInt16BE(0x8000, 0);
      packet.writeUInt32BE(i * 7919, 8);
      sprayer.send(packet);
    }
    await talkTogether(first, second);
    const { packetsFromStrangers } = await first.endpoint.statistics();
    t.ok(packetsFromStrangers > 50, `${packetsFromStrangers} were told from the peer's`);
    t.equal(sprayer.listener.packets, 0, 'it gets nothing');
    sprayer.close();
    await end(first, second);
  },
);

t.test('over IPv6: telephones and a browser talk, and an address of the other family is refused', async t => {
  const engine = await startMediaEngine({ flags: ['--address', '::1'] });
  const server = await connectBuiltinMedia({ ...engine, houseMusic, owner: 'node-1', logger });
  t.teardown(async () => {
    await server.close();
    await engine.stop();
  });
  const first = await answeredPhone(server, undefined, { host: '::1' });
  const second = await calledPhone(server, undefined, { host: '::1' });
  t.match(first.endpoint.localSdp, /^c=IN IP6 ::1/m);
  await first.endpoint.bridge(second.endpoint);
  await talkTogether(first, second);

  const peer = WebRtcPeer.offering(undefined, '::1');
  const endpoint = await server.createEndpoint({ kind: 'webrtc', remoteSdp: peer.sdp });
  t.match(endpoint.localSdp, /^a=candidate:\S+ 1 UDP \d+ ::1 /m);
  const connected = next(endpoint, 'connected');
  peer.accept(endpoint.localSdp);
  await Promise.all([connected, peer.opened]);
  const browser = { peer, endpoint };
  await endpoint.bridge(first.endpoint);
  await talkTogether(browser, first);
  await end(browser, first, second);
  const other = await RtpPeer.open();
  await t.rejects(server.createEndpoint({ kind: 'rtp', remoteSdp: other.sdp() }), { code: 'bad_sdp' });
  other.close();
});

t.test('behind NAT: peers are told the external address, and a port of the range', async t => {
  const engine = await startMediaEngine({
    flags: ['--external-address', '203.0.113.7', '--rtp-ports', '46000-46019'],
  });
  const server = await connectBuiltinMedia({ ...engine, houseMusic, owner: 'node-1', logger });
  t.teardown(async () => {
    await server.close();
    await engine.stop();
  });
  const phone = await server.createEndpoint({ kind: 'rtp' });
  t.match(phone.localSdp, /^c=IN IP4 203\.0\.113\.7/m);
  const port = Number(/^m=audio (\d+)/m.exec(phone.localSdp)![1]);
  t.ok(port >= 46_000 && port < 46_020 && port % 2 === 0, `${port}`);
  const browser = await server.createEndpoint({ kind: 'webrtc' });
  t.match(browser.localSdp, /^a=candidate:\S+ 1 UDP \d+ 203\.0\.113\.7 /m);
  await phone.destroy();
  await browser.destroy();
});
