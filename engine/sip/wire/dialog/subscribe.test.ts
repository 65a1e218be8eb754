/** Subscriptions (RFC 6665) in both roles: drachtio-srf where it has a word for it, frames by hand for the rest. */
import type { Dialog, SrfRequest, SrfResponse } from 'drachtio-srf';
import { test } from 'tap';
import { defaultSipServerOptions } from '../../options.js';
import { Harness, next, requestWithin, secret } from '../../testing/harness.js';
import { type Header, peerRequest } from '../../testing/peer.js';
import { answer, asked, notify, Subscriber, start, subscribed } from '../../testing/subscribing.js';

test('a subscription is taken, notified, refreshed and ended by its subscriber', async t => {
  const harness = await Harness.start();
  t.teardown(() => harness.close());
  const refreshes: SrfResponse[] = [];
  let taken: (dialog: Dialog) => void = () => undefined;
  const subscription = new Promise<Dialog>(resolve => {
    taken = resolve;
  });
  const srf = await harness.application({
    subscribe: async (req: SrfRequest, res: SrfResponse) => {
      const dialog = await srf.createUAS(req, res, {} as never);
      dialog.on(
        'subscribe' as never,
        ((_: unknown, refresh: SrfResponse) => refreshes.push(refresh)) as never,
      );
      dialog.on('unsubscribe' as never, (() => void dialog.destroy()) as never);
      taken(dialog);
    },
  });
  const peer = await harness.udpPeer();
  const call = new Subscriber(peer, harness.uri);
  call.subscribe(600);
  const accepted = await peer.response(202, 'SUBSCRIBE');
  t.equal(accepted.first('expires'), '600', 'the answer says how long');
  t.match(accepted.first('contact'), /<sip:127\.0\.0\.1:\d+>/);
  call.answered(accepted);
  const dialog = await subscription;
  const told = requestWithin(dialog, {
    method: 'NOTIFY',
    headers: { Event: 'presence', 'Subscription-State': 'active;expires=599' },
  });
  const first = await peer.request('NOTIFY');
  t.equal(first.uri, peer.contact);
  t.equal(first.toTag, /tag=(\w+)/.exec(call.from)?.[1]);
  t.match(first.first('contact'), /^<sip:/);
  peer.respond(first, 200);
  await told;

  call.subscribe(300);
  await harness.until(() => refreshes.length === 1);
  refreshes[0]?.send(200, { headers: { Expires: '300' } } as never);
  t.equal((await peer.response(200, 'SUBSCRIBE')).first('expires'), '300');

  call.subscribe(0);
  await peer.response(202, 'SUBSCRIBE');
  const last = await peer.request('NOTIFY');
  t.equal(last.first('subscription-state'), 'terminated');
  t.equal(harness.server.sizes().dialogs, 1, 'until the last NOTIFY is answered');
  peer.respond(last, 200);
  await harness.until(() => harness.server.sizes().dialogs === 0);
});

test('an application subscribes, is notified, and told of the end', async t => {
  const harness = await Harness.start();
  t.teardown(() => harness.close());
  const srf = await harness.application();
  const peer = await harness.udpPeer();
  const uri = `sip:bob@127.0.0.1:${peer.port}`;
  const options = { method: 'SUBSCRIBE', headers: { Event: 'presence', Expires: '60', From: `<${uri}>` } };
  const wanted = srf.createUAC(uri, options as never) as unknown as Promise<Dialog>;
  const subscribe = await peer.request('SUBSCRIBE');
  t.match(subscribe.first('contact'), /^<sip:127/);
  peer.respond(subscribe, 200, { tag: 'n', headers: [['Expires', '60']] });
  const dialog = await wanted;
  const states: unknown[] = [];
  dialog.on('notify', (req, res) => {
    states.push(req.get('Subscription-State'));
    res.send(200);
  });
  notify(peer, subscribe, 'n', 1, 'pending;expires=60');
  await peer.response(200, 'NOTIFY');
  const refreshed = requestWithin(dialog, {
    method: 'SUBSCRIBE',
    headers: { Event: 'presence', Expires: '60' },
  });
  const refresh = await peer.request('SUBSCRIBE');
  t.equal(refresh.toTag, 'n');
  t.equal(refresh.cseq?.number, (subscribe.cseq?.number ?? 0) + 1);
  peer.respond(refresh, 200, { headers: [['Expires', '60']] });
  await refreshed;
  const destroyed = next(dialog, 'destroy');
  notify(peer, subscribe, 'n', 2, 'terminated;reason=noresource');
  await peer.response(200, 'NOTIFY');
  await destroyed;
  t.same(states, ['pending;expires=60', 'terminated;reason=noresource']);
  t.equal(harness.server.sizes().dialogs, 0);
});

