/** The cdr events: one attempt and one stop for each call, and the right reason, whoever ends it. */
import type Srf from 'drachtio-srf';
import { test } from 'tap';
import { frame } from '../../control/framing.js';
import { randomToken } from '../../message/token.js';
import { FakeClock } from '../../testing/fake-clock.js';
import { type Handler, Harness, secret } from '../../testing/harness.js';
import { type Header, PeerCall, peerRequest, sdp, type UdpPeer } from '../../testing/peer.js';
import type { RawApplication } from '../../testing/raw-application.js';

/** `attempt network INVITE`, `start application uas SIP/2.0 200`, … : what a record keeper was told. */
const told = ({ got }: RawApplication): string[] =>
  got
    .filter(({ fields }) => fields[1]?.startsWith('cdr:'))
    .map(({ fields, text }) => {
      const message = /^SIP\/2\.0 \d+|^\S+/.exec(text)?.[0];
      return [fields[1]?.slice(4), fields[2], ...fields.slice(4), message].join(' ');
    });

async function keeper(harness: Harness): Promise<RawApplication> {
  const application = await harness.raw();
  await application.login(secret);
  for (const event of ['attempt', 'start', 'stop']) await application.ask(`route|cdr:${event}`);
  return application;
}

async function start(options: object = {}) {
  const clock = new FakeClock();
  const harness = await Harness.start({ recordCalls: true, ...options }, { clock });
  return { harness, clock, records: await keeper(harness), peer: await harness.udpPeer() };
}

/** A call of the peer that the application has answered 200. */
async function answered(harness: Harness, peer: UdpPeer, headers: Header[] = []): Promise<PeerCall> {
  const call = new PeerCall(peer, harness.uri);
  call.invite(headers);
  for (;;) {
    const response = await peer.response(200, 'INVITE');
    // Others are repetitions for a call of before.
    if (response.callId !== call.callId) continue;
    call.answered(response);
    return call;
  }
}

const attempt = 'attempt network INVITE';
const begun = [attempt, 'start application uas SIP/2.0 200'];
const done = (count: number, records: RawApplication) => () => told(records).length >= count;

async function answering(harness: Harness): Promise<Srf> {
  const srf = await harness.application({ invite: (req, res) => srf.createUAS(req, res, { localSdp: sdp }) });
  return srf;
}

/** Resolves when the server has seen the ACK. */
async function acknowledge(peer: UdpPeer, call: PeerCall): Promise<void> {
  peer.sendText(call.text('ACK'));
  const identity = { callId: randomToken(8), from: '<sip:a@example.com>;tag=1', to: '<sip:b@example.com>' };
  peer.sendText(peerRequest(peer, { method: 'PUBLISH', uri: call.uri, ...identity, sequence: 1 }));
  await peer.response(503, 'PUBLISH');
}

test('drachtio-srf gets the events with their message', async t => {
  const { harness, records, peer } = await start();
  t.teardown(() => harness.close());
  records.socket.destroy();
  await harness.until(() => harness.server.sizes().routes === 0);
  const srf = await harness.application({});
  const events: unknown[][] = [];
  for (const event of ['attempt', 'start', 'stop'])
    (srf as unknown as NodeJS.EventEmitter).on(`cdr:${event}`, (...args: unknown[]) =>
      events.push([event, ...args]),
    );
  // drachtio-srf sends all its routes again with each new one: 1, 2, 3.
  await harness.until(() => harness.server.sizes().routes === 6);
  await answering(harness);
  const call = await answered(harness, peer);
  await acknowledge(peer, call);
  call.send('BYE');
  await peer.response(200, 'BYE');
  await harness.until(() => events.length === 3);
  const time = /^\d\d:\d\d:\d\d\.\d{6}$/;
  t.match(events, [
    ['attempt', 'network', time, { method: 'INVITE' }],
    ['start', 'application', time, 'uas', { status: 200 }],
    ['stop', 'network', time, 'normal-release', { method: 'BYE' }],
  ]);
});

