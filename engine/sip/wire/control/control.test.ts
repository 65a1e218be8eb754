/** The control protocol: login, frames, routes, and what each wrong message gets. */
import { test } from 'tap';
import { frame } from '../../control/framing.js';
import { Harness, secret } from '../../testing/harness.js';
import { PeerCall, peerRequest, sdp } from '../../testing/peer.js';

test('login tells the addresses; anything before it, or a wrong secret, ends the connection', async t => {
  const harness = await Harness.start();
  t.teardown(() => harness.close());
  const good = await harness.raw();
  const [result, hostports, version, locals] = await good.login(secret);
  t.equal(result, 'OK');
  const { udp, ws } = harness.server;
  t.equal(hostports, `udp/127.0.0.1:${udp[0]?.port},ws/127.0.0.1:${ws[0]?.port}`);
  t.equal(locals, hostports);
  t.match(version, /^v0\.9\.10/);
  t.same(await good.ask('ping'), ['OK', 'pong']);

  const wrong = await harness.raw();
  t.same(await wrong.login('battery staple'), ['NO', 'incorrect secret']);
  await wrong.closed;
  for (const early of ['ping', 'route|invite', 'sip|||\r\nOPTIONS sip:a@127.0.0.1:9 SIP/2.0\r\n\r\n']) {
    const application = await harness.raw();
    t.same(await application.ask(early), ['NO', 'authenticate first']);
    await application.closed;
  }
  t.equal(harness.server.sizes().routes, 0);
});

test('a stranger cannot make the server keep more than a login', async t => {
  const harness = await Harness.start();
  t.teardown(() => harness.close());
  const stranger = await harness.raw();
  stranger.write('4097#');
  t.match((await stranger.refusal()).fields[4], 'a frame is longer than 4096 bytes');
  await stranger.closed;
});

test('an application that does not read gets no new work, and keeps its connection', async t => {
  const harness = await Harness.start();
  t.teardown(() => harness.close());
  const application = await harness.raw();
  await application.login(secret);
  await application.ask('route|message');
  const peer = await harness.udpPeer();
  application.socket.pause();
  let sent = 0;
  while (peer.got.length === 0) {
    sent += 1;
    const identity = { callId: `m${sent}`, from: '<sip:a@example.com>;tag=1', to: '<sip:b@example.com>' };
    const body = 'x'.repeat(50_000);
    peer.sendText(peerRequest(peer, { method: 'MESSAGE', uri: harness.uri, ...identity, sequence: 1, body }));
    await harness.until(() => harness.server.sizes().transactions === sent);
    await new Promise(resolve => setImmediate(resolve));
  }
  application.socket.resume();
  // One more may have been sent before the first refusal was here.
  await harness.until(() => application.got.length + peer.got.length === sent);
  t.equal((await peer.response(503, 'MESSAGE')).first('retry-after'), '5');
  t.same(await application.ask('ping'), ['OK', 'pong']);
});

test('what is no message ends the connection', async t => {
  const harness = await Harness.start();
  t.teardown(() => harness.close());
  for (const bytes of ['hello', '0#', '12345678#', '-1#x', '1048577#', frame('no fields')]) {
    const application = await harness.raw();
    await application.login(secret);
    application.write(bytes);
    t.match((await application.refusal()).fields[4], /^Invalid message format/, bytes);
    await application.closed;
  }
  for (const [message, reason] of [
    ['proxies|x', 'Unknown message type'],
    ['sip|||\r\nSIP/2.0 200 OK\r\n\r\n', 'transaction id missing'],
    ['sip|x', 'Invalid message format'],
    ['route|bad verb', 'Invalid verb'],
  ]) {
    const application = await harness.raw();
    await application.login(secret);
    t.same(await application.ask(message as string), ['NO', reason]);
    await application.closed;
  }
});

test('frames may be cut anywhere, come together, and be as long as 1 MiB', async t => {
  const harness = await Harness.start();
  t.teardown(() => harness.close());
  const application = await harness.raw();
  await application.login(secret);
  const peer = await harness.udpPeer();
  for (const byte of frame('a|ping')) application.write(byte);
  application.write(frame('b|ping') + frame('c|ping'));
  await harness.until(() => application.got.length === 3);
  t.same(
    application.got.map(({ fields }) => fields[2]),
    ['a', 'b', 'c'],
  );
  const body = 'x'.repeat(1_000_000);
  const message = `MESSAGE sip:peer@127.0.0.1:${peer.port} SIP/2.0\r\nContent-Type: text/plain\r\n\r\n${body}`;
  const [result] = await application.ask(`sip|||\r\n${message}`);
  t.equal(result, 'OK');
  const answer = await application.sip('SIP/2.0 503');
  t.equal(answer.fields[3], '0', 'no datagram holds it: the answer is made up');
});