test('a NOTIFY that overtakes the answer waits for it', async t => {
  const { harness, application, peer } = await start();
  t.teardown(() => harness.close());
  const subscribe = await asked(application, peer);
  notify(peer, subscribe, 'n', 1, 'active;expires=600');
  notify(peer, subscribe, 'n', 2, 'active;expires=599');
  await harness.until(() => harness.server.sizes().transactions === 3);
  // What the server has to say to the application it says before this.
  await application.ask('ping');
  t.same(application.got, [], 'nothing before the answer');
  peer.respond(subscribe, 200, { tag: 'n' });
  const accepted = await application.sip('SIP/2.0 200');
  for (const sequence of [1, 2]) {
    const delivered = await application.sip('NOTIFY');
    t.match(delivered.text, `CSeq: ${sequence} NOTIFY`);
    t.equal(delivered.fields[9], accepted.fields[9]);
    await answer(application, delivered, '200 OK');
    await peer.response(200, 'NOTIFY');
  }
  t.equal(harness.server.sizes().dialogs, 1);
});

test('a NOTIFY is proof of the subscription when the answer is lost', async t => {
  const { clock, harness, application, peer } = await start();
  t.teardown(() => harness.close());
  const subscribe = await asked(application, peer);
  notify(peer, subscribe, 'n', 1, 'active;expires=600');
  await harness.until(() => harness.server.sizes().transactions === 2);
  clock.pass(4_000);
  const assumed = await application.sip('SIP/2.0 200');
  t.match(assumed.text, `To: ${subscribe.to};tag=n`);
  t.match(assumed.text, `Contact: <${peer.contact}>`);
  const delivered = await application.sip('NOTIFY');
  t.equal(delivered.fields[9], assumed.fields[9]);
  await answer(application, delivered, '200 OK');
  await peer.response(200, 'NOTIFY');
  peer.respond(subscribe, 200, { tag: 'n' });
  const within = `sip||${delivered.fields[9]}|\r\nSUBSCRIBE sip:placeholder SIP/2.0\r\nEvent: presence\r\n\r\n`;
  t.equal((await application.ask(within))[0], 'OK');
  t.equal(
    application.got.filter(({ text }) => text.startsWith('SIP/2.0')).length,
    0,
    'the late answer is not shown',
  );
});

test('every fork that notifies is a dialog', async t => {
  const { clock, harness, application, peer } = await start();
  t.teardown(() => harness.close());
  const subscribe = await asked(application, peer);
  const fork = await harness.udpPeer();
  peer.respond(subscribe, 200, { tag: 'n' });
  const { fields } = await application.sip('SIP/2.0 200');
  notify(peer, subscribe, 'n', 1, 'active;expires=600');
  await answer(application, await application.sip('NOTIFY'), '200 OK');
  notify(fork, subscribe, 'm', 1, 'active;expires=600');
  const other = await application.sip('NOTIFY');
  t.equal(other.fields[9], `${fields[9]};to-tag=m`);
  await answer(application, other, '200 OK');
  await fork.response(200, 'NOTIFY');
  t.equal(harness.server.sizes().dialogs, 2);
  // The application does not want it: what it says is true for the far end too.
  notify(fork, subscribe, 'm', 2, 'active');
  await answer(application, await application.sip('NOTIFY'), '481 Gone');
  await fork.response(481, 'NOTIFY');
  t.equal(harness.server.sizes().dialogs, 1);
  const identity = { callId: subscribe.callId, from: '<sip:x@y>;tag=o', to: subscribe.from, sequence: 1 };
  const headers: Header[] = [['Event', 'dialog']];
  peer.sendText(peerRequest(peer, { method: 'NOTIFY', uri: 'sip:us@127.0.0.1', ...identity, headers }));
  await peer.response(481, 'NOTIFY');
  clock.pass(32_000);
  notify(fork, subscribe, 'p', 1, 'active');
  await fork.response(481, 'NOTIFY');
  t.equal(harness.server.sizes().dialogs, 1, 'too late for a fork');
});

