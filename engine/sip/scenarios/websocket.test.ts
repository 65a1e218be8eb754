/** A softphone over WebSocket, which sipp does not speak: by a peer of our own. */
import { PeerCall, peerRequest, sdp, WsPeer } from '../testing/peer.js';
import { onEachServer } from '../testing/stage.js';

onEachServer(async (t, stage) => {
  const { wsPort: port } = stage.server;

  await t.test('registers, calls, and is called', async t => {
    const srf = await stage.application(t, {
      register: (req, res) =>
        res.send(200, { headers: { Contact: req.get('Contact'), Expires: req.get('Expires') } }),
      invite: (req, res) => srf.createUAS(req, res, { localSdp: sdp }),
    });
    const peer = await WsPeer.open({ host: '127.0.0.1', port });
    t.teardown(() => peer.close());
    const record = `<sip:${peer.user}@softphone.example>`;
    peer.sendText(
      peerRequest(peer, {
        method: 'REGISTER',
        uri: 'sip:softphone.example',
        ...{ callId: 'registration', from: `${record};tag=1`, to: record, sequence: 1 },
        headers: [
          ['Contact', `<${peer.contact}>`],
          ['Expires', '60'],
        ],
      }),
    );
    t.equal((await peer.response(200, 'REGISTER')).first('contact'), `<${peer.contact}>`);

    const call = new PeerCall(peer, 'sip:service@softphone.example');
    call.invite();
    call.ack(await peer.response(200, 'INVITE'));
    call.send('BYE');
    await peer.response(200, 'BYE');

    const placed = srf.createUAC(peer.contact, { localSdp: sdp });
    const invite = await peer.request('INVITE');
    t.match(invite.first('via'), /^SIP\/2\.0\/WS /);
    peer.respond(invite, 200, { tag: 'softphone', body: sdp });
    const dialog = await placed;
    await peer.request('ACK');
    const destroyed = dialog.destroy();
    peer.respond(await peer.request('BYE'), 200);
    await destroyed;
  });
});
