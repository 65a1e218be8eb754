import { RtpPeer } from '../../../test/support/audio.js';
import { WebRtcPeer } from '../../../test/support/webrtc-peer.js';
import {
  agentHz,
  answeredBrowser,
  answeredPhone,
  calledBrowser,
  calledPhone,
  callerHz,
  end,
  heardInOneStream,
  talkTogether,
  thirdHz,
} from './legs.js';
import type { Suite } from './suite.js';

const makers = { answeredPhone, calledPhone, answeredBrowser, calledBrowser };
const pairs: readonly [keyof typeof makers, keyof typeof makers][] = [
  ['calledPhone', 'answeredPhone'],
  ['answeredPhone', 'answeredPhone'],
  ['calledBrowser', 'calledPhone'],
  ['answeredBrowser', 'calledPhone'],
  ['answeredBrowser', 'answeredPhone'],
  ['calledBrowser', 'answeredBrowser'],
];
const words = (name: string) => name.replace(/([A-Z])/, ' $1').toLowerCase();

/** Two-way audio through every combination of legs, and what may happen to a leg's address meanwhile. */
export function talk({ test }: Suite): void {
  for (const [a, b] of pairs) {
    const needs = `${a}${b}`.includes('Browser') ? (['webrtc'] as const) : [];
    test(`${words(a)} and ${words(b)} hear each other, also when joined again`, needs, async (t, server) => {
      const first = await makers[a](server);
      const second = await makers[b](server);
      await first.endpoint.bridge(second.endpoint);
      await talkTogether(first, second);
      await first.endpoint.unbridge();
      await first.endpoint.bridge(second.endpoint);
      await talkTogether(first, second);
      heardInOneStream(t, server, first, second);
      await end(first, second);
    });
  }

  test('µ-law only and A-law only understand each other', [], async (_t, server) => {
    const first = await calledPhone(server, ['PCMU']);
    const second = await answeredPhone(server, ['PCMA']);
    await first.endpoint.bridge(second.endpoint);
    await talkTogether(first, second);
    await end(first, second);
  });

  test('a transfer: a partner is exchanged for another one', [], async (t, server) => {
    const customer = await answeredPhone(server);
    const agent = await calledPhone(server);
    const expert = await calledPhone(server);
    await customer.endpoint.bridge(agent.endpoint);
    await talkTogether(customer, agent);
    await customer.endpoint.bridge(expert.endpoint);
    agent.peer.mouth.speak(thirdHz);
    await talkTogether(customer, expert);
    heardInOneStream(t, server, customer);
    await agent.endpoint.destroy();
    await talkTogether(customer, expert);
    agent.peer.close();
    await end(customer, expert);
  });

  test('whoever is heard comes in one stream', ['one_stream'], async (t, server) => {
    const customer = await answeredPhone(server);
    customer.peer.mouth.speak();
    for (let i = 0; i < 2; i++) {
      const agent = await calledPhone(server);
      agent.peer.mouth.speak(agentHz);
      await customer.endpoint.bridge(agent.endpoint);
      await customer.peer.ear.tone(agentHz);
      await agent.endpoint.destroy();
      agent.peer.close();
    }
    t.equal(customer.peer.listener.ssrcs.size, 1);
    await end(customer);
  });

  test('an answer may come twice, and media follows the second one', [], async (_t, server) => {
    const early = await RtpPeer.open();
    const late = await RtpPeer.open();
    const endpoint = await server.createEndpoint({ kind: 'rtp' });
    early.connect(endpoint.localSdp);
    late.connect(endpoint.localSdp);
    await endpoint.accept(early.sdp());
    const agent = await calledPhone(server);
    await agent.endpoint.bridge(endpoint);
    await talkTogether(agent, { peer: early, endpoint });
    await endpoint.accept(late.sdp());
    early.mouth.close();
    await talkTogether(agent, { peer: late, endpoint });
    early.close();
    await end(agent, { peer: late, endpoint });
  });

  test('a telephone moves to a new address by a new offer', [], async (_t, server) => {
    const agent = await calledPhone(server);
    const customer = await answeredPhone(server);
    await agent.endpoint.bridge(customer.endpoint);
    await talkTogether(agent, customer);
    const moved = await RtpPeer.open();
    customer.peer.close();
    moved.connect(await customer.endpoint.renegotiate(moved.sdp('sendrecv', 2)));
    await talkTogether(agent, { peer: moved, endpoint: customer.endpoint });
    await end(agent, { peer: moved, endpoint: customer.endpoint });
  });

  test('a reloaded browser takes its leg over', ['webrtc', 'webrtc_takeover'], async (_t, server) => {
    const agent = await answeredBrowser(server);
    const customer = await calledPhone(server);
    await agent.endpoint.bridge(customer.endpoint);
    await talkTogether(agent, customer);
    const reloaded = WebRtcPeer.offering();
    agent.peer.close();
    reloaded.accept(await agent.endpoint.renegotiate(reloaded.sdp));
    await reloaded.opened;
    await talkTogether({ peer: reloaded, endpoint: agent.endpoint }, customer);
    await end({ peer: reloaded, endpoint: agent.endpoint }, customer);
  });

  test('legs that are joined to nothing hear nothing of each other', [], async (t, server) => {
    const first = await calledPhone(server);
    const second = await calledPhone(server);
    await first.endpoint.bridge(second.endpoint);
    await talkTogether(first, second);
    await first.endpoint.unbridge();
    const playing = second.endpoint.play([{ silenceMs: 400 }, { tone: 'beep' }]);
    first.peer.mouth.speak(callerHz);
    await second.peer.ear.soundWithout([callerHz, agentHz]);
    t.equal((await playing).reason, 'finished');
    await end(first, second);
  });
}
