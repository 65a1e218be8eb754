/** Requests that an application forwards by the unmodified drachtio-srf: its own scenarios, and what it may wish. */
import { test } from 'tap';
import { Harness } from '../../testing/harness.js';
import { PeerCall, peerRequest, sdp } from '../../testing/peer.js';
import { proxyTo, to } from '../../testing/proxying.js';

test('a call goes through, and ends without the application', async t => {
  const harness = await Harness.start();
  t.teardown(() => harness.close());
  const [caller, callee] = [await harness.udpPeer(), await harness.udpPeer()];
  const application = await proxyTo(harness, () => [to(callee)], {
    remainInDialog: true,
    headers: { 'X-App': 'yes' },
  });
  const call = new PeerCall(caller, harness.uri);
  call.invite([['X-Custom', 'kept']]);
  await caller.response(100, 'INVITE');
  const invite = await callee.request('INVITE');
  t.equal(invite.uri, to(callee), 'the Request-URI was only the way to us');
  t.equal(invite.first('max-forwards'), '69');
  t.equal(invite.first('x-custom'), 'kept');
  t.equal(invite.first('x-app'), 'yes');
  t.equal(invite.body, sdp);
  t.equal(invite.all('via').length, 2);
  t.match(invite.first('record-route'), /^<sip:[0-9a-f]+@127\.0\.0\.1:\d+;lr>$/);
  t.match(invite.first('max-breadth'), '60');

  callee.respond(invite, 100);
  callee.respond(invite, 180, { tag: 'callee' });
  t.equal((await caller.response(180, 'INVITE')).all('via').length, 1);
  callee.respond(invite, 200, { tag: 'callee', body: sdp });
  const accepted = await caller.response(200, 'INVITE');
  t.equal(accepted.body, sdp);
  t.equal(accepted.first('contact'), `<${callee.contact}>`);
  t.match(await application.results[0], {
    connected: true,
    finalStatus: 200,
    responses: [{ address: '127.0.0.1', port: callee.port, msgs: [{ status: 200 }] }],
  });
  // Repeated until its ACK, end to end.
  callee.respond(invite, 200, { tag: 'callee', body: sdp });
  await caller.response(200, 'INVITE');

  const route = accepted.first('record-route') as string;
  call.ack(accepted);
  t.equal(callee.got.length, 0, 'an ACK that does not come by us is none of ours');
  caller.sendText(call.text('ACK', { headers: [['Route', route]] }));
  const ack = await callee.request('ACK');
  t.equal(ack.first('route'), undefined, 'our Route is taken away');
  t.equal(ack.uri, callee.contact);
  call.send('BYE', { headers: [['Route', route]] });
  const bye = await callee.request('BYE');
  t.equal(bye.first('max-forwards'), '69');
  callee.respond(bye, 200);
  await caller.response(200, 'BYE');
  t.match(harness.server.sizes(), { proxied: 0, dialogs: 0, exchanges: 0 });
});

test('a refusal is acknowledged here and passed on', async t => {
  const harness = await Harness.start();
  t.teardown(() => harness.close());
  const [caller, callee] = [await harness.udpPeer(), await harness.udpPeer()];
  const application = await proxyTo(harness, () => [to(callee)]);
  const call = new PeerCall(caller, 'sip:somebody@example.com');
  call.invite();
  const invite = await callee.request('INVITE');
  t.equal(invite.uri, 'sip:somebody@example.com', 'a Request-URI of others stays');
  t.equal(invite.first('record-route'), undefined);
  callee.respond(invite, 486, { tag: 'busy', headers: [['Retry-After', '7']] });
  const ack = await callee.request('ACK');
  t.equal(ack.via?.branch, invite.via?.branch);
  t.equal(ack.all('via').length, 1, 'the ACK goes one hop');
  const refused = await caller.response(486, 'INVITE');
  t.equal(refused.toTag, 'busy');
  t.equal(refused.first('retry-after'), '7');
  call.ackFailure(refused);
  t.match(await application.results[0], { connected: false, finalStatus: 486 });
  t.equal(harness.server.sizes().proxied, 0);
});

