/** Reliable provisional responses and PRACK (RFC 3262), in both roles. */
import type { Dialog, SrfResponse } from 'drachtio-srf';
import { test } from 'tap';
import { FakeClock } from './testing/fake-clock.js';
import { Harness, secret } from './testing/harness.js';
import { PeerCall, sdp } from './testing/peer.js';

const reliably = { body: sdp, headers: { Require: '100rel' } };

test('we answer: repeated until PRACK; the 200 waits for it', async t => {
  const clock = new FakeClock();
  const harness = await Harness.start({}, { clock });
  t.teardown(() => harness.close());
  const application = await harness.raw();
  await application.login(secret);
  await application.ask('route|invite');
  const peer = await harness.udpPeer();
  const call = new PeerCall(peer, harness.uri);
  call.invite([['Supported', 'timer, 100rel']]);
  const { fields } = await application.sip('INVITE');
  const answer = (line: string, headers: string) =>
    application.ask(
      `sip|${fields[8]}||\r\nSIP/2.0 ${line}\r\n${headers}Content-Type: application/sdp\r\n\r\n${sdp}`,
    );
  t.equal((await answer('183 Session Progress', 'Require: 100rel\r\nRSeq: 1\r\n'))[0], 'OK');
  const progress = await peer.response(183, 'INVITE');
  t.equal(progress.all('rseq').length, 1);
  t.match(progress.first('contact'), /<sip:127\.0\.0\.1/);
  call.answered(progress);
  for (const interval of [500, 1_000, 2_000]) {
    clock.pass(interval);
    t.equal((await peer.response(183, 'INVITE')).text, progress.text);
  }
  t.equal((await answer('200 OK', ''))[0], 'OK');
  t.same(await answer('200 OK', ''), ['NOK', 'Response not sent due to unknown transaction']);
  call.send('PRACK', { headers: [['RAck', '1 1 INVITE']] });
  await peer.response(481, 'PRACK');
  t.notOk(peer.got.some(message => message.text.startsWith('SIP/2.0 200')));
  call.send('PRACK', { headers: [['RAck', `${progress.first('rseq')} 1 INVITE`]] });
  const prack = await application.sip('PRACK');
  t.match(prack.fields[9], call.callId);
  const ok = await peer.response(200, 'INVITE');
  t.equal(ok.body, sdp);
  await application.ask(`sip|${prack.fields[8]}||\r\nSIP/2.0 200 OK\r\n\r\n`);
  await peer.response(200, 'PRACK');
  call.ack(ok);
  await application.sip('ACK');
  t.equal(harness.server.sizes().dialogs, 1);
});

test('we answer: while the 200 waits, other requests go on, and a BYE ends it all', async t => {
  const harness = await Harness.start();
  t.teardown(() => harness.close());
  const application = await harness.raw();
  await application.login(secret);
  await application.ask('route|invite');
  const peer = await harness.udpPeer();
  const call = new PeerCall(peer, harness.uri);
  call.invite([['Supported', '100rel']]);
  const { fields } = await application.sip('INVITE');
  const answer = (line: string, headers = '') =>
    application.ask(
      `sip|${fields[8]}||\r\nSIP/2.0 ${line}\r\n${headers}Content-Type: application/sdp\r\n\r\n${sdp}`,
    );
  await answer('183 Session Progress', 'Require: 100rel\r\n');
  call.answered(await peer.response(183, 'INVITE'));
  await answer('200 OK');
  call.send('UPDATE');
  const update = await application.sip('UPDATE');
  await application.ask(`sip|${update.fields[8]}||\r\nSIP/2.0 200 OK\r\n\r\n`);
  await peer.response(200, 'UPDATE');
  call.send('BYE');
  const bye = await application.sip('BYE');
  await application.ask(`sip|${bye.fields[8]}||\r\nSIP/2.0 200 OK\r\n\r\n`);
  await peer.response(200, 'BYE');
  call.ackFailure(await peer.response(487, 'INVITE'));
  t.match(harness.server.sizes(), { dialogs: 0, exchanges: 0 });
});

