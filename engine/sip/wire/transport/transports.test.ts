/** A call in and a call out over every transport, in both address families. */
import type { Dialog, SrfRequest, SrfResponse } from 'drachtio-srf';
import { type Test, test } from 'tap';
import { defaultSipServerOptions } from '../../options.js';
import { Harness, next, requestWithin, withStatus } from '../../testing/harness.js';
import { type Peer, PeerCall, peerRequest, sdp, UdpPeer, WsPeer } from '../../testing/peer.js';
import { StreamListener, StreamPeer } from '../../testing/stream-peer.js';
import { type TestCertificate, testCertificate } from '../../testing/tls-files.js';
import { ZoneResolver } from '../../testing/zone-resolver.js';
import { type Protocol, protocols } from '../../transport/transport.js';

async function start(t: Test, host: string, certificate: TestCertificate) {
  const any = [{ host, port: 0 }];
  const listeners = { udp: any, tcp: any, tls: any, ws: any, wss: any };
  const resolver = new ZoneResolver({ localhost: { host: [host] } });
  const harness = await Harness.start({ ...listeners, tlsFiles: certificate.files }, { resolver });
  t.teardown(() => harness.close());
  return harness;
}

function peerOver(harness: Harness, protocol: Protocol, authority: string): Promise<Peer> {
  const at = harness.server[protocol][0];
  if (at === undefined) throw new Error(`nothing listens for ${protocol}`);
  switch (protocol) {
    case 'udp':
      return UdpPeer.open(at);
    case 'tcp':
    case 'tls':
      return StreamPeer.open(protocol, at, { authority });
    case 'ws':
      return WsPeer.open(at);
    case 'wss':
      return WsPeer.open(at, authority);
  }
}

for (const host of ['127.0.0.1', '::1']) {
  for (const protocol of protocols) {
    test(`a call in over ${protocol} at ${host}, with requests both ways`, async t => {
      const certificate = testCertificate(t, 'localhost');
      const harness = await start(t, host, certificate);
      const from: unknown[] = [];
      let answered: (dialog: Dialog) => void = () => undefined;
      const dialogMade = new Promise<Dialog>(resolve => {
        answered = resolve;
      });
      const srf = await harness.application({
        invite: async (req: SrfRequest, res: SrfResponse) => {
          from.push(req.protocol, req.source_address);
          answered(await srf.createUAS(req, res, { localSdp: sdp }));
        },
      });
      const peer = harness.keep(await peerOver(harness, protocol, certificate.certificate));
      const call = new PeerCall(peer, harness.uri);
      call.invite();
      const ok = await peer.response(200, 'INVITE');
      t.same(from, [protocol, host]);
      const name = protocol === 'wss' ? 'ws' : protocol;
      const port = harness.server[protocol][0]?.port;
      const at = host.includes(':') ? `[${host}]:${port}` : `${host}:${port}`;
      t.equal(ok.first('contact'), `<sip:${at}${name === 'udp' ? '' : `;transport=${name}`}>`);
      const dialog = await dialogMade;
      const acknowledged = next(dialog, 'ack');
      call.ack(ok);
      await acknowledged;
      const info = requestWithin(dialog, { method: 'INFO' });
      const request = await peer.request('INFO');
      t.equal(request.via?.transport, protocol.toUpperCase());
      peer.respond(request, 200);
      t.equal((await info).status, 200);
      const destroyed = next(dialog, 'destroy');
      call.send('BYE');
      await peer.response(200, 'BYE');
      await destroyed;
    });
  }
}

for (const [host, protocol] of [
  ['127.0.0.1', 'tcp'],
  ['::1', 'tcp'],
  ['127.0.0.1', 'tls'],
  ['::1', 'tls'],
] as const) {
  test(`a call out over ${protocol} at ${host}, and the next over the same connection`, async t => {
    const certificate = testCertificate(t, 'localhost');
    const harness = await start(t, host, certificate);
    const srf = await harness.application();
    const callee = harness.keep(await StreamListener.open(protocol, { host, certificate }));
    const { port } = callee.address;
    // Of TLS the name counts, so it is called by its name there.
    const at =
      protocol === 'tls' ? `localhost:${port}` : host === '::1' ? `[::1]:${port}` : `${host}:${port}`;
    const uri = `sip:callee@${at};transport=${protocol}`;
    for (const round of [1, 2]) {
      const placed = srf.createUAC(uri, { localSdp: sdp } as never) as unknown as Promise<Dialog>;
      const peer = await callee.peer();
      const invite = await peer.request('INVITE');
      t.equal(invite.uri, uri);
      t.match(invite.via, { transport: protocol.toUpperCase(), port: harness.server[protocol][0]?.port });
      peer.respond(invite, 180, { tag: 'callee' });
      peer.respond(invite, 200, { tag: 'callee', body: sdp });
      await peer.request('ACK');
      const dialog = await placed;
      const ended = dialog.destroy();
      peer.respond(await peer.request('BYE'), 200);
      await ended;
      t.equal(callee.count, 1, `one connection in round ${round}`);
    }
  });
}

