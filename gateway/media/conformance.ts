import { once } from 'node:events';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Test } from 'tap';
import { RtpPeer, toneWav } from '../../test/support/audio.js';
import { WebRtcPeer } from '../../test/support/webrtc-peer.js';
import { answeredBrowser, answeredPhone, calledBrowser, calledPhone, next } from './conformance-legs.js';
import type { MediaServer } from './port.js';

/** Frequencies far from each other, from every tone and from every note that an engine plays. */
const callerHz = 1000;
const agentHz = 1800;

const garbage: readonly [string, string][] = [
  ['no SDP', 'hello'],
  ['an empty text', ''],
  ['no media', 'v=0\r\no=- 1 1 IN IP4 127.0.0.1\r\ns=-\r\nt=0 0\r\n'],
  [
    'a host name as address',
    'v=0\r\no=- 1 1 IN IP4 a.example\r\ns=-\r\nc=IN IP4 a.example\r\nt=0 0\r\nm=audio 4000 RTP/AVP 0\r\n',
  ],
  ['a port beyond all ports', 'v=0\r\ns=-\r\nc=IN IP4 127.0.0.1\r\nt=0 0\r\nm=audio 70000 RTP/AVP 0\r\n'],
  ['megabytes', `v=0\r\n${'a=x:y\r\n'.repeat(200_000)}`],
  ['thousands of lines', `v=0\r\n${'a=x\r\n'.repeat(5000)}`],
];

const opusOnly = [
  'v=0',
  'o=- 1 1 IN IP4 127.0.0.1',
  's=-',
  'c=IN IP4 127.0.0.1',
  't=0 0',
  'm=audio 4000 RTP/AVP 96',
  'a=rtpmap:96 opus/48000/2',
  '',
].join('\r\n');

type Leg = Awaited<ReturnType<typeof calledPhone>> | Awaited<ReturnType<typeof calledBrowser>>;

async function end(...legs: Leg[]): Promise<void> {
  for (const { peer, endpoint } of legs) {
    await endpoint.destroy();
    peer.close();
  }
}

/** Both hear each other's tone, and hear it in one seamless stream. */
async function talk(first: Leg, second: Leg): Promise<void> {
  first.peer.mouth.speak(callerHz);
  second.peer.mouth.speak(agentHz);
  await Promise.all([first.peer.listener.ear.tone(agentHz), second.peer.listener.ear.tone(callerHz)]);
}

/**
 * What every media server has to do, measured by sound. `open` gives a server that the suite may fill and empty; the
 * caller closes it.
 */
