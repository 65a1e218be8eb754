/** Session timers (RFC 4028) on the wire, with an application on the unmodified drachtio-srf that sees none of it. */
import type { Dialog, SrfRequest } from 'drachtio-srf';
import { test } from 'tap';
import type { SipResponse } from '../../message/message.js';
import { randomToken } from '../../message/token.js';
import { FakeClock } from '../../testing/fake-clock.js';
import { Harness, next, requestWithin, secret } from '../../testing/harness.js';
import { type Header, PeerCall, peerRequest, sdp, type UdpPeer } from '../../testing/peer.js';

interface Scene {
  harness: Harness;
  clock: FakeClock;
  peer: UdpPeer;
}

async function scene(t: { teardown(end: () => unknown): void }): Promise<Scene> {
  const clock = new FakeClock();
  const harness = await Harness.start({}, { clock });
  t.teardown(() => harness.close());
  return { harness, clock, peer: await harness.udpPeer() };
}

const expires = 'Session-Expires';
const ends = (dialog: Dialog) => next(dialog, 'destroy').then(([, reason]) => reason);

/** The server has seen what the peer sent: it answers one request more. */
async function settled({ harness, peer }: Scene): Promise<void> {
  const identity = { callId: randomToken(8), from: '<sip:a@example.com>;tag=1', to: '<sip:b@example.com>' };
  peer.sendText(peerRequest(peer, { method: 'PUBLISH', uri: harness.uri, ...identity, sequence: 1 }));
  await peer.response(503, 'PUBLISH');
}

/** A call of the peer that the application answers. */
async function received({ harness, peer }: Scene, offered: Header[], answered: Record<string, string> = {}) {
  const dialogs: Dialog[] = [];
  const srf = await harness.application({
    invite: async (req, res) =>
      dialogs.push(await srf.createUAS(req, res, { localSdp: sdp, headers: answered } as never)),
  });
  const call = new PeerCall(peer, harness.uri);
  call.invite(offered);
  const ok = await peer.response(200, 'INVITE');
  await harness.until(() => dialogs.length === 1);
  const [dialog] = dialogs as [Dialog];
  const acknowledge = async (response: SipResponse) => {
    const acknowledged = next(dialog, 'ack');
    call.ack(response);
    await acknowledged;
  };
  await acknowledge(ok);
  return { call, ok, dialog, acknowledge };
}

/** A call of the application that the peer answers. */
async function placed({ harness, peer }: Scene, asked: Record<string, string>, answered: Header[]) {
  const srf = await harness.application();
  const uri = `sip:b@127.0.0.1:${peer.port}`;
  const created = srf.createUAC(uri, {
    localSdp: sdp,
    headers: asked,
  } as never) as unknown as Promise<Dialog>;
  const invite = await peer.request('INVITE');
  peer.respond(invite, 200, { tag: 'b', body: sdp, headers: answered });
  await peer.request('ACK');
  return { invite, dialog: await created };
}

test('we answer: nothing is armed unless somebody asks', async t => {
  const s = await scene(t);
  const { ok } = await received(s, [
    ['Supported', 'timer'],
    [expires, '1800'],
  ]);
  t.equal(ok.first('session-expires'), undefined);
  s.clock.pass(64_000);
  t.equal(s.clock.running, 0);
});

test('we answer: the peer that was to refresh and does not is hung up on', async t => {
  const s = await scene(t);
  const { ok, dialog } = await received(s, [
    ['Supported', 'timer'],
    [expires, '90;refresher=uac'],
  ]);
  t.equal(ok.first('session-expires'), '90;refresher=uac');
  t.equal(ok.first('require'), 'timer');
  const destroyed = ends(dialog);
  s.clock.pass(59_999);
  t.equal(s.harness.server.sizes().dialogs, 1);
  s.clock.pass(1);
  const bye = await s.peer.request('BYE');
  t.equal(bye.first('reason'), 'SIP;cause=200;text="Session timer expired"');
  t.equal(await destroyed, 'Session timer expired');
  t.equal(s.harness.server.sizes().dialogs, 0);
});

