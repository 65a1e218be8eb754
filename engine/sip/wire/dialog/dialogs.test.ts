/** What holds for every dialog, and for requests outside any: routes, targets, tags, names, and who is answered what. */
import type { Dialog, SrfRequest, SrfResponse } from 'drachtio-srf';
import { test } from 'tap';
import type { SipRequest } from '../../message/message.js';
import { Harness, secret } from '../../testing/harness.js';
import { type Header, PeerCall, peerRequest, sdp, type UdpPeer } from '../../testing/peer.js';
import type { RawApplication } from '../../testing/raw-application.js';

async function start() {
  const harness = await Harness.start();
  const application = await harness.raw();
  await application.login(secret);
  await application.ask('route|invite');
  return { harness, application, peer: await harness.udpPeer() };
}

/** The application takes the call that is on its way; its dialog id. */
async function take(application: RawApplication): Promise<string> {
  const { fields } = await application.sip('INVITE');
  const body = `Content-Type: application/sdp\r\n\r\n${sdp}`;
  const answered = await application.ask(`sip|${fields[8]}||\r\nSIP/2.0 200 OK\r\n${body}`);
  return answered[8] as string;
}

const within = (application: RawApplication, dialog: string, method: string) =>
  application.ask(`sip||${dialog}|\r\n${method} sip:placeholder SIP/2.0\r\n\r\n`);

/** The application calls the peer, which answers with those header fields; the dialog id and the ACK. */
async function place(application: RawApplication, peer: UdpPeer, headers: Header[], tag: string | undefined) {
  await application.ask(`sip|||\r\nINVITE sip:b@127.0.0.1:${peer.port} SIP/2.0\r\n\r\n`);
  const invite = await peer.request('INVITE');
  peer.respond(invite, 200, { tag, body: sdp, headers });
  const dialog = (await application.sip('SIP/2.0 200')).fields[9] as string;
  await within(application, dialog, 'ACK');
  return { invite, dialog, ack: await peer.request('ACK') };
}

test('route sets of loose and strict routers, in one field or several, in both roles', async t => {
  const { harness, application, peer } = await start();
  t.teardown(() => harness.close());
  const near = `sip:127.0.0.1:${peer.port}`;
  const target = `sip:b@127.0.0.1:${peer.port};x=y`;
  const contact: Header = ['Contact', `"Kim, Bora" <${target}>;q=0.5, <sip:other@example.com>`];
  const routesOf = (request: SipRequest) => [request.uri, ...request.all('route')];
  const loose = [`<${near};lr>`, '"far, away" <sip:far.example.com;lr;p=1>', '<sip:last.example.com;lr>'];
  const strict = [`<${near}>`, '<sip:far.example.com;lr>'];
  for (const [routeSet, expected] of [
    [loose, [target, ...loose]],
    [strict, [near, '<sip:far.example.com;lr>', `<${target}>`]],
  ] as const) {
    const called = new PeerCall(peer, harness.uri);
    const [first, ...others] = routeSet;
    const fields: Header[] = [
      ['Record-Route', first as string],
      ['record-route', others.join(' ,\r\n ')],
    ];
    peer.sendText(called.text('INVITE', { headers: [contact, ...fields], body: sdp }));
    const taken = await take(application);
    const ok = await peer.response(200, 'INVITE');
    t.same(ok.all('record-route'), [first, others.join(' , ')]);
    called.ack(ok);
    await within(application, taken, 'INFO');
    const info = await peer.request('INFO');
    t.same(routesOf(info), expected, 'the callee has them in order');
    peer.respond(info, 200);
    await application.sip('SIP/2.0 200');

    const reversed = [...routeSet].reverse();
    const headers: Header[] = [
      ['Record-Route', reversed.slice(0, -1).join(',')],
      ['Record-Route', reversed.at(-1) as string],
    ];
    await application.ask(`sip|||\r\nINVITE ${near} SIP/2.0\r\n\r\n`);
    const invite = await peer.request('INVITE');
    const own = `${invite.to};tag=t`;
    const answer = ['SIP/2.0 200 OK', `v: ${invite.first('via')}`, `t: ${own}`, `f: ${invite.from}`];
    const rest = [`i: ${invite.callId}`, `CSeq: ${invite.first('cseq')}`, `m: ${contact[1]}`];
    const lines = [...answer, ...rest, ...headers.map(field => field.join(': ')), 'l: 0', '', ''];
    peer.sendText(lines.join('\r\n'));
    const dialog = (await application.sip('SIP/2.0 200')).fields[9] as string;
    await within(application, dialog, 'ACK');
    t.same(routesOf(await peer.request('ACK')), expected, 'the caller has them in reverse');
    await within(application, dialog, 'BYE');
    const bye = await peer.request('BYE');
    t.same(routesOf(bye), expected);
    peer.respond(bye, 200);
    await application.sip('SIP/2.0 200');
  }
});

