import { once } from 'node:events';
import { connect } from 'node:net';
import { fileURLToPath } from 'node:url';
import pino from 'pino';
import t from 'tap';
import { freePort } from '../../../scripts/ports.js';
import { houseMusic, startMediaEngine } from '../../../test/support/media-engine.js';
import { endWebRtc, WebRtcPeer } from '../../../test/support/webrtc-peer.js';
import { answeredPhone, calledBrowser, calledPhone } from '../conformance/legs.js';
import type { Endpoint, LostReason, MediaServer } from '../port.js';
import { connectBuiltinMedia } from './index.js';

const logger = pino({ level: 'silent' });
t.teardown(endWebRtc);

function lostReason(endpoint: Endpoint): Promise<LostReason> {
  return new Promise(resolve => endpoint.on('lost', resolve));
}

/** Asks until an endpoint can be made again. */
async function recovered(server: MediaServer): Promise<Endpoint> {
  const signal = AbortSignal.timeout(15_000);
  for (;;) {
    try {
      return await server.createEndpoint({ kind: 'rtp' });
    } catch (error) {
      if (signal.aborted) throw error;
      await new Promise(resolve => setTimeout(resolve, 20));
    }
  }
}

t.test(
  'an engine that is killed: every leg is told, work is refused, and the next engine is used',
  async t => {
    // A port that nobody else is given while it is nobody's.
    const first = await startMediaEngine({ port: await freePort() });
    const { host, port, secret } = first;
    const server = await connectBuiltinMedia({ host, port, secret, houseMusic, owner: 'node-1', logger });
    const agent = await calledBrowser(server);
    const customer = await calledPhone(server);
    await agent.endpoint.bridge(customer.endpoint);
    const playing = customer.endpoint.play({ music: 'default' });
    const lost = Promise.all([lostReason(agent.endpoint), lostReason(customer.endpoint)]);
    await first.kill();
    t.same(await lost, ['engine_gone', 'engine_gone']);
    await playing;
    t.notOk(server.healthy());
    await t.rejects(server.createEndpoint({ kind: 'rtp' }), { code: 'engine_unavailable' });
    await t.rejects(agent.endpoint.statistics(), { code: 'engine_unavailable' });
    await agent.endpoint.destroy();
    await customer.endpoint.destroy();

    const second = await startMediaEngine({ port, secret });
    const endpoint = await recovered(server);
    t.ok(server.healthy());
    await endpoint.destroy();
    await server.close();
    t.notOk(server.healthy());
    await second.stop();
    t.equal(second.process.exitCode, 0, 'a stop is a clean end');
    agent.peer.close();
    customer.peer.close();
  },
);

t.test('a gateway that restarts: the talk goes on, and its legs are adopted', async t => {
  const engine = await startMediaEngine();
  t.teardown(() => engine.stop());
  const { host, port, secret } = engine;
  const ending = new AbortController();
  const before = await connectBuiltinMedia({
    host,
    port,
    secret,
    houseMusic,
    owner: 'node-1',
    logger,
    signal: ending.signal,
  });
  const first = await calledPhone(before);
  const second = await answeredPhone(before);
  await first.endpoint.bridge(second.endpoint);
  ending.abort();
  first.peer.mouth.speak(700);
  await second.peer.ear.tone(700);

  const stranger = await connectBuiltinMedia({ host, port, secret, houseMusic, owner: 'node-2', logger });
  t.same(await stranger.orphans(), [], 'another node sees none of it');
  await t.rejects(stranger.adopt(first.endpoint.id), { code: 'unknown_endpoint' });

  const after = await connectBuiltinMedia({ host, port, secret, houseMusic, owner: 'node-1', logger });
  const orphans = await after.orphans();
  t.same(orphans.map(({ id }) => id).sort(), [first.endpoint.id, second.endpoint.id].sort());
  const adopted = await after.adopt(first.endpoint.id);
  const alsoAdopted = await after.adopt(second.endpoint.id);
  t.same(await after.orphans(), []);
  await t.rejects(after.adopt(first.endpoint.id), { code: 'bad_request' }, 'not twice');
  t.equal(adopted.localSdp, first.endpoint.localSdp);
  const digit = new Promise(resolve => adopted.on('digit', ({ digit }) => resolve(digit)));
  await first.peer.mouth.press('7');
  t.equal(await digit, '7', 'events go to the new gateway');
  second.peer.mouth.speak(1500);
  await first.peer.ear.tone(1500);
  await adopted.destroy();
  await alsoAdopted.destroy();
  await after.close();
  await stranger.close();
  first.peer.close();
  second.peer.close();
});

t.test('endpoints of a gateway that does not come back are freed', async t => {
  const engine = await startMediaEngine({ flags: ['--orphan-grace', '0'] });
  t.teardown(() => engine.stop());
  const { host, port, secret } = engine;
  const ending = new AbortController();
  const settings = { host, port, secret, houseMusic, owner: 'node-1', logger };
  const before = await connectBuiltinMedia({ ...settings, signal: ending.signal });
  const leg = await calledPhone(before);
  const playing = leg.endpoint.play({ music: 'default' });
  await once(leg.peer.listener, 'packet');
  ending.abort();
  await playing;
  const after = await connectBuiltinMedia(settings);
  const signal = AbortSignal.timeout(10_000);
  while ((await after.orphans()).length > 0) signal.throwIfAborted();
  await t.rejects(after.adopt(leg.endpoint.id), { code: 'unknown_endpoint' });
  await after.close();
  leg.peer.close();
});

