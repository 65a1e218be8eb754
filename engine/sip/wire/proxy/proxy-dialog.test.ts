/** Dialogs that the proxy has remained in: their requests come by, in both directions, and no application sees them. */
import { test } from 'tap';
import type { SipRequest, SipResponse } from '../../message/message.js';
import { splitList } from '../../message/name-addr.js';
import { Harness } from '../../testing/harness.js';
import { type Header, type Peer, PeerCall, peerRequest, sdp } from '../../testing/peer.js';
import { proxyTo, to } from '../../testing/proxying.js';
import { StreamPeer } from '../../testing/stream-peer.js';

const recorded = (message: SipRequest | SipResponse): string[] =>
  message.all('record-route').flatMap(splitList);

/** What the callee sends within the dialog that the caller's INVITE made. */
function fromCallee(callee: Peer, invite: SipRequest, tag: string, method: string, sequence: number): string {
  return peerRequest(callee, {
    method,
    uri: /<([^>]*)>/.exec(invite.first('contact') ?? '')?.[1] ?? '',
    callId: invite.callId,
    from: `${invite.to};tag=${tag}`,
    to: invite.from,
    sequence,
    headers: recorded(invite).map((route): Header => ['Route', route]),
  });
}

/** A call from one peer to the other, answered and acknowledged through the proxy. */
async function established(caller: Peer, callee: Peer, uri: string) {
  const call = new PeerCall(caller, uri);
  call.invite();
  const invite = await callee.request('INVITE');
  callee.respond(invite, 200, { tag: 'callee', body: sdp });
  const accepted = await caller.response(200, 'INVITE');
  const headers = recorded(accepted)
    .reverse()
    .map((route): Header => ['Route', route]);
  call.answered(accepted);
  caller.sendText(call.text('ACK', { headers }));
  const ack = await callee.request('ACK');
  return { call, invite, accepted, headers, ack };
}

test('requests of a dialog pass in both directions', async t => {
  const harness = await Harness.start();
  t.teardown(() => harness.close());
  const [caller, callee] = [await harness.udpPeer(), await harness.udpPeer()];
  const application = await proxyTo(harness, () => [to(callee)], { remainInDialog: true });
  const { call, invite, headers, ack } = await established(caller, callee, harness.uri);
  await application.disconnect();
  t.equal(headers.length, 1, 'one address, one entry');
  t.equal(ack.uri, callee.contact);
  t.equal(ack.all('via').length, 2);

  for (const [sequence, method] of ['UPDATE', 'INFO', 'MESSAGE'].entries()) {
    call.send(method, { headers });
    const down = await callee.request(method);
    t.equal(down.first('route'), undefined);
    t.equal(down.first('max-forwards'), '69');
    callee.respond(down, 200);
    await caller.response(200, method);
    callee.sendText(fromCallee(callee, invite, 'callee', method, sequence + 1));
    const up = await caller.request(method);
    t.equal(up.uri, caller.contact);
    caller.respond(up, 200);
    await callee.response(200, method);
  }
  // A re-INVITE of the callee, refused: acknowledged by us, and once more end to end.
  callee.sendText(fromCallee(callee, invite, 'callee', 'INVITE', 10));
  await callee.response(100, 'INVITE');
  const again = await caller.request('INVITE');
  caller.respond(again, 488);
  await caller.request('ACK');
  await callee.response(488, 'INVITE');
  callee.sendText(fromCallee(callee, invite, 'callee', 'BYE', 11));
  caller.respond(await caller.request('BYE'), 200);
  await callee.response(200, 'BYE');
  t.match(harness.server.sizes(), { proxied: 0, dialogs: 0, exchanges: 0 });
});

