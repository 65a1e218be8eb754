/** A name that stands for several servers, some of which do not serve (RFC 3263 section 4.3), on the wire. */
import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { type Test, test } from 'tap';
import { DnsServer } from '../../testing/dns-server.js';
import { FakeClock } from '../../testing/fake-clock.js';
import { Harness, secret } from '../../testing/harness.js';
import type { UdpPeer } from '../../testing/peer.js';
import { peerRequest, sdp } from '../../testing/peer.js';
import type { RawApplication } from '../../testing/raw-application.js';
import { naptr, srv, ZoneResolver } from '../../testing/zone-resolver.js';

const targetMs = 4_000;
const allMs = 32_000;

interface Trunk {
  harness: Harness;
  clock: FakeClock;
  zone: ZoneResolver;
  application: RawApplication;
  first: UdpPeer;
  second: UdpPeer;
}

/** A server, an application on it, and two peers that `sip:trunk.example` stands for. */
async function trunk(t: Test): Promise<Trunk> {
  const clock = new FakeClock();
  const zone = new ZoneResolver({ local: { host: ['127.0.0.1'] } });
  const harness = await Harness.start({}, { clock, resolver: zone });
  t.teardown(() => harness.close());
  const application = await harness.raw();
  await application.login(secret);
  const first = await harness.udpPeer();
  const second = await harness.udpPeer();
  zone.names['_sip._udp.trunk.example'] = {
    srv: [srv(1, 0, 'local', first.port), srv(2, 0, 'local', second.port)],
  };
  return { harness, clock, zone, application, first, second };
}

/** Sends a request to the trunk; the fields of its result. */
const send = (application: RawApplication, method: string, route = ''): Promise<string[]> =>
  application.ask(
    `sip|||${route}\r\n${method} sip:b@trunk.example SIP/2.0\r\nTo: <sip:b@trunk.example>\r\n` +
      `From: <sip:a@localhost>\r\n\r\n${method === 'INVITE' ? sdp : ''}`,
  );

const stranger = { callId: 'o', from: '<sip:a@example.com>;tag=1', to: '<sip:b@example.com>', sequence: 1 };

/** Once this has been answered, all that was sent to the peer before has come. */
async function caughtUp(application: RawApplication, peer: UdpPeer): Promise<void> {
  await application.ask(`sip|||\r\nMESSAGE sip:x@127.0.0.1:${peer.port} SIP/2.0\r\n\r\n`);
  peer.respond(await peer.request('MESSAGE'), 202);
  await application.sip('SIP/2.0 202');
}

const transactionOf = (result: string[]): string => result[7] ?? '';

test('the first is silent: the second gets the request, and late answers of the first are dealt with', async t => {
  const { harness, clock, application, first, second } = await trunk(t);
  const result = await send(application, 'INVITE');
  t.same(result.slice(0, 6), ['OK', 'application', '0', 'unknown', '', '0']);
  const one = await first.request('INVITE');
  clock.pass(targetMs - 1);
  for (let repeats = 0; repeats < 3; repeats += 1) await first.request('INVITE');
  await caughtUp(application, second);
  t.equal(second.got.length, 0);
  clock.pass(1);
  const two = await second.request('INVITE');
  t.not(two.via?.branch, one.via?.branch);
  for (const id of ['call-id', 'cseq', 'from', 'to', 'contact']) t.equal(two.first(id), one.first(id), id);
  t.equal(two.body, one.body);
  clock.pass(targetMs);
  await caughtUp(application, first);
  t.equal(first.got.length, 0, 'nothing is repeated to one that was given up');

  // It is there after all: cancelled, once.
  first.respond(one, 100);
  first.respond(one, 180, { tag: 'late' });
  const cancel = await first.request('CANCEL');
  t.equal(cancel.via?.branch, one.via?.branch);
  t.equal(cancel.cseq?.number, one.cseq?.number);
  first.respond(cancel, 200);
  // And has been answered before that came.
  first.respond(one, 200, { tag: 'late', body: sdp });
  t.equal((await first.request('ACK')).toTag, 'late');
  first.respond(await first.request('BYE'), 200);

  second.respond(two, 200, { tag: 'b', body: sdp });
  const answer = await application.sip('SIP/2.0');
  t.match(answer.text, /^SIP\/2.0 200 [\s\S]*;tag=b\r\n/, 'the application sees that of the second only');
  t.equal(answer.fields[8], transactionOf(result));
  clock.pass(allMs);
  await caughtUp(application, first);
  t.equal(first.got.length, 0);
  const dialogId = answer.fields[9];
  t.equal((await application.ask(`sip||${dialogId}\r\nACK sip:placeholder SIP/2.0\r\n\r\n`))[0], 'OK');
  await second.request('ACK');
  t.match(harness.server.sizes(), { dialogs: 1, invites: 0 });
});

