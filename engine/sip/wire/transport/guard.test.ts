/** Who is let in, over the wire: loopback is a stranger here. */
import { test } from 'tap';
import { defaultGuardOptions, type GuardOptions } from '../../guard/options.js';
import { FakeClock } from '../../testing/fake-clock.js';
import { Harness } from '../../testing/harness.js';
import { PeerCall, peerRequest, type UdpPeer } from '../../testing/peer.js';

const start = (guard: Partial<GuardOptions>, clock?: FakeClock) =>
  Harness.start(
    { guard: { ...defaultGuardOptions, trusted: [], ...guard } },
    clock === undefined ? {} : { clock },
  );

const options = (peer: UdpPeer, uri: string, callId: string, agent = 'phone') =>
  peer.sendText(
    peerRequest(peer, {
      ...{ method: 'OPTIONS', uri, callId, sequence: 1, headers: [['User-Agent', agent]] },
      ...{ from: '<sip:peer@example.com>;tag=1', to: `<${uri}>` },
    }),
  );

test('scanners and strangers to the domains get no answer, the others do', async t => {
  const harness = await start({ domains: ['example.com'] });
  t.teardown(() => harness.close());
  await harness.application({ options: (_req, res) => res.send(200) });
  const peer = await harness.udpPeer();
  options(peer, 'sip:example.com', 'scan', 'sipvicious 0.3');
  options(peer, 'sip:other.example', 'other');
  options(peer, 'sip:example.com', 'good');
  const answer = await peer.response(200, 'OPTIONS');
  t.equal(answer.callId, 'good');
  t.same(peer.got, [], 'and nothing else came');
});

test('a rule may answer', async t => {
  const harness = await start({ refusal: 403 });
  t.teardown(() => harness.close());
  const peer = await harness.udpPeer();
  options(peer, harness.uri, 'scan', 'friendly-scanner');
  t.equal((await peer.response(403, 'OPTIONS')).callId, 'scan');
  t.equal(harness.server.sizes().transactions, 0, 'and nothing is kept of it');
});

test('a flood is dropped, and a call that goes on is not', async t => {
  const clock = new FakeClock();
  const harness = await start({ requestsPerSecond: 2 }, clock);
  t.teardown(() => harness.close());
  await harness.application({ options: (_req, res) => res.send(200), invite: (_req, res) => res.send(486) });
  const peer = await harness.udpPeer();
  for (let count = 0; count < 20; count += 1) options(peer, harness.uri, `flood-${count}`);
  for (let count = 0; count < 4; count += 1) await peer.response(200, 'OPTIONS');
  t.same(peer.got, [], 'the burst, and no more');
  clock.pass(2_000);
  const call = new PeerCall(peer, harness.uri);
  call.invite();
  call.ackFailure(await peer.response(486, 'INVITE'));
});