export function mediaConformance(t: Test, open: () => Promise<MediaServer>): void {
  let server: MediaServer;
  t.before(async () => {
    server = await open();
  });

  const makers = { answeredPhone, calledPhone, answeredBrowser, calledBrowser };
  const pairs: [keyof typeof makers, keyof typeof makers][] = [
    ['calledBrowser', 'calledPhone'],
    ['answeredBrowser', 'calledPhone'],
    ['answeredBrowser', 'answeredPhone'],
    ['calledPhone', 'answeredPhone'],
    ['calledBrowser', 'answeredBrowser'],
  ];
  for (const [a, b] of pairs) {
    t.test(`${a} and ${b} hear each other, before and after a partner changes`, async t => {
      const first = await makers[a](server);
      const second = await makers[b](server);
      await first.endpoint.bridge(second.endpoint);
      await talk(first, second);
      await first.endpoint.unbridge();
      await first.endpoint.bridge(second.endpoint);
      await talk(first, second);
      t.equal(first.peer.listener.ssrcs.size, 1, 'one SSRC all along');
      t.equal(second.peer.listener.ssrcs.size, 1, 'one SSRC all along');
      const { packetsReceived, packetsSent, packetsLost } = await first.endpoint.statistics();
      t.ok(packetsReceived > 0 && packetsSent > 0, 'statistics count');
      t.equal(packetsLost, 0);
      await end(first, second);
    });
  }

  t.test('a leg that knows µ-law only and one that knows A-law only understand each other', async () => {
    const first = await calledPhone(server, ['PCMU']);
    const second = await answeredPhone(server, ['PCMA']);
    await first.endpoint.bridge(second.endpoint);
    await talk(first, second);
    await end(first, second);
  });

  for (const direction of ['sendonly', 'inactive'] as const) {
    t.test(
      `a browser holds with ${direction} and resumes: music for the other, then the talk goes on`,
      async t => {
        for (const maker of [answeredBrowser, calledBrowser]) {
          const agent = await maker(server);
          const customer = await calledPhone(server);
          await agent.endpoint.bridge(customer.endpoint);
          await talk(agent, customer);
          const held = next(agent.endpoint, 'hold');
          const answer = await agent.endpoint.renegotiate(agent.peer.reoffer(direction));
          t.same(await held, [true]);
          t.match(answer, direction === 'sendonly' ? /^a=recvonly/m : /^a=inactive/m);
          await customer.peer.ear.soundWithout([callerHz, agentHz]);
          const resumed = next(agent.endpoint, 'hold');
          t.match(await agent.endpoint.renegotiate(agent.peer.reoffer('sendrecv')), /^a=sendrecv/m);
          t.same(await resumed, [false]);
          await talk(agent, customer);
          await end(agent, customer);
        }
      },
    );
  }

  t.test('a telephone holds and resumes: music for the agent, then the talk goes on', async t => {
    const agent = await calledBrowser(server);
    const customer = await answeredPhone(server);
    await agent.endpoint.bridge(customer.endpoint);
    await talk(agent, customer);
    customer.peer.mouth.close();
    t.match(await customer.endpoint.renegotiate(customer.peer.sdp('sendonly', 2)), /^a=recvonly/m);
    await agent.peer.listener.ear.soundWithout([callerHz, agentHz]);
    await customer.endpoint.renegotiate(customer.peer.sdp('sendrecv', 3));
    await talk(agent, customer);
    await end(agent, customer);
  });

  t.test('a holding telephone system that plays music of its own is heard', async () => {
    const agent = await calledBrowser(server);
    const customer = await answeredPhone(server);
    await agent.endpoint.bridge(customer.endpoint);
    await talk(agent, customer);
    await customer.endpoint.renegotiate(customer.peer.sdp('sendonly', 2));
    customer.peer.mouth.speak(600);
    await agent.peer.listener.ear.tone(600);
    await end(agent, customer);
  });

  t.test('digits pass the bridge both ways, are told once each, and audio goes on after them', async t => {
    const agent = await answeredBrowser(server);
    const customer = await calledPhone(server);
    await agent.endpoint.bridge(customer.endpoint);
    await talk(agent, customer);
    const told: string[] = [];
    agent.endpoint.on('digit', ({ digit }) => told.push(`agent ${digit}`));
    customer.endpoint.on('digit', ({ digit, durationMs }) => told.push(`customer ${digit} ${durationMs}`));
    await agent.peer.mouth.press('1');
    await agent.peer.mouth.press('1');
    await agent.peer.mouth.press('#');
    t.equal(await customer.peer.listener.keyCount(3), '11#');
    await customer.peer.mouth.press('9');
    t.equal(await agent.peer.listener.keyCount(1), '9');
    await talk(agent, customer);
    t.same(told, ['agent 1', 'agent 1', 'agent #', 'customer 9 100']);
    await end(agent, customer);
  });

  t.test('digits are sent to either kind of leg', async t => {
    for (const maker of [calledPhone, answeredBrowser]) {
      const leg = await maker(server);
      leg.peer.mouth.speak();
      await leg.endpoint.sendDigits('123*0#A', { toneMs: 60, gapMs: 60 });
      t.equal(await leg.peer.listener.keyCount(7), '123*0#A');
      await end(leg);
    }
  });

  t.test('digits that are none are refused', async t => {
    const leg = await calledPhone(server);
    await t.rejects(leg.endpoint.sendDigits('12x'), { code: 'bad_request' });
    await end(leg);
  });

  t.test('ringback is heard until stopped, then the bridge', async () => {
    const agent = await calledBrowser(server);
    const customer = await calledPhone(server);
    const ringing = agent.endpoint.play({ tone: 'ringback', country: 'kr' });
    await agent.peer.listener.ear.tones([440, 480]);
    await agent.endpoint.stop();
    await ringing;
    await agent.endpoint.bridge(customer.endpoint);
    await talk(agent, customer);
    await end(agent, customer);
  });

  t.test('the bridge ends what plays', async () => {
    const agent = await calledBrowser(server);
    const customer = await calledPhone(server);
    const ringing = agent.endpoint.play({ tone: 'ringback', country: 'gb' });
    await agent.peer.listener.ear.tones([400, 450]);
    await agent.endpoint.bridge(customer.endpoint);
    await ringing;
    await talk(agent, customer);
    await end(agent, customer);
  });

  t.test('the busy tone and the hold music are heard, the one replacing the other', async () => {
    const leg = await answeredPhone(server);
    const busy = leg.endpoint.play({ tone: 'busy', country: 'us' });
    await leg.peer.ear.tones([480, 620]);
    const music = leg.endpoint.play({ music: 'default' });
    await busy;
    await leg.peer.ear.soundWithout([480, 620]);
    await leg.endpoint.destroy();
    await music;
    leg.peer.close();
  });

  t.test('a file is played to its end', async t => {
    const file = join(t.testdir(), 'tone.wav');
    await writeFile(file, toneWav(900, 600));
    for (const maker of [answeredPhone, answeredBrowser]) {
      const leg = await maker(server);
      await Promise.all([leg.endpoint.play({ file }), leg.peer.listener.ear.tone(900)]);
      await end(leg);
    }
  });

  t.test('a file that is not there is an error', async t => {
    const leg = await answeredPhone(server);
    await t.rejects(leg.endpoint.play({ file: '/nowhere/at-all.wav' }), { code: 'bad_request' });
    await end(leg);
  });

  t.test('a telephone behind NAT is known by where its packets come from', async t => {
    const peer = await RtpPeer.open();
    const silent = await RtpPeer.open();
    const customer = {
      peer,
      endpoint: await server.createEndpoint({ kind: 'rtp', remoteSdp: silent.sdp() }),
    };
    peer.connect(customer.endpoint.localSdp);
    const agent = await calledBrowser(server);
    await agent.endpoint.bridge(customer.endpoint);
    const connected = next(customer.endpoint, 'connected');
    await talk(agent, customer);
    t.same(await connected, []);
    silent.close();
    await end(agent, customer);
  });

  t.test('packets of a stranger are counted and dropped, and get nothing back', async t => {
    const agent = await answeredBrowser(server);
    const customer = await calledPhone(server);
    await agent.endpoint.bridge(customer.endpoint);
    await talk(agent, customer);
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
    await talk(agent, customer);
    t.equal(stranger.listener.packets, 0, 'the stranger hears nothing');
    t.same(keys, [], 'the stranger presses no key');
    stranger.close();
    await end(agent, customer);
  });

  t.test('no common codec is refused by name', async t => {
    await t.rejects(server.createEndpoint({ kind: 'rtp', remoteSdp: opusOnly }), { code: 'no_common_codec' });
    const endpoint = await server.createEndpoint({ kind: 'rtp' });
    await t.rejects(endpoint.accept(opusOnly), { code: 'no_common_codec' });
    await endpoint.destroy();
    const browser = WebRtcPeer.offering();
    const mangled = browser.sdp.replaceAll('PCMU/8000', 'opus/48000').replaceAll('PCMA/8000', 'G722/8000');
    await t.rejects(server.createEndpoint({ kind: 'webrtc', remoteSdp: mangled }), {
      code: 'no_common_codec',
    });
    browser.close();
  });

  for (const [what, sdp] of garbage) {
    t.test(`SDP that is ${what} is refused by name`, async t => {
      for (const kind of ['rtp', 'webrtc'] as const) {
        await t.rejects(server.createEndpoint({ kind, remoteSdp: sdp }), { code: 'bad_sdp' });
        const endpoint = await server.createEndpoint({ kind });
        await t.rejects(endpoint.accept(sdp), { code: 'bad_sdp' });
        await endpoint.destroy();
      }
      t.ok(server.healthy());
    });
  }

  t.test('WebRTC parameters that lie are refused by name', async t => {
    const browser = WebRtcPeer.offering();
    const lies: [string, string][] = [
      ['no fingerprint', browser.sdp.replace(/^a=fingerprint.*\r\n/m, '')],
      [
        'a short fingerprint',
        browser.sdp.replace(/^a=fingerprint.*\r\n/m, 'a=fingerprint:sha-256 AA:BB\r\n'),
      ],
      ['no ICE password', browser.sdp.replace(/^a=ice-pwd.*\r\n/m, '')],
      ['no setup', browser.sdp.replace(/^a=setup.*\r\n/m, '')],
      ['no rtcp-mux', browser.sdp.replace(/^a=rtcp-mux\r\n/m, '')],
      ['plain RTP', browser.sdp.replace('UDP/TLS/RTP/SAVPF', 'RTP/AVP')],
      ['an odd mid', browser.sdp.replace(/^a=mid:.*\r\n/m, `a=mid:${'x'.repeat(500)}\r\n`)],
      [
        'a thousand candidates',
        browser.sdp.replace(
          /^a=candidate.*\r\n/m,
          'a=candidate:1 1 UDP 1 127.0.0.1 9 typ host\r\n'.repeat(900),
        ),
      ],
    ];
    for (const [what, sdp] of lies) {
      await t.rejects(server.createEndpoint({ kind: 'webrtc', remoteSdp: sdp }), { code: 'bad_sdp' }, what);
    }
    browser.close();
  });

  t.test('destroying twice is fine, and a destroyed endpoint refuses work', async t => {
    const leg = await calledPhone(server);
    await leg.endpoint.destroy();
    await leg.endpoint.destroy();
    await t.rejects(leg.endpoint.play({ music: 'default' }), { code: 'unknown_endpoint' });
    leg.peer.close();
  });

  t.test('an answer may come twice, and media follows the second one', async () => {
    const early = await RtpPeer.open();
    const late = await RtpPeer.open();
    const endpoint = await server.createEndpoint({ kind: 'rtp' });
    early.connect(endpoint.localSdp);
    late.connect(endpoint.localSdp);
    await endpoint.accept(early.sdp());
    const agent = await calledBrowser(server);
    await agent.endpoint.bridge(endpoint);
    await talk(agent, { peer: early, endpoint });
    await endpoint.accept(late.sdp());
    early.mouth.close();
    await talk(agent, { peer: late, endpoint });
    early.close();
    await end(agent, { peer: late, endpoint });
  });

  t.test('a reloaded browser takes its leg over with a new association', async () => {
    const agent = await answeredBrowser(server);
    const customer = await calledPhone(server);
    await agent.endpoint.bridge(customer.endpoint);
    await talk(agent, customer);
    const reloaded = WebRtcPeer.offering();
    agent.peer.close();
    reloaded.accept(await agent.endpoint.renegotiate(reloaded.sdp));
    await reloaded.opened;
    await talk({ peer: reloaded, endpoint: agent.endpoint }, customer);
    await end({ peer: reloaded, endpoint: agent.endpoint }, customer);
  });
}
