/** What mends or ends a call when messages of it cross or are missing. */
import type { Dialog } from 'drachtio-srf';
import { test } from 'tap';
import { FakeClock } from '../../testing/fake-clock.js';
import { Harness, next, secret } from '../../testing/harness.js';
import { type Header, PeerCall, sdp } from '../../testing/peer.js';

const withSdp = `Content-Type: application/sdp\r\n\r\n${sdp}`;

async function answered(t: { teardown(end: () => unknown): void }) {
  const clock = new FakeClock();
  const harness = await Harness.start({}, { clock });
  t.teardown(() => harness.close());
  const peer = await harness.udpPeer();
  const dialogs: Dialog[] = [];
  const srf = await harness.application({
    invite: async (req, res) => dialogs.push(await srf.createUAS(req, res, { localSdp: sdp })),
  });
  const call = new PeerCall(peer, harness.uri);
  call.invite();
  const ok = await peer.response(200, 'INVITE');
  await harness.until(() => dialogs.length === 1);
  const [dialog] = dialogs as [Dialog];
  const acknowledged = next(dialog, 'ack');
  call.ack(ok);
  await acknowledged;
  return { clock, harness, peer, call, dialog };
}

test('the 200 to a re-INVITE is repeated until its ACK, and ends the call without one', async t => {
  const { clock, harness, peer, call, dialog } = await answered(t);
  const contact: Header = ['Contact', `<${peer.contact}>`];
  call.send('INVITE', { headers: [contact], body: sdp.replace('40000', '40002') });
  const ok = await peer.response(200, 'INVITE');
  for (const interval of [500, 1_000, 2_000, 4_000]) {
    clock.pass(interval);
    t.equal((await peer.response(200, 'INVITE')).text, ok.text);
  }
  const destroyed = next(dialog, 'destroy');
  clock.pass(32_000 - 7_500);
  t.equal((await peer.request('BYE')).first('reason'), 'SIP;cause=200;text="ACK timeout"');
  t.equal((await destroyed)[1], 'ACK timeout');
  t.equal(harness.server.sizes().dialogs, 0);
});

test('BYE crosses BYE', async t => {
  const { harness, peer, call, dialog } = await answered(t);
  const ended = dialog.destroy();
  const ours = await peer.request('BYE');
  call.send('BYE');
  await harness.until(() => harness.server.sizes().dialogs === 0);
  peer.respond(ours, 481);
  await ended;
  t.match(harness.server.sizes(), { dialogs: 0, invites: 0 });
});

test('an offer in our 200 is answered in the ACK, of the call and of a re-INVITE', async t => {
  const harness = await Harness.start();
  t.teardown(() => harness.close());
  const application = await harness.raw();
  await application.login(secret);
  await application.ask('route|invite');
  const peer = await harness.udpPeer();
  const call = new PeerCall(peer, harness.uri);
  const contact: Header = ['Contact', `<${peer.contact}>`];
  for (const again of [false, true]) {
    if (again) call.send('INVITE', { headers: [contact] });
    else call.invite([], '');
    const { fields, text } = await application.sip('INVITE');
    t.ok(text.endsWith('\r\n\r\n'), 'no offer');
    await application.ask(`sip|${fields[8]}||\r\nSIP/2.0 200 OK\r\n${withSdp}`);
    const ok = await peer.response(200, 'INVITE');
    t.equal(ok.body, sdp);
    call.answered(ok);
    // Our offer is out until the ACK.
    call.send('UPDATE', { headers: [contact], body: sdp });
    await peer.response(491, 'UPDATE');
    peer.sendText(call.text('ACK', { sequence: ok.cseq?.number, body: sdp }));
    const ack = await application.sip('ACK');
    t.ok(ack.text.endsWith(sdp));
    t.match(ack.fields[9], call.callId);
  }
  t.match(harness.server.sizes(), { dialogs: 1, exchanges: 0 });
  call.send('INVITE', { headers: [contact], body: sdp });
  await application.sip('INVITE');
  call.send('UPDATE', { headers: [contact], body: sdp });
  await peer.response(500, 'UPDATE');
  t.equal(harness.server.sizes().exchanges, 1, 'the application is not asked while the offer before is open');
});
