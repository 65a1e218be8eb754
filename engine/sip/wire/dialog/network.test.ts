/** What the network sees: answers of the server itself, CANCEL, repeated and broken messages, two-legged calls. */
import type { Dialog, SrfRequest, SrfResponse } from 'drachtio-srf';
import { test } from 'tap';
import { defaultSipServerOptions } from '../../options.js';
import { Harness, next, requestWithin } from '../../testing/harness.js';
import { PeerCall, peerRequest, sdp } from '../../testing/peer.js';

const identity = (callId: string) => ({
  callId,
  from: '<sip:a@example.com>;tag=1',
  to: '<sip:b@example.com>',
  sequence: 1,
});

test('a CANCEL before and after ringing', async t => {
  const harness = await Harness.start();
  t.teardown(() => harness.close());
  const requests: { req: SrfRequest; res: SrfResponse; cancelled: Promise<unknown> }[] = [];
  await harness.application({
    invite: (req, res) => requests.push({ req, res, cancelled: next(req, 'cancel') }),
  });
  const peer = await harness.udpPeer();
  for (const ringing of [false, true]) {
    const call = new PeerCall(peer, harness.uri);
    call.invite();
    await peer.response(100, 'INVITE');
    await harness.until(() => requests.length > 0);
    const { res, cancelled } = requests.pop() as (typeof requests)[0];
    if (ringing) {
      res.send(180);
      await peer.response(180, 'INVITE');
    }
    call.cancel();
    const { toTag } = await peer.response(200, 'CANCEL');
    const terminated = await peer.response(487, 'INVITE');
    t.equal(terminated.toTag, toTag, 'both have one tag (RFC 3261 section 9.2)');
    call.ackFailure(terminated);
    await cancelled;
    const late = new Promise(resolve => res.send(200, {} as never, resolve as never));
    t.equal(await late, 'Response not sent due to unknown transaction');
  }
  const stray = new PeerCall(peer, harness.uri);
  stray.cancel();
  await peer.response(481, 'CANCEL');
  t.match(harness.server.sizes(), { dialogs: 0, exchanges: 0 });
});

test('a repeated request is answered again, not delivered again', async t => {
  const harness = await Harness.start();
  t.teardown(() => harness.close());
  const answers: SrfResponse[] = [];
  await harness.application({ options: (_, res) => answers.push(res) });
  const peer = await harness.udpPeer();
  const text = peerRequest(peer, { method: 'OPTIONS', uri: harness.uri, ...identity('o') });
  peer.sendText(text);
  peer.sendText(text);
  await harness.until(() => answers.length === 1);
  answers[0]?.send(200, { headers: { 'X-Mine': 'yes' } } as never);
  const first = await peer.response(200, 'OPTIONS');
  t.equal(first.first('x-mine'), 'yes');
  peer.sendText(text);
  t.equal((await peer.response(200, 'OPTIONS')).text, first.text);
  t.equal(answers.length, 1);
  // The same request over another path: merged (RFC 3261 section 8.2.2.2).
  peer.sendText(peerRequest(peer, { method: 'OPTIONS', uri: harness.uri, ...identity('o') }));
  await peer.response(482, 'OPTIONS');
});

test('what belongs to nothing, to nobody, or is broken gets its answer', async t => {
  const harness = await Harness.start();
  t.teardown(() => harness.close());
  await harness.application({ message: () => undefined });
  const peer = await harness.udpPeer();
  const expected: [string, number, Partial<Parameters<typeof peerRequest>[1]>][] = [
    ['OPTIONS', 503, {}],
    ['FROBNICATE', 405, {}],
    ['BYE', 481, {}],
    ['UPDATE', 481, {}],
    ['INFO', 481, { to: '<sip:b@example.com>;tag=unknown' }],
    ['BYE', 481, { to: '<sip:b@example.com>;tag=unknown' }],
    ['OPTIONS', 400, { from: '"open <sip:a@example.com>;tag=1' }],
    ['OPTIONS', 416, { uri: 'unknown:b' }],
  ];
  for (const [index, [method, status, parts]] of expected.entries()) {
    peer.sendText(peerRequest(peer, { method, uri: harness.uri, ...identity(`e${index}`), ...parts }));
    const answer = await peer.response(status, method);
    t.ok(answer.toTag, `${method} ${status} has a tag`);
    if (status === 405) t.equal(answer.first('allow'), 'MESSAGE');
  }
  const invite = new PeerCall(peer, harness.uri);
  invite.invite();
  await peer.response(100, 'INVITE');
  invite.ackFailure(await peer.response(503, 'INVITE'));
  const lost = new PeerCall(peer, harness.uri);
  lost.to = `<${harness.uri}>;tag=unknown`;
  lost.invite();
  await peer.response(100, 'INVITE');
  lost.ackFailure(await peer.response(481, 'INVITE'));
  for (const noise of [
    '\0\0\0\0',
    'GET / HTTP/1.1\r\n\r\n',
    'x'.repeat(2_000),
    'SIP/2.0 200 OK\r\n\r\n',
    '\r\n\r\n',
  ]) {
    peer.sendText(noise);
  }
  peer.sendText(peerRequest(peer, { method: 'OPTIONS', uri: harness.uri, ...identity('last') }));
  await peer.response(503, 'OPTIONS');
  t.equal(peer.got.length, 0, 'noise is not answered');
});

