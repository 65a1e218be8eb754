/** What happens as time passes and when an application is gone, on a clock that the tests move. */

import type { Dialog, SrfRequest, SrfResponse } from 'drachtio-srf';
import { test } from 'tap';
import { defaultSipServerOptions } from '../../options.js';
import { FakeClock } from '../../testing/fake-clock.js';
import { Harness, next, secret } from '../../testing/harness.js';
import { PeerCall, peerRequest, sdp } from '../../testing/peer.js';

async function start(clock = new FakeClock()): Promise<{ harness: Harness; clock: FakeClock }> {
  return { clock, harness: await Harness.start({}, { clock }) };
}

test('a 200 without ACK is repeated at the intervals of T1 and T2, then the call ends', async t => {
  const { harness, clock } = await start();
  t.teardown(() => harness.close());
  const dialogs: Dialog[] = [];
  const srf = await harness.application({
    invite: async (req, res) => dialogs.push(await srf.createUAS(req, res, { localSdp: sdp })),
  });
  const peer = await harness.udpPeer();
  const call = new PeerCall(peer, harness.uri);
  call.invite();
  await peer.response(200, 'INVITE');
  for (const interval of [500, 1_000, 2_000, 4_000, 4_000, 4_000, 4_000, 4_000, 4_000]) {
    clock.pass(interval - 1);
    clock.pass(1);
    await peer.response(200, 'INVITE');
  }
  t.notOk(
    peer.got.some(message => message.text.startsWith('SIP/2.0 200')),
    'one each interval, none between',
  );
  await harness.until(() => dialogs.length === 1);
  const destroyed = next(dialogs[0], 'destroy');
  clock.pass(32_000 - 27_500);
  const bye = await peer.request('BYE');
  t.equal(bye.first('reason'), 'SIP;cause=200;text="ACK timeout"');
  t.equal((await destroyed)[1], 'ACK timeout');
  t.equal(harness.server.sizes().dialogs, 0);
});

test('an INVITE is repeated at 0.5, 1, 2 … s and given up with 408 after 32 s', async t => {
  const { harness, clock } = await start();
  t.teardown(() => harness.close());
  const application = await harness.raw();
  await application.login(secret);
  const peer = await harness.udpPeer();
  const [, , , , , , , transaction] = await application.ask(
    `sip|||\r\nINVITE sip:b@127.0.0.1:${peer.port} SIP/2.0\r\n\r\n`,
  );
  const first = await peer.request('INVITE');
  for (const interval of [500, 1_000, 2_000, 4_000, 8_000, 16_000]) {
    clock.pass(interval);
    t.equal((await peer.request('INVITE')).text, first.text);
  }
  clock.pass(500);
  const { fields, text } = await application.sip('SIP/2.0 408');
  t.same([fields[3], fields[5], fields[6], fields[8]], ['0', '', '0', transaction]);
  t.match(text, `Call-ID: ${first.callId}`);
  t.match(harness.server.sizes(), { invites: 0, transactions: 0 });
});

test('a request that the application forgets gets a final answer', async t => {
  const { harness, clock } = await start();
  t.teardown(() => harness.close());
  const application = await harness.raw();
  await application.login(secret);
  await application.ask('route|invite');
  await application.ask('route|options');
  const peer = await harness.udpPeer();
  const call = new PeerCall(peer, harness.uri);
  call.invite();
  await application.sip('INVITE');
  const identity = { callId: 'o', from: '<sip:a@example.com>;tag=1', to: '<sip:b@example.com>' };
  peer.sendText(peerRequest(peer, { method: 'OPTIONS', uri: harness.uri, ...identity, sequence: 1 }));
  const options = await application.sip('OPTIONS');
  clock.pass(30_000);
  await peer.response(500, 'OPTIONS');
  clock.pass(34_000);
  call.ackFailure(await peer.response(408, 'INVITE'));
  const late = await application.ask(`sip|${options.fields[8]}||\r\nSIP/2.0 200 OK\r\n\r\n`);
  t.same(late, ['NOK', 'Response not sent due to unknown transaction']);
  t.equal(harness.server.sizes().exchanges, 0);
});

