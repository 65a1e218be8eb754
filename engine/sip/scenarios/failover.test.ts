/** A name that stands for several servers, of which not all serve. */
import { freeUdpPort } from '../../../test/support/sipp.js';
import { DnsServer } from '../testing/dns-server.js';
import { sdp } from '../testing/peer.js';
import { callee, receive, reply } from '../testing/sipp-script.js';
import { onEachServer } from '../testing/stage.js';
import { srv } from '../testing/zone-resolver.js';

let dns: DnsServer;

const taken = [
  callee.rings({ To: 'trunk[0-9].example' }),
  callee.answers(200, { sdp: true }),
  receive('ACK'),
  receive('BYE'),
  reply(200),
];

onEachServer(
  async (t, stage) => {
    if (!stage.builtIn) {
      t.comment('not run: a drachtio-server asks the name servers of its machine');
      return;
    }

    await t.test('the first one is full', async t => {
      const full = await stage.wait(t, [callee.rings(), callee.answers(503), receive('ACK')]);
      const phone = await stage.wait(t, taken);
      dns.names['_sip._udp.trunk1.example'] = {
        srv: [srv(1, 0, 'host.example', full.port), srv(2, 0, 'host.example', phone.port)],
      };
      const srf = await stage.application(t);
      const dialog = await srf.createUAC('sip:callee@trunk1.example', { localSdp: sdp });
      await full.done;
      await dialog.destroy();
      await phone.done;
    });

    await t.test('nobody listens at the first one', async t => {
      const phone = await stage.wait(t, taken);
      dns.names['_sip._udp.trunk2.example'] = {
        srv: [srv(1, 0, 'host.example', await freeUdpPort()), srv(2, 0, 'host.example', phone.port)],
      };
      const srf = await stage.application(t);
      const dialog = await srf.createUAC('sip:callee@trunk2.example', { localSdp: sdp });
      await dialog.destroy();
      await phone.done;
    });
  },
  async t => {
    dns = await DnsServer.start({ 'host.example': { host: ['127.0.0.1'] } });
    t.teardown(() => dns.close());
    return ['--dns-server', `${dns.address.host}:${dns.address.port}`];
  },
);
