/** Dialogs outlive their application: they wait for the next one of its name, which learns of them and takes over. */

import { test } from 'tap';
import { defaultSipServerOptions } from '../../options.js';
import { FakeClock } from '../../testing/fake-clock.js';
import { Harness, secret } from '../../testing/harness.js';
import { PeerCall, peerRequest, sdp, type UdpPeer } from '../../testing/peer.js';
import type { RawApplication, RawFrame } from '../../testing/raw-application.js';

const tag = 'resume:gateway';

interface Listed {
  id: string;
  state: string;
  owner: string;
  invite?: { from: string; transaction: string };
  [field: string]: unknown;
}

async function start() {
  const clock = new FakeClock();
  return { clock, harness: await Harness.start({}, { clock }) };
}

/** Logged in with the tag, and with a route for the calls it takes. */
async function serving(harness: Harness, tags = tag): Promise<RawApplication> {
  const application = await harness.raw();
  await application.login(secret, tags);
  await application.ask('route|invite');
  return application;
}

/** Logged in with the tag, and asking for the list. */
async function heir(harness: Harness, tags = tag): Promise<RawApplication> {
  const application = await serving(harness, tags);
  await application.ask('route|notify');
  return application;
}

const pageOf = ({ text }: RawFrame): { page: number; last: boolean; dialogs: Listed[] } =>
  JSON.parse(text.slice(text.indexOf('\r\n\r\n') + 4));

const answer = (application: RawApplication, { fields }: RawFrame, status: number | string, rest = '') =>
  application.ask(`sip|${fields[8]}||\r\nSIP/2.0 ${status} X\r\n${rest}\r\n`);

const withSdp = `Content-Type: application/sdp\r\n\r\n${sdp}`;

/** Waits for the list, takes what it offers, and gives it back. */
async function takeOver(application: RawApplication): Promise<Listed[]> {
  const all: Listed[] = [];
  for (;;) {
    const notify = await application.sip('NOTIFY');
    const { dialogs, last } = pageOf(notify);
    all.push(...dialogs);
    await answer(application, notify, 200);
    if (last) return all;
  }
}

/** A call that the application took. */
async function answered(harness: Harness, application: RawApplication, peer: UdpPeer): Promise<PeerCall> {
  const call = new PeerCall(peer, harness.uri);
  call.invite();
  const invite = await application.sip('INVITE');
  await answer(application, invite, 200, withSdp);
  call.ack(await peer.response(200, 'INVITE'));
  await application.sip('ACK');
  return call;
}

async function vanish(harness: Harness, application: RawApplication): Promise<void> {
  const { routes } = harness.server.sizes();
  application.socket.destroy();
  await harness.until(() => harness.server.sizes().routes < routes);
}

test('requests wait for the next application of that name, which gets them in order', async t => {
  const { harness, clock } = await start();
  t.teardown(() => harness.close());
  const first = await serving(harness);
  const peer = await harness.udpPeer();
  const call = await answered(harness, first, peer);
  await vanish(harness, first);

  call.send('INFO');
  call.sequence += 1;
  const invite = call.text('INVITE', { headers: [['Contact', `<${peer.contact}>`]], body: sdp });
  peer.sendText(invite);
  await peer.response(100, 'INVITE');
  peer.sendText(invite);
  clock.pass(5_000);
  await harness.until(() => harness.server.sizes().exchanges === 2);

  const second = await heir(harness);
  const notify = await second.sip('NOTIFY');
  t.match(notify.text, /\r\nX-Ringbridge-Dialogs: gateway\r\n/);
  t.equal(notify.fields[9], '', 'it is outside any dialog');
  const page = pageOf(notify);
  t.match(page, { page: 1, last: true });
  t.match(page.dialogs, [
    {
      id: `${call.callId};from-tag=${/tag=(.*)/.exec(call.from)?.[1]}`,
      state: 'confirmed',
      direction: 'recipient',
      owner: 'none',
      callId: call.callId,
      remoteTag: /tag=(.*)/.exec(call.from)?.[1],
      local: call.to,
      remote: call.from,
      localContact: `<${call.target}>`,
      remoteTarget: peer.contact,
      routeSet: [],
      localSequence: 1,
      remoteSequence: 3,
      ageSeconds: 5,
      invite: { from: 'peer', transaction: /^[0-9a-f-]{36}$/ },
      waiting: 2,
    },
  ]);
  t.equal(
    second.got.filter(({ fields }) => fields[1] === 'sip').length,
    0,
    'nothing is delivered before it is wanted',
  );
  await answer(second, notify, 200);
  const info = await second.sip('INFO');
  const again = await second.sip('INVITE');
  t.equal(again.fields[9], page.dialogs[0]?.id);
  t.equal(again.fields[8], page.dialogs[0]?.invite?.transaction);
  await answer(second, info, 200);
  await peer.response(200, 'INFO');
  await answer(second, again, 200, withSdp);
  call.ack(await peer.response(200, 'INVITE'));
  await second.sip('ACK');
  t.notOk(
    second.got.some(({ text }) => text.startsWith('INVITE')),
    'the repeated INVITE is absorbed',
  );

  clock.pass(60_000);
  call.send('INFO');
  await answer(second, await second.sip('INFO'), 200);
  await peer.response(200, 'INFO');
  const bye = await second.ask(`sip||${page.dialogs[0]?.id}|\r\nBYE sip:placeholder SIP/2.0\r\n\r\n`);
  t.equal(bye[0], 'OK');
  peer.respond(await peer.request('BYE'), 200);
  await second.sip('SIP/2.0 200');
  t.match(harness.server.sizes(), { dialogs: 0, exchanges: 0 });
});