test('calls to the server: each end has its reason', async t => {
  const { harness, clock, records, peer } = await start();
  t.teardown(() => harness.close());
  let handler: Handler = () => undefined;
  const srf = await harness.application({ invite: (req, res) => handler(req, res) });
  const expected: string[] = [];
  const check = async (name: string, ...events: string[]) => {
    expected.push(...events);
    await harness.until(done(expected.length, records));
    t.same(told(records), expected, name);
  };

  handler = (_, res) => res.send(486);
  const busy = new PeerCall(peer, harness.uri);
  busy.invite();
  busy.ackFailure(await peer.response(486, 'INVITE'));
  await check('refused by the application', attempt, 'stop application call-rejected SIP/2.0 486');

  for (const ringing of [false, true]) {
    const asked = new Promise(resolve => {
      handler = (_, res) => {
        if (ringing) res.send(180);
        resolve(undefined);
      };
    });
    const given = new PeerCall(peer, harness.uri);
    given.invite();
    await asked;
    if (ringing) await peer.response(180, 'INVITE');
    given.cancel();
    given.ackFailure(await peer.response(487, 'INVITE'));
    await check(`cancelled, ringing: ${ringing}`, attempt, 'stop network call-canceled INVITE');
  }

  handler = () => undefined;
  const forgotten = new PeerCall(peer, harness.uri);
  forgotten.invite();
  await harness.until(() => harness.server.sizes().exchanges === 1);
  clock.pass(64_000);
  forgotten.ackFailure(await peer.response(408, 'INVITE'));
  await check('not answered', attempt, 'stop application call-rejected SIP/2.0 408');

  handler = async (req, res) => {
    const dialog = await srf.createUAS(req, res, { localSdp: sdp });
    dialog.destroy();
  };
  await acknowledge(peer, await answered(harness, peer));
  peer.respond(await peer.request('BYE'), 200);
  await check('released by the application', ...begun, 'stop application normal-release BYE');

  handler = (req, res) => srf.createUAS(req, res, { localSdp: sdp });
  await answered(harness, peer);
  clock.pass(32_000);
  peer.respond(await peer.request('BYE'), 200);
  await check('never acknowledged', ...begun, 'stop application system-initiated-termination BYE');

  const timed = await answered(harness, peer, [
    ['Session-Expires', '90;refresher=uac'],
    ['Supported', 'timer'],
  ]);
  await acknowledge(peer, timed);
  clock.pass(90_000);
  peer.respond(await peer.request('BYE'), 200);
  await check('not refreshed', ...begun, 'stop application session-expired BYE');
});

test('calls of an application: each end has its reason', async t => {
  const { harness, clock, records, peer } = await start();
  t.teardown(() => harness.close());
  const application = await harness.raw();
  await application.login(secret);
  const expected: string[] = [];
  const check = async (name: string, ...events: string[]) => {
    expected.push('attempt application INVITE', ...events);
    await harness.until(done(expected.length, records));
    t.same(told(records), expected, name);
  };
  const target = `sip:b@127.0.0.1:${peer.port}`;
  const call = async () => {
    const callId = randomToken(8);
    const message = `INVITE ${target} SIP/2.0\r\nCall-ID: ${callId}\r\n\r\n`;
    const [, , , , , , , id] = await application.ask(`sip|||\r\n${message}`);
    let invite = await peer.request('INVITE');
    while (invite.callId !== callId) invite = await peer.request('INVITE');
    return { id, invite };
  };
  const within = (dialogId: string, method: string) =>
    application.ask(`sip||${dialogId}|\r\n${method} sip:placeholder SIP/2.0\r\n\r\n`);
  const connected = async () => {
    const { invite } = await call();
    peer.respond(invite, 200, { tag: 'b' });
    const { fields } = await application.sip('SIP/2.0 200 OK');
    const dialogId = fields[9] ?? '';
    await within(dialogId, 'ACK');
    await peer.request('ACK');
    return { invite, dialogId };
  };
  const began = 'start network uac SIP/2.0 200';

  peer.respond((await call()).invite, 486, { tag: 'b' });
  await check('refused', 'stop network call-rejected SIP/2.0 486');

  const cancelled = await call();
  peer.respond(cancelled.invite, 180, { tag: 'b' });
  await application.sip('SIP/2.0 180');
  await application.ask(`sip|${cancelled.id}||\r\nCANCEL ${target} SIP/2.0\r\n\r\n`);
  peer.respond(await peer.request('CANCEL'), 200);
  peer.respond(cancelled.invite, 487, { tag: 'b' });
  await check('cancelled', 'stop network call-canceled SIP/2.0 487');

  await call();
  clock.pass(32_000);
  await check('no answer', 'stop application call-rejected SIP/2.0 408');

  const { dialogId } = await connected();
  await within(dialogId, 'BYE');
  peer.respond(await peer.request('BYE'), 200);
  await check('released by the application', began, 'stop application normal-release BYE');

  const { invite } = await connected();
  const identity = { callId: invite.callId, from: `${invite.to};tag=b`, to: invite.from };
  peer.sendText(peerRequest(peer, { method: 'BYE', uri: harness.uri, sequence: 1, ...identity }));
  await application.sip('BYE');
  await check('released by the far end', began, 'stop network normal-release BYE');

  const orphan = await call();
  application.socket.destroy();
  await harness.until(() => told(records).length > expected.length);
  peer.respond(orphan.invite, 200, { tag: 'b' });
  peer.respond(await peer.request('BYE'), 200);
  await check('answered when nobody waits', began, 'stop application system-initiated-termination BYE');
});

