/** Several targets: at once, one after the other, by redirection; whose answer goes back. */
import { test } from 'tap';
import { SipResponse } from '../../message/message.js';
import { FakeClock } from '../../testing/fake-clock.js';
import { Harness } from '../../testing/harness.js';
import { PeerCall, peerRequest, type UdpPeer } from '../../testing/peer.js';
import { type ProxyOptions, type ProxyResults, proxyTo, to } from '../../testing/proxying.js';

interface Teardown {
  teardown(end: () => unknown): unknown;
}

/** A caller, targets, and an application that forwards to all of them. */
async function stage(
  t: Teardown,
  options: ProxyOptions,
  count = 2,
  parts: { methods?: string[]; destinations?: (targets: UdpPeer[]) => string[] } = {},
) {
  const clock = new FakeClock();
  const harness = await Harness.start({}, { clock });
  t.teardown(() => harness.close());
  const caller = await harness.udpPeer();
  const targets: UdpPeer[] = [];
  for (let i = 0; i < count; i += 1) targets.push(await harness.udpPeer());
  const application = await proxyTo(
    harness,
    () => (parts.destinations ?? all)(targets),
    options,
    parts.methods,
  );
  const call = new PeerCall(caller, harness.uri);
  const result = async () => (await application.results[0]) as ProxyResults;
  return { clock, harness, caller, targets: targets as [UdpPeer, UdpPeer, UdpPeer], call, result };
}

/** Final responses that came and nobody has asked for. */
const finals = (caller: UdpPeer): unknown[] =>
  caller.got.filter(message => message instanceof SipResponse && message.status >= 200);

const statuses = ({ responses }: ProxyResults): number[] =>
  responses.flatMap(({ msgs }) => msgs.map(({ status }) => status));

const all = (targets: UdpPeer[]): string[] => targets.map(to);

const parallel: ProxyOptions = { forking: 'simultaneous' };

test('all ring, the first who answers wins, the others are cancelled', async t => {
  const { harness, caller, targets, call, result } = await stage(t, parallel, 3);
  const [first, second, silent] = targets;
  call.invite();
  const [one, two] = [await first.request('INVITE'), await second.request('INVITE')];
  const three = await silent.request('INVITE');
  t.not(one.via?.branch, two.via?.branch, 'each has a branch of its own');
  t.equal(one.first('max-breadth'), '20', 'the breadth is shared');
  first.respond(one, 180, { tag: 'one' });
  second.respond(two, 183, { tag: 'two' });
  t.equal((await caller.response(180, 'INVITE')).toTag, 'one');
  t.equal((await caller.response(183, 'INVITE')).toTag, 'two');
  second.respond(two, 200, { tag: 'two' });
  call.ack(await caller.response(200, 'INVITE'));
  const cancel = await first.request('CANCEL');
  t.equal(cancel.via?.branch, one.via?.branch);
  t.equal(cancel.all('via').length, 1, 'a CANCEL goes one hop');
  t.equal(cancel.uri, one.uri);
  t.equal(cancel.first('reason'), 'SIP;cause=200;text="Call completed elsewhere"');
  first.respond(cancel, 200);
  first.respond(one, 487, { tag: 'one' });
  await first.request('ACK');
  t.equal(silent.got.length, 0, 'no CANCEL before a 1xx (RFC 3261 section 9.1)');
  silent.respond(three, 180, { tag: 'three' });
  silent.respond(await silent.request('CANCEL'), 200);
  silent.respond(three, 487, { tag: 'three' });
  await silent.request('ACK');
  t.match(await result(), { connected: true, finalStatus: 200 });
  t.equal((await result()).responses.length, 1, 'what comes later is not told');
  t.same(finals(caller), []);
  t.equal(harness.server.sizes().proxied, 0);
});