test('when nobody comes: 481 to what waits, and BYE', async t => {
  const { harness, clock } = await start();
  t.teardown(() => harness.close());
  const first = await serving(harness);
  const peer = await harness.udpPeer();
  const waiting = await answered(harness, first, peer);
  const ended = await answered(harness, first, peer);
  const ringing = new PeerCall(peer, harness.uri);
  ringing.invite();
  await answer(first, await first.sip('INVITE'), 180);
  await peer.response(180, 'INVITE');
  await vanish(harness, first);
  waiting.send('INFO');
  ended.send('BYE');
  await harness.until(() => harness.server.sizes().exchanges === 3);
  clock.pass(29_999);
  t.equal(harness.server.sizes().dialogs, 2, 'the one that rings and the one that waits');
  clock.pass(1);
  await peer.response(481, 'INFO');
  await peer.response(200, 'BYE');
  ringing.ackFailure(await peer.response(503, 'INVITE'));
  const bye = await peer.request('BYE');
  t.equal(bye.callId, waiting.callId);
  t.match(bye.first('reason'), /Application is gone/);
  t.match(harness.server.sizes(), { dialogs: 0, exchanges: 0 });
  const late = await heir(harness);
  t.match(await takeOver(late), [{ callId: ended.callId, state: 'terminated' }], 'and who hung up is told');
});

test('who has hung up when nobody came is told to whoever comes later, until somebody takes it in', async t => {
  const { harness, clock } = await start();
  t.teardown(() => harness.close());
  const first = await serving(harness);
  const [leaver, stayer] = [await harness.udpPeer(), await harness.udpPeer()];
  const left = await answered(harness, first, leaver);
  await answered(harness, first, stayer);
  await vanish(harness, first);
  left.send('BYE');
  await harness.until(() => harness.server.sizes().exchanges === 1);
  clock.pass(defaultSipServerOptions.userAgent.orphanGraceMs);
  await leaver.response(200, 'BYE');
  stayer.respond(await stayer.request('BYE'), 200);
  await harness.until(() => harness.server.sizes().dialogs === 0);

  const second = await heir(harness);
  const notify = await second.sip('NOTIFY');
  t.match(pageOf(notify).dialogs, [{ callId: left.callId, state: 'terminated', owner: 'none', waiting: 0 }]);
  t.equal(pageOf(notify).dialogs.length, 1, 'whom we have hung up on is not told');
  await answer(second, notify, 480);
  const third = await heir(harness);
  t.equal((await takeOver(third))[0]?.callId, left.callId, 'the one before has declined it');
  t.match(await third.sip('BYE'), { text: left.callId });
  const fourth = await heir(harness);
  t.same(await takeOver(fourth), []);
});

test('a BYE during the wait is for the next application to answer', async t => {
  const { harness } = await start();
  t.teardown(() => harness.close());
  const first = await serving(harness);
  const peer = await harness.udpPeer();
  const call = await answered(harness, first, peer);
  await vanish(harness, first);
  call.send('BYE');
  await harness.until(() => harness.server.sizes().exchanges === 1);
  const second = await heir(harness);
  t.match(await takeOver(second), [{ callId: call.callId, state: 'terminated', waiting: 1 }]);
  await answer(second, await second.sip('BYE'), 200);
  await peer.response(200, 'BYE');
});