test('we answer: the peer refreshes, by UPDATE and by INVITE, until it asks no more', async t => {
  const s = await scene(t);
  const { call, ok, acknowledge } = await received(s, [['Supported', 'timer']], { [expires]: '120' });
  t.equal(ok.first('session-expires'), '120;refresher=uac');
  const contact: Header = ['Contact', `<${s.peer.contact}>`];
  const refresh: Header[] = [contact, ['Supported', 'timer'], [expires, '120;refresher=uac']];
  s.clock.pass(70_000);
  call.send('UPDATE', { headers: refresh });
  t.equal((await s.peer.response(200, 'UPDATE')).first('session-expires'), '120;refresher=uac');
  s.clock.pass(70_000);
  call.send('UPDATE', { headers: [contact, ['Supported', 'timer'], [expires, '89;refresher=uac']] });
  t.equal((await s.peer.response(422, 'UPDATE')).first('min-se'), '90');
  call.send('INVITE', { headers: refresh, body: sdp });
  const again = await s.peer.response(200, 'INVITE');
  t.equal(again.first('session-expires'), '120;refresher=uac');
  await acknowledge(again);
  s.clock.pass(70_000);
  call.send('UPDATE', { headers: [contact] });
  t.equal((await s.peer.response(200, 'UPDATE')).first('session-expires'), undefined);
  s.clock.pass(1_000_000);
  t.equal(s.clock.running, 0);
  t.equal(s.harness.server.sizes().dialogs, 1);
});

test('we answer: an interval that is too short is refused, of a new call too', async t => {
  const s = await scene(t);
  await s.harness.application({ invite: () => t.fail('the application is not told') });
  const call = new PeerCall(s.peer, s.harness.uri);
  call.invite([
    ['Supported', 'timer'],
    [expires, '60'],
  ]);
  const refused = await s.peer.response(422, 'INVITE');
  t.match(refused.text, /^SIP\/2\.0 422 Session Interval Too Small/);
  t.equal(refused.first('min-se'), '90');
  call.ackFailure(refused);
});

test('we answer and refresh: by UPDATE without a description, where the peer takes it', async t => {
  const s = await scene(t);
  const { call, dialog } = await received(s, [
    ['Supported', 'timer'],
    ['Allow', 'INVITE, ACK, BYE, UPDATE'],
    [expires, '90;refresher=uas'],
    ['Min-SE', '90'],
  ]);
  for (const status of ['modify', 'update', 'refresh']) dialog.on(status as never, () => t.fail(status));
  s.clock.pass(44_999);
  s.clock.pass(1);
  const update = await s.peer.request('UPDATE');
  t.equal(update.first('session-expires'), '90;refresher=uac');
  t.equal(update.first('min-se'), '90');
  t.equal(update.first('supported'), 'timer');
  t.match(update.first('contact'), /^<sip:127\.0\.0\.1/);
  t.equal(update.body, '');
  s.peer.respond(update, 200, { headers: [[expires, '100;refresher=uac']] });
  await settled(s);
  s.clock.pass(50_000);
  // 405 all the same: by INVITE from then on, with what we said last.
  s.peer.respond(await s.peer.request('UPDATE'), 405);
  await settled(s);
  s.clock.pass(0);
  const invite = await s.peer.request('INVITE');
  t.equal(invite.body, sdp);
  s.peer.respond(invite, 200, { body: sdp, headers: [[expires, '90;refresher=uac']] });
  const ack = await s.peer.request('ACK');
  t.equal(ack.cseq?.number, invite.cseq?.number);
  s.peer.respond(invite, 200, { body: sdp, headers: [[expires, '90;refresher=uac']] });
  t.equal((await s.peer.request('ACK')).text, ack.text, 'a repeated 200 gets its ACK again');
  call.send('BYE');
  await s.peer.response(200, 'BYE');
  t.equal(s.harness.server.sizes().dialogs, 0);
});

test('we call: the application asks, the server refreshes, and no answer ends the call', async t => {
  const s = await scene(t);
  const { invite, dialog } = await placed(s, { [expires]: '90', 'X-A': 'b' }, [
    [expires, '90;refresher=uac'],
  ]);
  t.equal(invite.first('supported'), 'timer', 'the option tag goes with it');
  s.clock.pass(45_000);
  const refresh = await s.peer.request('INVITE');
  t.equal(refresh.body, sdp);
  t.equal(refresh.first('contact'), invite.first('contact'));
  t.equal(refresh.toTag, 'b');
  const destroyed = ends(dialog);
  s.clock.pass(32_000);
  await s.peer.request('BYE');
  t.equal(await destroyed, 'Session timer expired');
  t.equal(s.harness.server.sizes().dialogs, 0);
});

