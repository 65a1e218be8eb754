/** A caller who gives up, an application that goes, a caller who is cut off, a server that ends: at each moment. */
import { test } from 'tap';
import { FakeClock } from '../../testing/fake-clock.js';
import { Harness } from '../../testing/harness.js';
import { PeerCall } from '../../testing/peer.js';
import { proxyTo, to } from '../../testing/proxying.js';

interface Teardown {
  teardown(end: () => unknown): unknown;
}

async function stage(t: Teardown, destinations = 1) {
  const clock = new FakeClock();
  const harness = await Harness.start({}, { clock });
  t.teardown(() => harness.close());
  const [caller, callee, next] = [await harness.udpPeer(), await harness.udpPeer(), await harness.udpPeer()];
  const application = await proxyTo(harness, () => [to(callee), to(next)].slice(0, destinations));
  const call = new PeerCall(caller, harness.uri);
  call.invite();
  const invite = await callee.request('INVITE');
  return { clock, harness, caller, callee, next, application, call, invite };
}

test('while it rings', async t => {
  const { harness, caller, callee, next, application, call, invite } = await stage(t, 2);
  callee.respond(invite, 180, { tag: 'one' });
  await caller.response(180, 'INVITE');
  caller.sendText(call.text('CANCEL', { branch: call.branch, headers: [['Reason', 'SIP;cause=600']] }));
  await caller.response(200, 'CANCEL');
  const cancel = await callee.request('CANCEL');
  t.equal(cancel.first('reason'), 'SIP;cause=600', 'with the reason of the caller (RFC 3326)');
  callee.respond(cancel, 200);
  callee.respond(invite, 487, { tag: 'one' });
  await callee.request('ACK');
  const terminated = await caller.response(487, 'INVITE');
  t.equal(terminated.toTag, 'one');
  call.ackFailure(terminated);
  t.match(await application.results[0], { connected: false, finalStatus: 487 });
  t.equal(next.got.length, 0, 'nobody else is tried');
  t.equal(harness.server.sizes().proxied, 0);
});

test('before anything has come back', async t => {
  const { caller, callee, call, invite } = await stage(t);
  call.cancel();
  await caller.response(200, 'CANCEL');
  call.cancel();
  await caller.response(200, 'CANCEL');
  t.equal(callee.got.length, 0, 'held until a 1xx');
  callee.respond(invite, 100);
  callee.respond(await callee.request('CANCEL'), 200);
  callee.respond(invite, 487, { tag: 'one' });
  call.ackFailure(await caller.response(487, 'INVITE'));
});

test('and nothing ever comes back', async t => {
  const { clock, harness, caller, application, call } = await stage(t, 2);
  call.cancel();
  await caller.response(200, 'CANCEL');
  clock.pass(32_000);
  call.ackFailure(await caller.response(487, 'INVITE'));
  t.match(await application.results[0], { connected: false, responses: [] });
  t.equal(harness.server.sizes().proxied, 0);
});

test('and the CANCEL is not heard', async t => {
  const { clock, harness, caller, callee, call, invite } = await stage(t);
  callee.respond(invite, 180, { tag: 'one' });
  await caller.response(180, 'INVITE');
  call.cancel();
  await callee.request('CANCEL');
  clock.pass(32_000);
  call.ackFailure(await caller.response(487, 'INVITE'));
  t.equal(harness.server.sizes().proxied, 0);
});

test('too late: it has been answered', async t => {
  const { caller, callee, call, invite } = await stage(t);
  callee.respond(invite, 180, { tag: 'one' });
  await caller.response(180, 'INVITE');
  call.cancel();
  await callee.request('CANCEL');
  callee.respond(invite, 200, { tag: 'one' });
  await caller.response(200, 'INVITE');
  call.cancel();
  await caller.response(200, 'CANCEL');
  t.equal(callee.got.length, 0, 'after the final response it changes nothing');
});

test('the application is gone: the call comes about all the same', async t => {
  const { harness, caller, callee, application, invite } = await stage(t);
  await application.disconnect();
  callee.respond(invite, 180, { tag: 'one' });
  await caller.response(180, 'INVITE');
  callee.respond(invite, 200, { tag: 'one' });
  await caller.response(200, 'INVITE');
  t.equal(harness.server.sizes().proxied, 0);
});

test('the connection of the caller is gone', async t => {
  const harness = await Harness.start();
  t.teardown(() => harness.close());
  const [browser, callee] = [await harness.wsPeer(), await harness.udpPeer()];
  const application = await proxyTo(harness, () => [to(callee)]);
  new PeerCall(browser, harness.uri).invite();
  const invite = await callee.request('INVITE');
  callee.respond(invite, 180, { tag: 'one' });
  await browser.response(180, 'INVITE');
  await browser.close();
  callee.respond(await callee.request('CANCEL'), 200);
  t.match(await application.results[0], { connected: false });
  t.equal(harness.server.sizes().proxied, 0);
});

test('the server ends', async t => {
  const { clock, harness, caller, callee, call, invite } = await stage(t);
  callee.respond(invite, 180, { tag: 'one' });
  await caller.response(180, 'INVITE');
  const drained = harness.server.drain();
  const refused = await caller.response(503, 'INVITE');
  const cancel = await callee.request('CANCEL');
  callee.respond(cancel, 200);
  t.equal(harness.server.sizes().proxied, 0);
  callee.respond(invite, 487, { tag: 'one' });
  await callee.request('ACK');
  call.ackFailure(refused);
  for (let waited = 0; waited < 10; waited += 1) {
    clock.pass(1_000);
    await new Promise(resolve => setImmediate(resolve));
  }
  await drained;
});