for (const direction of ['from a browser', 'to a browser']) {
  test(`between UDP and WebSocket, ${direction}`, async t => {
    const harness = await Harness.start();
    t.teardown(() => harness.close());
    const [phone, browser] = [await harness.udpPeer(), await harness.wsPeer()];
    const outgoing = direction === 'from a browser';
    // The browser is known by a registration only where it is called.
    const registrar = await harness.application({
      register: (req, res) => {
        res.send(200, { headers: { Contact: req.get('Contact') } } as never);
      },
    });
    if (!outgoing) {
      browser.sendText(
        peerRequest(browser, {
          method: 'REGISTER',
          uri: 'sip:example.com',
          ...{ callId: 'r', from: '<sip:b@example.com>;tag=1', to: '<sip:b@example.com>', sequence: 1 },
          headers: [['Contact', `<${browser.contact}>;expires=60`]],
        }),
      );
      await browser.response(200, 'REGISTER');
    }
    const [caller, callee] = outgoing ? [browser, phone] : [phone, browser];
    const application = await proxyTo(harness, () => [outgoing ? to(phone) : browser.contact], {
      remainInDialog: true,
    });
    const { call, invite, headers, ack } = await established(caller, callee, harness.uri);
    t.match(invite.first('via'), outgoing ? /^SIP\/2\.0\/UDP / : /^SIP\/2\.0\/WS /);
    t.equal(headers.length, 2, 'each side has an entry of its own (RFC 5658)');
    t.match(recorded(invite)[outgoing ? 1 : 0], /^<sip:[0-9a-f.]+@127\.0\.0\.1:\d+;transport=ws;lr>$/);
    t.match(recorded(invite)[outgoing ? 0 : 1], /^<sip:[0-9a-f]+@127\.0\.0\.1:\d+;lr>$/);
    t.equal(ack.uri, callee.contact);
    await application.disconnect();
    await harness.disconnect(registrar);
    callee.sendText(fromCallee(callee, invite, 'callee', 'UPDATE', 1));
    const update = await caller.request('UPDATE');
    t.equal(update.first('route'), undefined, 'both entries are ours');
    t.equal(update.uri, caller.contact);
    caller.respond(update, 200);
    await callee.response(200, 'UPDATE');
    call.sequence += 1;
    call.send('INVITE', { headers, body: sdp });
    const again = await callee.request('INVITE');
    callee.respond(again, 200, { tag: 'callee', body: sdp });
    await caller.response(200, 'INVITE');
    caller.sendText(call.text('ACK', { headers }));
    await callee.request('ACK');
    call.send('BYE', { headers });
    callee.respond(await callee.request('BYE'), 200);
    await caller.response(200, 'BYE');
    t.match(harness.server.sizes(), { proxied: 0, dialogs: 0 });
  });
}

test('between UDP and TCP, over the connection that the caller has opened', async t => {
  const harness = await Harness.start({ tcp: [{ host: '127.0.0.1', port: 0 }] });
  t.teardown(() => harness.close());
  const callee = await harness.udpPeer();
  const tcp = harness.server.tcp[0] as { host: string; port: number };
  // Behind a NAT: nobody can connect to the Contact.
  const listening = { host: '192.0.2.1', port: 5060 };
  const caller = harness.keep(await StreamPeer.open('tcp', tcp, { listening }));
  await proxyTo(harness, () => [to(callee)], { remainInDialog: true });
  const { call, invite, headers } = await established(caller, callee, harness.uri);
  t.equal(headers.length, 2);
  callee.sendText(fromCallee(callee, invite, 'callee', 'INFO', 1));
  const info = await caller.request('INFO');
  t.equal(info.uri, caller.contact);
  caller.respond(info, 200);
  await callee.response(200, 'INFO');
  call.send('BYE', { headers });
  callee.respond(await callee.request('BYE'), 200);
  await caller.response(200, 'BYE');
});

test('a browser that is gone', async t => {
  const harness = await Harness.start();
  t.teardown(() => harness.close());
  const [callee, browser] = [await harness.udpPeer(), await harness.wsPeer()];
  await proxyTo(harness, () => [to(callee)], { remainInDialog: true });
  const { invite } = await established(browser, callee, harness.uri);
  await browser.close();
  await harness.until(() => harness.server.sizes().flows === 0);
  callee.sendText(fromCallee(callee, invite, 'callee', 'BYE', 1));
  await callee.response(500, 'BYE');
  t.equal(harness.server.sizes().proxied, 0);
});

test('nobody is led elsewhere by a Route that is not ours', async t => {
  const harness = await Harness.start();
  t.teardown(() => harness.close());
  const [caller, callee] = [await harness.udpPeer(), await harness.udpPeer()];
  await proxyTo(harness, () => [to(callee)], { remainInDialog: true });
  const { call, headers } = await established(caller, callee, harness.uri);
  const route = headers[0]?.[1] ?? '';
  const forged = [
    route.replace(/sip:[0-9a-f]+@/, 'sip:'),
    route.replace(/sip:[0-9a-f]/, match => (match.endsWith('0') ? 'sip:1' : 'sip:0')),
    route.replace('@', `.${Buffer.from('ws 127.0.0.1 9').toString('hex')}@`),
  ];
  for (const value of forged) {
    call.send('INFO', { headers: [['Route', value]] });
    await caller.response(481, 'INFO');
  }
  call.send('INFO', { headers, callId: 'another' });
  await caller.response(481, 'INFO');
  t.equal(callee.got.length, 0);
});