test('we call: 481 to a refresh ends the call at once', async t => {
  const s = await scene(t);
  const { dialog } = await placed(s, { [expires]: '90' }, [[expires, '90;refresher=uac']]);
  s.clock.pass(45_000);
  const destroyed = ends(dialog);
  s.peer.respond(await s.peer.request('INVITE'), 481);
  t.equal(await destroyed, 'Session timer expired');
});

test('we call: the peer watches; what it asks for is longer than we asked', async t => {
  const s = await scene(t);
  const srf = await s.harness.application();
  const created = srf.createUAC(`sip:b@127.0.0.1:${s.peer.port}`, {
    localSdp: sdp,
    headers: { [expires]: '90;refresher=uas', Supported: '100rel' },
  } as never) as unknown as Promise<Dialog>;
  const first = await s.peer.request('INVITE');
  t.equal(first.first('supported'), '100rel, timer');
  s.peer.respond(first, 422, { tag: 'x', headers: [['Min-SE', '600']] });
  await s.peer.request('ACK');
  const second = await s.peer.request('INVITE');
  t.same(
    ['session-expires', 'min-se', 'cseq'].map(id => second.first(id)),
    ['600;refresher=uas', '600', `${(first.cseq?.number ?? 0) + 1} INVITE`],
  );
  t.equal(second.body, sdp);
  t.equal(second.from, first.from);
  t.equal(second.callId, first.callId);
  t.not(second.via?.branch, first.via?.branch);
  s.peer.respond(second, 200, { tag: 'b', body: sdp, headers: [[expires, '600;refresher=uas']] });
  t.equal((await s.peer.request('ACK')).cseq?.number, second.cseq?.number);
  const dialog = await created;
  const destroyed = ends(dialog);
  s.clock.pass(567_999);
  t.equal(s.harness.server.sizes().dialogs, 1);
  s.clock.pass(1);
  await s.peer.request('BYE');
  t.equal(await destroyed, 'Session timer expired');
});

test('we call: a 422 that asks for nothing more goes to the application', async t => {
  const s = await scene(t);
  const application = await s.harness.raw();
  await application.login(secret);
  const head = `INVITE sip:b@127.0.0.1:${s.peer.port} SIP/2.0\r\nSession-Expires: 200\r\n\r\n`;
  await application.ask(`sip|||\r\n${head}`);
  for (let least = 300; least <= 500; least += 100) {
    s.peer.respond(await s.peer.request('INVITE'), 422, { tag: 'x', headers: [['Min-SE', String(least)]] });
  }
  s.peer.respond(await s.peer.request('INVITE'), 422, { tag: 'x', headers: [['Min-SE', '600']] });
  await application.sip('SIP/2.0 422');
  await application.ask(`sip|||\r\n${head}`);
  s.peer.respond(await s.peer.request('INVITE'), 422, { tag: 'x', headers: [['Min-SE', '100']] });
  await application.sip('SIP/2.0 422');
  t.equal(s.harness.server.sizes().invites, 0);
});

test('glare: a refresh that meets the INVITE of the peer is tried again', async t => {
  const s = await scene(t);
  const { invite } = await placed(s, { [expires]: '120' }, [[expires, '120;refresher=uac']]);
  s.clock.pass(60_000);
  const refresh = await s.peer.request('INVITE');
  const from = `${invite.to};tag=b`;
  const theirs = { callId: invite.callId, from, to: invite.from, sequence: 1, body: sdp };
  const uri = /<([^>]*)>/.exec(invite.first('contact') ?? '')?.[1] ?? '';
  const contact: Header = ['Contact', `<${s.peer.contact}>`];
  s.peer.sendText(peerRequest(s.peer, { method: 'INVITE', uri, ...theirs, headers: [contact] }));
  await s.peer.response(491, 'INVITE');
  s.peer.respond(refresh, 491);
  await s.peer.request('ACK');
  await settled(s);
  // The owner of the Call-ID comes back after 2.1 to 4 s (RFC 3261 section 14.1).
  s.clock.pass(2_099);
  t.notOk(s.peer.got.some(message => message.text.startsWith('INVITE')));
  s.clock.pass(1_901);
  s.peer.respond(await s.peer.request('INVITE'), 200, { headers: [[expires, '120']] });
  await s.peer.request('ACK');
});