test('two answer: both 200 reach the caller', async t => {
  const { caller, targets, call } = await stage(t, parallel);
  const [first, second] = targets;
  call.invite();
  const [one, two] = [await first.request('INVITE'), await second.request('INVITE')];
  second.respond(two, 180, { tag: 'two' });
  await caller.response(180, 'INVITE');
  first.respond(one, 200, { tag: 'one' });
  t.equal((await caller.response(200, 'INVITE')).toTag, 'one');
  await second.request('CANCEL');
  second.respond(two, 200, { tag: 'two' });
  t.equal((await caller.response(200, 'INVITE')).toTag, 'two', 'too late to be cancelled');
  first.respond(one, 200, { tag: 'one' });
  t.equal((await caller.response(200, 'INVITE')).toTag, 'one', 'repeated');
});

test('a 6xx ends the search for all', async t => {
  const { caller, targets, call, result } = await stage(t, parallel);
  const [first, second] = targets;
  call.invite();
  const [one, two] = [await first.request('INVITE'), await second.request('INVITE')];
  second.respond(two, 180, { tag: 'two' });
  await caller.response(180, 'INVITE');
  first.respond(one, 603, { tag: 'one' });
  await first.request('ACK');
  await second.request('CANCEL');
  t.same(finals(caller), [], 'not before the other is through: it may still accept');
  second.respond(two, 487, { tag: 'two' });
  call.ackFailure(await caller.response(603, 'INVITE'));
  t.same(statuses(await result()), [603, 487]);
});

test('challenges of all branches go back together', async t => {
  const { caller, targets, call } = await stage(t, parallel, 3);
  const [first, second, third] = targets;
  call.invite();
  first.respond(await first.request('INVITE'), 401, {
    tag: '1',
    headers: [['WWW-Authenticate', 'Digest realm="a"']],
  });
  second.respond(await second.request('INVITE'), 407, {
    tag: '2',
    headers: [['Proxy-Authenticate', 'Digest realm="b"']],
  });
  third.respond(await third.request('INVITE'), 486, { tag: '3' });
  const challenged = await caller.response(401, 'INVITE');
  t.same(challenged.all('www-authenticate'), ['Digest realm="a"']);
  t.same(challenged.all('proxy-authenticate'), ['Digest realm="b"']);
});

test('one after the other: refused, silent, unreachable, accepted', async t => {
  const gone = 'sip:x@gone.invalid;transport=ws';
  const { clock, caller, targets, call, result } = await stage(t, { provisionalTimeout: '2s' }, 3, {
    destinations: peers => peers.map(to).flatMap((uri, index) => (index === 2 ? [gone, uri] : [uri])),
  });
  const [refusing, silent, accepting] = targets;
  call.invite();
  refusing.respond(await refusing.request('INVITE'), 486, { tag: 'busy' });
  await refusing.request('ACK');
  const unanswered = await silent.request('INVITE');
  t.equal(accepting.got.length, 0);
  clock.pass(2_000);
  const accepted = await accepting.request('INVITE');
  accepting.respond(accepted, 180, { tag: 'ok' });
  await caller.response(180, 'INVITE');
  clock.pass(10_000);
  silent.respond(unanswered, 180, { tag: 'late' });
  silent.respond(await silent.request('CANCEL'), 200);
  silent.respond(unanswered, 487, { tag: 'late' });
  accepting.respond(accepted, 200, { tag: 'ok' });
  t.equal((await caller.response(200, 'INVITE')).toTag, 'ok');
  t.match(await result(), { connected: true, finalStatus: 200 });
});

test('the final timeout ends what rings for too long', async t => {
  const { clock, caller, targets, call, result } = await stage(t, { finalTimeout: '20s' });
  const [first, second] = targets;
  call.invite();
  const one = await first.request('INVITE');
  first.respond(one, 180, { tag: 'one' });
  await caller.response(180, 'INVITE');
  clock.pass(20_000);
  first.respond(await first.request('CANCEL'), 200);
  first.respond(one, 487, { tag: 'one' });
  const two = await second.request('INVITE');
  second.respond(two, 180, { tag: 'two' });
  await caller.response(180, 'INVITE');
  clock.pass(20_000);
  await second.request('CANCEL');
  call.ackFailure(await caller.response(408, 'INVITE'));
  t.match(await result(), { connected: false });
});