test('an application that vanishes leaves nobody ringing', async t => {
  const { harness, clock } = await start();
  t.teardown(() => harness.close());
  const application = await harness.raw();
  await application.login(secret);
  await application.ask('route|invite');
  const caller = await harness.udpPeer();
  const callee = await harness.udpPeer();
  const waiting = new PeerCall(caller, harness.uri);
  waiting.invite();
  await application.sip('INVITE');
  const ask = `sip|||\r\nINVITE sip:b@127.0.0.1:${callee.port} SIP/2.0\r\nContent-Type: application/sdp\r\n\r\n${sdp}`;
  await application.ask(ask);
  const ringing = await callee.request('INVITE');
  callee.respond(ringing, 180, { tag: 'r' });
  await application.sip('SIP/2.0 180');
  await application.ask(ask);
  const answering = await callee.request('INVITE');

  application.socket.destroy();
  waiting.ackFailure(await caller.response(503, 'INVITE'));
  const cancel = await callee.request('CANCEL');
  t.equal(cancel.callId, ringing.callId);
  callee.respond(cancel, 200);
  callee.respond(ringing, 487, { tag: 'r' });
  await callee.request('ACK');
  // The other one is answered before its CANCEL could go out.
  callee.respond(answering, 200, { tag: 'late', body: sdp });
  t.equal((await callee.request('ACK')).toTag, 'late');
  callee.respond(await callee.request('BYE'), 200);
  await harness.until(() => harness.server.sizes().invites === 0);
  t.match(harness.server.sizes(), { dialogs: 0, exchanges: 0, routes: 0 });
  clock.pass(64_000);
  await harness.until(() => harness.server.sizes().transactions === 0);
});

test('a call outlives its application for the grace time, for another one to take it', async t => {
  const { harness, clock } = await start();
  t.teardown(() => harness.close());
  const application = await harness.raw();
  await application.login(secret);
  await application.ask('route|invite');
  const peer = await harness.udpPeer();
  const calls: PeerCall[] = [];
  for (let i = 0; i < 3; i += 1) {
    const call = new PeerCall(peer, harness.uri);
    call.invite();
    const { fields } = await application.sip('INVITE');
    await application.ask(
      `sip|${fields[8]}||\r\nSIP/2.0 200 OK\r\nContent-Type: application/sdp\r\n\r\n${sdp}`,
    );
    call.ack(await peer.response(200, 'INVITE'));
    await application.sip('ACK');
    calls.push(call);
  }
  const [adopted, orphan, hungUp] = calls as [PeerCall, PeerCall, PeerCall];
  application.socket.destroy();
  await harness.until(() => harness.server.sizes().routes === 0);
  orphan.send('INFO');
  await peer.response(481, 'INFO');
  hungUp.send('BYE');
  await peer.response(200, 'BYE');
  t.equal(harness.server.sizes().dialogs, 2);

  const heir = await harness.raw();
  await heir.login(secret);
  const asked = await heir.ask(
    `sip|||\r\nINFO sip:placeholder SIP/2.0\r\nCall-ID: ${adopted.callId}\r\n\r\n`,
  );
  t.equal(asked[0], 'OK');
  peer.respond(await peer.request('INFO'), 200);
  clock.pass(30_000);
  const bye = await peer.request('BYE');
  t.equal(bye.callId, orphan.callId);
  t.match(bye.first('reason'), /Application is gone/);
  t.equal(harness.server.sizes().dialogs, 1);
  adopted.send('INFO');
  t.match((await heir.sip('INFO')).fields[9], adopted.callId, 'the heir gets the requests of its call');
});