test('who asks while the application goes away, or when there is none, is refused', async t => {
  const { harness, records, peer } = await start();
  t.teardown(() => harness.close());
  const application = await harness.raw();
  await application.login(secret);
  await application.ask('route|invite');
  const early = new PeerCall(peer, harness.uri);
  early.invite();
  await application.sip('INVITE');
  application.socket.destroy();
  early.ackFailure(await peer.response(503, 'INVITE'));
  const unserved = new PeerCall(peer, harness.uri);
  unserved.invite();
  unserved.ackFailure(await peer.response(503, 'INVITE'));
  await harness.until(done(4, records));
  const refused = [attempt, 'stop application call-rejected SIP/2.0 503'];
  t.same(told(records), [...refused, ...refused]);
});

test('a call that is forwarded has its records, too', async t => {
  const { harness, records, peer } = await start();
  t.teardown(() => harness.close());
  const callee = await harness.udpPeer();
  const application = await harness.raw();
  await application.login(secret);
  await application.ask('route|invite');
  const forwarded = async () => {
    const call = new PeerCall(peer, harness.uri);
    call.invite();
    const { fields } = await application.sip('INVITE');
    application.write(
      frame(
        `p|proxy|${fields[8]}|remainInDialog|||serial|||sip:127.0.0.1:${callee.port}\r\nINVITE sip:x SIP/2.0\r\n\r\n`,
      ),
    );
    return { call, invite: await callee.request('INVITE') };
  };
  const busy = await forwarded();
  callee.respond(busy.invite, 486, { tag: 'c' });
  busy.call.ackFailure(await peer.response(486, 'INVITE'));
  const given = await forwarded();
  callee.respond(given.invite, 180, { tag: 'c' });
  await peer.response(180, 'INVITE');
  given.call.cancel();
  callee.respond(await callee.request('CANCEL'), 200);
  callee.respond(given.invite, 487, { tag: 'c' });
  given.call.ackFailure(await peer.response(487, 'INVITE'));
  const { call, invite } = await forwarded();
  callee.respond(invite, 200, { tag: 'c' });
  const ok = await peer.response(200, 'INVITE');
  call.answered(ok);
  const headers = ok
    .all('record-route')
    .map((value): Header => ['Route', value])
    .reverse();
  peer.sendText(call.text('ACK', { headers }));
  await callee.request('ACK');
  // Both hang up: their requests cross on the way, and are one end.
  call.send('BYE', { headers });
  const bye = await callee.request('BYE');
  const crossing = { method: 'BYE', uri: peer.contact, callId: bye.callId, sequence: 1 };
  callee.sendText(
    peerRequest(callee, {
      ...{ ...crossing, from: bye.to, to: bye.from },
      headers: ok.all('record-route').map((value): Header => ['Route', value]),
    }),
  );
  peer.respond(await peer.request('BYE'), 200);
  await callee.response(200, 'BYE');
  callee.respond(bye, 200);
  await peer.response(200, 'BYE');
  await harness.until(done(14, records));
  const branch = 'attempt application INVITE';
  t.same(told(records), [
    ...[attempt, branch],
    ...['stop network call-rejected SIP/2.0 486', 'stop application call-rejected SIP/2.0 486'],
    ...[attempt, branch],
    ...['stop network call-canceled SIP/2.0 487', 'stop network call-canceled INVITE'],
    ...[attempt, branch],
    ...['start network proxy-uac SIP/2.0 200', 'start application proxy-uas SIP/2.0 200'],
    ...['stop network normal-release BYE', 'stop application normal-release BYE'],
  ]);
});