t.test('a telephone that falls silent is lost; one on hold is not', async t => {
  // A pause of this process is silence of both telephones.
  const engine = await startMediaEngine({ flags: ['--rtp-timeout', '4'] });
  t.teardown(() => engine.stop());
  const { host, port, secret } = engine;
  const server = await connectBuiltinMedia({ host, port, secret, houseMusic, owner: 'node-1', logger });
  const silent = await calledPhone(server);
  const holding = await answeredPhone(server);
  await Promise.all(
    [silent, holding].map(async ({ peer, endpoint }) => {
      const connected = new Promise<void>(resolve => endpoint.on('connected', resolve));
      peer.mouth.speak(500);
      await connected;
    }),
  );
  holding.endpoint.on('lost', () => t.fail('a leg on hold was lost'));
  holding.peer.mouth.close();
  await holding.endpoint.renegotiate(holding.peer.sdp('inactive', 2));
  silent.peer.mouth.close();
  t.equal(await lostReason(silent.endpoint), 'rtp_timeout');
  await server.close();
  silent.peer.close();
  holding.peer.close();
});

t.test('a browser that never shows up, or whose certificate is another, is lost by name', async t => {
  // Time enough for a handshake, so that it is by the certificate that the second one fails.
  const engine = await startMediaEngine({ flags: ['--connect-timeout', '6'] });
  t.teardown(() => engine.stop());
  const { host, port, secret } = engine;
  const server = await connectBuiltinMedia({ host, port, secret, houseMusic, owner: 'node-1', logger });
  const absent = WebRtcPeer.offering();
  const unanswered = await server.createEndpoint({ kind: 'webrtc', remoteSdp: absent.sdp });
  const never = lostReason(unanswered);
  const forger = WebRtcPeer.offering();
  const forged = forger.sdp.replace(/^(a=fingerprint:sha-256) .*$/m, `$1 ${Array(32).fill('AB').join(':')}`);
  const endpoint = await server.createEndpoint({ kind: 'webrtc', remoteSdp: forged });
  const lost = lostReason(endpoint);
  forger.accept(endpoint.localSdp);
  t.equal(await lost, 'dtls_failed');
  forger.close();
  t.equal(await never, 'ice_failed');
  absent.close();
  await server.close();
});

t.test('a wrong secret, nobody there, and an end while connecting are told apart', async t => {
  const engine = await startMediaEngine();
  const { host, port, secret } = engine;
  await t.rejects(
    connectBuiltinMedia({ host, port, secret: 'not the secret at all', houseMusic, owner: 'node-1', logger }),
    { code: 'bad_request', message: /login/ },
  );
  await t.rejects(connectBuiltinMedia({ host, port, secret, houseMusic, owner: 'no name', logger }), {
    code: 'bad_request',
  });
  await engine.stop();
  await t.rejects(
    connectBuiltinMedia({ host, port, secret, houseMusic, owner: 'node-1', logger, connectTimeoutMs: 100 }),
    { code: 'engine_unavailable', message: new RegExp(`${port}`) },
  );
  const signal = AbortSignal.timeout(50);
  await t.rejects(connectBuiltinMedia({ host, port, secret, houseMusic, owner: 'node-1', logger, signal }));
});

t.test('what is no request ends the connection, and the engine goes on', async t => {
  const engine = await startMediaEngine();
  t.teardown(() => engine.stop());
  const { host, port, secret } = engine;
  for (const bytes of [
    'no json\n',
    '{}\n',
    '[1]\n',
    'x'.repeat(5000),
    '{"id":1,"method":"list"}\n',
    '\0\0\0\n',
  ]) {
    const socket = connect(port, host);
    socket.write(bytes);
    // Whoever closes it before it has read all resets it.
    socket.on('error', () => undefined).resume();
    await new Promise(resolve => socket.once('close', resolve));
  }
  const server = await connectBuiltinMedia({ host, port, secret, houseMusic, owner: 'node-1', logger });
  const endpoint = await server.createEndpoint({ kind: 'rtp' });
  await t.rejects(endpoint.sendDigits(''), { code: 'bad_request' });
  await t.rejects(server.createEndpoint({ kind: 'fax' as never }), { code: 'bad_request', message: /kind/ });
  await t.rejects(endpoint.bridge(endpoint), { code: 'bad_request' });
  await t.rejects(endpoint.play({ file: fileURLToPath(import.meta.url) }), {
    code: 'bad_request',
    message: /WAV/,
  });
  await server.close();
});

t.test('ports run out by name, and come back', async t => {
  const engine = await startMediaEngine({ flags: ['--max-endpoints', '2'] });
  t.teardown(() => engine.stop());
  const { host, port, secret } = engine;
  const server = await connectBuiltinMedia({ host, port, secret, houseMusic, owner: 'node-1', logger });
  const first = await server.createEndpoint({ kind: 'rtp' });
  await server.createEndpoint({ kind: 'webrtc' });
  await t.rejects(server.createEndpoint({ kind: 'rtp' }), { code: 'no_ports' });
  await first.destroy();
  await (await server.createEndpoint({ kind: 'rtp' })).destroy();
  await server.close();
});