test('a refused SUBSCRIBE makes no dialog, and a call cannot be ended where there is none', async t => {
  const { harness, application, peer } = await start();
  t.teardown(() => harness.close());
  const call = new Subscriber(peer, harness.uri);
  call.subscribe(600);
  await answer(application, await application.sip('SUBSCRIBE'), '489 Bad Event');
  await peer.response(489, 'SUBSCRIBE');
  t.equal(harness.server.sizes().dialogs, 0);
  const { call: live, dialog } = await subscribed(harness, application, peer, 600);
  for (const method of ['BYE', 'UPDATE', 'INFO']) {
    live.send(method);
    await peer.response(481, method);
  }
  const [, reason] = await application.ask(`sip||${dialog}|\r\nBYE sip:placeholder SIP/2.0\r\n\r\n`);
  t.match(reason, /unable to find dialog/);
  t.equal(harness.server.sizes().dialogs, 1);
});

test('the caps count subscriptions too', async t => {
  const userAgent = { ...defaultSipServerOptions.userAgent, maxDialogs: 1 };
  const harness = await Harness.start({ userAgent });
  t.teardown(() => harness.close());
  const application = await harness.raw();
  await application.login(secret);
  await application.ask('route|subscribe');
  const peer = await harness.udpPeer();
  await subscribed(harness, application, peer, 600);
  const call = new Subscriber(peer, harness.uri);
  call.subscribe(600);
  const [result] = await answer(application, await application.sip('SUBSCRIBE'), '202 Accepted');
  t.equal(result, 'NOK');
  await peer.response(480, 'SUBSCRIBE');
  const subscribe = await asked(application, peer);
  peer.respond(subscribe, 200, { tag: 'n' });
  await application.sip('SIP/2.0 503');
  t.equal(harness.server.sizes().dialogs, 1);
});

test('a subscription in a call that rings outlives the call, in one dialog with it', async t => {
  const { harness, application, peer } = await start();
  t.teardown(() => harness.close());
  await application.ask('route|invite');
  const call = new Subscriber(peer, harness.uri);
  call.invite();
  const invite = await application.sip('INVITE');
  const [, , , , , , , , dialog] = await answer(application, invite, '180 Ringing');
  call.answered(await peer.response(180, 'INVITE'));
  call.subscribe(600);
  const [, , , , , , , , same] = await answer(
    application,
    await application.sip('SUBSCRIBE'),
    '202 Accepted',
  );
  await peer.response(202, 'SUBSCRIBE');
  t.equal(same, dialog);
  await answer(application, invite, '486 Busy Here');
  call.ackFailure(await peer.response(486, 'INVITE'));
  t.equal(harness.server.sizes().dialogs, 1);
  const last = 'NOTIFY sip:placeholder SIP/2.0\r\nSubscription-State: terminated\r\n\r\n';
  t.equal((await application.ask(`sip||${dialog}|\r\n${last}`))[0], 'OK');
  peer.respond(await peer.request('NOTIFY'), 200);
  await application.sip('SIP/2.0 200');
  t.equal(harness.server.sizes().dialogs, 0);
});