test('timer C: three minutes without a word', async t => {
  const { clock, caller, targets, call } = await stage(t, {}, 1);
  const [callee] = targets;
  call.invite();
  const invite = await callee.request('INVITE');
  for (let rings = 0; rings < 3; rings += 1) {
    callee.respond(invite, 180, { tag: 'one' });
    await caller.response(180, 'INVITE');
    clock.pass(180_000);
    t.equal(callee.got.length, 0, 'each 1xx starts it again');
  }
  clock.pass(5_000);
  await callee.request('CANCEL');
  call.ackFailure(await caller.response(408, 'INVITE'));
});

test('nobody answers at all', async t => {
  const { clock, harness, caller, targets, call, result } = await stage(t, {}, 1);
  call.invite();
  await targets[0].request('INVITE');
  clock.pass(32_000);
  call.ackFailure(await caller.response(408, 'INVITE'));
  t.match(await result(), { connected: false, responses: [] });
  t.equal(harness.server.sizes().proxied, 0);
});

test('no 408 to what is no INVITE (RFC 4320), and no 503 of a single target', async t => {
  const { clock, harness, caller, targets, result } = await stage(t, {}, 2, { methods: ['message'] });
  const identity = { callId: 'm', from: '<sip:a@example.com>;tag=1', to: '<sip:b@example.com>', sequence: 1 };
  caller.sendText(peerRequest(caller, { method: 'MESSAGE', uri: harness.uri, ...identity }));
  const [first, second] = targets;
  first.respond(await first.request('MESSAGE'), 503, { tag: '1' });
  const message = await second.request('MESSAGE');
  second.respond(message, 503, { tag: '2' });
  await caller.response(500, 'MESSAGE');
  t.match(await result(), { finalStatus: 503 });
  caller.sendText(peerRequest(caller, { method: 'MESSAGE', uri: harness.uri, ...identity, callId: 'n' }));
  await first.request('MESSAGE');
  clock.pass(32_000);
  await second.request('MESSAGE');
  clock.pass(32_000);
  await caller.response(504, 'MESSAGE');
});

test('redirections are followed by q, each target once', async t => {
  const { caller, targets, result } = await stage(t, { followRedirects: true }, 3, {
    destinations: peers => peers.slice(0, 1).map(to),
  });
  const [redirecting, better, worse] = targets;
  const call = new PeerCall(caller, 'sip:somebody@example.com');
  call.invite();
  const contacts = `<${to(worse)}>;q=0.3, <${to(redirecting)}>;q=0.9, <${to(better)}?Subject=x>;q=0.7, <tel:+1>`;
  const redirect = await redirecting.request('INVITE');
  redirecting.sendText(
    `SIP/2.0 302 Moved\r\n${redirect
      .all('via')
      .map(via => `Via: ${via}\r\n`)
      .join('')}From: ${redirect.from}\r\n` +
      `To: ${redirect.to};tag=r\r\nCall-ID: ${redirect.callId}\r\nCSeq: 1 INVITE\r\nContact: ${contacts}\r\n\r\n`,
  );
  await redirecting.request('ACK');
  const first = await better.request('INVITE');
  t.equal(first.uri, to(better), 'the Contact is the new Request-URI');
  better.respond(first, 486, { tag: 'b' });
  const second = await worse.request('INVITE');
  worse.respond(second, 404, { tag: 'w' });
  t.equal((await caller.response(486, 'INVITE')).toTag, 'b', 'the redirection itself is no candidate');
  t.equal(redirecting.got.length, 0);
  t.same(statuses(await result()), [302, 486, 404]);
});

test('a redirection goes back where it is not to be followed', async t => {
  const { caller, targets, call } = await stage(t, {}, 1);
  call.invite();
  targets[0].respond(await targets[0].request('INVITE'), 302, {
    tag: 'r',
    headers: [['Contact', '<sip:else@x>']],
  });
  t.equal((await caller.response(302, 'INVITE')).first('contact'), '<sip:else@x>');
});