test('the peer moves: every request that refreshes the target does', async t => {
  const { harness, application, peer } = await start();
  t.teardown(() => harness.close());
  await application.ask('route|subscribe');
  const call = new PeerCall(peer, harness.uri);
  call.invite();
  const dialog = await take(application);
  call.ack(await peer.response(200, 'INVITE'));
  for (const [index, method] of ['INVITE', 'UPDATE', 'REFER', 'SUBSCRIBE', 'NOTIFY'].entries()) {
    const moved = `sip:moved${index}@127.0.0.1:${peer.port}`;
    call.send(method, {
      headers: [
        ['Contact', `<${moved}>`],
        ['Event', 'x'],
        ['Refer-To', '<sip:c@d>'],
      ],
    });
    const { fields } = await application.sip(method);
    await application.ask(`sip|${fields[8]}||\r\nSIP/2.0 200 OK\r\n\r\n`);
    const ok = await peer.response(200, method);
    if (method === 'INVITE') {
      call.ack(ok);
      await application.sip('ACK');
    }
    await within(application, dialog, 'INFO');
    const info = await peer.request('INFO');
    t.equal(info.uri, moved, method);
    peer.respond(info, 200);
  }
  call.send('OPTIONS', { headers: [['Contact', '<sip:elsewhere@127.0.0.1>']] });
  await application.sip('OPTIONS');
  await within(application, dialog, 'INFO');
  t.match((await peer.request('INFO')).uri, 'moved4', 'OPTIONS does not');
});

test('peers without tags (RFC 2543)', async t => {
  const { harness, application, peer } = await start();
  t.teardown(() => harness.close());
  const call = new PeerCall(peer, harness.uri);
  const from = '<sip:old@example.com>';
  peer.sendText(call.text('INVITE', { from, headers: [['Contact', `<${peer.contact}>`]], body: sdp }));
  const taken = await take(application);
  const ok = await peer.response(200, 'INVITE');
  peer.sendText(call.text('ACK', { from, to: ok.to }));
  await application.sip('ACK');
  await within(application, taken, 'INFO');
  const info = await peer.request('INFO');
  t.equal(info.to, from);
  peer.respond(info, 200);
  await application.sip('SIP/2.0 200');
  call.answered(ok);
  call.send('BYE', { from });
  t.equal((await application.sip('BYE')).fields[9], taken);
  t.equal(harness.server.sizes().dialogs, 0);

  const { invite, dialog, ack } = await place(application, peer, [], undefined);
  t.equal(ack.to, invite.to);
  const identity = { callId: invite.callId, from: invite.to, to: invite.from, sequence: 1 };
  peer.sendText(peerRequest(peer, { method: 'BYE', uri: 'sip:us@127.0.0.1', ...identity }));
  t.equal((await application.sip('BYE')).fields[9], dialog);
  t.equal(harness.server.sizes().dialogs, 0);
});

test('dialogs of one Call-ID are told apart by their tags, byte by byte', async t => {
  const { harness, application, peer } = await start();
  t.teardown(() => harness.close());
  const calls = ['a', 'A'].map(tag => {
    const call = new PeerCall(peer, harness.uri);
    return Object.assign(call, { callId: 'same', from: `"${tag}" <sip:peer@example.com>;tag=${tag}` });
  });
  const taken: string[] = [];
  for (const call of calls) {
    call.invite();
    taken.push(await take(application));
    call.ack(await peer.response(200, 'INVITE'));
    await application.sip('ACK');
  }
  t.same(taken, ['same;from-tag=a', 'same;from-tag=A']);
  const [lower, upper] = calls as [PeerCall, PeerCall];
  upper.send('INFO', { to: upper.to.replace(/tag=.*/, tag => tag.toUpperCase().replace('TAG', 'tag')) });
  await peer.response(481, 'INFO');
  lower.send('BYE', { to: upper.to });
  await peer.response(481, 'BYE');
  upper.send('BYE');
  t.equal((await application.sip('BYE')).fields[9], taken[1]);
  t.equal(harness.server.sizes().dialogs, 1);
});

