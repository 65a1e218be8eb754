/** Changing a session inside its dialog: UPDATE (RFC 3311), re-INVITE (RFC 3261 section 14), and what they collide with. */
import type { Dialog, SrfRequest, SrfResponse } from 'drachtio-srf';
import { test } from 'tap';
import { FakeClock } from '../../testing/fake-clock.js';
import { Harness, next, requestWithin, secret, withStatus } from '../../testing/harness.js';
import { type Header, PeerCall, sdp, type UdpPeer } from '../../testing/peer.js';

const described = `Content-Type: application/sdp\r\n\r\n${sdp}`;
const changed = sdp.replace('40000', '40002');
const contactOf = (peer: UdpPeer): Header => ['Contact', `<${peer.contact}>`];

/** A call that the application has answered, with all that it is asked for later. */
async function answered(harness: Harness, peer: UdpPeer, headers: Header[] = []) {
  const dialogs: Dialog[] = [];
  const srf = await harness.application({
    invite: async (req, res) => dialogs.push(await srf.createUAS(req, res, { localSdp: sdp })),
  });
  const call = new PeerCall(peer, harness.uri);
  call.invite(headers);
  const ok = await peer.response(200, 'INVITE');
  await harness.until(() => dialogs.length === 1);
  const [dialog] = dialogs as [Dialog];
  const acknowledged = next(dialog, 'ack');
  call.ack(ok);
  await acknowledged;
  return { call, dialog };
}

async function ringing(harness: Harness, peer: UdpPeer, answer: string) {
  const application = await harness.raw();
  await application.login(secret);
  await application.ask('route|invite');
  const call = new PeerCall(peer, harness.uri);
  call.invite([['Supported', '100rel']]);
  const { fields } = await application.sip('INVITE');
  const invite = fields[8] as string;
  await application.ask(`sip|${invite}||\r\n${answer}`);
  return { application, call, invite };
}

test('UPDATE before the call is answered has the transaction of its INVITE', async t => {
  const harness = await Harness.start();
  t.teardown(() => harness.close());
  const peer = await harness.udpPeer();
  const { application, call, invite } = await ringing(
    harness,
    peer,
    `SIP/2.0 183 Session Progress\r\n${described}`,
  );
  call.answered(await peer.response(183, 'INVITE'));
  call.target = harness.uri;
  call.send('UPDATE', { headers: [contactOf(peer)], body: changed });
  const update = await application.sip('UPDATE');
  t.equal(update.fields[8], invite);
  t.match(update.fields[9], call.callId);
  t.ok(update.text.endsWith(changed));
  call.send('UPDATE', { headers: [contactOf(peer)] });
  t.ok((await peer.response(500, 'UPDATE')).first('retry-after'), 'one at a time');
  const answer = (method: string, line: string) =>
    application.ask(`sip|${invite}||\r\nSIP/2.0 ${line}\r\nCSeq: 1 ${method}\r\n${described}`);
  const sent = await answer('UPDATE', '200 OK');
  t.same([sent[0], sent[8]], ['OK', ''], 'no dialog is named');
  t.equal((await peer.response(200, 'UPDATE')).body, sdp);
  t.equal(harness.server.sizes().exchanges, 1, 'the INVITE still waits');
  t.match((await answer('INVITE', '200 OK'))[8], call.callId);
  call.ack(await peer.response(200, 'INVITE'));
  await application.sip('ACK');
  t.match(harness.server.sizes(), { dialogs: 1, exchanges: 0 });
});

test('UPDATE while the offer of the INVITE has no answer', async t => {
  const harness = await Harness.start();
  t.teardown(() => harness.close());
  const peer = await harness.udpPeer();
  const { application, call } = await ringing(harness, peer, 'SIP/2.0 180 Ringing\r\n\r\n');
  call.answered(await peer.response(180, 'INVITE'));
  call.target = harness.uri;
  call.send('UPDATE', { headers: [contactOf(peer)], body: changed });
  t.ok((await peer.response(500, 'UPDATE')).first('retry-after'));
  call.send('UPDATE', { headers: [contactOf(peer)] });
  t.ok((await application.sip('UPDATE')).text.endsWith('\r\n\r\n'), 'without an offer it is passed');
});

test('drachtio-srf answers an early UPDATE', async t => {
  const harness = await Harness.start();
  t.teardown(() => harness.close());
  await harness.application({
    invite: (req, res) => {
      const update = (_: SrfRequest, answer: SrfResponse) => answer.send(200, { body: sdp } as never);
      (req as unknown as NodeJS.EventEmitter).on('update', update);
      res.send(183, { body: sdp } as never);
    },
  });
  const peer = await harness.udpPeer();
  const call = new PeerCall(peer, harness.uri);
  call.invite();
  call.answered(await peer.response(183, 'INVITE'));
  call.target = harness.uri;
  for (const body of [changed, '']) {
    call.send('UPDATE', { headers: [contactOf(peer)], body });
    t.equal((await peer.response(200, 'UPDATE')).body, sdp);
  }
});