test('without the tag, or with another, all is as it was', async t => {
  const { harness } = await start();
  t.teardown(() => harness.close());
  const peer = await harness.udpPeer();
  for (const tags of ['', 'resume:', 'gateway', 'flow-events']) {
    const first = await serving(harness, tags);
    const call = await answered(harness, first, peer);
    await vanish(harness, first);
    call.send('INFO');
    await peer.response(481, 'INFO');
  }
  const first = await serving(harness);
  const call = await answered(harness, first, peer);
  await vanish(harness, first);
  const other = await heir(harness, 'resume:other');
  t.same(await takeOver(other), [], 'another name is told of nothing');
  const untagged = await heir(harness, '');
  await untagged.ask('ping');
  t.notOk(untagged.got.some(({ text }) => text.startsWith('NOTIFY')));
  call.send('INFO');
  await harness.until(() => harness.server.sizes().exchanges === 1);
  const id = `${call.callId};from-tag=${/tag=(.*)/.exec(call.from)?.[1]}`;
  t.equal((await other.ask(`sip||${id}|\r\nOPTIONS sip:placeholder SIP/2.0\r\n\r\n`))[0], 'OK');
  await peer.request('OPTIONS');
  t.equal(harness.server.sizes().exchanges, 1, 'a stranger may use the dialog, but has not got it');
});

test('old and new at once: living calls stay where they are, and move when the old one goes', async t => {
  const { harness } = await start();
  t.teardown(() => harness.close());
  const old = await serving(harness);
  const peer = await harness.udpPeer();
  const call = await answered(harness, old, peer);
  const fresh = await heir(harness);
  t.match(await takeOver(fresh), [{ callId: call.callId, owner: 'other' }]);
  call.send('INFO');
  await answer(old, await old.sip('INFO'), 200);
  await peer.response(200, 'INFO');
  await vanish(harness, old);
  t.match(await takeOver(fresh), [{ callId: call.callId, owner: 'none' }], 'told without asking');
  call.send('INFO');
  await answer(fresh, await fresh.sip('INFO'), 200);
  await peer.response(200, 'INFO');
});

test('naming a dialog takes it, with what waits', async t => {
  const { harness } = await start();
  t.teardown(() => harness.close());
  const first = await serving(harness);
  const peer = await harness.udpPeer();
  const call = await answered(harness, first, peer);
  await vanish(harness, first);
  call.send('INFO');
  await harness.until(() => harness.server.sizes().exchanges === 1);
  const second = await serving(harness);
  const asked = await second.ask(
    `sip|||\r\nOPTIONS sip:placeholder SIP/2.0\r\nCall-ID: ${call.callId}\r\n\r\n`,
  );
  t.equal(asked[0], 'OK');
  await answer(second, await second.sip('INFO'), 200);
  await peer.response(200, 'INFO');
});

test('naming a dialog that the far end has ended meanwhile brings its BYE', async t => {
  const { harness } = await start();
  t.teardown(() => harness.close());
  const first = await serving(harness);
  const peer = await harness.udpPeer();
  const call = await answered(harness, first, peer);
  await vanish(harness, first);
  call.send('BYE');
  await harness.until(() => harness.server.sizes().exchanges === 1);
  const second = await serving(harness);
  const id = `${call.callId};from-tag=${/tag=(.*)/.exec(call.from)?.[1]}`;
  const naming = `sip||${id}|\r\nOPTIONS sip:placeholder SIP/2.0\r\n\r\n`;
  const stranger = await serving(harness, 'resume:other');
  t.equal((await stranger.ask(naming))[0], 'NOK');
  t.equal((await second.ask(naming))[0], 'NOK', 'the call is over');
  await answer(second, await second.sip('BYE'), 200);
  await peer.response(200, 'BYE');
});