test('any method goes through', async t => {
  const harness = await Harness.start();
  t.teardown(() => harness.close());
  const [caller, callee] = [await harness.udpPeer(), await harness.udpPeer()];
  const methods = ['MESSAGE', 'OPTIONS', 'SUBSCRIBE', 'PUBLISH', 'INFO', 'NOTIFY', 'REGISTER'];
  const lower = methods.map(method => method.toLowerCase());
  const application = await proxyTo(harness, () => [to(callee)], { remainInDialog: true }, lower);
  for (const [sequence, method] of methods.entries()) {
    const identity = {
      callId: method,
      from: '<sip:a@example.com>;tag=1',
      to: '<sip:b@example.com>',
      sequence: 1,
    };
    const headers: [string, string][] = [['Supported', 'path']];
    caller.sendText(peerRequest(caller, { method, uri: harness.uri, ...identity, headers }));
    const request = await callee.request(method);
    const isRegister = method === 'REGISTER';
    t.equal(request.first(isRegister ? 'record-route' : 'path'), undefined, method);
    t.match(
      request.first(isRegister ? 'path' : 'record-route'),
      /^<sip:[0-9a-f]+@127\.0\.0\.1:\d+;lr>$/,
      method,
    );
    t.equal(request.first('require'), isRegister ? 'path' : undefined);
    callee.respond(request, 202, { tag: 'x' });
    await caller.response(202, method);
    t.match(await application.results[sequence], {
      finalStatus: 202,
      connected: false,
    });
  }
  t.match(harness.server.sizes(), { proxied: 0, exchanges: 0 });
});

test('what cannot be forwarded', async t => {
  const harness = await Harness.start();
  t.teardown(() => harness.close());
  const [caller, callee] = [await harness.udpPeer(), await harness.udpPeer()];
  let destinations = [to(callee)];
  const application = await proxyTo(harness, () => destinations, {}, ['message']);
  let count = 0;
  const refused = async (
    status: number,
    error: string | undefined,
    headers: [string, string][],
    hops = '70',
  ) => {
    count += 1;
    const request = peerRequest(caller, {
      method: 'MESSAGE',
      uri: harness.uri,
      ...{ callId: `m${count}`, from: '<sip:a@example.com>;tag=1', to: '<sip:b@example.com>', sequence: 1 },
      headers,
    });
    caller.sendText(request.replace('Max-Forwards: 70', `Max-Forwards: ${hops}`));
    const response = await caller.response(status, 'MESSAGE');
    if (error !== undefined) t.equal(await application.results.at(-1), error);
    return response;
  };
  await refused(483, 'Rejected with 483 Too Many Hops due to Max-Forwards value of 0', [], '0');
  const required = await refused(420, 'Rejected with 420 Bad Extension', [['Proxy-Require', 'foo, bar']]);
  t.equal(required.first('unsupported'), 'foo, bar');
  await refused(440, 'Rejected with 440 Max-Breadth Exceeded', [['Max-Breadth', '0']]);
  destinations = ['sip:', `sip:x@127.0.0.1;transport=sctp`];
  await refused(500, 'error proxying request to ', []);
  destinations = Array.from({ length: 33 }, (_, index) => `sip:t${index}@127.0.0.1:${callee.port}`);
  await refused(500, 'Rejected with 500 Server Internal Error', []);
  t.equal(callee.got.length, 0);
  t.match(harness.server.sizes(), { proxied: 0, exchanges: 0 });
});