test('a dialog goes on after the server was started again', async t => {
  const first = await Harness.start();
  const udp = first.server.udp;
  const [caller, callee] = [await first.udpPeer(), await first.udpPeer()];
  const application = await proxyTo(first, () => [to(callee)], { remainInDialog: true });
  const { call, headers } = await established(caller, callee, first.uri);
  await application.disconnect();
  await first.server.close();
  const second = await Harness.start({ udp });
  t.teardown(() => second.close());
  call.send('BYE', { headers });
  callee.respond(await callee.request('BYE'), 200);
  await caller.response(200, 'BYE');
  await Promise.all([caller.close(), callee.close()]);
});

test('other proxies before and behind us, loose and strict', async t => {
  const harness = await Harness.start();
  t.teardown(() => harness.close());
  const [caller, callee, other] = [await harness.udpPeer(), await harness.udpPeer(), await harness.udpPeer()];
  await proxyTo(harness, () => [to(callee)], { remainInDialog: true });
  const { call, headers } = await established(caller, callee, harness.uri);
  const ours = headers[0]?.[1] ?? '';
  const loose = `<sip:127.0.0.1:${other.port};lr>`;
  const strict = `<sip:127.0.0.1:${other.port}>`;

  call.send('INFO', { headers: [['Route', `${ours}, ${loose}`]] });
  const onward = await other.request('INFO');
  t.equal(onward.uri, callee.contact);
  t.equal(onward.first('route'), loose, 'it is for the next to take away its own');
  other.respond(onward, 200);
  await caller.response(200, 'INFO');

  call.send('INFO', { headers: [['Route', `${ours}, ${strict}`]] });
  const strictly = await other.request('INFO');
  t.equal(strictly.uri, `sip:127.0.0.1:${other.port}`);
  t.equal(strictly.first('route'), `<${callee.contact}>`);
  other.respond(strictly, 200);
  await caller.response(200, 'INFO');

  // From a strict router: our URI is the Request-URI, the Request-URI the last Route (section 16.4).
  call.send('INFO', { uri: ours.slice(1, -1), headers: [['Route', `<${callee.contact}>`]] });
  const restored = await callee.request('INFO');
  t.equal(restored.uri, callee.contact);
  t.equal(restored.first('route'), undefined);
  callee.respond(restored, 200);
  await caller.response(200, 'INFO');

  call.send('INFO', {
    headers: [
      ['Route', ours],
      ['Proxy-Require', 'foo'],
    ],
  });
  await caller.response(420, 'INFO');
  caller.sendText(
    call.text('INFO', { sequence: 99, headers }).replace('Max-Forwards: 70', 'Max-Forwards: 0'),
  );
  await caller.response(483, 'INFO');
});

test('a spiral may pass, a loop may not', async t => {
  const harness = await Harness.start();
  t.teardown(() => harness.close());
  const [caller, other] = [await harness.udpPeer(), await harness.udpPeer()];
  const application = await proxyTo(harness, () => [to(other)], {}, ['message']);
  const identity = { callId: 'm', from: '<sip:a@example.com>;tag=1', to: '<sip:b@example.com>', sequence: 1 };
  caller.sendText(peerRequest(caller, { method: 'MESSAGE', uri: 'sip:somebody@example.com', ...identity }));
  const sendBack = (request: SipRequest): void => {
    const via = `Via: ${other.via};branch=z9hG4bK${Math.random().toString(36).slice(2)}\r\n`;
    other.sendText(request.text.replace('\r\n', `\r\n${via}`));
  };
  sendBack(await other.request('MESSAGE'));
  // Somebody else brought it this time: the application might have sent it elsewhere.
  const again = await other.request('MESSAGE');
  t.equal(again.first('max-forwards'), '68');
  sendBack(again);
  await other.response(482, 'MESSAGE');
  t.equal(await application.results[2], 'Rejected with 482 Loop Detected');
});