test('503: the next one at once, and the first is left alone for a while', async t => {
  const { clock, application, first, second } = await trunk(t);
  for (const early of [false, true]) {
    const result = send(application, 'INVITE');
    const one = await first.request('INVITE');
    if (early) first.respond(one, 100);
    first.respond(one, 503, { tag: 'a', headers: early ? [['Retry-After', '120 (busy);duration=9']] : [] });
    await first.request('ACK');
    const two = await second.request('INVITE');
    second.respond(two, 404, { tag: 'b' });
    await second.request('ACK');
    const answer = await application.sip('SIP/2.0');
    t.match(answer.text, /^SIP\/2.0 404 /);
    t.equal(answer.fields[8], transactionOf(await result));

    clock.pass(early ? 119_999 : 29_999);
    await send(application, 'OPTIONS');
    second.respond(await second.request('OPTIONS'), 200);
    await application.sip('SIP/2.0 200');
    await caughtUp(application, first);
    t.equal(first.got.length, 0);
    clock.pass(1);
  }
  await send(application, 'OPTIONS');
  first.respond(await first.request('OPTIONS'), 200);
  await application.sip('SIP/2.0 200');
});

test('an answer while the next one is looked up: it is kept for when that is wanted', async t => {
  const { clock, zone, application, first, second } = await trunk(t);
  const looked: (() => void)[] = [];
  const { a } = zone;
  zone.a = name =>
    looked.length > 0
      ? a.call(zone, name)
      : new Promise(resolve => looked.push(() => resolve(a.call(zone, name))));
  zone.names.other = { host: ['127.0.0.1'] };
  zone.names['_sip._udp.trunk.example'] = {
    srv: [srv(1, 0, '127.0.0.1', first.port), srv(2, 0, 'other', second.port)],
  };
  await send(application, 'INVITE');
  const one = await first.request('INVITE');
  clock.pass(targetMs);
  while (looked.length === 0) await new Promise(setImmediate);
  first.respond(one, 100);
  // The 100 is not passed on, but what follows it on the same socket is.
  first.sendText(peerRequest(first, { method: 'OPTIONS', uri: 'sip:x@example.com', ...stranger }));
  await first.response(503, 'OPTIONS');
  looked[0]?.();
  await caughtUp(application, second);
  t.equal(second.got.length, 0);
  first.respond(one, 503, { tag: 'a' });
  second.respond(await second.request('INVITE'), 404, { tag: 'b' });
  t.match((await application.sip('SIP/2.0')).text, /^SIP\/2.0 404 /);
});

test('a target that cannot be sent to is passed by', async t => {
  const { zone, application, first } = await trunk(t);
  zone.names['_sip._udp.trunk.example'] = { srv: [srv(1, 0, 'local', 0), srv(2, 0, 'local', first.port)] };
  await send(application, 'OPTIONS');
  first.respond(await first.request('OPTIONS'), 200);
  await application.sip('SIP/2.0 200');
});

