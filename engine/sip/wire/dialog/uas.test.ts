/** Calls that come in, taken by an application on the unmodified drachtio-srf. */
import type { Dialog, SrfRequest, SrfResponse } from 'drachtio-srf';
import { test } from 'tap';
import { Harness, next, requestWithin } from '../../testing/harness.js';
import { PeerCall, sdp } from '../../testing/peer.js';

/** An application that answers every call and hands out its dialogs. */
async function answering(harness: Harness): Promise<{ dialog: Promise<Dialog> }> {
  let found: (dialog: Dialog) => void = () => undefined;
  const dialog = new Promise<Dialog>(resolve => {
    found = resolve;
  });
  const srf = await harness.application({
    invite: async (req: SrfRequest, res: SrfResponse) => {
      res.send(180);
      found(await srf.createUAS(req, res, { localSdp: sdp }));
    },
  });
  return { dialog };
}

test('a call is answered, modified and ended by the caller', async t => {
  const harness = await Harness.start();
  t.teardown(() => harness.close());
  const application = await answering(harness);
  const peer = await harness.udpPeer();
  const call = new PeerCall(peer, harness.uri);
  call.invite();
  await peer.response(100, 'INVITE');
  await peer.response(180, 'INVITE');
  const ok = await peer.response(200, 'INVITE');
  t.equal(ok.body, sdp);
  t.match(ok.first('contact'), /<sip:127\.0\.0\.1:\d+>/);
  const dialog = await application.dialog;
  const acknowledged = next(dialog, 'ack');
  call.ack(ok);
  await acknowledged;

  call.send('INVITE', {
    headers: [['Contact', `<${peer.contact}>`]],
    body: sdp.replace('sendrecv', 'sendonly'),
  });
  call.ack(await peer.response(200, 'INVITE'));
  const answered = requestWithin(dialog, { method: 'INFO' });
  const info = await peer.request('INFO');
  t.equal(info.cseq?.number, 2, 'the CSeq goes on from that of the INVITE');
  peer.respond(info, 200);
  t.equal((await answered).status, 200);

  const destroyed = next(dialog, 'destroy');
  call.send('BYE');
  await peer.response(200, 'BYE');
  await destroyed;
  t.equal(harness.server.sizes().dialogs, 0);
});
