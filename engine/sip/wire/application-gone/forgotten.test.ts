/** A request that its application forgets gets a final answer, whatever it is and wherever it came; and few can wait. */

import { test } from 'tap';
import { defaultSipServerOptions } from '../../options.js';
import { FakeClock } from '../../testing/fake-clock.js';
import { Harness, secret } from '../../testing/harness.js';
import { type Header, PeerCall, peerRequest, sdp, type UdpPeer } from '../../testing/peer.js';
import type { RawApplication, RawFrame } from '../../testing/raw-application.js';

const withSdp = `Content-Type: application/sdp\r\n\r\n${sdp}`;
const routed = [
  'INVITE',
  'REGISTER',
  'OPTIONS',
  'MESSAGE',
  'SUBSCRIBE',
  'NOTIFY',
  'PUBLISH',
  'INFO',
  'REFER',
  'FOO',
];

/** How long each may take, by what the application did before it forgot it. */
const minute = 60_000;
const limits: Record<string, { invite: number; other: number }> = {
  nothing: { invite: 64_000, other: 30_000 },
  '100': { invite: 64_000, other: 30_000 },
  '180': { invite: 10 * minute, other: 30_000 },
};

const answer = (application: RawApplication, { fields }: RawFrame, status: number, rest = '\r\n') =>
  application.ask(`sip|${fields[8]}||\r\nSIP/2.0 ${status} X\r\n${rest}`);

interface Cell {
  clock: FakeClock;
  harness: Harness;
  application: RawApplication;
  peer: UdpPeer;
}

async function start(): Promise<Cell> {
  const clock = new FakeClock();
  const harness = await Harness.start({}, { clock });
  const application = await harness.raw();
  await application.login(secret);
  for (const method of routed) await application.ask(`route|${method.toLowerCase()}`);
  return { clock, harness, application, peer: await harness.udpPeer() };
}

/** The application gets the request, does that little with it, and nothing more. */
async function forget({ clock, application, peer }: Cell, method: string, before: string): Promise<number> {
  const request = await application.sip(method);
  if (before !== 'nothing') {
    // In an early dialog the answer to an UPDATE is told by its CSeq from one to the INVITE.
    await answer(application, request, Number(before), `CSeq: 1 ${method}\r\n\r\n`);
    if (before !== '100') await peer.response(Number(before), method);
  }
  const limit = limits[before] ?? { invite: 0, other: 0 };
  const ms = method === 'INVITE' ? limit.invite : limit.other;
  const status = method === 'INVITE' ? 408 : 500;
  clock.pass(ms - 1);
  const early = peer.got.some(({ text }) => text.startsWith(`SIP/2.0 ${status}`));
  clock.pass(1);
  await peer.response(status, method);
  return early ? 0 : status;
}

async function confirmed({ application, peer, harness }: Cell): Promise<PeerCall> {
  const call = new PeerCall(peer, harness.uri);
  call.invite();
  await answer(application, await application.sip('INVITE'), 200, withSdp);
  call.ack(await peer.response(200, 'INVITE'));
  await application.sip('ACK');
  return call;
}

for (const before of Object.keys(limits)) {
  test(`outside dialogs, after ${before}`, async t => {
    for (const method of routed) {
      const cell = await start();
      const { peer, harness } = cell;
      const identity = { callId: method, from: '<sip:a@x>;tag=1', to: '<sip:b@x>', sequence: 1 };
      const headers: Header[] = [['Contact', `<${peer.contact}>`]];
      peer.sendText(peerRequest(peer, { method, uri: harness.uri, ...identity, headers }));
      t.equal(await forget(cell, method, before), method === 'INVITE' ? 408 : 500, method);
      if (method === 'INVITE' && before === '180') await cell.application.sip('CANCEL');
      t.match(harness.server.sizes(), { exchanges: 0, dialogs: 0 });
      await harness.close();
    }
  });

  test(`in a confirmed dialog, after ${before}`, async t => {
    for (const method of [...routed.filter(name => name !== 'REGISTER'), 'UPDATE', 'BYE']) {
      const cell = await start();
      const call = await confirmed(cell);
      call.sequence += 1;
      const headers: Header[] = [['Contact', `<${cell.peer.contact}>`]];
      cell.peer.sendText(call.text(method, { headers }));
      t.equal(await forget(cell, method, before), method === 'INVITE' ? 408 : 500, method);
      t.match(cell.harness.server.sizes(), { exchanges: 0, dialogs: method === 'BYE' ? 0 : 1 }, method);
      await cell.harness.close();
    }
  });

  test(`in an early dialog, after ${before}`, async t => {
    for (const method of ['PRACK', 'UPDATE', 'INFO', 'OPTIONS', 'MESSAGE', 'FOO']) {
      const cell = await start();
      const { application, peer, harness } = cell;
      const call = new PeerCall(peer, harness.uri);
      call.invite([['Supported', '100rel']]);
      const invite = await application.sip('INVITE');
      await answer(application, invite, 183, 'Require: 100rel\r\n\r\n');
      const reliable = await peer.response(183, 'INVITE');
      call.to = reliable.to;
      const headers: Header[] = [['RAck', `${reliable.first('rseq')} 1 INVITE`]];
      if (method !== 'PRACK') {
        call.send('PRACK', { headers });
        await answer(application, await application.sip('PRACK'), 200);
        await peer.response(200, 'PRACK');
      }
      call.send(method, { headers });
      t.equal(await forget(cell, method, before), 500, method);
      t.match(harness.server.sizes(), { exchanges: 1, dialogs: 1 }, 'the INVITE still rings');
      await harness.close();
    }
  });
}