test('answered-only: what rings in either direction stops at once, and talks wait', async t => {
  const { harness } = await start();
  t.teardown(() => harness.close());
  const first = await serving(harness, `${tag},answered-only`);
  const peer = await harness.udpPeer();
  const talk = await answered(harness, first, peer);
  const caller = new PeerCall(peer, harness.uri);
  caller.invite();
  await answer(first, await first.sip('INVITE'), 180);
  await peer.response(180, 'INVITE');
  await first.ask(`sip|||\r\nINVITE sip:b@127.0.0.1:${peer.port} SIP/2.0\r\n${withSdp}`);
  const invite = await peer.request('INVITE');
  peer.respond(invite, 180, { tag: 'b' });
  await first.sip('SIP/2.0 180');
  await vanish(harness, first);
  peer.respond(await peer.request('CANCEL'), 200);
  peer.respond(invite, 487, { tag: 'b' });
  caller.ackFailure(await peer.response(503, 'INVITE'));
  t.match(await takeOver(await heir(harness)), [{ callId: talk.callId, state: 'confirmed', owner: 'none' }]);
});

test('what one does not want goes to the next; nothing is offered to two', async t => {
  const { harness } = await start();
  t.teardown(() => harness.close());
  const first = await serving(harness);
  const peer = await harness.udpPeer();
  const call = await answered(harness, first, peer);
  await vanish(harness, first);
  const second = await heir(harness);
  const offered = await second.sip('NOTIFY');
  t.match(pageOf(offered).dialogs, [{ owner: 'none' }]);
  const third = await heir(harness);
  t.match(await takeOver(third), [{ owner: 'other' }]);
  await answer(second, offered, 486);
  t.match(await takeOver(third), [{ owner: 'none' }]);
  call.send('INFO');
  await answer(third, await third.sip('INFO'), 200);
  await peer.response(200, 'INFO');
});

test('one that dies before it answers leaves the offer to the next', async t => {
  const { harness } = await start();
  t.teardown(() => harness.close());
  const first = await serving(harness);
  const peer = await harness.udpPeer();
  await answered(harness, first, peer);
  await vanish(harness, first);
  const second = await heir(harness);
  await second.sip('NOTIFY');
  await vanish(harness, second);
  t.match(await takeOver(await heir(harness)), [{ owner: 'none', state: 'confirmed' }]);
});

test('an INVITE that waits is taken over too, before the first answer and while it rings', async t => {
  const { harness } = await start();
  t.teardown(() => harness.close());
  const peer = await harness.udpPeer();
  for (const rang of [false, true]) {
    const first = await serving(harness);
    const call = new PeerCall(peer, harness.uri);
    call.invite();
    const invite = await first.sip('INVITE');
    if (rang) {
      await answer(first, invite, 180);
      await peer.response(180, 'INVITE');
    }
    await vanish(harness, first);
    const second = await heir(harness);
    const listed = (await takeOver(second)).find(({ callId }) => callId === call.callId);
    t.match(listed, { state: rang ? 'early' : 'trying', direction: 'recipient', invite: { from: 'peer' } });
    const again = await second.sip('INVITE');
    t.equal(again.fields[8], invite.fields[8]);
    t.equal(again.fields[9], rang ? listed?.id : '');
    await answer(second, again, 200, withSdp);
    call.ack(await peer.response(200, 'INVITE'));
    t.equal((await second.sip('ACK')).fields[9], listed?.id);
    await vanish(harness, second);
  }
});

test('a caller that gives up during the wait is gone', async t => {
  const { harness } = await start();
  t.teardown(() => harness.close());
  const peer = await harness.udpPeer();
  const first = await serving(harness);
  const call = new PeerCall(peer, harness.uri);
  call.invite();
  await answer(first, await first.sip('INVITE'), 180);
  await peer.response(180, 'INVITE');
  await vanish(harness, first);
  call.cancel();
  await peer.response(200, 'CANCEL');
  call.ackFailure(await peer.response(487, 'INVITE'));
  t.same(await takeOver(await heir(harness)), []);
  t.match(harness.server.sizes(), { dialogs: 0, exchanges: 0 });
});

