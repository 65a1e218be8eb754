/** Kamailio as a proxy between us and a carrier's trunks, in every dialog by Record-Route. */
import { once } from 'node:events';
import type Srf from 'drachtio-srf';
import type { Dialog, SrfRequest, SrfResponse } from 'drachtio-srf';
import t, { type Test } from 'tap';
import type { SipRequest } from '../../engine/sip/message/message.js';
import { requestWithin, withStatus } from '../../engine/sip/testing/harness.js';
import { type Header, PeerCall, sdp, UdpPeer } from '../../engine/sip/testing/peer.js';
import { ownSipPort } from '../support/ports.js';
import { builtIn, type SipServerUnderTest, sipServersUnderTest } from '../support/sip-servers.js';
import { application, Promised } from './application.js';
import type { Kamailio } from './kamailio/process.js';
import { startKamailio } from './kamailio/proxy.js';
import { recordedRoutes, TrunkCall } from './kamailio/trunk.js';

type Transport = 'udp' | 'tcp';

const held = sdp.replace('a=sendrecv', 'a=sendonly');
const body = { headers: { 'Content-Type': 'application/sdp' } };

interface Bed {
  srf: Srf;
  kamailio: Kamailio;
  proxyPort: number;
  trunks: [UdpPeer, UdpPeer];
  /** What the application does with the next INVITE. */
  onInvite(handler: (req: SrfRequest, res: SrfResponse) => void): void;
  /** What it answers pings. */
  health: number;
}

async function bed(t: Test, sipServer: SipServerUnderTest): Promise<Bed> {
  const server = await sipServer.start(t, ['--tcp', '127.0.0.1:0']);
  const proxyPort = await ownSipPort();
  const at = { host: '127.0.0.1', port: proxyPort };
  const trunks: [UdpPeer, UdpPeer] = [await UdpPeer.open(at), await UdpPeer.open(at)];
  t.teardown(() => Promise.all(trunks.map(trunk => trunk.close())));
  let invited = (_req: SrfRequest, res: SrfResponse): void => void res.send(603);
  const made = { health: 200 };
  const srf = await application(t, server, {
    invite: (req, res) => invited(req, res),
    options: (_req, res) => res.send(made.health),
  });
  const kamailio = await startKamailio(t, {
    port: proxyPort,
    trunks: [trunks[0].port, trunks[1].port],
    sipServer: `sip:127.0.0.1:${server.tcpPort};transport=tcp`,
  });
  const onInvite: Bed['onInvite'] = handler => {
    invited = handler;
  };
  return Object.assign(made, { srf, kamailio, proxyPort, trunks, onInvite });
}

/** The protocols and ports of its Vias, the last hop first. */
const hops = (request: SipRequest): string[] =>
  request.all('via').flatMap(value => value.match(/SIP\/2\.0\/\w+ [^;,\s]+/g) ?? []);

/** That a request came to the trunk from us through Kamailio, which took the routes off that are its own. */
function through({ proxyPort }: Bed, t: Test, request: SipRequest, transport: Transport): void {
  const [last = '', first = '', ...more] = hops(request);
  t.equal(last, `SIP/2.0/UDP 127.0.0.1:${proxyPort}`, `${request.method} comes from Kamailio`);
  t.match(
    first,
    `SIP/2.0/${transport.toUpperCase()} 127.0.0.1:`,
    `${request.method} went there by ${transport}`,
  );
  t.same(more, []);
  t.same(request.all('route'), []);
}

/** A call out over the first trunk, which answers. */
async function callOut(bed: Bed, t: Test, transport: Transport, uri: string, options: object = {}) {
  const calling = bed.srf.createUAC(uri, {
    localSdp: sdp,
    ...options,
  } as never) as unknown as Promise<Dialog>;
  const [trunk] = bed.trunks;
  const call = await TrunkCall.next(trunk);
  through(bed, t, call.invite, transport);
  call.answer(180);
  call.answer(200, sdp);
  const dialog = await calling;
  through(bed, t, await trunk.request('ACK'), transport);
  return { dialog, call, trunk };
}

const ended = (dialog: Dialog) => once(dialog as unknown as NodeJS.EventEmitter, 'destroy');

async function hangUp(bed: Bed, t: Test, dialog: Dialog, transport: Transport): Promise<void> {
  const [trunk] = bed.trunks;
  const done = dialog.destroy();
  const bye = await trunk.request('BYE');
  through(bed, t, bye, transport);
  trunk.respond(bye, 200);
  await done;
}