for (const method of ['INVITE', 'OPTIONS']) {
  test(`nobody listens, ${method}: that is found out after two repetitions`, async t => {
    const { harness, clock, zone, application, second } = await trunk(t);
    const nobody = createSocket('udp4');
    nobody.bind(0, '127.0.0.1');
    await once(nobody, 'listening');
    const { port } = nobody.address();
    nobody.close();
    zone.names['_sip._udp.trunk.example'] = {
      srv: [srv(1, 0, 'local', port), srv(2, 0, 'local', second.port)],
    };
    await send(application, method);
    await harness.until(() => harness.server.sizes().transactions === 1);
    clock.pass(1_500);
    second.respond(await second.request(method), 404, { tag: 'b' });
    t.match((await application.sip('SIP/2.0')).text, /^SIP\/2.0 404 /);
  });

  test(`all are dead, ${method}: one 408, and the last one has had its whole time`, async t => {
    const { harness, clock, application, first, second } = await trunk(t);
    const result = await send(application, method);
    await first.request(method);
    clock.pass(targetMs);
    await second.request(method);
    clock.pass(allMs - 1);
    t.same(await application.ask('ping'), ['OK', 'pong']);
    t.equal(application.got.length, 0);
    clock.pass(1);
    const answer = await application.sip('SIP/2.0');
    t.match(answer.text, /^SIP\/2.0 408 /);
    t.match(answer.fields.slice(2, 7), ['network', '0', 'unknown', '', '0']);
    t.equal(answer.fields[8], transactionOf(result));
    t.match(harness.server.sizes(), { dialogs: 0, invites: 0, transactions: 0 });
  });
}

test('a single target gets all the time there is', async t => {
  const { clock, zone, application, first } = await trunk(t);
  zone.names['_sip._udp.trunk.example'] = { srv: [srv(1, 0, 'local', first.port)] };
  await send(application, 'INVITE');
  const { via } = await first.request('INVITE');
  clock.pass(allMs - 1);
  for (let repeats = 0; repeats < 6; repeats += 1) {
    const again = await first.request('INVITE');
    t.equal(again.via?.branch, via?.branch);
  }
  clock.pass(1);
  t.match((await application.sip('SIP/2.0')).text, /^SIP\/2.0 408 /);
});

test('who has answered anything is not given up', async t => {
  const { harness, clock, application, first, second } = await trunk(t);
  await send(application, 'INVITE');
  const invite = await first.request('INVITE');
  first.respond(invite, 100);
  first.respond(invite, 180, { tag: 'a' });
  await application.sip('SIP/2.0 180');
  clock.pass(allMs * 2);
  // What rings has been told to the application, and a 503 ends it.
  first.respond(invite, 503, { tag: 'a' });
  await application.sip('SIP/2.0 503');

  await first.request('ACK');

  await send(application, 'OPTIONS');
  first.respond(await first.request('OPTIONS'), 100);
  // Answered after the 100 has been read: nobody has a route for it.
  first.sendText(peerRequest(first, { method: 'OPTIONS', uri: harness.uri, ...stranger }));
  await first.response(503, 'OPTIONS');
  clock.pass(allMs);
  t.match((await application.sip('SIP/2.0')).text, /^SIP\/2.0 408 /);
  await caughtUp(application, second);
  t.equal(second.got.length, 0);
});

