/** Calls that an application makes on the unmodified drachtio-srf. */
import type { Dialog, SrfRequest } from 'drachtio-srf';
import { test } from 'tap';
import { frame } from '../../control/framing.js';
import { Harness, next, secret, withStatus } from '../../testing/harness.js';
import type { UdpPeer } from '../../testing/peer.js';
import { sdp } from '../../testing/peer.js';
import { ZoneResolver } from '../../testing/zone-resolver.js';

const uriOf = (peer: UdpPeer): string => `sip:callee@127.0.0.1:${peer.port}`;

test('a call is placed, answered and ended by the application', async t => {
  const harness = await Harness.start();
  t.teardown(() => harness.close());
  const srf = await harness.application();
  const peer = await harness.udpPeer();
  const progress: number[] = [];
  const placed = srf.createUAC(
    uriOf(peer),
    { localSdp: sdp, callingNumber: '+8221234567' } as never,
    { cbProvisional: (res: { status: number }) => progress.push(res.status) } as never,
  ) as unknown as Promise<Dialog>;
  const invite = await peer.request('INVITE');
  t.match(invite.from, /<sip:\+8221234567@127\.0\.0\.1:\d+>;tag=/, 'localhost is replaced');
  t.match(invite.first('contact'), /<sip:\+8221234567@127\.0\.0\.1:\d+>/);
  t.equal(invite.body, sdp);
  t.equal(invite.first('content-type'), 'application/sdp');
  peer.respond(invite, 100);
  peer.respond(invite, 180, { tag: 'callee' });
  peer.respond(invite, 200, { tag: 'callee', body: sdp });
  const ack = await peer.request('ACK');
  t.equal(ack.cseq?.number, invite.cseq?.number);
  const dialog = await placed;
  t.same(progress, [180], 'the 100 is not passed up');

  peer.respond(invite, 200, { tag: 'callee', body: sdp });
  t.equal((await peer.request('ACK')).text, ack.text, 'the ACK is repeated for a repeated 200');

  const ended = dialog.destroy();
  const bye = await peer.request('BYE');
  t.equal(bye.toTag, 'callee');
  peer.respond(bye, 200);
  await ended;
  t.equal(harness.server.sizes().dialogs, 0);
});

test('a refused call is acknowledged by the server and reported', async t => {
  const harness = await Harness.start();
  t.teardown(() => harness.close());
  const srf = await harness.application();
  const peer = await harness.udpPeer();
  const placed = srf.createUAC(uriOf(peer), { localSdp: sdp } as never);
  const invite = await peer.request('INVITE');
  peer.respond(invite, 486, { tag: 'busy' });
  const ack = await peer.request('ACK');
  t.equal(ack.via?.branch, invite.via?.branch, 'the ACK belongs to the transaction');
  t.equal(ack.toTag, 'busy');
  await t.rejects(placed, withStatus(486));
  t.equal(harness.server.sizes().dialogs, 0);
});

test('ACK and CANCEL go where the INVITE went, wherever the answer came from', async t => {
  const harness = await Harness.start();
  t.teardown(() => harness.close());
  const application = await harness.raw();
  await application.login(secret);
  const peer = await harness.udpPeer();
  const other = await harness.udpPeer();
  const asked = await application.ask(`sip|||\r\nINVITE ${uriOf(peer)} SIP/2.0\r\n\r\n`);
  const invite = await peer.request('INVITE');
  other.respond(invite, 180, { tag: 'callee' });
  await application.sip('SIP/2.0 180');
  await application.ask(`sip|${asked[7]}|\r\nCANCEL ${uriOf(peer)} SIP/2.0\r\n\r\n`);
  const requestOf = (method: string) =>
    Promise.race([peer, other].map(at => at.request(method).then(() => at)));
  t.equal(await requestOf('CANCEL'), peer);
  other.respond(invite, 487, { tag: 'callee' });
  t.equal(await requestOf('ACK'), peer);
});

test('a CANCEL is held until the first provisional response', async t => {
  const harness = await Harness.start();
  t.teardown(() => harness.close());
  const srf = await harness.application();
  const peer = await harness.udpPeer();
  let sent: (req: SrfRequest) => void = () => undefined;
  const request = new Promise<SrfRequest>(resolve => {
    sent = resolve;
  });
  const placed = srf.createUAC(
    uriOf(peer),
    { localSdp: sdp } as never,
    { cbRequest: (_error: unknown, req: SrfRequest) => sent(req) } as never,
  );
  const invite = await peer.request('INVITE');
  const cancelled = new Promise(resolve =>
    request.then(req => (req as never as { cancel(done: unknown): void }).cancel(resolve)),
  );
  await cancelled;
  t.notOk(
    peer.got.some(message => message.text.startsWith('CANCEL')),
    'nothing is sent yet',
  );
  peer.respond(invite, 180, { tag: 'callee' });
  const cancel = await peer.request('CANCEL');
  t.equal(cancel.via?.branch, invite.via?.branch);
  t.equal(cancel.cseq?.number, invite.cseq?.number);
  peer.respond(cancel, 200);
  peer.respond(invite, 487, { tag: 'callee' });
  await peer.request('ACK');
  await t.rejects(placed, withStatus(487));
});

