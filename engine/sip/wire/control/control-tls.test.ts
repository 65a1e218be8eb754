/** The control port over TLS: drachtio-srf with its TLS options, and everybody who does not shake hands. */
import { once } from 'node:events';
import { writeFileSync } from 'node:fs';
import { connect as connectTcp } from 'node:net';
import { type ConnectionOptions, connect as connectTls, type TLSSocket } from 'node:tls';
import Srf from 'drachtio-srf';
import { pino } from 'pino';
import { test } from 'tap';
import { makeCertificate } from '../../../media/webrtc/certificate.js';
import { Harness, secret } from '../../testing/harness.js';
import { PeerCall, sdp } from '../../testing/peer.js';
import { RawApplication } from '../../testing/raw-application.js';
import { testCertificate } from '../../testing/tls-files.js';

const anyPort = { host: '127.0.0.1', port: 0 };

async function start(t: { teardown(end: () => void): void }, options: object = {}) {
  const logged: string[] = [];
  const log = pino({ level: 'info' }, { write: (line: string) => void logged.push(line) });
  const made = testCertificate(t, 'localhost');
  const tls = { controlTls: anyPort, controlTlsFiles: made.files, ...options };
  const harness = await Harness.start(tls, { log });
  const port = harness.server.controlTls?.port ?? 0;
  const connect = (parts: ConnectionOptions = {}) =>
    connectTls({ host: '127.0.0.1', port, ca: made.certificate, servername: 'localhost', ...parts });
  return { harness, port, logged, connect, made };
}

async function applicationOver(socket: TLSSocket): Promise<RawApplication> {
  await once(socket, 'secureConnect');
  return new RawApplication(socket);
}

test('an application by drachtio-srf takes a call over TLS', async t => {
  const { harness, port, made } = await start(t);
  t.teardown(() => harness.close());
  const srf = new Srf();
  srf.on('error', () => undefined);
  t.teardown(() => srf.disconnect());
  const acknowledged = new Promise(resolve => {
    srf.invite(async (req, res) => resolve(await srf.createUAS(req, res, { localSdp: sdp })));
  });
  const connected = once(srf, 'connect');
  const tls = { ca: made.certificate, servername: 'localhost', minVersion: 'TLSv1.3' };
  srf.connect({ host: '127.0.0.1', port, secret, tls } as never);
  t.equal((await connected)[0], null);
  await harness.until(() => harness.server.sizes().routes === 1);
  const peer = await harness.udpPeer();
  const call = new PeerCall(peer, harness.uri);
  call.invite();
  call.ack(await peer.response(200, 'INVITE'));
  await acknowledged;
  call.send('BYE');
  await peer.response(200, 'BYE');
});

test('the same protocol inside: frames of any size, one secret', async t => {
  const { harness, connect } = await start(t);
  t.teardown(() => harness.close());
  const socket = connect();
  await once(socket, 'secureConnect');
  const application = new RawApplication(socket);
  t.equal((await application.login(secret))[0], 'OK');
  const body = 'x'.repeat(900_000);
  t.match(await application.ask(`sip|no-such||\r\nSIP/2.0 200 OK\r\n\r\n${body}`), ['NOK']);
  const wrong = connect();
  await once(wrong, 'secureConnect');
  const stranger = new RawApplication(wrong);
  t.same(await stranger.login('battery staple'), ['NO', 'incorrect secret']);
  await stranger.closed;
});

test('a peer that trusts nobody but others, or speaks a TLS of the past, gets no connection', async t => {
  const { harness, connect, logged } = await start(t);
  t.teardown(() => harness.close());
  const other = makeCertificate('localhost').certificatePem;
  const [untrusted] = await once(connect({ ca: other }), 'error');
  t.match((untrusted as Error).message, /self-signed certificate|signature|certificate/);
  const [misnamed] = await once(connect({ servername: 'example.com' }), 'error');
  t.match(misnamed, { code: 'ERR_TLS_CERT_ALTNAME_INVALID' });
  const [old] = await once(connect({ maxVersion: 'TLSv1.1', minVersion: 'TLSv1' }), 'error');
  t.match((old as Error).message, /protocol|version|no ciphers/i);
  await harness.until(() => logged.some(line => line.includes('without a TLS handshake')));
});

test('plain text on the TLS port is closed without an answer, and not logged in', async t => {
  const { harness, port, logged } = await start(t);
  t.teardown(() => harness.close());
  const socket = connectTcp(port, '127.0.0.1');
  const got: Buffer[] = [];
  socket.on('data', data => got.push(data)).on('error', () => undefined);
  socket.write(`55#m1|authenticate|${secret}|`);
  await once(socket, 'close');
  // At most the alert of the TLS library: nothing of ours.
  t.notOk(Buffer.concat(got).toString('latin1').includes('response'));
  t.match(logged.join(''), /without a TLS handshake/);
  t.notOk(logged.join('').includes(secret), 'what was sent is in no log');
});

test('handshakes that are never finished are limited, and do not hold up the end', async t => {
  const { harness, port } = await start(t, { maxControlConnections: 3 });
  const silent = [];
  for (let i = 0; i < 3; i += 1) {
    const socket = connectTcp(port, '127.0.0.1').on('error', () => undefined);
    await once(socket, 'connect');
    silent.push(once(socket, 'close'));
  }
  const surplus = connectTcp(port, '127.0.0.1').on('error', () => undefined);
  await once(surplus, 'close');
  const plain = await harness.raw();
  t.equal((await plain.login(secret))[0], 'OK', 'the other door is not theirs');
  await harness.close();
  await Promise.all(silent);
});

test('a renewed certificate is shown after it is read again, and a wrong one never', async t => {
  const { harness, connect, made } = await start(t);
  t.teardown(() => harness.close());
  const application = await applicationOver(connect());
  const before = made.certificate;
  made.renew();
  await applicationOver(connect({ ca: before }));
  harness.server.reloadCertificates();
  await applicationOver(connect());
  await t.rejects(once(connect({ ca: before }), 'secureConnect'));
  t.equal((await application.login(secret))[0], 'OK', 'who is connected stays');
  const { certificate } = made;
  made.renew();
  writeFileSync(made.files.certificate, certificate);
  t.throws(() => harness.server.reloadCertificates(), {
    message: new RegExp(`^${made.files.certificate}: `),
  });
  await applicationOver(connect({ ca: certificate }));
});

test('what is wrong with the certificate is said, and nothing stays open', async t => {
  const { certificatePem, keyPem } = makeCertificate('localhost');
  const { keyPem: foreign } = makeCertificate('localhost');
  for (const { certificate, key, reason } of [
    { certificate: certificatePem, key: foreign, reason: /key values mismatch/ },
    { certificate: 'none', key: keyPem, reason: /PEM|no start line/i },
    { certificate: certificatePem, key: '', reason: /PEM|no start line|unsupported/i },
  ]) {
    const { files } = testCertificate(t, 'localhost');
    writeFileSync(files.certificate, certificate);
    writeFileSync(files.key, key);
    const failure = start(t, { controlTlsFiles: files });
    await t.rejects(failure, { name: 'ListenError', message: /^cannot use the certificate in / });
    await failure.catch((error: Error) => t.match(error.message, reason));
  }
});
