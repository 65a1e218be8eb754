/** Softphones over WebSocket: registration, calls over the flow, flows that close. */
import { once } from 'node:events';
import type { Dialog, SrfRequest, SrfResponse } from 'drachtio-srf';
import { test } from 'tap';
import { WebSocket } from 'ws';
import { Harness, next, requestWithin, withStatus } from '../../testing/harness.js';
import { PeerCall, peerRequest, sdp, type WsPeer } from '../../testing/peer.js';

interface Registrar {
  registers: SrfRequest[];
  handler: (req: SrfRequest, res: SrfResponse) => void;
}

function registrar(): Registrar {
  const registers: SrfRequest[] = [];
  return {
    registers,
    handler: (req, res) => {
      registers.push(req);
      res.send(200, { headers: { Contact: req.get('Contact') as string, Expires: '300' } } as never);
    },
  };
}

async function register(peer: WsPeer, sequence = 1, expires = '300', contact = peer.contact): Promise<void> {
  const headers: [string, string][] = [
    ['Contact', `<${contact}>`],
    ['Expires', expires],
  ];
  const from = '<sip:agent@shop.example>';
  const identity = { callId: `reg-${peer.user}`, from: `${from};tag=r${sequence}`, to: from };
  peer.sendText(
    peerRequest(peer, { method: 'REGISTER', uri: 'sip:shop.example', ...identity, sequence, headers }),
  );
  await peer.response(200, 'REGISTER');
}

test('a registered contact is called over its flow, and the dialog stays on it', async t => {
  const harness = await Harness.start();
  t.teardown(() => harness.close());
  const { handler } = registrar();
  const srf = await harness.application({ register: handler });
  const peer = await harness.wsPeer();
  await register(peer);
  const placed = srf.createUAC(peer.contact, { localSdp: sdp } as never) as unknown as Promise<Dialog>;
  const invite = await peer.request('INVITE');
  t.equal(invite.uri, peer.contact);
  t.equal(invite.via?.transport, 'WS');
  t.match(invite.first('contact'), /;transport=ws>/);
  peer.respond(invite, 180, { tag: 'agent' });
  peer.respond(invite, 200, { tag: 'agent', body: sdp });
  await peer.request('ACK');
  const dialog = await placed;
  const info = requestWithin(dialog, { method: 'INFO' });
  peer.respond(await peer.request('INFO'), 200);
  t.equal((await info).status, 200);
  const destroyed = next(dialog, 'destroy');
  peer.sendText(
    peerRequest(peer, {
      method: 'BYE',
      uri: 'sip:server.invalid',
      callId: invite.callId,
      from: `${invite.to};tag=agent`,
      to: invite.from,
      sequence: 1,
    }),
  );
  await peer.response(200, 'BYE');
  await destroyed;
});

test('a softphone calls in and keeps its dialog over a new connection', async t => {
  const harness = await Harness.start();
  t.teardown(() => harness.close());
  let answered: (dialog: Dialog) => void = () => undefined;
  const made = new Promise<Dialog>(resolve => {
    answered = resolve;
  });
  const srf = await harness.application({
    invite: async (req, res) => answered(await srf.createUAS(req, res, { localSdp: sdp })),
  });
  const peer = await harness.wsPeer();
  const call = new PeerCall(peer, 'sip:callback@shop.example');
  call.invite();
  call.ack(await peer.response(200, 'INVITE'));
  const dialog = await made;
  await peer.close();
  const again = await harness.wsPeer();
  const moved = new PeerCall(again, call.uri);
  const identity = { callId: call.callId, from: call.from, to: call.to, uri: call.target };
  again.sendText(moved.text('INFO', { ...identity, sequence: 2 }));
  await again.response(200, 'INFO');
  const info = requestWithin(dialog, { method: 'INFO' });
  again.respond(await again.request('INFO'), 200);
  t.equal((await info).status, 200);
});

test('an application that asked for it is told when the flow of a contact closes', async t => {
  const harness = await Harness.start();
  t.teardown(() => harness.close());
  const watching = registrar();
  await harness.application({ register: watching.handler }, ['flow-events']);
  const peer = await harness.wsPeer();
  await register(peer, 7);
  await peer.close();
  await harness.until(() => watching.registers.length === 2);
  const notice = watching.registers[1] as SrfRequest;
  t.equal(notice.get('X-Ringbridge-Flow'), 'closed');
  t.equal(notice.get('Expires'), '0');
  t.equal(notice.get('Call-ID'), `reg-${peer.user}`);
  t.match(notice.get('CSeq'), /^8 REGISTER$/);
  t.match(notice.get('To'), /<sip:agent@shop\.example>/);
  t.match(notice.get('Contact'), `<${peer.contact}>;expires=0`);
  await harness.until(() => harness.server.sizes().exchanges === 0);
});