test('an orphaned call ends with a record', async t => {
  const { harness, clock, records, peer } = await start();
  t.teardown(() => harness.close());
  const application = await harness.raw();
  await application.login(secret);
  await application.ask('route|invite');
  const call = answered(harness, peer);
  const { fields } = await application.sip('INVITE');
  await application.ask(`sip|${fields[8]}||\r\nSIP/2.0 200 OK\r\n\r\n`);
  await acknowledge(peer, await call);
  application.socket.destroy();
  await harness.until(() => harness.server.sizes().routes === 3);
  clock.pass(30_000);
  peer.respond(await peer.request('BYE'), 200);
  await harness.until(done(3, records));
  t.same(told(records), [...begun, 'stop application system-initiated-termination BYE']);
});

test('the end of the server is told for every call there is', async t => {
  const { harness, records, peer } = await start();
  t.teardown(() => peer.close());
  const application = await harness.raw();
  await application.login(secret);
  await application.ask('route|invite');
  new PeerCall(peer, harness.uri).invite();
  await application.sip('INVITE');
  const call = answered(harness, peer);
  const { fields } = await application.sip('INVITE');
  await application.ask(`sip|${fields[8]}||\r\nSIP/2.0 200 OK\r\n\r\n`);
  await acknowledge(peer, await call);
  await application.ask(`sip|||\r\nINVITE sip:b@127.0.0.1:${peer.port} SIP/2.0\r\n\r\n`);
  await harness.server.close();
  await records.closed;
  t.same(told(records).slice(4).sort(), [
    'stop application call-rejected SIP/2.0 503',
    'stop application system-initiated-termination BYE',
    'stop application system-initiated-termination INVITE',
  ]);
});

test('each event goes to those who asked for it, in turn; without the flag to nobody', async t => {
  const { harness, records, peer } = await start();
  t.teardown(() => harness.close());
  const second = await harness.raw();
  await second.login(secret);
  await second.ask('route|cdr:attempt');
  await second.ask('route|invite');
  await second.ask('remove_route|invite');
  for (let i = 0; i < 4; i += 1) {
    const call = new PeerCall(peer, harness.uri);
    call.invite();
    call.ackFailure(await peer.response(503, 'INVITE'));
  }
  await harness.until(() => done(2, second)() && done(6, records)());
  t.same(told(second), [attempt, attempt]);
  t.equal(told(records).filter(event => event.startsWith('stop')).length, 4);
  const unknown = {
    method: 'WHAT',
    callId: 'w',
    from: '<sip:a@example.com>;tag=1',
    to: '<sip:b@example.com>',
  };
  peer.sendText(peerRequest(peer, { uri: harness.uri, sequence: 1, ...unknown }));
  t.equal((await peer.response(405, 'WHAT')).first('allow'), '', 'an event is no method');

  const quiet = await Harness.start();
  t.teardown(() => quiet.close());
  const nobody = await keeper(quiet);
  const caller = await quiet.udpPeer();
  new PeerCall(caller, quiet.uri).invite();
  await caller.response(503, 'INVITE');
  await nobody.ask('ping');
  t.same(told(nobody), []);
});