async function callsOut(t: Test, bed: Bed, transport: Transport): Promise<void> {
  const uri = `sip:+821055500100@127.0.0.1:${bed.proxyPort};transport=${transport}`;

  await t.test(`calls out over ${transport}, changed and ended by us`, async t => {
    const { dialog, call, trunk } = await callOut(bed, t, transport, uri);
    t.equal(call.routes.length, transport === 'udp' ? 1 : 2, 'one Record-Route for each transport');
    const modified = dialog.modify(held);
    const again = await trunk.request('INVITE');
    through(bed, t, again, transport);
    t.match(again.body, 'a=sendonly');
    trunk.respond(again, 200, { body: sdp.replace('a=sendrecv', 'a=recvonly') });
    t.match(await modified, 'a=recvonly');
    through(bed, t, await trunk.request('ACK'), transport);
    const informed = requestWithin(dialog, {
      method: 'INFO',
      headers: { 'Content-Type': 'application/dtmf-relay' },
      body: 'Signal=1',
    });
    const info = await trunk.request('INFO');
    through(bed, t, info, transport);
    trunk.respond(info, 200);
    t.equal((await informed).status, 200);
    await hangUp(bed, t, dialog, transport);
  });

  await t.test(`calls out over ${transport}, changed and ended by the trunk`, async t => {
    const { dialog, call, trunk } = await callOut(bed, t, transport, uri);
    const events = dialog as unknown as NodeJS.EventEmitter;
    events.on('modify', (req: SrfRequest, res: SrfResponse) => {
      t.match(req.body, 'a=sendonly');
      res.send(200, { body: sdp.replace('a=sendrecv', 'a=recvonly'), ...body });
    });
    call.send('INVITE', { body: held });
    t.match((await trunk.response(200, 'INVITE')).body, 'a=recvonly');
    call.send('ACK');
    const over = ended(dialog);
    call.send('BYE');
    await trunk.response(200, 'BYE');
    await over;
  });

  await t.test(`CANCEL over ${transport}`, async t => {
    const [trunk] = bed.trunks;
    const sent = new Promised<SrfRequest>();
    const calling = bed.srf.createUAC(
      uri,
      { localSdp: sdp } as never,
      {
        cbRequest: (_error: unknown, req: SrfRequest) => sent.resolve(req),
        cbProvisional: async (response: SrfResponse) => {
          if (response.status === 180) (await sent.value).cancel(() => undefined);
        },
      } as never,
    ) as unknown as Promise<Dialog>;
    const call = await TrunkCall.next(trunk);
    call.answer(180);
    const cancel = await trunk.request('CANCEL');
    t.equal(hops(cancel)[0], `SIP/2.0/UDP 127.0.0.1:${bed.proxyPort}`);
    trunk.respond(cancel, 200);
    call.answer(487);
    await t.rejects(calling, withStatus(487));
    await trunk.request('ACK');
  });

  await t.test(`both trunks ring over ${transport}, the second one answers`, async t => {
    const provisional: (string | undefined)[] = [];
    const calling = bed.srf.createUAC(
      `sip:both@127.0.0.1:${bed.proxyPort};transport=${transport}`,
      { localSdp: sdp } as never,
      { cbProvisional: (response: SrfResponse) => provisional.push(response.get('To')) } as never,
    ) as unknown as Promise<Dialog>;
    const [first, second] = await Promise.all(bed.trunks.map(trunk => TrunkCall.next(trunk)));
    first?.answer(180);
    second?.answer(180);
    second?.answer(200, sdp);
    const cancel = await bed.trunks[0].request('CANCEL');
    bed.trunks[0].respond(cancel, 200);
    first?.answer(487);
    await bed.trunks[0].request('ACK');
    const dialog = await calling;
    through(bed, t, await bed.trunks[1].request('ACK'), transport);
    t.equal(new Set(provisional.filter(to => to?.includes('tag='))).size, 2, 'both rang here');
    const over = ended(dialog);
    second?.send('BYE');
    await bed.trunks[1].response(200, 'BYE');
    await over;
  });

  await t.test(`a trunk that is out of order over ${transport}`, async t => {
    const calling = bed.srf.createUAC(uri, { localSdp: sdp } as never) as unknown as Promise<Dialog>;
    (await TrunkCall.next(bed.trunks[0])).answer(503);
    await bed.trunks[0].request('ACK');
    const call = await TrunkCall.next(bed.trunks[1]);
    call.answer(200, sdp);
    const dialog = await calling;
    through(bed, t, await bed.trunks[1].request('ACK'), transport);
    const over = ended(dialog);
    call.send('BYE');
    await over;
    await bed.trunks[1].response(200, 'BYE');
  });

  await t.test(`a refusal over ${transport}`, async t => {
    const calling = bed.srf.createUAC(uri, { localSdp: sdp } as never);
    (await TrunkCall.next(bed.trunks[0])).answer(486);
    await t.rejects(calling, withStatus(486));
    await bed.trunks[0].request('ACK');
  });
}