test('past the caps there is a 503, and what is there goes on', async t => {
  const userAgent = { ...defaultSipServerOptions.userAgent, maxDialogs: 1 };
  const harness = await Harness.start({ userAgent, maxTransactions: 3, maxFlows: 1 });
  t.teardown(() => harness.close());
  const srf = await harness.application({
    invite: (req, res) => void srf.createUAS(req, res, { localSdp: sdp }).catch(() => undefined),
    options: () => undefined,
  });
  const peer = await harness.udpPeer();
  const first = new PeerCall(peer, harness.uri);
  first.invite();
  first.ack(await peer.response(200, 'INVITE'));
  const second = new PeerCall(peer, harness.uri);
  second.invite();
  second.ackFailure(await peer.response(480, 'INVITE'));
  peer.sendText(peerRequest(peer, { method: 'OPTIONS', uri: harness.uri, ...identity('kept') }));
  await harness.until(() => harness.server.sizes().transactions === 3);
  peer.sendText(peerRequest(peer, { method: 'OPTIONS', uri: harness.uri, ...identity('over') }));
  t.equal((await peer.response(503, 'OPTIONS')).first('retry-after'), '5');
  await harness.wsPeer();
  const stranger = await harness.wsPeer();
  const [code] = (await next(stranger.socket, 'close')) as [number];
  t.equal(code, 1013);
});

test('two re-INVITEs that cross: 491; one while another is open: 500', async t => {
  const harness = await Harness.start();
  t.teardown(() => harness.close());
  const dialogs: Dialog[] = [];
  const srf = await harness.application({
    invite: async (req, res) => dialogs.push(await srf.createUAS(req, res, { localSdp: sdp })),
  });
  const peer = await harness.udpPeer();
  const call = new PeerCall(peer, harness.uri);
  call.invite();
  call.ack(await peer.response(200, 'INVITE'));
  await harness.until(() => dialogs.length === 1);
  const dialog = dialogs[0] as Dialog;
  const open: SrfResponse[] = [];
  dialog.on('modify', (_req, res) => open.push(res));

  const modified = dialog.modify(sdp);
  const ours = await peer.request('INVITE');
  const contact: [string, string][] = [['Contact', `<${peer.contact}>`]];
  call.send('INVITE', { headers: contact, body: sdp });
  await peer.response(491, 'INVITE');
  peer.respond(ours, 200, { body: sdp });
  await peer.request('ACK');
  await modified;

  const changed = sdp.replace('40000', '40002');
  call.send('INVITE', { headers: contact, body: changed });
  await harness.until(() => open.length === 1);
  call.send('INVITE', { headers: contact, body: changed });
  const refused = await peer.response(500, 'INVITE');
  t.ok(refused.first('retry-after'));
  // BYE while it waits: the open INVITE is answered 487 (section 15.1.2).
  call.send('BYE');
  await peer.response(487, 'INVITE');
  await peer.response(200, 'BYE');
  t.match(harness.server.sizes(), { dialogs: 0, exchanges: 0 });
});

test('a caller that hangs up by BYE while it rings', async t => {
  const harness = await Harness.start();
  t.teardown(() => harness.close());
  const cancelled: Promise<unknown>[] = [];
  await harness.application({
    invite: (req, res) => {
      cancelled.push(next(req, 'cancel'));
      res.send(180);
    },
  });
  const peer = await harness.udpPeer();
  const call = new PeerCall(peer, harness.uri);
  call.invite();
  call.answered(await peer.response(180, 'INVITE'));
  call.send('BYE', { uri: harness.uri });
  await peer.response(200, 'BYE');
  await peer.response(487, 'INVITE');
  await cancelled[0];
  t.match(harness.server.sizes(), { dialogs: 0, exchanges: 0 });
});

test('a call through: two legs, hold, and the end from either side', async t => {
  const harness = await Harness.start();
  t.teardown(() => harness.close());
  const callee = await harness.udpPeer();
  const legs: { uas: Dialog; uac: Dialog }[] = [];
  const srf = await harness.application({
    invite: async (req, res) => {
      const { uas, uac } = await srf.createB2BUA(req, res, `sip:b@127.0.0.1:${callee.port}`, {
        localSdpB: req.body,
      } as never);
      uas.on('destroy', () => void uac.destroy());
      uac.on('destroy', () => void uas.destroy());
      legs.push({ uas, uac });
    },
  });
  for (const callerEnds of [true, false]) {
    const caller = await harness.udpPeer();
    const call = new PeerCall(caller, harness.uri);
    call.invite([['Record-Route', `<sip:127.0.0.1:${caller.port};lr>`]]);
    const invite = await callee.request('INVITE');
    t.not(invite.callId, call.callId);
    callee.respond(invite, 183, { tag: 'b', body: sdp });
    t.equal((await caller.response(183, 'INVITE')).body, sdp);
    callee.respond(invite, 200, { tag: 'b', body: sdp });
    const ok = await caller.response(200, 'INVITE');
    t.match(ok.first('record-route'), /;lr>/);
    call.ack(ok);
    await callee.request('ACK');
    await harness.until(() => legs.length === 1);
    const { uas } = legs.pop() as (typeof legs)[0];
    const asked = requestWithin(uas, { method: 'OPTIONS' });
    const options = await caller.request('OPTIONS');
    t.match(options.first('route'), `<sip:127.0.0.1:${caller.port};lr>`, 'the route set is used');
    caller.respond(options, 200);
    await asked;
    if (callerEnds) {
      call.send('BYE');
      await caller.response(200, 'BYE');
      callee.respond(await callee.request('BYE'), 200);
    } else {
      const from = `${invite.to};tag=b`;
      const bye = { callId: invite.callId, from, to: invite.from, sequence: 1 };
      callee.sendText(peerRequest(callee, { method: 'BYE', uri: harness.uri, ...bye }));
      await callee.response(200, 'BYE');
      caller.respond(await caller.request('BYE'), 200);
    }
    await harness.until(() => harness.server.sizes().dialogs === 0);
  }
});
