import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { toneWav } from '../../../test/support/audio.js';
import {
  agentHz,
  answeredBrowser,
  answeredPhone,
  calledBrowser,
  calledPhone,
  callerHz,
  end,
  next,
  talkTogether,
} from './legs.js';
import type { Suite } from './suite.js';

/** Hold by SDP direction (RFC 3264 8.4): what the other side hears, and that the talk goes on after it. */
export function hold({ test }: Suite): void {
  for (const direction of ['sendonly', 'inactive'] as const) {
    test(
      `a browser holds with ${direction}: music for the other, then the talk goes on`,
      ['webrtc'],
      async (t, server) => {
        for (const maker of [answeredBrowser, calledBrowser]) {
          const agent = await maker(server);
          const customer = await calledPhone(server);
          await agent.endpoint.bridge(customer.endpoint);
          await talkTogether(agent, customer);
          const held = next(agent.endpoint, 'hold');
          const answer = await agent.endpoint.renegotiate(agent.peer.reoffer(direction));
          t.same(await held, [true]);
          t.match(answer, direction === 'sendonly' ? /^a=recvonly/m : /^a=inactive/m);
          await customer.peer.ear.soundWithout([callerHz, agentHz]);
          const resumed = next(agent.endpoint, 'hold');
          t.match(await agent.endpoint.renegotiate(agent.peer.reoffer('sendrecv')), /^a=sendrecv/m);
          t.same(await resumed, [false]);
          await talkTogether(agent, customer);
          await end(agent, customer);
        }
      },
    );
  }

  test('a telephone holds: music for the other, then the talk goes on', [], async (t, server) => {
    const agent = await calledPhone(server);
    const customer = await answeredPhone(server);
    await agent.endpoint.bridge(customer.endpoint);
    await talkTogether(agent, customer);
    customer.peer.mouth.close();
    const held = next(customer.endpoint, 'hold');
    t.match(await customer.endpoint.renegotiate(customer.peer.sdp('sendonly', 2)), /^a=recvonly/m);
    t.same(await held, [true]);
    await agent.peer.ear.soundWithout([callerHz, agentHz]);
    await customer.endpoint.renegotiate(customer.peer.sdp('sendrecv', 3));
    await talkTogether(agent, customer);
    await end(agent, customer);
  });

  test('a holding telephone system that plays music of its own is heard', [], async (_t, server) => {
    const agent = await calledPhone(server);
    const customer = await answeredPhone(server);
    await agent.endpoint.bridge(customer.endpoint);
    await talkTogether(agent, customer);
    await customer.endpoint.renegotiate(customer.peer.sdp('sendonly', 2));
    customer.peer.mouth.speak(600);
    await agent.peer.ear.tone(600);
    await end(agent, customer);
  });

  test('each endpoint brings its own hold music', [], async (t, server) => {
    const holdMusic = join(t.testdir(), 'queue.wav');
    await writeFile(holdMusic, toneWav(1500, 900));
    const agent = await answeredPhone(server, undefined, undefined, { holdMusic });
    const customer = await calledPhone(server);
    await agent.endpoint.bridge(customer.endpoint);
    await talkTogether(agent, customer);
    agent.peer.mouth.close();
    await agent.endpoint.renegotiate(agent.peer.sdp('inactive', 2));
    await customer.peer.ear.tone(1500);
    await agent.endpoint.renegotiate(agent.peer.sdp('sendrecv', 3));
    await talkTogether(agent, customer);
    await end(agent, customer);
  });

  test('hold music that is no sound file is refused when the endpoint is made', [], async (t, server) => {
    const request = { kind: 'rtp', holdMusic: '/nowhere/music.wav' } as const;
    await t.rejects(server.createEndpoint(request), { code: 'bad_request' });
  });
}
