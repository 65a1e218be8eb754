import { once } from 'node:events';
import { RtpPeer } from '../../../test/support/audio.js';
import { answeredPhone, calledPhone, end, next, talkTogether } from './legs.js';
import type { Suite } from './suite.js';

/** Symmetric RTP: who is the peer, and what strangers get. */
export function source({ test }: Suite): void {
  test('a telephone behind NAT is known by where its packets come from', [], async (t, server) => {
    const peer = await RtpPeer.open();
    const silent = await RtpPeer.open();
    const endpoint = await server.createEndpoint({ kind: 'rtp', remoteSdp: silent.sdp() });
    const customer = { peer, endpoint };
    peer.connect(customer.endpoint.localSdp);
    const agent = await calledPhone(server);
    await agent.endpoint.bridge(customer.endpoint);
    const connected = next(customer.endpoint, 'connected');
    await talkTogether(agent, customer);
    t.same(await connected, []);
    silent.close();
    await end(agent, customer);
  });

  test(
    'packets of a stranger are counted and dropped, and get nothing back',
    ['source_lock'],
    async (t, server) => {
      const agent = await answeredPhone(server);
      const customer = await calledPhone(server);
      await agent.endpoint.bridge(customer.endpoint);
      await talkTogether(agent, customer);
      const before = await customer.endpoint.statistics();
      const stranger = await RtpPeer.open();
      stranger.connect(customer.endpoint.localSdp);
      stranger.mouth.speak(2500);
      stranger.mouth.press('5');
      const keys: string[] = [];
      customer.endpoint.on('digit', ({ digit }) => keys.push(digit));
      let after = before;
      while (after.packetsFromStrangers < before.packetsFromStrangers + 50) {
        await once(customer.peer.listener, 'packet');
        after = await customer.endpoint.statistics();
      }
      await talkTogether(agent, customer);
      t.equal(stranger.listener.packets, 0, 'the stranger hears nothing');
      t.same(keys, [], 'the stranger presses no key');
      stranger.close();
      await end(agent, customer);
    },
  );

  test('what is no RTP from the peer itself harms nothing', [], async (t, server) => {
    const first = await answeredPhone(server);
    const second = await calledPhone(server);
    await first.endpoint.bridge(second.endpoint);
    await talkTogether(first, second);
    for (const packet of malformed) first.peer.send(packet);
    await talkTogether(first, second);
    t.equal((await first.endpoint.statistics()).packetsLost, 0);
    await end(first, second);
  });
}

const header = (first: number, second: number) =>
  Buffer.concat([Buffer.from([first, second]), Buffer.alloc(10), Buffer.alloc(160, 0xff)]);

/** Wrong version, lengths that lie, payload types nobody agreed to, empty and oversized packets, broken RTCP. */
const malformed: readonly Buffer[] = [
  Buffer.alloc(0),
  Buffer.from('hello'),
  Buffer.alloc(12),
  header(0x40, 0),
  header(0x8f, 0).subarray(0, 20),
  header(0x90, 0).fill(0xff, 12, 16),
  header(0xa0, 0).fill(0xff, 171),
  header(0x80, 77),
  header(0x80, 96),
  Buffer.concat([header(0x80, 0).subarray(0, 12), Buffer.alloc(1400, 1)]),
  Buffer.from([0x81, 200, 0xff, 0xff, 0, 0, 0, 0]),
  Buffer.from([0x80, 203, 0, 1, 0, 0, 0, 0]),
];