test('a sips URI goes over TLS, and its answer is a sips Contact', async t => {
  const certificate = testCertificate(t, 'localhost');
  const harness = await start(t, '127.0.0.1', certificate);
  const srf = await harness.application({
    invite: (req, res) => srf.createUAS(req, res, { localSdp: sdp }),
  });
  const contact = `<sips:127.0.0.1:${harness.server.tls[0]?.port}>`;
  const peer = harness.keep(await peerOver(harness, 'tls', certificate.certificate));
  new PeerCall(peer, 'sips:callback@shop.example').invite();
  t.equal((await peer.response(200, 'INVITE')).first('contact'), contact);
  const callee = harness.keep(await StreamListener.open('tls', { certificate }));
  const uri = `sips:callee@localhost:${callee.address.port}`;
  void srf.createUAC(uri, { localSdp: sdp } as never).catch(() => undefined);
  const invite = await (await callee.peer()).request('INVITE');
  t.match(invite, { uri, via: { transport: 'TLS' } });
  t.equal(invite.first('contact'), contact);
});

test('a peer that shows a certificate for another name is not spoken to', async t => {
  const own = testCertificate(t, 'localhost');
  const harness = await start(t, '127.0.0.1', own);
  const srf = await harness.application();
  const untrusted = testCertificate(t, 'localhost');
  const call = (port: number) =>
    srf.createUAC(`sip:callee@localhost:${port};transport=tls`, { localSdp: sdp } as never);
  const stranger = harness.keep(await StreamListener.open('tls', { certificate: untrusted }));
  await t.rejects(call(stranger.address.port), withStatus(503), 'signed by nobody we know');
  const known = harness.keep(await StreamListener.open('tls', { certificate: own }));
  const uri = `sip:callee@127.0.0.1:${known.address.port};transport=tls`;
  await t.rejects(srf.createUAC(uri, { localSdp: sdp } as never), withStatus(503), 'for another name');
  const right = harness.keep(await StreamListener.open('tls', { certificate: own }));
  void call(right.address.port).catch(() => undefined);
  await (await right.peer()).request('INVITE');
});

test('renewed certificates are shown after they are read again, and wrong ones never', async t => {
  const certificate = testCertificate(t, 'localhost');
  const harness = await start(t, '127.0.0.1', certificate);
  const before = certificate.certificate;
  certificate.renew();
  const open = async (authority: string) => {
    for (const protocol of ['tls', 'wss'] as const)
      harness.keep(await peerOver(harness, protocol, authority));
  };
  await open(before);
  harness.server.reloadCertificates();
  await open(certificate.certificate);
  await t.rejects(open(before));
  const key = certificate.key;
  certificate.renew();
  const { writeFileSync } = await import('node:fs');
  writeFileSync(certificate.files.key, key);
  t.throws(() => harness.server.reloadCertificates());
});

test('several addresses of one protocol: the way out is chosen by family', async t => {
  const four = { host: '127.0.0.1', port: 0 };
  const six = { host: '::1', port: 0, externalHost: '2001:db8::1' };
  const harness = await Harness.start({ udp: [four, six], tcp: [six, four], externalAddress: '192.0.2.1' });
  t.teardown(() => harness.close());
  const srf = await harness.application();
  for (const [at, told] of [
    ['127.0.0.1', '192.0.2.1'],
    ['::1', '2001:db8::1'],
  ] as const) {
    const callee = harness.keep(await StreamListener.open('tcp', { host: at }));
    const bracketed = at.includes(':') ? `[${at}]` : at;
    void srf.createUAC(`sip:a@${bracketed}:${callee.address.port};transport=tcp`, { localSdp: sdp } as never);
    const overTcp = await (await callee.peer()).request('INVITE');
    t.match(overTcp.via, { transport: 'TCP', host: told });
    const peer = harness.keep(await UdpPeer.open({ host: at, port: 0 }));
    void srf.createUAC(peer.contact, { localSdp: sdp } as never);
    t.match((await peer.request('INVITE')).via, { transport: 'UDP', host: told });
  }
});

test('wildcard addresses of both families, on the same port', async t => {
  const harness = await Harness.start({ udp: [], tcp: [{ host: '0.0.0.0', port: 0 }] });
  t.teardown(() => harness.close());
  const port = harness.server.tcp[0]?.port as number;
  const both = await Harness.start({ tcp: [{ host: '::', port }], udp: [{ host: '::', port: 0 }] });
  t.teardown(() => both.close());
  for (const [at, host] of [
    [harness, '127.0.0.1'],
    [both, '::1'],
  ] as const) {
    const received: unknown[] = [];
    await at.application({
      options: (req, res) => {
        received.push((req as unknown as { receivedOn: string }).receivedOn);
        res.send(200);
      },
    });
    const peer = at.keep(await StreamPeer.open('tcp', { host, port }));
    const identity = {
      callId: host,
      from: '<sip:a@example.com>;tag=1',
      to: '<sip:example.com>',
      sequence: 1,
    };
    peer.sendText(peerRequest(peer, { method: 'OPTIONS', uri: 'sip:example.com', ...identity }));
    await peer.response(200, 'OPTIONS');
    t.same(received, [`${host}:${port}`], 'the address that it came to');
  }
});

test('the defaults listen on nothing', async t => {
  for (const protocol of protocols) t.same(defaultSipServerOptions[protocol], []);
});