test('OPTIONS that nobody has a route for is answered as a call would be', async t => {
  const harness = await Harness.start();
  t.teardown(() => harness.close());
  const peer = await harness.udpPeer();
  const ping = (callId: string) => {
    const identity = { callId, from: '<sip:trunk@example.com>;tag=1', to: `<${harness.uri}>`, sequence: 1 };
    peer.sendText(peerRequest(peer, { method: 'OPTIONS', uri: harness.uri, ...identity }));
  };
  ping('nobody');
  await peer.response(503, 'OPTIONS');
  const application = await harness.raw();
  await application.login(secret);
  for (const verb of ['invite', 'cdr:start']) await application.ask(`route|${verb}`);
  ping('somebody');
  const ok = await peer.response(200, 'OPTIONS');
  t.equal(ok.first('allow'), 'INVITE, ACK, BYE, CANCEL, OPTIONS');
  t.equal(ok.first('accept'), 'application/sdp');
  await application.ask('route|options');
  ping('own');
  t.match((await application.sip('OPTIONS')).text, 'Call-ID: own', 'an application with the route decides');
});

test('a request with the tag of a dialog that is gone', async t => {
  const { harness, application, peer } = await start();
  t.teardown(() => harness.close());
  const call = new PeerCall(peer, harness.uri);
  call.to = `<${harness.uri}>;tag=gone`;
  for (const method of ['NOTIFY', 'SUBSCRIBE', 'MESSAGE', 'OPTIONS', 'PUBLISH']) {
    call.send(method);
    await peer.response(481, method);
  }
  await application.ask('route|notify');
  call.send('NOTIFY', { headers: [['Event', 'message-summary']] });
  t.match((await application.sip('NOTIFY')).text, 'Event: message-summary', 'it may know it');
});

test('registered options that are required, and methods nobody knows, are for the application to judge', async t => {
  const { harness, application, peer } = await start();
  t.teardown(() => harness.close());
  await application.ask('route|frobnicate');
  const call = new PeerCall(peer, harness.uri);
  call.send('FROBNICATE', { headers: [['Require', 'gruu']] });
  const { fields, text } = await application.sip('FROBNICATE');
  t.match(text, 'Require: gruu');
  await application.ask(`sip|${fields[8]}||\r\nSIP/2.0 420 Bad Extension\r\nUnsupported: gruu\r\n\r\n`);
  t.equal((await peer.response(420, 'FROBNICATE')).first('unsupported'), 'gruu');
  call.send('NEWMETHOD');
  t.equal((await peer.response(405, 'NEWMETHOD')).first('allow'), 'INVITE, FROBNICATE');
});

test('an option that is registered nowhere is supported by nobody', async t => {
  const { harness, application, peer } = await start();
  t.teardown(() => harness.close());
  const call = new PeerCall(peer, harness.uri);
  const required: [string, string][] = [
    ['Require', '100rel, x-unheard-of'],
    ['Require', 'Timer,another'],
  ];
  call.invite(required);
  const refused = await peer.response(420, 'INVITE');
  t.equal(refused.first('unsupported'), 'x-unheard-of, another');
  call.ackFailure(refused);
  new PeerCall(peer, harness.uri).send('OPTIONS', { headers: [['Require', ' , REPLACES']] });
  t.equal((await peer.response(200, 'OPTIONS')).first('unsupported'), undefined);
  t.same(application.got, [], 'and the application is not asked');
});