test('glare: an INVITE of the application waits for the refresh under way, and refreshes too', async t => {
  const s = await scene(t);
  const { dialog } = await placed(s, { [expires]: '120' }, [[expires, '120;refresher=uac']]);
  s.clock.pass(60_000);
  const refresh = await s.peer.request('INVITE');
  const changed = sdp.replace('40000', '40002');
  const modified = dialog.modify(changed);
  const info = requestWithin(dialog, { method: 'INFO' });
  s.peer.respond(await s.peer.request('INFO'), 200);
  await info;
  t.notOk(
    s.peer.got.some(message => message.text.startsWith('INVITE')),
    'one INVITE at a time',
  );
  s.peer.respond(refresh, 200, { body: sdp, headers: [[expires, '120;refresher=uac']] });
  await s.peer.request('ACK');
  const invite = await s.peer.request('INVITE');
  t.equal(invite.body, changed);
  t.equal(invite.first('session-expires'), '120;refresher=uac', 'the limit is kept');
  t.equal(invite.first('supported'), 'timer');
  s.peer.respond(invite, 200, { body: sdp, headers: [[expires, '120;refresher=uac']] });
  await s.peer.request('ACK');
  await modified;
  s.clock.pass(60_000);
  t.equal((await s.peer.request('INVITE')).body, changed, 'the refresh says what the application said last');
});

test('a session is refreshed while no application is there, and ends when the peer is gone', async t => {
  const s = await scene(t);
  const application = await s.harness.raw();
  await application.login(secret);
  await application.ask('route|invite');
  const call = new PeerCall(s.peer, s.harness.uri);
  call.invite([
    ['Supported', 'timer'],
    ['Allow', 'UPDATE'],
    [expires, '90;refresher=uas'],
  ]);
  const { fields } = await application.sip('INVITE');
  await application.ask(`sip|${fields[8]}||\r\nSIP/2.0 200 OK\r\n\r\n`);
  call.ack(await s.peer.response(200, 'INVITE'));
  await application.sip('ACK');
  s.clock.pass(20_000);
  application.socket.destroy();
  await s.harness.until(() => s.harness.server.sizes().routes === 0);
  s.clock.pass(25_000);
  s.peer.respond(await s.peer.request('UPDATE'), 481);
  await s.peer.request('BYE');
  t.equal(s.harness.server.sizes().dialogs, 0);
});

test('a refresh that is refused is tried again when the peer says when', async t => {
  const s = await scene(t);
  const { dialog } = await placed(s, { [expires]: '200' }, [
    [expires, '200;refresher=uac'],
    ['Allow', 'UPDATE'],
  ]);
  s.clock.pass(100_000);
  s.peer.respond(await s.peer.request('UPDATE'), 500, { headers: [['Retry-After', '7 (busy)']] });
  await settled(s);
  s.clock.pass(7_000);
  s.peer.respond(await s.peer.request('UPDATE'), 422, { headers: [['Min-SE', '300']] });
  await settled(s);
  s.clock.pass(0);
  const longer = await s.peer.request('UPDATE');
  t.equal(longer.first('session-expires'), '300;refresher=uac');
  t.equal(longer.first('min-se'), '300');
  const destroyed = ends(dialog);
  s.peer.respond(longer, 403);
  await settled(s);
  s.clock.pass(92_999);
  t.equal(s.harness.server.sizes().dialogs, 1, 'the session lasts as long as was agreed');
  s.clock.pass(1);
  t.equal(await destroyed, 'Session timer expired');
});

test('the application may refresh by itself', async t => {
  const s = await scene(t);
  const { dialog } = await placed(s, { [expires]: '90;refresher=uas' }, [[expires, '90;refresher=uas']]);
  const updated = requestWithin(dialog, { method: 'UPDATE' });
  const update = await s.peer.request('UPDATE');
  t.equal(update.first('session-expires'), '90;refresher=uas', 'who refreshes is kept');
  s.peer.respond(update, 200);
  t.equal(((await updated) as unknown as SrfRequest & { status: number }).status, 200);
  s.clock.pass(1_000_000);
  t.equal(s.harness.server.sizes().dialogs, 1, 'a 2xx without Session-Expires ends the limit');
});
