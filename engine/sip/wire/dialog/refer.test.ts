/** Transfers: REFER (RFC 3515, 4488) within a call and without one, Replaces (RFC 3891) and Referred-By (RFC 3892). */
import type { Dialog, SrfRequest, SrfResponse } from 'drachtio-srf';
import { test } from 'tap';
import type { SipRequest } from '../../message/message.js';
import { FakeClock } from '../../testing/fake-clock.js';
import { Harness, secret } from '../../testing/harness.js';
import { type Header, PeerCall, peerRequest, sdp, type UdpPeer } from '../../testing/peer.js';
import type { RawApplication } from '../../testing/raw-application.js';

const referTo: Header = ['Refer-To', '<sip:c@example.com>'];
const sipfrag = 'Content-Type: message/sipfrag\r\n\r\nSIP/2.0 200 OK\r\n';

async function start() {
  const clock = new FakeClock();
  const harness = await Harness.start({}, { clock });
  const application = await harness.raw();
  await application.login(secret);
  return { clock, harness, application, peer: await harness.udpPeer() };
}

const answer = (application: RawApplication, frame: { fields: string[] }, line: string, fields = '') =>
  application.ask(`sip|${frame.fields[8]}||\r\nSIP/2.0 ${line}\r\n${fields}\r\n`);

/** A call that the peer has made, taken by the application: the peer's side, and the dialog id. */
async function called(harness: Harness, application: RawApplication, peer: UdpPeer) {
  await application.ask('route|invite');
  const call = new PeerCall(peer, harness.uri);
  call.invite();
  const body = `Content-Type: application/sdp\r\n\r\n${sdp}`;
  const [, , , , , , , , dialog] = await application.ask(
    `sip|${(await application.sip('INVITE')).fields[8]}||\r\nSIP/2.0 200 OK\r\n${body}`,
  );
  call.ack(await peer.response(200, 'INVITE'));
  await application.sip('ACK');
  const within = (method: string, rest = '\r\n') =>
    application.ask(`sip||${dialog}|\r\n${method} sip:placeholder SIP/2.0\r\n${rest}`);
  return { call, dialog: dialog as string, within };
}

const referredNotify = (state: string, id = '') =>
  `Event: refer${id}\r\nSubscription-State: ${state}\r\n${sipfrag}`;

test('a transfer is reported past the end of its call', async t => {
  const { harness, application, peer } = await start();
  t.teardown(() => harness.close());
  const { call, dialog, within } = await called(harness, application, peer);
  call.send('REFER', {
    headers: [referTo, ['Referred-By', '<sip:a@x>;cid="1@x"'], ['Contact', `<${peer.contact}>`]],
  });
  const refer = await application.sip('REFER');
  t.match(refer.text, 'Referred-By: <sip:a@x>;cid="1@x"');
  t.equal(refer.fields[9], dialog);
  await answer(application, refer, '202 Accepted');
  t.match((await peer.response(202, 'REFER')).first('contact'), /^<sip:/);
  call.send('BYE');
  await answer(application, await application.sip('BYE'), '200 OK');
  await peer.response(200, 'BYE');
  t.equal(harness.server.sizes().dialogs, 1, 'the subscription goes on');
  t.match((await within('INFO'))[1], /unable to find dialog/, 'the call does not');
  call.send('INVITE', { headers: [['Contact', `<${peer.contact}>`]] });
  await peer.response(481, 'INVITE');

  await within('NOTIFY', referredNotify('terminated;reason=noresource'));
  const notify = await peer.request('NOTIFY');
  t.equal(notify.body, 'SIP/2.0 200 OK\r\n');
  t.equal(notify.first('content-type'), 'message/sipfrag');
  peer.respond(notify, 200);
  await application.sip('SIP/2.0 200');
  t.equal(harness.server.sizes().dialogs, 0);
});