test('a BYE of the application waits for the ACK of its 200', async t => {
  const { harness } = await start();
  t.teardown(() => harness.close());
  const answered: { dialog: Dialog; req: SrfRequest; res: SrfResponse }[] = [];
  const srf = await harness.application({
    invite: async (req, res) =>
      answered.push({ dialog: await srf.createUAS(req, res, { localSdp: sdp }), req, res }),
  });
  const peer = await harness.udpPeer();
  const call = new PeerCall(peer, harness.uri);
  call.invite();
  const ok = await peer.response(200, 'INVITE');
  await harness.until(() => answered.length === 1);
  const ended = answered[0]?.dialog.destroy();
  const raw = await harness.raw();
  await raw.login(secret);
  t.notOk(peer.got.some(message => message.text.startsWith('BYE')));
  call.ack(ok);
  peer.respond(await peer.request('BYE'), 200);
  await ended;
  t.equal(harness.server.sizes().dialogs, 0);
});

/** A raw application that has placed a call: its dialog at a peer that answered with tag `b`. */
async function placed(harness: Harness) {
  const application = await harness.raw();
  await application.login(secret);
  const peer = await harness.udpPeer();
  await application.ask(
    `sip|||\r\nINVITE sip:b@127.0.0.1:${peer.port} SIP/2.0\r\nContent-Type: application/sdp\r\n\r\n${sdp}`,
  );
  const invite = await peer.request('INVITE');
  peer.respond(invite, 200, { tag: 'b', body: sdp });
  const dialog = (await application.sip('SIP/2.0 200')).fields[9] ?? '';
  const within = (line: string) => application.ask(`sip||${dialog}|\r\n${line} SIP/2.0\r\n\r\n`);
  await within('ACK sip:placeholder');
  await peer.request('ACK');
  const farBye = () => {
    const identity = { callId: invite.callId, from: `${invite.to};tag=b`, to: invite.from, sequence: 1 };
    peer.sendText(peerRequest(peer, { method: 'BYE', uri: 'sip:placeholder@127.0.0.1', ...identity }));
  };
  return { application, peer, within, farBye };
}

test('a BYE that is challenged and not sent again ends the dialog all the same', async t => {
  const { harness, clock } = await start();
  t.teardown(() => harness.close());
  const { application, peer, within } = await placed(harness);
  await within('BYE sip:placeholder');
  peer.respond(await peer.request('BYE'), 401);
  await application.sip('SIP/2.0 401');
  t.equal(harness.server.sizes().dialogs, 1, 'there may be credentials to come');
  clock.pass(32_000);
  t.match(harness.server.sizes(), { dialogs: 0, transactions: 0 });
});

test('a re-INVITE does not outlive its dialog', async t => {
  const { harness, clock } = await start();
  t.teardown(() => harness.close());
  for (const answered of [false, true]) {
    const { application, peer, within, farBye } = await placed(harness);
    await within('INVITE sip:placeholder');
    const invite = await peer.request('INVITE');
    peer.respond(invite, 100);
    farBye();
    const bye = await application.sip('BYE');
    await application.ask(`sip|${bye.fields[8]}||\r\nSIP/2.0 200 OK\r\n\r\n`);
    peer.respond(await peer.request('CANCEL'), 200);
    if (answered) {
      peer.respond(invite, 200, { body: sdp });
      await peer.request('ACK');
    } else clock.pass(32_000);
    await application.sip('SIP/2.0 487');
    t.match(harness.server.sizes(), { dialogs: 0, exchanges: 0, invites: 0 });
  }
});

test('an answer that there is no room for is ended, and the application is told', async t => {
  const userAgent = { ...defaultSipServerOptions.userAgent, maxDialogs: 1 };
  const harness = await Harness.start({ userAgent });
  t.teardown(() => harness.close());
  await placed(harness);
  const application = await harness.raw();
  await application.login(secret);
  const peer = await harness.udpPeer();
  await application.ask(`sip|||\r\nINVITE sip:b@127.0.0.1:${peer.port} SIP/2.0\r\n\r\n`);
  peer.respond(await peer.request('INVITE'), 200, { tag: 'b', body: sdp });
  await peer.request('ACK');
  peer.respond(await peer.request('BYE'), 200);
  await application.sip('SIP/2.0 503');
  t.match(harness.server.sizes(), { dialogs: 1, invites: 0 });
});
