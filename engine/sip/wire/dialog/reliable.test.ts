/** Reliable provisional responses and PRACK (RFC 3262), in both roles. */
import type { Dialog, SrfResponse } from 'drachtio-srf';
import { test } from 'tap';
import type { SipResponse } from '../../message/message.js';
import { FakeClock } from '../../testing/fake-clock.js';
import { Harness, secret } from '../../testing/harness.js';
import { type Header, PeerCall, peerRequest, sdp } from '../../testing/peer.js';

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

/** An INVITE that a raw application is about to answer. */
async function offered(harness: Harness, headers: Header[], body = sdp) {
  const application = await harness.raw();
  await application.login(secret);
  await application.ask('route|invite');
  const peer = await harness.udpPeer();
  const call = new PeerCall(peer, harness.uri);
  call.invite(headers, body);
  const { fields } = await application.sip('INVITE');
  const answer = (transaction: string, text: string) =>
    application.ask(`sip|${transaction}||\r\nSIP/2.0 ${text}`);
  const prack = (response: SipResponse, parts: { body?: string } = {}) =>
    call.send('PRACK', {
      headers: [['RAck', `${response.first('rseq')} ${response.cseq?.number} INVITE`]],
      ...parts,
    });
  return { application, peer, call, prack, answer, invite: fields[8] as string };
}

const ring = '180 Ringing\r\nRequire: 100rel\r\n\r\n';
const withSdp = `Content-Type: application/sdp\r\n\r\n${sdp}`;

test('we answer: a 200 overtakes a reliable response without a description, whose PRACK is taken later', async t => {
  const clock = new FakeClock();
  const harness = await Harness.start({}, { clock });
  t.teardown(() => harness.close());
  const { application, peer, call, prack, answer, invite } = await offered(harness, [
    ['Supported', '100rel'],
  ]);
  await answer(invite, ring);
  const ringing = await peer.response(180, 'INVITE');
  t.equal((await answer(invite, `200 OK\r\n${withSdp}`))[0], 'OK');
  const ok = await peer.response(200, 'INVITE');
  clock.pass(500);
  await peer.response(200, 'INVITE');
  t.notOk(
    peer.got.some(({ text }) => text.startsWith('SIP/2.0 180')),
    'it is not repeated any more',
  );
  call.answered(ringing);
  prack(ringing);
  const { fields } = await application.sip('PRACK');
  await answer(fields[8] as string, '200 OK\r\n\r\n');
  await peer.response(200, 'PRACK');
  prack(ringing);
  await peer.response(481, 'PRACK');
  call.ack(ok);
  await application.sip('ACK');
  t.match(harness.server.sizes(), { dialogs: 1, exchanges: 0 });
});

test('we answer: one reliable response at a time, in order; a caller may demand it', async t => {
  const harness = await Harness.start();
  t.teardown(() => harness.close());
  const { application, peer, call, prack, answer, invite } = await offered(harness, [['Require', '100rel']]);
  await answer(invite, '180 Ringing\r\n\r\n');
  await answer(invite, `183 Session Progress\r\nRequire: 100rel\r\n${withSdp}`);
  await answer(invite, `200 OK\r\n${withSdp}`);
  const first = await peer.response(180, 'INVITE');
  t.equal(first.first('require'), '100rel', 'the application did not say so');
  t.ok(first.first('contact'));
  call.answered(first);
  t.notOk(peer.got.some(({ text }) => text.startsWith('SIP/2.0 183')));
  prack(first);
  await application.sip('PRACK');
  const second = await peer.response(183, 'INVITE');
  t.equal(Number(second.first('rseq')), Number(first.first('rseq')) + 1);
  t.notOk(
    peer.got.some(({ text }) => text.startsWith('SIP/2.0 200')),
    'the 200 waits for the one with a description',
  );
  prack(second);
  await application.sip('PRACK');
  call.ack(await peer.response(200, 'INVITE'));
  await application.sip('ACK');
});

test('we answer: the offer in a reliable response has its answer in the PRACK', async t => {
  const harness = await Harness.start();
  t.teardown(() => harness.close());
  const { application, peer, call, prack, answer, invite } = await offered(
    harness,
    [['Supported', '100rel']],
    '',
  );
  await answer(invite, `183 Session Progress\r\nRequire: 100rel\r\n${withSdp}`);
  const progress = await peer.response(183, 'INVITE');
  call.answered(progress);
  call.target = harness.uri;
  call.send('UPDATE', { body: sdp });
  await peer.response(491, 'UPDATE');
  prack(progress, { body: sdp });
  const { fields, text } = await application.sip('PRACK');
  t.ok(text.endsWith(sdp));
  await answer(fields[8] as string, '200 OK\r\n\r\n');
  await peer.response(200, 'PRACK');
  call.send('UPDATE', { body: sdp });
  const update = await application.sip('UPDATE');
  await answer(update.fields[8] as string, `200 OK\r\nCSeq: 1 UPDATE\r\n${withSdp}`);
  await peer.response(200, 'UPDATE');
});