test('we answer with drachtio-srf: the call goes on when the PRACK is there', async t => {
  const harness = await Harness.start();
  t.teardown(() => harness.close());
  const srf = await harness.application({
    invite: (req, res) => {
      const answer = () => void srf.createUAS(req, res, { localSdp: sdp });
      (res.send as (...args: unknown[]) => void).call(res, 183, reliably, undefined, answer);
    },
    prack: (_, res) => res.send(200),
  });
  const peer = await harness.udpPeer();
  const call = new PeerCall(peer, harness.uri);
  call.invite([['Supported', '100rel']]);
  const progress = await peer.response(183, 'INVITE');
  call.answered(progress);
  call.send('PRACK', { headers: [['RAck', `${progress.first('rseq')} 1 INVITE`]] });
  await peer.response(200, 'PRACK');
  call.ack(await peer.response(200, 'INVITE'));
  call.send('BYE');
  await peer.response(200, 'BYE');
});

test('we answer: a caller that cannot, and one that never acknowledges', async t => {
  const clock = new FakeClock();
  const harness = await Harness.start({}, { clock });
  t.teardown(() => harness.close());
  const outcomes: unknown[] = [];
  const cancelled: string[] = [];
  await harness.application({
    invite: (req, res: SrfResponse) => {
      req.on('cancel', () => cancelled.push(req.get('Call-ID') as string));
      (res.send as (...args: unknown[]) => void).call(res, 183, reliably, (error: unknown) =>
        outcomes.push(error),
      );
    },
  });
  const peer = await harness.udpPeer();
  const old = new PeerCall(peer, harness.uri);
  old.invite();
  await harness.until(() => outcomes.length === 1);
  t.equal(outcomes[0], 'Remote endpoint does not support 100rel');
  old.cancel();
  old.ackFailure(await peer.response(487, 'INVITE'));
  const silent = new PeerCall(peer, harness.uri);
  silent.invite([['Require', '100rel']]);
  await peer.response(183, 'INVITE');
  clock.pass(32_000);
  silent.ackFailure(await peer.response(504, 'INVITE'));
  await harness.until(() => cancelled.length === 2);
  t.equal(cancelled[1], silent.callId);
  t.match(harness.server.sizes(), { dialogs: 0, exchanges: 0 });
});

test('we call: each reliable response is acknowledged once, and the dialog goes on from there', async t => {
  const harness = await Harness.start();
  t.teardown(() => harness.close());
  const srf = await harness.application();
  const peer = await harness.udpPeer();
  const progress: number[] = [];
  const placed = srf.createUAC(
    `sip:b@127.0.0.1:${peer.port}`,
    { localSdp: sdp, headers: { Supported: '100rel' } } as never,
    { cbProvisional: (res: { status: number }) => progress.push(res.status) } as never,
  ) as unknown as Promise<Dialog>;
  const invite = await peer.request('INVITE');
  const headers: [string, string][] = [
    ['Require', '100rel'],
    ['RSeq', '9'],
  ];
  peer.respond(invite, 183, { tag: 'b', body: sdp, headers });
  const prack = await peer.request('PRACK');
  t.equal(prack.first('rack'), `9 ${invite.cseq?.number} INVITE`);
  t.equal(prack.toTag, 'b');
  peer.respond(invite, 183, { tag: 'b', body: sdp, headers });
  peer.respond(prack, 200);
  peer.respond(invite, 200, { tag: 'b' });
  await peer.request('ACK');
  const dialog = await placed;
  t.same(progress, [183], 'the repeated one is not passed up');
  const ended = dialog.destroy();
  const bye = await peer.request('BYE');
  t.equal(bye.cseq?.number, (prack.cseq?.number ?? 0) + 1);
  peer.respond(bye, 200);
  await ended;
  t.equal(harness.server.sizes().dialogs, 0);
});
