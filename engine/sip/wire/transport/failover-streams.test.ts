/** Names that stand for servers over TCP, TLS and UDP at once (RFC 3263 section 4.1), some of which do not serve. */
import { type Test, test } from 'tap';
import { FakeClock } from '../../testing/fake-clock.js';
import { Harness, secret } from '../../testing/harness.js';
import { sdp } from '../../testing/peer.js';
import { StreamListener } from '../../testing/stream-peer.js';
import { testCertificate } from '../../testing/tls-files.js';
import { naptr, srv, ZoneResolver } from '../../testing/zone-resolver.js';

const any = [{ host: '127.0.0.1', port: 0 }];
const targetMs = 4_000;

async function start(t: Test, uri = 'sip:b@trunk.example') {
  const clock = new FakeClock();
  const zone = new ZoneResolver({
    local: { host: ['127.0.0.1'] },
    'trunk.example': {
      naptr: [
        naptr(1, 0, 'SIPS+D2T', '_sips._tcp.trunk.example'),
        naptr(2, 0, 'SIP+D2T', '_sip._tcp.trunk.example'),
        naptr(3, 0, 'SIP+D2U', '_sip._udp.trunk.example'),
      ],
    },
  });
  const certificate = testCertificate(t, 'trunk.example');
  const harness = await Harness.start(
    { tcp: any, tls: any, tlsFiles: certificate.files },
    { clock, resolver: zone },
  );
  t.teardown(() => harness.close());
  const application = await harness.raw();
  await application.login(secret);
  const serve = (protocol: string, port: number) => {
    zone.names[
      `_${protocol === 'tls' ? 'sips' : 'sip'}._${protocol === 'udp' ? 'udp' : 'tcp'}.trunk.example`
    ] = {
      srv: [srv(0, 0, 'local', port)],
    };
  };
  const udp = await harness.udpPeer();
  serve('udp', udp.port);
  const tcp = harness.keep(await StreamListener.open('tcp', {}));
  serve('tcp', tcp.address.port);
  const send = (method: string) =>
    application.ask(`sip|||\r\n${method} ${uri} SIP/2.0\r\n\r\n${method === 'INVITE' ? sdp : ''}`);
  return { clock, zone, certificate, harness, application, serve, udp, tcp, send };
}

/** A port where nobody listens. */
async function closedPort(): Promise<number> {
  const listener = await StreamListener.open('tcp', {});
  const { port } = listener.address;
  await listener.close();
  return port;
}

test('TCP refuses: UDP gets the request, with the address that it now leaves from', async t => {
  const { harness, application, serve, udp, send } = await start(t);
  serve('tcp', await closedPort());
  await send('INVITE');
  const invite = await udp.request('INVITE');
  t.equal(invite.via?.transport, 'UDP');
  t.equal(invite.via?.port, harness.server.udp[0]?.port);
  t.equal(invite.first('contact'), `<sip:127.0.0.1:${harness.server.udp[0]?.port}>`);
  udp.respond(invite, 486, { tag: 'b' });
  await application.sip('SIP/2.0 486');
});

test('TCP serves: Via and Contact say so, and UDP hears nothing', async t => {
  const { harness, application, udp, tcp, send } = await start(t);
  await send('INVITE');
  const peer = await tcp.peer();
  const invite = await peer.request('INVITE');
  t.equal(invite.via?.transport, 'TCP');
  t.equal(invite.first('contact'), `<sip:127.0.0.1:${harness.server.tcp[0]?.port};transport=tcp>`);
  peer.respond(invite, 200, { tag: 'b', body: sdp });
  const answer = await application.sip('SIP/2.0 200');
  await application.ask(`sip||${answer.fields[9]}\r\nACK sip:placeholder SIP/2.0\r\n\r\n`);
  await peer.request('ACK');
  t.equal(udp.got.length, 0);
});

test('a connection that closes before any answer is followed by the next target, one after 180 is not', async t => {
  const { application, udp, tcp, send } = await start(t);
  await send('INVITE');
  const first = await tcp.peer();
  await first.request('INVITE');
  await first.close();
  udp.respond(await udp.request('INVITE'), 404, { tag: 'b' });
  await application.sip('SIP/2.0 404');
  // It has failed: UDP first, and TCP when that does not serve.
  await send('INVITE');
  udp.respond(await udp.request('INVITE'), 503, { tag: 'b' });
  const second = await tcp.peer(1);
  const invite = await second.request('INVITE');
  second.respond(invite, 180, { tag: 'a' });
  await application.sip('SIP/2.0 180');
  await second.close();
  t.match((await application.sip('SIP/2.0')).text, /^SIP\/2.0 503 Service Unavailable\r\n/);
});

test('a connection over which nothing comes is given up, too', async t => {
  const { clock, application, udp, tcp, send } = await start(t);
  await send('OPTIONS');
  const peer = await tcp.peer();
  const options = await peer.request('OPTIONS');
  clock.pass(targetMs);
  udp.respond(await udp.request('OPTIONS'), 200);
  await application.sip('SIP/2.0 200');
  peer.respond(options, 200);
  // An answer that comes too late goes nowhere: the next thing the application hears is of the next request.
  await send('INVITE');
  udp.respond(await udp.request('INVITE'), 404, { tag: 'b' });
  t.match((await application.sip('SIP/2.0')).text, /^SIP\/2.0 404 /);
});

test('TLS comes first where it is offered, and not if the certificate is of somebody else', async t => {
  const { certificate, harness, application, serve, tcp, send } = await start(t);
  const own = harness.keep(await StreamListener.open('tls', { certificate }));
  serve('tls', own.address.port);
  await send('OPTIONS');
  const secure = await own.peer();
  const options = await secure.request('OPTIONS');
  t.equal(options.via?.transport, 'TLS');
  secure.respond(options, 200);
  await application.sip('SIP/2.0 200');

  const names = await start(t);
  const stranger = names.harness.keep(
    await StreamListener.open('tls', { certificate: testCertificate(t, 'local') }),
  );
  names.serve('tls', stranger.address.port);
  await names.send('OPTIONS');
  const plain = await names.tcp.peer();
  plain.respond(await plain.request('OPTIONS'), 200);
  await names.application.sip('SIP/2.0 200');
  t.equal(tcp.count, 0);
});

test('sips never falls back to what is not secure', async t => {
  const { application, serve, udp, tcp, send } = await start(t, 'sips:b@trunk.example');
  serve('tls', await closedPort());
  await send('OPTIONS');
  t.match((await application.sip('SIP/2.0')).text, /^SIP\/2.0 503 /);
  t.equal(tcp.count, 0);
  t.equal(udp.got.length, 0);
});