/** A raw application that calls a peer. */
async function calling(harness: Harness, head = withSdp) {
  const application = await harness.raw();
  await application.login(secret);
  const peer = await harness.udpPeer();
  const [, , , , , , , transaction] = await application.ask(
    `sip|||\r\nINVITE sip:b@127.0.0.1:${peer.port} SIP/2.0\r\nSupported: 100rel\r\n${head}`,
  );
  const invite = await peer.request('INVITE');
  const progress = (tag: string, rseq: number, body = '') =>
    peer.respond(invite, 183, {
      tag,
      body,
      headers: [
        ['Require', '100rel'],
        ['RSeq', String(rseq)],
      ],
    });
  const within = (dialog: string, line: string, rest = '\r\n') =>
    application.ask(`sip||${dialog}|\r\n${line} sip:placeholder SIP/2.0\r\n${rest}`);
  return { application, peer, invite, progress, within, transaction };
}

test('we call: reliable responses are taken in their order, and each has its PRACK', async t => {
  const harness = await Harness.start();
  t.teardown(() => harness.close());
  const { application, peer, invite, progress, within } = await calling(harness);
  progress('b', 9);
  progress('b', 11);
  progress('b', 10);
  progress('b', 11);
  progress('b', 10);
  const rseqs: string[] = [];
  for (let i = 0; i < 3; i += 1) {
    rseqs.push(/RSeq: (\d+)/.exec((await application.sip('SIP/2.0 183')).text)?.[1] ?? '');
  }
  t.same(rseqs, ['9', '10', '11'], 'one that has overtaken another is waited for');
  const dialog = `${invite.callId};from-tag=${invite.fromTag}`;
  for (const rseq of rseqs) {
    t.equal((await within(dialog, 'PRACK'))[0], 'OK');
    t.equal((await peer.request('PRACK')).first('rack'), `${rseq} ${invite.cseq?.number} INVITE`);
  }
  t.same(await within(dialog, 'PRACK'), ['NOK', 'Server error: unable to find IIP when sending PRACK']);
});

test('we call: forks have early dialogs of their own, and one of them the call', async t => {
  const harness = await Harness.start();
  t.teardown(() => harness.close());
  const { application, peer, invite, progress, within } = await calling(harness);
  const dialog = `${invite.callId};from-tag=${invite.fromTag}`;
  for (const tag of ['b', 'c']) progress(tag, 5);
  await application.sip('SIP/2.0 183');
  await application.sip('SIP/2.0 183');
  for (const tag of ['b', 'c']) {
    await within(dialog, 'PRACK', `RAck: 5 ${invite.cseq?.number} INVITE\r\n\r\n`);
    const prack = await peer.request('PRACK');
    t.equal(prack.toTag, tag);
    peer.respond(prack, 200);
    await application.sip('SIP/2.0 200');
  }
  for (const tag of ['b', 'c']) {
    const identity = { callId: invite.callId, from: `${invite.to};tag=${tag}`, to: invite.from, sequence: 1 };
    peer.sendText(peerRequest(peer, { method: 'UPDATE', uri: harness.uri, ...identity }));
    const update = await application.sip('UPDATE');
    t.equal(update.fields[9], dialog);
    await application.ask(`sip|${update.fields[8]}||\r\nSIP/2.0 200 OK\r\n\r\n`);
    await peer.response(200, 'UPDATE');
  }
  t.equal(harness.server.sizes().dialogs, 1, 'one id');
  peer.respond(invite, 200, { tag: 'b', body: sdp });
  await application.sip('SIP/2.0 200');
  await within(dialog, 'ACK');
  t.equal((await peer.request('ACK')).toTag, 'b');
  // Another fork that was quick too is let go (RFC 3261 section 13.2.2.4).
  peer.respond(invite, 200, { tag: 'c', body: sdp });
  t.equal((await peer.request('ACK')).toTag, 'c');
  const bye = await peer.request('BYE');
  t.equal(bye.toTag, 'c');
  peer.respond(bye, 200);
  await within(dialog, 'INFO');
  t.equal((await peer.request('INFO')).toTag, 'b');
  t.equal(harness.server.sizes().dialogs, 1);
});

test('we call: an offer in a reliable response is answered in the PRACK', async t => {
  const harness = await Harness.start();
  t.teardown(() => harness.close());
  const { application, peer, invite, progress, within } = await calling(harness, '\r\n');
  t.equal(invite.body, '');
  progress('b', 1, sdp);
  const { fields, text } = await application.sip('SIP/2.0 183');
  t.ok(text.endsWith(sdp));
  await within(fields[9] as string, 'PRACK', withSdp);
  const prack = await peer.request('PRACK');
  t.equal(prack.body, sdp);
  peer.respond(prack, 200);
  await application.sip('SIP/2.0 200');
  peer.respond(invite, 200, { tag: 'b' });
  await application.sip('SIP/2.0 200');
  await within(fields[9] as string, 'ACK');
  t.equal((await peer.request('ACK')).body, '');
});