test('two transfers in a call are told apart, and one without an end is forgotten', async t => {
  const { clock, harness, application, peer } = await start();
  t.teardown(() => harness.close());
  const { call, within } = await called(harness, application, peer);
  const ids: number[] = [];
  for (let i = 0; i < 2; i += 1) {
    call.send('REFER', { headers: [referTo] });
    ids.push(call.sequence);
    await answer(application, await application.sip('REFER'), '202 Accepted');
    await peer.response(202, 'REFER');
  }
  await within('BYE');
  peer.respond(await peer.request('BYE'), 200);
  await application.sip('SIP/2.0 200');
  await within('NOTIFY', referredNotify('terminated', `;id=${ids[1]}`));
  peer.respond(await peer.request('NOTIFY'), 200);
  await application.sip('SIP/2.0 200');
  t.equal(harness.server.sizes().dialogs, 1, 'the first one');
  clock.pass(3 * 60_000 + 2 * 32_000);
  t.equal(harness.server.sizes().dialogs, 0);
});

test('a call ends with its BYE when the transfer asks for no reports', async t => {
  const { harness, application, peer } = await start();
  t.teardown(() => harness.close());
  const { call } = await called(harness, application, peer);
  call.send('REFER', { headers: [referTo, ['Refer-Sub', 'false'], ['Supported', 'norefersub']] });
  const refer = await application.sip('REFER');
  t.match(refer.text, 'Refer-Sub: false');
  await answer(application, refer, '200 OK', 'Refer-Sub: false\r\n');
  t.equal((await peer.response(200, 'REFER')).first('refer-sub'), 'false');
  call.send('REFER', { headers: [referTo] });
  await answer(application, await application.sip('REFER'), '603 Decline');
  await peer.response(603, 'REFER');
  call.send('BYE');
  await answer(application, await application.sip('BYE'), '200 OK');
  t.equal(harness.server.sizes().dialogs, 0);
});

test('the application transfers, hangs up, and hears how it went', async t => {
  const { harness, application, peer } = await start();
  t.teardown(() => harness.close());
  const { call, dialog, within } = await called(harness, application, peer);
  await within('REFER', 'Refer-To: <sip:c@example.com>\r\nReferred-By: <sip:us@x>\r\n\r\n');
  const refer = await peer.request('REFER');
  t.match(refer.first('contact'), /^<sip:/);
  t.equal(refer.first('referred-by'), '<sip:us@x>');
  const report = (state: string) =>
    call.send('NOTIFY', {
      headers: [
        ['Event', 'refer'],
        ['Subscription-State', state],
      ],
    });
  // The first report may be there before the answer.
  report('active;expires=60');
  const first = await application.sip('NOTIFY');
  await answer(application, first, '200 OK');
  peer.respond(refer, 202);
  await application.sip('SIP/2.0 202');
  await within('BYE');
  peer.respond(await peer.request('BYE'), 200);
  await application.sip('SIP/2.0 200');
  t.equal(harness.server.sizes().dialogs, 1);
  report('terminated;reason=noresource');
  const last = await application.sip('NOTIFY');
  t.equal(last.fields[9], dialog);
  t.equal(harness.server.sizes().dialogs, 0);
  await answer(application, last, '200 OK');
  await peer.response(200, 'NOTIFY');
});

test('a refused transfer leaves nothing behind', async t => {
  const { clock, harness, application, peer } = await start();
  t.teardown(() => harness.close());
  const { within } = await called(harness, application, peer);
  for (const status of [603, 202]) {
    await within('REFER', 'Refer-To: <sip:c@example.com>\r\n\r\n');
    peer.respond(await peer.request('REFER'), status, { headers: [['Refer-Sub', 'false']] });
    await application.sip(`SIP/2.0 ${status}`);
  }
  await within('BYE');
  peer.respond(await peer.request('BYE'), 200);
  await application.sip('SIP/2.0 200');
  t.equal(harness.server.sizes().dialogs, 0);
  clock.pass(64_000);
  t.equal(clock.running, 0);
});