test('nobody who did not ask is told, and a forged notice loses its mark', async t => {
  const harness = await Harness.start();
  t.teardown(() => harness.close());
  const plain = registrar();
  await harness.application({ register: plain.handler });
  const peer = await harness.wsPeer();
  await register(peer);
  await peer.close();
  await harness.until(() => harness.server.sizes().flows === 0);
  const forger = await harness.wsPeer();
  const identity = {
    callId: 'forged',
    from: '<sip:agent@shop.example>;tag=f',
    to: '<sip:agent@shop.example>',
  };
  const headers: [string, string][] = [
    ['x-ringbridge-FLOW', 'closed'],
    ['Contact', `<${peer.contact}>`],
    ['Expires', '0'],
  ];
  forger.sendText(
    peerRequest(forger, { method: 'REGISTER', uri: 'sip:shop.example', ...identity, sequence: 1, headers }),
  );
  await forger.response(200, 'REGISTER');
  t.equal(plain.registers.length, 2, 'one registration, one forged notice, nothing else');
  t.notOk(/ringbridge/i.test(plain.registers[1]?.msg.raw ?? 'ringbridge'));
});

test('a contact without a flow cannot be reached', async t => {
  const harness = await Harness.start();
  t.teardown(() => harness.close());
  const { handler } = registrar();
  const srf = await harness.application({ register: handler });
  const call = () => srf.createUAC('sip:abc@xyz.invalid;transport=ws', { localSdp: sdp } as never);
  await t.rejects(call(), withStatus(503));
  const peer = await harness.wsPeer();
  await register(peer);
  await register(peer, 2, '0');
  await t.rejects(srf.createUAC(peer.contact, { localSdp: sdp } as never), withStatus(503));
});

test('a contact over a connection takes no call that goes elsewhere', async t => {
  const harness = await Harness.start();
  t.teardown(() => harness.close());
  const { handler } = registrar();
  const srf = await harness.application({ register: handler });
  const trunk = await harness.udpPeer();
  const thief = await harness.wsPeer();
  await register(thief, 1, '300', trunk.contact);
  void srf.createUAC(trunk.contact, { localSdp: sdp } as never).catch(() => undefined);
  const reached = [trunk, thief].map(peer => peer.request('INVITE').then(() => peer));
  t.equal(await Promise.race(reached), trunk);
});

test('the longest address of record that fits is told of too', async t => {
  const harness = await Harness.start();
  t.teardown(() => harness.close());
  const watching = registrar();
  await harness.application({ register: watching.handler }, ['flow-events']);
  const peer = await harness.wsPeer();
  const to = `<sip:${'a'.repeat(8_192 - 'To: <sip:>'.length)}>`;
  const headers: [string, string][] = [['Contact', `<${peer.contact}>`]];
  const identity = { callId: 'long', from: '<sip:a@shop.example>;tag=1', to, sequence: 1 };
  peer.sendText(peerRequest(peer, { method: 'REGISTER', uri: 'sip:shop.example', ...identity, headers }));
  await peer.response(200, 'REGISTER');
  await peer.close();
  await harness.until(() => watching.registers.length === 2);
  t.equal(watching.registers[1]?.get('X-Ringbridge-Flow'), 'closed');
});

test('a flow that closes fails what waits on it', async t => {
  const harness = await Harness.start();
  t.teardown(() => harness.close());
  const { handler } = registrar();
  const cancelled: string[] = [];
  const srf = await harness.application({
    register: handler,
    invite: req => req.on('cancel', () => cancelled.push(req.get('Call-ID') as string)),
  });
  const peer = await harness.wsPeer();
  await register(peer);
  const placed = srf.createUAC(peer.contact, { localSdp: sdp } as never);
  peer.respond(await peer.request('INVITE'), 180, { tag: 'agent' });
  const caller = await harness.wsPeer();
  const call = new PeerCall(caller, 'sip:callback@shop.example');
  call.invite();
  await caller.response(100, 'INVITE');
  await harness.until(() => harness.server.sizes().exchanges === 1);
  peer.socket.terminate();
  await t.rejects(placed, withStatus(503));
  caller.socket.terminate();
  await harness.until(() => cancelled.length === 1);
  t.same(cancelled, [call.callId]);
  t.match(harness.server.sizes(), { exchanges: 0, invites: 0, transactions: 0 });
});

test('a keep-alive is answered; a client without the subprotocol and a message too large are not taken', async t => {
  const harness = await Harness.start();
  t.teardown(() => harness.close());
  const peer = await harness.wsPeer();
  peer.sendText('\r\n\r\n');
  await harness.until(() => peer.other.length === 1);
  t.same(peer.other, ['\r\n']);
  const [address] = harness.server.ws;
  const stranger = new WebSocket(`ws://127.0.0.1:${address?.port}`);
  const [error] = await once(stranger, 'error');
  t.match((error as Error).message, /400/);
  const closed = once(peer.socket, 'close');
  peer.sendText('x'.repeat(70_000));
  t.equal((await closed)[0], 1009);
  const crumbling = await harness.wsPeer();
  const gone = once(crumbling.socket, 'close');
  for (let i = 0; i < 300; i += 1) crumbling.socket.send('x', { fin: false });
  t.equal((await gone)[0], 1008);
});