test('our INVITE rings on; its responses wait, and a 2xx is acknowledged', async t => {
  const { harness } = await start();
  t.teardown(() => harness.close());
  const peer = await harness.udpPeer();
  const first = await serving(harness);
  const asked = await first.ask(`sip|||\r\nINVITE sip:b@127.0.0.1:${peer.port} SIP/2.0\r\n${withSdp}`);
  const invite = await peer.request('INVITE');
  await vanish(harness, first);
  for (let i = 0; i < 20; i += 1) peer.respond(invite, 180, { tag: 'b', headers: [['X-Count', String(i)]] });
  peer.respond(invite, 200, { tag: 'b', body: sdp });
  await peer.request('ACK');
  peer.respond(invite, 200, { tag: 'b', body: sdp });
  await peer.request('ACK');
  const second = await heir(harness);
  t.match(await takeOver(second), [
    { state: 'confirmed', direction: 'initiator', remoteTag: 'b', callId: invite.callId, owner: 'none' },
  ]);
  for (let i = 12; i < 20; i += 1) t.match((await second.sip('SIP/2.0 180')).text, `X-Count: ${i}\r\n`);
  const ok = await second.sip('SIP/2.0 200');
  t.equal(ok.fields[8], asked[7]);
  const within = (line: string) => second.ask(`sip||${ok.fields[9]}|\r\n${line} SIP/2.0\r\n\r\n`);
  t.equal((await within('ACK sip:placeholder'))[0], 'OK', 'acknowledging it again does no harm');
  await within('BYE sip:placeholder');
  peer.respond(await peer.request('BYE'), 200);
});

test('our INVITE is cancelled by the next one, or at the end of the wait', async t => {
  const { harness, clock } = await start();
  t.teardown(() => harness.close());
  const peer = await harness.udpPeer();
  for (const claimed of [true, false]) {
    const first = await serving(harness);
    await first.ask(`sip|||\r\nINVITE sip:b@127.0.0.1:${peer.port} SIP/2.0\r\n${withSdp}`);
    const invite = await peer.request('INVITE');
    peer.respond(invite, 180, { tag: 'b' });
    await first.sip('SIP/2.0 180');
    await vanish(harness, first);
    const second = claimed ? await heir(harness) : undefined;
    if (second !== undefined) {
      const [listed] = await takeOver(second);
      t.match(listed, { state: 'early', direction: 'initiator', invite: { from: 'us' } });
      await second.ask(`sip|${listed?.invite?.transaction}||\r\nCANCEL sip:b@x SIP/2.0\r\n\r\n`);
    } else clock.pass(30_000);
    peer.respond(await peer.request('CANCEL'), 200);
    peer.respond(invite, 487, { tag: 'b' });
    await peer.request('ACK');
    if (second !== undefined) {
      await second.sip('SIP/2.0 487');
      await vanish(harness, second);
    }
    t.equal(harness.server.sizes().invites, 0);
  }
});

test('an offer in the 2xx waits for the next application, who has the answer; without one: ACK and BYE', async t => {
  const { harness, clock } = await start();
  t.teardown(() => harness.close());
  const peer = await harness.udpPeer();
  for (const claimed of [true, false]) {
    const first = await serving(harness);
    await first.ask(`sip|||\r\nINVITE sip:b@127.0.0.1:${peer.port} SIP/2.0\r\n\r\n`);
    const invite = await peer.request('INVITE');
    await vanish(harness, first);
    peer.respond(invite, 200, { tag: 'b', body: sdp });
    await harness.until(() => harness.server.sizes().dialogs === 1);
    t.notOk(peer.got.some(({ text }) => text.startsWith('ACK')));
    if (claimed) {
      const second = await heir(harness);
      await takeOver(second);
      const ok = await second.sip('SIP/2.0 200');
      await second.ask(`sip||${ok.fields[9]}|\r\nACK sip:placeholder SIP/2.0\r\n${withSdp}`);
      t.equal((await peer.request('ACK')).body, sdp);
      await second.ask(`sip||${ok.fields[9]}|\r\nBYE sip:placeholder SIP/2.0\r\n\r\n`);
      peer.respond(await peer.request('BYE'), 200);
      await second.sip('SIP/2.0 200');
      await vanish(harness, second);
    } else {
      clock.pass(30_000);
      await peer.request('ACK');
      peer.respond(await peer.request('BYE'), 200);
    }
    await harness.until(() => harness.server.sizes().dialogs === 0);
  }
});