/** Route sets of the application's own: drachtio-server takes no `proxy` in angle brackets. */
async function preloaded(t: Test, bed: Bed, transport: Transport): Promise<void> {
  await t.test(`a preloaded route over ${transport}`, async t => {
    const [{ port }] = bed.trunks;
    const { dialog } = await callOut(bed, t, transport, `sip:+821055500100@127.0.0.1:${port}`, {
      proxy: `<sip:127.0.0.1:${bed.proxyPort};transport=${transport};lr>`,
    });
    await hangUp(bed, t, dialog, transport);
  });
}

/** A call of the first trunk to us. */
async function callIn(bed: Bed) {
  const [trunk] = bed.trunks;
  const call = new PeerCall(trunk, `sip:agent@127.0.0.1:${bed.proxyPort}`);
  const answered = new Promised<Dialog>();
  bed.onInvite(async (req, res) => answered.resolve(await bed.srf.createUAS(req, res, { localSdp: sdp })));
  call.invite();
  const ok = await trunk.response(200, 'INVITE');
  call.answered(ok);
  const routes = recordedRoutes(ok)
    .reverse()
    .map((route): Header => ['Route', route]);
  trunk.sendText(call.text('ACK', { headers: routes }));
  return { call, dialog: await answered.value, routes, trunk };
}

async function callsIn(t: Test, bed: Bed): Promise<void> {
  await t.test('a call in, ended by the trunk', async t => {
    const { call, dialog, routes, trunk } = await callIn(bed);
    t.equal(routes.length, 2);
    const over = ended(dialog);
    call.send('BYE', { headers: routes });
    await trunk.response(200, 'BYE');
    await over;
  });

  await t.test('a call in, changed and ended by us', async t => {
    const { dialog, trunk } = await callIn(bed);
    const modified = dialog.modify(held);
    const again = await trunk.request('INVITE');
    through(bed, t, again, 'tcp');
    trunk.respond(again, 200, { body: sdp.replace('a=sendrecv', 'a=recvonly') });
    t.match(await modified, 'a=recvonly');
    through(bed, t, await trunk.request('ACK'), 'tcp');
    await hangUp(bed, t, dialog, 'tcp');
  });

  await t.test('a call in that the trunk cancels', async () => {
    const [trunk] = bed.trunks;
    const call = new PeerCall(trunk, `sip:agent@127.0.0.1:${bed.proxyPort}`);
    const cancelled = new Promised<void>();
    bed.onInvite((req, res) => {
      req.on('cancel', () => cancelled.resolve());
      res.send(180);
    });
    call.invite();
    await trunk.response(180, 'INVITE');
    call.cancel();
    await trunk.response(200, 'CANCEL');
    await cancelled.value;
    call.ackFailure(await trunk.response(487, 'INVITE'));
  });
}

for (const sipServer of sipServersUnderTest()) {
  t.test(`Kamailio before the ${sipServer.name} SIP server`, async t => {
    const made = await bed(t, sipServer);
    for (const transport of ['udp', 'tcp'] as const) {
      await callsOut(t, made, transport);
      if (sipServer === builtIn) await preloaded(t, made, transport);
    }
    await made.kamailio.said(/up: /);
    await callsIn(t, made);
    await t.test('its pings decide whether it sends calls here', async () => {
      made.health = 503;
      await made.kamailio.said(/down: /);
      const [trunk] = made.trunks;
      const call = new PeerCall(trunk, `sip:agent@127.0.0.1:${made.proxyPort}`);
      call.invite();
      call.ackFailure(await trunk.response(503, 'INVITE'));
    });
  });
}