test('an answer that crosses the CANCEL is acknowledged and ended', async t => {
  const harness = await Harness.start();
  t.teardown(() => harness.close());
  const srf = await harness.application();
  const peer = await harness.udpPeer();
  let sent: (req: SrfRequest) => void = () => undefined;
  const request = new Promise<SrfRequest>(resolve => {
    sent = resolve;
  });
  const placed = srf.createUAC(
    uriOf(peer),
    { localSdp: sdp } as never,
    { cbRequest: (_error: unknown, req: SrfRequest) => sent(req) } as never,
  ) as unknown as Promise<Dialog>;
  const invite = await peer.request('INVITE');
  peer.respond(invite, 180, { tag: 'callee' });
  ((await request) as never as { cancel(): void }).cancel();
  peer.respond(await peer.request('CANCEL'), 200);
  peer.respond(invite, 200, { tag: 'callee', body: sdp });
  const dialog = await placed;
  const destroyed = next(dialog, 'destroy');
  await peer.request('ACK');
  const bye = await peer.request('BYE');
  t.match(bye.first('reason'), /ACK-BYE due to cancel race condition/);
  peer.respond(bye, 200);
  t.match((await destroyed)[1], /ACK-BYE due to cancel race condition/);
  t.equal(harness.server.sizes().dialogs, 0);
});

test('who hangs up by himself what crossed his CANCEL: one BYE', async t => {
  const harness = await Harness.start();
  t.teardown(() => harness.close());
  const application = await harness.raw();
  await application.login(secret);
  const peer = await harness.udpPeer();
  const call = `sip|||\r\nINVITE ${uriOf(peer)} SIP/2.0\r\n\r\n`;
  const placed = await application.ask(call);
  const invite = await peer.request('INVITE');
  peer.respond(invite, 180, { tag: 'callee' });
  await application.sip('SIP/2.0 180');
  await application.ask(`sip|${placed[7]}||\r\nCANCEL ${uriOf(peer)} SIP/2.0\r\n\r\n`);
  const cancel = await peer.request('CANCEL');
  peer.respond(invite, 200, { tag: 'callee', body: sdp });
  const dialog = (await application.sip('SIP/2.0 200')).fields[9];
  peer.respond(cancel, 200);
  const within = (id: string) => frame(`${id}|sip||${dialog}|\r\n${id} sip:placeholder SIP/2.0\r\n\r\n`);
  application.write(within('ACK') + within('BYE'));
  await peer.request('ACK');
  const bye = await peer.request('BYE');
  t.equal(bye.first('reason'), undefined, 'it is his');
  peer.respond(bye, 200);
  // What was sent before the next call has come by then.
  await application.ask(call);
  await peer.request('INVITE');
  t.same(
    peer.got.filter(message => 'method' in message && message.method === 'BYE'),
    [],
  );
});

test('a challenged call is placed again with credentials', async t => {
  const harness = await Harness.start();
  t.teardown(() => harness.close());
  const srf = await harness.application();
  const peer = await harness.udpPeer();
  const auth = { username: 'trunk', password: 'secret' };
  const placed = srf.createUAC(uriOf(peer), { localSdp: sdp, auth } as never) as unknown as Promise<Dialog>;
  const first = await peer.request('INVITE');
  peer.respond(first, 407, {
    tag: 'proxy',
    headers: [['Proxy-Authenticate', 'Digest realm="telco", nonce="abc", qop="auth"']],
  });
  await peer.request('ACK');
  const second = await peer.request('INVITE');
  t.equal(second.callId, first.callId);
  t.equal(second.from, first.from);
  t.equal(second.cseq?.number, (first.cseq?.number ?? 0) + 1);
  t.match(second.first('proxy-authorization'), /^Digest username="trunk"/);
  peer.respond(second, 200, { tag: 'callee', body: sdp });
  const ack = await peer.request('ACK');
  t.equal(
    ack.first('proxy-authorization'),
    second.first('proxy-authorization'),
    'the ACK repeats the credentials',
  );
  const dialog = await placed;
  const ended = dialog.destroy();
  const bye = await peer.request('BYE');
  peer.respond(bye, 407, { headers: [['Proxy-Authenticate', 'Digest realm="telco", nonce="abd"']] });
  const again = await peer.request('BYE');
  t.equal(again.cseq?.number, (bye.cseq?.number ?? 0) + 1);
  peer.respond(again, 200);
  await ended;
  t.equal(harness.server.sizes().dialogs, 0);
});

test('what cannot be sent is refused with a reason', async t => {
  const harness = await Harness.start();
  t.teardown(() => harness.close());
  const srf = await harness.application();
  const attempt = (uri: string, options: object = { localSdp: sdp }) => srf.createUAC(uri, options as never);
  await t.rejects(attempt(harness.uri), /can not send request to myself/);
  await t.rejects(attempt('sip:a@127.0.0.1;transport=tcp'), /requested protocol\/transport not available/);
  await t.rejects(attempt('sip:a@127.0.0.1:99999'), /invalid request-uri/);
  await t.rejects(attempt('sip:a@127.0.0.1:9', { localSdp: 'hello' }), /missing content-type/);
});

test('a name without an address gives 503 at once', async t => {
  const harness = await Harness.start({}, { resolver: new ZoneResolver({}) });
  t.teardown(() => harness.close());
  const srf = await harness.application();
  await t.rejects(srf.createUAC('sip:a@nowhere.example', { localSdp: sdp } as never), withStatus(503));
  t.equal(harness.server.sizes().invites, 0);
});

test('a delayed offer is answered in the ACK', async t => {
  const harness = await Harness.start();
  t.teardown(() => harness.close());
  const srf = await harness.application();
  const peer = await harness.udpPeer();
  const placed = srf.createUAC(uriOf(peer), { noAck: true } as never) as unknown as Promise<{
    sdp: string;
    ack(sdp: string): Promise<Dialog>;
  }>;
  const invite = await peer.request('INVITE');
  t.equal(invite.body, '');
  peer.respond(invite, 200, { tag: 'callee', body: sdp });
  const offer = await placed;
  t.equal(offer.sdp, sdp);
  await offer.ack(sdp);
  const ack = await peer.request('ACK');
  t.equal(ack.body, sdp);
  t.equal(ack.first('content-type'), 'application/sdp');
});
