/** Requests that are too large for a datagram go over TCP, where that is served (RFC 3261 section 18.1.1). */
import { type Test, test } from 'tap';
import type { ListenAddress } from '../../options.js';
import { Harness, secret } from '../../testing/harness.js';
import { sdp, UdpPeer } from '../../testing/peer.js';
import type { RawApplication } from '../../testing/raw-application.js';
import { StreamListener } from '../../testing/stream-peer.js';
import { srv, ZoneResolver } from '../../testing/zone-resolver.js';

const any = [{ host: '127.0.0.1', port: 0 }];
const large = `${sdp}a=x:${'x'.repeat(1_300)}\r\n`;

async function start(t: Test, options = {}) {
  const zone = new ZoneResolver({ local: { host: ['127.0.0.1'] } });
  const harness = await Harness.start({ tcp: any, ...options }, { resolver: zone });
  t.teardown(() => harness.close());
  const application = await harness.raw();
  await application.login(secret);
  return { harness, application, zone };
}

const invite = (application: RawApplication, uri: string, body = large): Promise<string[]> =>
  application.ask(
    `sip|||\r\nINVITE ${uri} SIP/2.0\r\nTo: <${uri}>\r\nFrom: <sip:a@localhost>\r\n\r\n${body}`,
  );

/** A peer that has both on one port: where that is not free, on another. */
async function doublePeer(harness: Harness): Promise<{ datagrams: UdpPeer; streams: StreamListener }> {
  const streams = harness.keep(await StreamListener.open('tcp', {}));
  const server = harness.server.udp[0] as ListenAddress;
  const datagrams = await UdpPeer.open(server, streams.address.port).catch(() => undefined);
  return datagrams === undefined ? doublePeer(harness) : { datagrams: harness.keep(datagrams), streams };
}

test('a large request goes over TCP, with what the peer has to know of that in it', async t => {
  const { harness, application, zone } = await start(t);
  const peer = harness.keep(await StreamListener.open('tcp', {}));
  const { port } = peer.address;
  zone.names['_sip._udp.trunk.example'] = { srv: [srv(1, 0, 'local', port)] };
  for (const [round, uri] of [`sip:b@127.0.0.1:${port}`, 'sip:b@trunk.example'].entries()) {
    await invite(application, uri);
    const call = await (await peer.peer()).request('INVITE');
    t.equal(call.uri, uri);
    t.match(call.via, { transport: 'TCP', port: harness.server.tcp[0]?.port });
    t.equal(call.first('contact'), `<sip:127.0.0.1:${harness.server.tcp[0]?.port};transport=tcp>`);
    (await peer.peer()).respond(call, 200, { tag: 'b', body: sdp });
    const answer = await application.sip('SIP/2.0 200');
    const ack = `sip||${answer.fields[9]}\r\nACK sip:placeholder SIP/2.0\r\n\r\n`;
    t.equal((await application.ask(ack))[0], 'OK');
    await (await peer.peer()).request('ACK');
    t.equal(peer.count, 1, `one connection in round ${round}`);
  }
});

test('a peer without TCP gets it over UDP', async t => {
  const { harness, application } = await start(t);
  const peer = await harness.udpPeer();
  await invite(application, peer.contact);
  t.match((await peer.request('INVITE')).via, { transport: 'UDP', port: harness.server.udp[0]?.port });
});

test('a peer that drops the connection gets it over UDP, and is not asked twice', async t => {
  const { harness, application } = await start(t);
  const { datagrams, streams } = await doublePeer(harness);
  await invite(application, datagrams.contact);
  (await streams.peer()).socket.destroy();
  await datagrams.request('INVITE');
  await invite(application, datagrams.contact);
  await datagrams.request('INVITE');
  t.equal(streams.count, 1);
});

test('what is small, or is to go over UDP, goes over UDP', async t => {
  const { harness, application } = await start(t);
  const { datagrams: peer, streams } = await doublePeer(harness);
  await invite(application, `${peer.contact};transport=udp`);
  await peer.request('INVITE');
  await invite(application, peer.contact, sdp);
  await peer.request('INVITE');
  t.equal(streams.count, 0);
  const without = await start(t, { tcp: [] });
  await invite(without.application, peer.contact);
  t.match((await peer.request('INVITE')).via, { transport: 'UDP' });
  t.equal(streams.count, 0);
});

test('who refuses over TCP is not asked over UDP again', async t => {
  const { harness, application } = await start(t);
  const { datagrams, streams: peer } = await doublePeer(harness);
  await invite(application, datagrams.contact);
  const call = await (await peer.peer()).request('INVITE');
  (await peer.peer()).respond(call, 503, { tag: 'b' });
  t.match((await application.sip('SIP/2.0')).text, /^SIP\/2\.0 503 /);
  t.equal(datagrams.got.length, 0);
});