test('compact names mean what the long ones do, and stay as they are', async t => {
  const { harness, application, peer } = await start();
  t.teardown(() => harness.close());
  await application.ask('route|subscribe');
  const lines = [
    `SUBSCRIBE ${harness.uri} SIP/2.0`,
    `v: ${peer.via};branch=z9hG4bKcompact, SIP/2.0/UDP first.example.com;branch=z9hG4bKfirst`,
    'v: SIP/2.0/UDP second.example.com;branch=z9hG4bKsecond',
    'f: <sip:peer@example.com>;tag=f',
    't: <sip:list@example.com>',
    `m: <${peer.contact}>`,
    'i: compact',
    'CSeq: 1 SUBSCRIBE',
    'o: presence;id=7',
    'u: presence',
    'k: eventlist',
    'Expires: 60',
    'l: 0',
    '',
    '',
  ];
  peer.sendText(lines.join('\r\n'));
  const { fields, text } = await application.sip('SUBSCRIBE');
  t.match(text, '\r\no: presence;id=7\r\nu: presence\r\nk: eventlist\r\n');
  const answered = await application.ask(`sip|${fields[8]}||\r\nSIP/2.0 202 Accepted\r\nu: presence\r\n\r\n`);
  const accepted = await peer.response(202, 'SUBSCRIBE');
  t.match(accepted.all('via').join(), /first\.example\.com.*second\.example\.com/);
  t.match(accepted.text, '\r\nAllow-Events: presence\r\n', 'what we send is written out');
  const last = 'NOTIFY sip:placeholder SIP/2.0\r\no: presence;id=7\r\nSubscription-State: terminated\r\n\r\n';
  await application.ask(`sip||${answered[8]}|\r\n${last}`);
  peer.respond(await peer.request('NOTIFY'), 200);
  await application.sip('SIP/2.0 200');
  t.equal(harness.server.sizes().dialogs, 0, 'the subscription has the id of the compact field');
});

test('a contact is reached by the Path it was registered with', async t => {
  const harness = await Harness.start();
  t.teardown(() => harness.close());
  const paths: (string | undefined)[] = [];
  const srf = await harness.application({
    register: (req: SrfRequest, res: SrfResponse) => {
      paths.push(req.get('Path') as string | undefined);
      res.send(200, { headers: { Path: req.get('Path') } } as never);
    },
  });
  const edge = await harness.udpPeer();
  const headers: Header[] = [
    ['Contact', '<sip:agent@192.0.2.7:5099>'],
    ['Path', `<sip:edge@127.0.0.1:${edge.port};lr;ob>`],
    ['Path', '<sip:inner.example.com;lr>'],
    ['Supported', 'path'],
  ];
  const identity = { callId: 'path', from: '<sip:agent@example.com>;tag=1', to: '<sip:agent@example.com>' };
  edge.sendText(
    peerRequest(edge, { method: 'REGISTER', uri: 'sip:127.0.0.1', ...identity, sequence: 1, headers }),
  );
  const path = `<sip:edge@127.0.0.1:${edge.port};lr;ob>, <sip:inner.example.com;lr>`;
  t.equal((await edge.response(200, 'REGISTER')).first('path')?.replaceAll(/,\s*/g, ', '), path);
  const options = { localSdp: sdp, proxy: paths[0] };
  const placed = srf.createUAC('sip:agent@192.0.2.7:5099', options as never) as unknown as Promise<Dialog>;
  const invite = await edge.request('INVITE');
  t.equal(invite.uri, 'sip:agent@192.0.2.7:5099');
  t.same(invite.all('route').join(', '), path);
  edge.respond(invite, 486, { tag: 'x' });
  const ack = await edge.request('ACK');
  t.same(ack.all('route'), invite.all('route'));
  await t.rejects(placed);

  const bare = srf.createUAC('sip:agent@192.0.2.7:5099', {
    localSdp: sdp,
    proxy: `sip:127.0.0.1:${edge.port};lr`,
  } as never);
  const plain = await edge.request('INVITE');
  t.same(plain.all('route'), [], 'a bare URI is only where to send to');
  edge.respond(plain, 486, { tag: 'y' });
  await t.rejects(bare as never);
  const broken = srf.createUAC('sip:agent@192.0.2.7', { localSdp: sdp, proxy: '<sip:a@b> x, <' } as never);
  await t.rejects(broken as never, /invalid route/);
});