test('CANCEL goes to the one in use, and ends the search', async t => {
  const { harness, clock, zone, application, first, second } = await trunk(t);
  const cancel = async (transactionId: string) =>
    application.ask(`sip|${transactionId}|\r\nCANCEL sip:b@trunk.example SIP/2.0\r\n\r\n`);

  // While the second rings.
  let transactionId = transactionOf(await send(application, 'INVITE'));
  await first.request('INVITE');
  clock.pass(targetMs);
  const two = await second.request('INVITE');
  second.respond(two, 180, { tag: 'b' });
  await application.sip('SIP/2.0 180');
  t.equal((await cancel(transactionId))[0], 'OK');
  const cancelled = await second.request('CANCEL');
  t.equal(cancelled.via?.branch, two.via?.branch);
  second.respond(cancelled, 200);
  second.respond(two, 487, { tag: 'b' });
  await second.request('ACK');
  await application.sip('SIP/2.0 487');
  clock.pass(allMs);
  first.got.length = 0;

  // While the first is silent: the other is not tried any more.
  transactionId = transactionOf(await send(application, 'INVITE'));
  await first.request('INVITE');
  t.equal((await cancel(transactionId))[0], 'OK');
  clock.pass(allMs);
  t.match((await application.sip('SIP/2.0')).text, /^SIP\/2.0 408 /);
  await caughtUp(application, second);
  t.equal(second.got.length, 0);

  // While nobody knows yet where it goes.
  let found: () => void = () => undefined;
  zone.srv = () =>
    new Promise(resolve => {
      found = () => resolve({ records: [srv(1, 0, 'local', second.port)] });
    });
  transactionId = transactionOf(await send(application, 'INVITE', 'sip:other.example;transport=udp'));
  const { length } = second.got;
  t.equal((await cancel(transactionId))[0], 'OK');
  t.match((await application.sip('SIP/2.0')).text, /^SIP\/2.0 487 /);
  found();
  await caughtUp(application, second);
  t.equal(second.got.length, length, 'what was cancelled did not leave');
  t.match(harness.server.sizes(), { invites: 0 });
});

test('a request in a dialog goes by its route set, to whoever of it serves', async t => {
  const { clock, application, first, second } = await trunk(t);
  await send(application, 'INVITE');
  const invite = await first.request('INVITE');
  first.respond(invite, 200, { tag: 'a', body: sdp, headers: [['Record-Route', '<sip:trunk.example;lr>']] });
  const dialogId = (await application.sip('SIP/2.0 200')).fields[9];
  t.equal((await application.ask(`sip||${dialogId}\r\nACK sip:placeholder SIP/2.0\r\n\r\n`))[0], 'OK');
  await first.request('ACK');
  const bye = await application.ask(`sip||${dialogId}\r\nBYE sip:placeholder SIP/2.0\r\n\r\n`);
  t.equal(bye[3], 'unknown');
  const one = await first.request('BYE');
  clock.pass(targetMs);
  const two = await second.request('BYE');
  t.equal(two.first('route'), '<sip:trunk.example;lr>');
  t.equal(two.cseq?.number, one.cseq?.number);
  t.not(two.via?.branch, one.via?.branch);
  second.respond(two, 200);
  const answer = await application.sip('SIP/2.0 200');
  t.equal(answer.fields[8], transactionOf(bye));
});

test('a call to a name that a name server knows', async t => {
  const dns = await DnsServer.start({
    'trunk.example': { naptr: [naptr(1, 1, 'SIP+D2U', '_sip._udp.trunk.example')] },
    'gateway.trunk.example': { host: ['127.0.0.1'] },
  });
  const harness = await Harness.start({ dnsServer: dns.address });
  t.teardown(async () => {
    await harness.close();
    await dns.close();
  });
  const srf = await harness.application();
  const [first, second] = [await harness.udpPeer(), await harness.udpPeer()];
  dns.names['_sip._udp.trunk.example'] = {
    srv: [srv(2, 0, 'gateway.trunk.example', second.port), srv(1, 0, 'gateway.trunk.example', first.port)],
  };
  const placed = srf.createUAC('sip:b@trunk.example', { localSdp: sdp } as never);
  first.respond(await first.request('INVITE'), 503, { tag: 'a' });
  const invite = await second.request('INVITE');
  t.equal(invite.uri, 'sip:b@trunk.example');
  second.respond(invite, 200, { tag: 'b', body: sdp });
  const dialog = await placed;
  await second.request('ACK');
  t.same(dns.asked, ['naptr trunk.example', 'srv _sip._udp.trunk.example', 'a gateway.trunk.example']);
  const ended = dialog.destroy();
  second.respond(await second.request('BYE'), 200);
  await ended;
});