test('REFER outside a call, both ways', async t => {
  const { harness, application, peer } = await start();
  t.teardown(() => harness.close());
  const call = new PeerCall(peer, harness.uri);
  call.send('REFER', { headers: [referTo, ['Contact', `<${peer.contact}>`]] });
  await peer.response(503, 'REFER');
  await application.ask('route|refer');
  call.send('REFER', { headers: [referTo, ['Contact', `<${peer.contact}>`]] });
  const answered = await answer(application, await application.sip('REFER'), '202 Accepted');
  const dialog = answered[8];
  const accepted = await peer.response(202, 'REFER');
  t.match(accepted.first('contact'), /^<sip:/);
  t.match(dialog, `${call.callId};from-tag=`);
  await application.ask(
    `sip||${dialog}|\r\nNOTIFY sip:placeholder SIP/2.0\r\n${referredNotify('terminated')}`,
  );
  const notify = await peer.request('NOTIFY');
  t.equal(notify.callId, call.callId);
  t.equal(notify.fromTag, accepted.toTag);
  peer.respond(notify, 200);
  await application.sip('SIP/2.0 200');

  await application.ask(
    `sip|||\r\nREFER sip:b@127.0.0.1:${peer.port} SIP/2.0\r\nRefer-To: <sip:c@example.com>\r\n\r\n`,
  );
  const refer: SipRequest = await peer.request('REFER');
  t.match(refer.first('contact'), /^<sip:/);
  peer.respond(refer, 202, { tag: 'r' });
  const { fields } = await application.sip('SIP/2.0 202');
  const identity = { callId: refer.callId, from: `${refer.to};tag=r`, to: refer.from, sequence: 1 };
  const headers: Header[] = [
    ['Event', `refer;id=${refer.cseq?.number}`],
    ['Subscription-State', 'terminated;reason=noresource'],
    ['Contact', `<${peer.contact}>`],
  ];
  peer.sendText(peerRequest(peer, { method: 'NOTIFY', uri: 'sip:us@127.0.0.1', ...identity, headers }));
  const report = await application.sip('NOTIFY');
  t.equal(report.fields[9], fields[9]);
  t.equal(harness.server.sizes().dialogs, 0);
});

test('an INVITE with Replaces finds its dialog', async t => {
  const harness = await Harness.start();
  t.teardown(() => harness.close());
  const replaced: (Dialog | undefined)[] = [];
  const srf = await harness.application({
    invite: async (req: SrfRequest, res: SrfResponse) => {
      const replaces = req.get('Replaces') as string | undefined;
      if (replaces === undefined) {
        await srf.createUAS(req, res, { localSdp: sdp });
        return;
      }
      const [callId = '', ...parameters] = replaces.split(';');
      const tags = parameters.map(parameter => parameter.split('=')[1] ?? '');
      const find = (tag: string) =>
        (
          srf as unknown as { findDialogByCallIDAndFromTag(id: string, tag: string): Dialog | undefined }
        ).findDialogByCallIDAndFromTag(callId, tag);
      const dialog = tags.map(find).find(found => found !== undefined);
      replaced.push(dialog);
      if (dialog === undefined) res.send(481);
      else {
        await srf.createUAS(req, res, { localSdp: sdp });
        await dialog.destroy();
      }
    },
  });
  const peer = await harness.udpPeer();
  const first = new PeerCall(peer, harness.uri);
  first.invite();
  const ok = await peer.response(200, 'INVITE');
  first.ack(ok);
  const value = `${first.callId};to-tag=${ok.toTag};from-tag=${ok.fromTag}`;
  const second = new PeerCall(peer, harness.uri);
  second.invite([
    ['Replaces', value],
    ['Require', 'replaces'],
  ]);
  second.ack(await peer.response(200, 'INVITE'));
  const bye = await peer.request('BYE');
  t.equal(bye.callId, first.callId);
  peer.respond(bye, 200);
  await harness.until(() => harness.server.sizes().dialogs === 1);
  const third = new PeerCall(peer, harness.uri);
  third.invite([['Replaces', value]]);
  third.ackFailure(await peer.response(481, 'INVITE'));
  t.ok(replaced[0]);
  t.equal(replaced[1], undefined);
});