test('no more at once than there may be', async t => {
  const harness = await Harness.start({ proxy: { maxProxied: 1, maxTargets: 32, timerCMs: 185_000 } });
  t.teardown(() => harness.close());
  const [caller, callee] = [await harness.udpPeer(), await harness.udpPeer()];
  const application = await proxyTo(harness, () => [to(callee)]);
  new PeerCall(caller, harness.uri).invite();
  const invite = await callee.request('INVITE');
  const second = new PeerCall(caller, harness.uri);
  second.invite();
  const refused = await caller.response(503, 'INVITE');
  t.equal(refused.first('retry-after'), '5');
  second.ackFailure(refused);
  t.equal(await application.results[1], 'Rejected with 503 Service Unavailable');
  callee.respond(invite, 200, { tag: 'x' });
  await caller.response(200, 'INVITE');
  new PeerCall(caller, harness.uri).invite();
  await callee.request('INVITE');
});

test('the results come by a callback, too', async t => {
  const harness = await Harness.start();
  t.teardown(() => harness.close());
  const [caller, callee] = [await harness.udpPeer(), await harness.udpPeer()];
  const results = new Promise((resolve, reject) => {
    void harness.application({
      invite: req => {
        const { proxy } = req as unknown as {
          proxy(options: object, done: (error: unknown, found: unknown) => void): void;
        };
        proxy.call(req, { destination: to(callee) }, (error, found) =>
          error ? reject(error) : resolve(found),
        );
      },
    });
  });
  await harness.until(() => harness.server.sizes().routes === 1);
  new PeerCall(caller, harness.uri).invite();
  callee.respond(await callee.request('INVITE'), 200, { tag: 'x' });
  await caller.response(200, 'INVITE');
  t.match(await results, { connected: true, finalStatus: 200 });
});

test('the control message itself', async t => {
  const harness = await Harness.start();
  t.teardown(() => harness.close());
  const [caller, callee] = [await harness.udpPeer(), await harness.udpPeer()];
  const application = await harness.raw();
  await application.login('correct horse');
  await application.ask('route|message');
  t.same(await application.ask(`proxy|none||||serial|||${to(callee)}\r\nMESSAGE sip:x SIP/2.0\r\n\r\n`), [
    'NOK',
    'Unknown transaction id: none',
  ]);
  const send = (callId: string) =>
    caller.sendText(
      peerRequest(caller, {
        method: 'MESSAGE',
        uri: harness.uri,
        ...{ callId, from: '<sip:a@example.com>;tag=1', to: '<sip:b@example.com>', sequence: 1 },
      }),
    );
  send('brief');
  const brief = (await application.sip('MESSAGE')).fields[8];
  const asked = `proxy|${brief}||||serial|||${to(callee)}\r\nMESSAGE sip:x SIP/2.0\r\n\r\n`;
  t.same(await application.ask(asked), ['OK', 'done'], 'as soon as the request is out');
  callee.respond(await callee.request('MESSAGE'), 200, { tag: 'x' });
  await caller.response(200, 'MESSAGE');
  t.same(
    await application.ask(`sip|${brief}|\r\nSIP/2.0 200 OK\r\n\r\n`),
    ['NOK', 'Response not sent due to unknown transaction'],
    'it is no longer the application that answers',
  );

  send('full');
  const full = (await application.sip('MESSAGE')).fields[8];
  const answered = application.ask(
    `proxy|${full}||fullResponse||serial|||${to(callee)}\r\nMESSAGE sip:x SIP/2.0\r\n\r\n`,
  );
  callee.respond(await callee.request('MESSAGE'), 404, { tag: 'x' });
  const response = await answered;
  t.match(response, [
    'OK',
    'network',
    /^\d+$/,
    'udp',
    '127.0.0.1',
    String(callee.port),
    /^\d\d:/,
    '',
    '',
    'continue',
  ]);
  await caller.response(404, 'MESSAGE');
  await harness.until(() => application.got.length > 0);
  t.same(application.got[0]?.fields.slice(3), ['OK', 'done']);
  t.same(await application.ask('proxy|x|||||'), [
    'NO',
    'Invalid proxy request: not enough information provided',
  ]);
  await application.closed;
});