test('UPDATE and INVITE move the target, other requests do not', async t => {
  const harness = await Harness.start();
  t.teardown(() => harness.close());
  const peer = await harness.udpPeer();
  const { call, dialog } = await answered(harness, peer);
  const targetOf = async (): Promise<string> => {
    const asked = requestWithin(dialog, { method: 'OPTIONS' });
    const options = await peer.request('OPTIONS');
    peer.respond(options, 200);
    await asked;
    return options.uri;
  };
  const at = (user: string): Header[] => [['Contact', `<${peer.contact.replace('peer', user)}>`]];
  call.send('INFO', { headers: at('info') });
  await peer.response(200, 'INFO');
  t.match(await targetOf(), 'sip:peer@');
  call.send('UPDATE', { headers: at('update') });
  await peer.response(200, 'UPDATE');
  t.match(await targetOf(), 'sip:update@');
  call.send('INVITE', { headers: at('invite'), body: sdp });
  const acknowledged = next(dialog, 'ack');
  call.ack(await peer.response(200, 'INVITE'));
  await acknowledged;
  t.match(await targetOf(), 'sip:invite@');
  const updated = requestWithin(dialog, { method: 'UPDATE', body: changed });
  const update = await peer.request('UPDATE');
  t.equal(update.body, changed);
  peer.respond(update, 200, { body: sdp });
  await updated;
  t.match(await targetOf(), 'sip:peer@', 'and so does the 2xx to ours');
});

test('offers that cross', async t => {
  const harness = await Harness.start();
  t.teardown(() => harness.close());
  const peer = await harness.udpPeer();
  const { call, dialog } = await answered(harness, peer);
  const headers = [contactOf(peer)];
  const open: SrfResponse[] = [];
  dialog.on('modify', (_req, res) => open.push(res));

  const updated = requestWithin(dialog, { method: 'UPDATE', body: changed });
  const ours = await peer.request('UPDATE');
  call.send('UPDATE', { headers, body: sdp });
  await peer.response(491, 'UPDATE');
  call.send('INVITE', { headers, body: sdp });
  await peer.response(491, 'INVITE');
  peer.respond(ours, 491);
  t.equal((await updated).status, 491, 'ours is for the application to try again');

  call.send('INVITE', { headers, body: changed });
  await harness.until(() => open.length === 1);
  call.send('UPDATE', { headers, body: sdp });
  t.ok((await peer.response(500, 'UPDATE')).first('retry-after'));
  open[0]?.send(200, { body: sdp } as never);
  const acknowledged = next(dialog, 'ack');
  call.ack(await peer.response(200, 'INVITE'));
  await acknowledged;

  const modified = dialog.modify(changed);
  const invite = await peer.request('INVITE');
  call.send('UPDATE', { headers, body: sdp });
  await peer.response(491, 'UPDATE');
  peer.respond(invite, 491);
  await peer.request('ACK');
  await t.rejects(modified, withStatus(491));
  call.send('UPDATE', { headers, body: sdp });
  await peer.response(200, 'UPDATE');
  call.send('INVITE', { body: sdp });
  await peer.response(400, 'INVITE');
  t.equal(harness.server.sizes().dialogs, 1);
});

test('a peer that does not know the call any more, or does not answer, ends it', async t => {
  const cases: [string, number, boolean][] = [
    ['INVITE', 481, true],
    ['INVITE', 408, true],
    ['UPDATE', 481, true],
    ['INFO', 481, true],
    ['INVITE', 488, false],
    ['OPTIONS', 481, false],
  ];
  for (const [method, status, over] of cases) {
    const clock = new FakeClock();
    const harness = await Harness.start({}, { clock });
    t.teardown(() => harness.close());
    const peer = await harness.udpPeer();
    const { call, dialog } = await answered(harness, peer);
    const destroyed = next(dialog, 'destroy');
    const asked =
      method === 'INVITE'
        ? dialog.modify(sdp).catch((error: { status: number }) => error)
        : requestWithin(dialog, { method });
    const request = await peer.request(method);
    if (status === 408) clock.pass(32_000);
    else peer.respond(request, status);
    t.equal(((await asked) as { status: number }).status, status, `${method} ${status}`);
    if (over) {
      t.match((await peer.request('BYE')).first('reason'), `SIP;cause=${status}`);
      t.match((await destroyed)[1], /^Peer does not/);
    } else {
      call.send('BYE');
      await peer.response(200, 'BYE');
    }
    t.equal(harness.server.sizes().dialogs, 0);
  }
});