test('in an early dialog of ours', async t => {
  for (const method of ['UPDATE', 'FOO']) {
    const cell = await start();
    const { application, peer, harness } = cell;
    const invite = `INVITE sip:b@127.0.0.1:${peer.port} SIP/2.0\r\nSupported: 100rel\r\n${withSdp}`;
    await application.ask(`sip|||\r\n${invite}`);
    const sent = await peer.request('INVITE');
    const reliable: Header[] = [
      ['Require', '100rel'],
      ['RSeq', '1'],
    ];
    peer.respond(sent, 183, { tag: 'b', headers: reliable });
    await application.sip('SIP/2.0 183');
    const identity = { callId: sent.callId, from: `${sent.to};tag=b`, to: sent.from, sequence: 1 };
    peer.sendText(peerRequest(peer, { method, uri: harness.uri, ...identity }));
    const early = await forget(cell, method, 'nothing');
    t.equal(early, 500, method);
    t.equal(harness.server.sizes().exchanges, 0);
    await harness.close();
  }
});

test('each provisional response gives an INVITE its time anew', async t => {
  const { clock, harness, application, peer } = await start();
  t.teardown(() => harness.close());
  const call = new PeerCall(peer, harness.uri);
  call.invite();
  const invite = await application.sip('INVITE');
  for (let i = 0; i < 3; i += 1) {
    await answer(application, invite, 180);
    await peer.response(180, 'INVITE');
    clock.pass(9 * minute);
  }
  t.equal(harness.server.sizes().exchanges, 1);
  await answer(application, invite, 200, withSdp);
  call.ack(await peer.response(200, 'INVITE'));
  await application.sip('ACK');
  clock.pass(11 * minute);
  t.equal(harness.server.sizes().dialogs, 1, 'and after the answer there is no limit');
});

test('an application leaves only so many unanswered; others are not concerned', async t => {
  const userAgent = { ...defaultSipServerOptions.userAgent, maxWaiting: 2 };
  const harness = await Harness.start({ userAgent });
  t.teardown(() => harness.close());
  const applications = [await harness.raw(), await harness.raw()] as [RawApplication, RawApplication];
  const [slow, other] = applications;
  for (const application of applications) await application.login(secret);
  await slow.ask('route|options');
  await slow.ask('route|invite');
  const peer = await harness.udpPeer();
  const call = await confirmed({ harness, application: slow, peer, clock: new FakeClock() });
  let count = 0;
  const options = () => {
    count += 1;
    const identity = { callId: `c${count}`, from: '<sip:a@x>;tag=1', to: '<sip:b@x>', sequence: 1 };
    peer.sendText(peerRequest(peer, { method: 'OPTIONS', uri: harness.uri, ...identity }));
  };
  options();
  options();
  const waiting = [await slow.sip('OPTIONS'), await slow.sip('OPTIONS')];
  options();
  t.equal((await peer.response(503, 'OPTIONS')).first('retry-after'), '5');
  call.send('INFO');
  t.equal((await peer.response(500, 'INFO')).first('retry-after'), '5');
  await other.ask('route|options');
  options();
  await answer(other, await other.sip('OPTIONS'), 200);
  await peer.response(200, 'OPTIONS');
  for (const request of waiting) await answer(slow, request, 200);
  call.send('BYE');
  await answer(slow, await slow.sip('BYE'), 200);
  await peer.response(200, 'BYE');
  t.equal(harness.server.sizes().exchanges, 0);
});

test('an early dialog with a second INVITE of ours in it: both are cancelled', async t => {
  const { harness, application, peer } = await start();
  t.teardown(() => harness.close());
  const invite = `INVITE sip:b@127.0.0.1:${peer.port} SIP/2.0\r\n${withSdp}`;
  await application.ask(`sip|||\r\n${invite}`);
  const first = await peer.request('INVITE');
  const reliable: Header[] = [
    ['Require', '100rel'],
    ['RSeq', '1'],
  ];
  peer.respond(first, 183, { tag: 'b', headers: reliable });
  const dialogId = (await application.sip('SIP/2.0 183')).fields[9] ?? '';
  t.ok(dialogId, 'the answer names its dialog');
  await application.ask(`sip||${dialogId}|\r\n${invite}`);
  const second = await peer.request('INVITE');
  peer.respond(second, 180, { tag: 'b' });
  await application.sip('SIP/2.0 180');
  application.socket.destroy();
  const cancelled = [await peer.request('CANCEL'), await peer.request('CANCEL')];
  t.same(
    new Set(cancelled.map(({ via }) => via?.branch)),
    new Set([first, second].map(({ via }) => via?.branch)),
  );
});