test('a long list comes in pages; a dialog that ends meanwhile is reported as ended', async t => {
  const { harness } = await start();
  t.teardown(() => harness.close());
  const first = await serving(harness);
  const peer = await harness.udpPeer();
  const calls: PeerCall[] = [];
  for (let i = 0; i < 120; i += 1) calls.push(await answered(harness, first, peer));
  await vanish(harness, first);
  const second = await heir(harness);
  const page = await second.sip('NOTIFY');
  t.match(pageOf(page), { page: 1, last: false });
  t.equal(pageOf(page).dialogs.length, 100);
  const [ended] = calls as [PeerCall];
  const id = pageOf(page).dialogs[0]?.id;
  const third = await serving(harness, '');
  await third.ask(`sip||${id}|\r\nBYE sip:placeholder SIP/2.0\r\n\r\n`);
  peer.respond(await peer.request('BYE'), 200);
  await third.sip('SIP/2.0 200');
  await answer(second, page, 200);
  const bye = await second.sip('BYE');
  t.same([bye.fields[2], bye.fields[8], bye.fields[9]], ['application', 'unsolicited', id]);
  t.match(bye.text, `Call-ID: ${ended.callId}`);
  const rest = await second.sip('NOTIFY');
  t.match(pageOf(rest), { page: 2, last: true });
  t.equal(pageOf(rest).dialogs.length, 20);
});

test('the list cannot be forged, and its answer is awaited for a while only', async t => {
  const clock = new FakeClock();
  const userAgent = { ...defaultSipServerOptions.userAgent, orphanGraceMs: 60_000 };
  const harness = await Harness.start({ userAgent }, { clock });
  t.teardown(() => harness.close());
  const first = await serving(harness);
  const peer = await harness.udpPeer();
  await answered(harness, first, peer);
  await vanish(harness, first);
  const second = await heir(harness);
  await second.sip('NOTIFY');
  const identity = { callId: 'f', from: '<sip:a@x>;tag=1', to: '<sip:b@x>', sequence: 1 };
  const headers: [string, string][] = [['X-Ringbridge-Dialogs', 'gateway']];
  peer.sendText(peerRequest(peer, { method: 'NOTIFY', uri: harness.uri, ...identity, headers }));
  t.notMatch((await second.sip('NOTIFY')).text, /X-Ringbridge-Dialogs/);
  const third = await heir(harness);
  t.match(await takeOver(third), [{ owner: 'other' }]);
  clock.pass(30_000);
  t.match(await takeOver(third), [{ owner: 'none' }], 'the next one is asked');
});

test('what waits in one dialog is bounded', async t => {
  const { harness } = await start();
  t.teardown(() => harness.close());
  const first = await serving(harness);
  const peer = await harness.udpPeer();
  const call = await answered(harness, first, peer);
  await vanish(harness, first);
  const { maxWaitingInDialog } = defaultSipServerOptions.userAgent;
  for (let i = 0; i < maxWaitingInDialog; i += 1) call.send('INFO');
  await harness.until(() => harness.server.sizes().exchanges === maxWaitingInDialog);
  call.send('INFO');
  t.equal((await peer.response(500, 'INFO')).first('retry-after'), '5');
  const second = await heir(harness);
  await takeOver(second);
  for (let i = 0; i < maxWaitingInDialog; i += 1) await answer(second, await second.sip('INFO'), 200);
  t.equal(harness.server.sizes().exchanges, 0);
});

test('a subscription is taken over like a call', async t => {
  const { harness } = await start();
  t.teardown(() => harness.close());
  const first = await serving(harness);
  await first.ask('route|subscribe');
  const peer = await harness.udpPeer();
  const identity = { callId: 's', from: '<sip:a@x>;tag=1', to: '<sip:b@x>', sequence: 1 };
  const headers: [string, string][] = [
    ['Contact', `<${peer.contact}>`],
    ['Event', 'presence'],
    ['Expires', '600'],
  ];
  peer.sendText(peerRequest(peer, { method: 'SUBSCRIBE', uri: harness.uri, ...identity, headers }));
  await answer(first, await first.sip('SUBSCRIBE'), 202, 'Expires: 600\r\n');
  await peer.response(202, 'SUBSCRIBE');
  await vanish(harness, first);
  const second = await heir(harness);
  const [listed] = await takeOver(second);
  t.match(listed, { owner: 'none', subscriptions: [{ event: 'presence', role: 'notifier' }] });
  const last = 'Event: presence\r\nSubscription-State: terminated';
  await second.ask(`sip||${listed?.id}|\r\nNOTIFY sip:placeholder SIP/2.0\r\n${last}\r\n\r\n`);
  peer.respond(await peer.request('NOTIFY'), 200);
  await second.sip('SIP/2.0 200');
  await harness.until(() => harness.server.sizes().dialogs === 0);
});
