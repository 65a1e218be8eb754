/**
 * Calls over TLS, which Debian's sipp does not speak: by peers of our own. The certificate of a drachtio-server has to be
 * one that Node trusts (NODE_EXTRA_CA_CERTS).
 */
import { PeerCall, sdp } from '../testing/peer.js';
import { onEachServer } from '../testing/stage.js';
import { StreamListener, StreamPeer } from '../testing/stream-peer.js';
import { type TestCertificate, testCertificate } from '../testing/tls-files.js';

let made: TestCertificate;

onEachServer(
  async (t, stage) => {
    const { tlsPort: port } = stage.server;
    if (port === undefined) throw new Error('the server has no TLS');

    await t.test('a call comes in', async t => {
      const srf = await stage.application(t, {
        invite: (req, res) => srf.createUAS(req, res, { localSdp: sdp }),
      });
      const authority = stage.builtIn ? made.certificate : undefined;
      const peer = await StreamPeer.open('tls', { host: '127.0.0.1', port }, { authority });
      t.teardown(() => peer.close());
      const call = new PeerCall(peer, `sips:service@127.0.0.1:${port}`);
      call.invite();
      const accepted = await peer.response(200, 'INVITE');
      t.match(accepted.first('contact'), new RegExp(`sips?:127\\.0\\.0\\.1:${port}`));
      call.ack(accepted);
      call.send('BYE');
      await peer.response(200, 'BYE');
    });

    await t.test('a call goes out', async t => {
      const listener = await StreamListener.open('tls', { certificate: made });
      t.teardown(() => listener.close());
      const srf = await stage.application(t);
      // drachtio-server does not read the hosts file, and ours wants the name that is in the certificate.
      const host = stage.builtIn ? 'localhost' : '127.0.0.1';
      const placed = srf.createUAC(`sip:callee@${host}:${listener.address.port};transport=tls`, {
        localSdp: sdp,
      });
      const peer = await listener.peer();
      const invite = await peer.request('INVITE');
      t.match(invite.first('via'), /^SIP\/2\.0\/TLS /);
      peer.respond(invite, 200, { tag: 'callee', body: sdp });
      const dialog = await placed;
      await peer.request('ACK');
      const destroyed = dialog.destroy();
      peer.respond(await peer.request('BYE'), 200);
      await destroyed;
    });
  },
  t => {
    made = testCertificate(t, 'localhost');
    const { certificate, key, authorities } = made.files;
    return ['--tls', '127.0.0.1:0', '--tls-cert', certificate, '--tls-key', key, '--tls-ca', authorities];
  },
);