test('new requests go round; a removed route gets none, the other routes stay', async t => {
  const harness = await Harness.start();
  t.teardown(() => harness.close());
  const first = await harness.raw();
  const second = await harness.raw();
  for (const application of [first, second]) {
    await application.login(secret);
    await application.ask('route|options');
    await application.ask('route|message');
  }
  const peer = await harness.udpPeer();
  let count = 0;
  const send = (method: string) => {
    count += 1;
    const identity = { callId: `c${count}`, from: '<sip:a@example.com>;tag=1', to: '<sip:b@example.com>' };
    peer.sendText(peerRequest(peer, { method, uri: harness.uri, ...identity, sequence: 1 }));
    return identity.callId;
  };
  send('OPTIONS');
  send('OPTIONS');
  t.match((await second.sip('OPTIONS')).text, 'Call-ID: c1');
  const { fields, text } = await first.sip('OPTIONS');
  t.match(text, 'Call-ID: c2');
  t.same(fields.slice(2, 3).concat(fields.slice(4, 7)), ['network', 'udp', '127.0.0.1', String(peer.port)]);
  t.same(fields.slice(9), ['', '127.0.0.1', String(harness.server.udp[0]?.port), '']);
  t.same(await first.ask('remove_route|options'), ['OK']);
  for (let i = 0; i < 2; i += 1) {
    send('OPTIONS');
    await second.sip('OPTIONS');
  }
  send('MESSAGE');
  send('MESSAGE');
  await first.sip('MESSAGE');
  await second.sip('MESSAGE');
});

test('errors have the words that applications look for', async t => {
  const harness = await Harness.start();
  t.teardown(() => harness.close());
  const application = await harness.raw();
  await application.login(secret);
  const nok = async (message: string) => {
    const [result, reason] = await application.ask(message);
    t.equal(result, 'NOK', message);
    return reason;
  };
  t.equal(await nok('sip|t1||\r\nSIP/2.0 200 OK\r\n\r\n'), 'Response not sent due to unknown transaction');
  t.equal(
    await nok('sip||no-such|\r\nINFO sip:placeholder SIP/2.0\r\n\r\n'),
    'Server error: unable to find dialog for dialog id provided',
  );
  t.match(
    await nok('sip||no-such|\r\nACK sip:placeholder SIP/2.0\r\n\r\n'),
    /^Server error: ACK for non-success/,
  );
  t.equal(
    await nok('sip|t1||\r\nCANCEL sip:a@127.0.0.1:9 SIP/2.0\r\n\r\n'),
    'unable to cancel unknown transaction id: t1',
  );
  t.equal(
    await nok('sip|||\r\nOPTIONS nonsense SIP/2.0\r\n\r\n'),
    'invalid request-uri: OPTIONS nonsense SIP/2.0',
  );
  t.equal(await nok(`sip|||\r\nOPTIONS ${harness.uri} SIP/2.0\r\n\r\n`), 'can not send request to myself');
  t.match(
    await nok('sip|||\r\nOPTIONS sip:a@127.0.0.1:9 SIP/2.0\r\nFrom: "open <sip:a>\r\n\r\n'),
    /^invalid from value provided by client: /,
  );
});

test('another connection that names a dialog can use it; one whose request has its Call-ID is in it', async t => {
  const harness = await Harness.start();
  t.teardown(() => harness.close());
  const owner = await harness.raw();
  await owner.login(secret);
  await owner.ask('route|invite');
  const peer = await harness.udpPeer();
  const call = new PeerCall(peer, harness.uri);
  call.invite();
  const { fields } = await owner.sip('INVITE');
  const answer = await owner.ask(
    `sip|${fields[8]}||\r\nSIP/2.0 200 OK\r\nContent-Type: application/sdp\r\n\r\n${sdp}`,
  );
  const dialogId = `${call.callId};from-tag=${/tag=(.*)/.exec(call.from)?.[1]}`;
  t.same(answer.slice(0, 2), ['OK', 'application']);
  t.same(
    answer.slice(7, 11),
    [fields[8], dialogId, '', 'Msg sent:'],
    'transaction, dialog, nothing, what was sent',
  );
  call.ack(await peer.response(200, 'INVITE'));
  const ack = await owner.sip('ACK');
  t.same(ack.fields.slice(8, 10), [fields[8], dialogId], 'the ACK has the transaction of the INVITE');

  const other = await harness.raw();
  await other.login(secret);
  const asked = await other.ask(`sip||${dialogId}|\r\nINFO sip:placeholder SIP/2.0\r\n\r\n`);
  t.equal(asked[0], 'OK');
  peer.respond(await peer.request('INFO'), 200);
  t.equal((await other.sip('SIP/2.0 200')).fields[8], asked[7]);
  const byCallId = await other.ask(
    `sip|||\r\nBYE sip:placeholder SIP/2.0\r\nCall-ID: ${call.callId}\r\n\r\n`,
  );
  t.equal(byCallId[0], 'OK');
  const bye = await peer.request('BYE');
  t.equal(bye.uri, peer.contact);
  peer.respond(bye, 200);
  await other.sip('SIP/2.0 200');
  t.equal(harness.server.sizes().dialogs, 0);
});
