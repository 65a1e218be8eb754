/** How subscriptions end: by time, by an answer, with their application, with the server. */
import { test } from 'tap';
import { Harness, secret } from '../../testing/harness.js';
import { answer, asked, notify, start, subscribed } from '../../testing/subscribing.js';

test('a subscription that nobody notifies, or refreshes, ends', async t => {
  const { clock, harness, application, peer } = await start();
  t.teardown(() => harness.close());
  const silent = await asked(application, peer);
  peer.respond(silent, 200, { tag: 'n' });
  const { fields } = await application.sip('SIP/2.0 200');
  clock.pass(31_999);
  t.equal(harness.server.sizes().dialogs, 1);
  clock.pass(1);
  t.equal(harness.server.sizes().dialogs, 0, 'timer N');
  const told = await application.sip('NOTIFY');
  t.same([told.fields[2], told.fields[8], told.fields[9]], ['application', 'unsolicited', fields[9]]);
  t.match(told.text, 'Subscription-State: terminated;reason=timeout');

  const short = await asked(application, peer, 60);
  peer.respond(short, 200, { tag: 'n', headers: [['Expires', '30']] });
  await application.sip('SIP/2.0 200');
  notify(peer, short, 'n', 1, 'active');
  await answer(application, await application.sip('NOTIFY'), '200 OK');
  clock.pass(61_999);
  t.equal(harness.server.sizes().dialogs, 1, 'its time and the slack');
  clock.pass(1);
  t.equal((await application.sip('NOTIFY')).fields[8], 'unsolicited');
  t.equal(harness.server.sizes().dialogs, 0);
});

test('a subscriber that does not refresh is forgotten, and told so', async t => {
  const { clock, harness, application, peer } = await start();
  t.teardown(() => harness.close());
  const { dialog, notify: tell } = await subscribed(harness, application, peer, 60);
  await tell('active;expires=60');
  peer.respond(await peer.request('NOTIFY'), 200);
  await application.sip('SIP/2.0 200');
  clock.pass(92_000);
  const told = await application.sip('SUBSCRIBE');
  t.same([told.fields[2], told.fields[8], told.fields[9]], ['application', 'unsolicited', dialog]);
  t.match(told.text, 'Expires: 0');
  t.equal(harness.server.sizes().dialogs, 1, 'the application may say the last word');
  clock.pass(32_000);
  const last = await peer.request('NOTIFY');
  t.equal(last.first('subscription-state'), 'terminated;reason=timeout');
  t.equal(last.first('event'), 'presence');
  t.equal(harness.server.sizes().dialogs, 0);
});

test('a NOTIFY that is refused for good ends the subscription; another failure does not', async t => {
  const { harness, application, peer } = await start();
  t.teardown(() => harness.close());
  const { notify: tell } = await subscribed(harness, application, peer, 600);
  await tell('active;expires=600');
  peer.respond(await peer.request('NOTIFY'), 500);
  await application.sip('SIP/2.0 500');
  t.equal(harness.server.sizes().dialogs, 1);
  await tell('active;expires=600');
  peer.respond(await peer.request('NOTIFY'), 481);
  await application.sip('SIP/2.0 481');
  t.equal(harness.server.sizes().dialogs, 0);
  t.match((await tell('active'))[1], /unable to find dialog/);
});

test('a last NOTIFY that is challenged may be sent again', async t => {
  const { clock, harness, application, peer } = await start();
  t.teardown(() => harness.close());
  const { notify: tell } = await subscribed(harness, application, peer, 600);
  await tell('terminated');
  peer.respond(await peer.request('NOTIFY'), 401);
  await application.sip('SIP/2.0 401');
  t.equal(harness.server.sizes().dialogs, 1);
  await tell('terminated');
  peer.respond(await peer.request('NOTIFY'), 200);
  await application.sip('SIP/2.0 200');
  t.equal(harness.server.sizes().dialogs, 0);
  clock.pass(64_000);
  t.equal(clock.running, 0, 'nothing is left behind');
});

test('an application that vanishes takes its subscriptions with it', async t => {
  const { clock, harness, application, peer } = await start();
  t.teardown(() => harness.close());
  await subscribed(harness, application, peer, 6_000);
  const own = await asked(application, peer, 6_000);
  peer.respond(own, 200, { tag: 'n' });
  await application.sip('SIP/2.0 200');
  notify(peer, own, 'n', 1, 'active');
  await answer(application, await application.sip('NOTIFY'), '200 OK');
  const late = await asked(application, peer, 6_000);
  application.socket.destroy();
  await harness.until(() => harness.server.sizes().routes === 0);
  peer.respond(late, 200, { tag: 'l' });
  const unwanted = await peer.request('SUBSCRIBE');
  t.same([unwanted.toTag, unwanted.first('expires')], ['l', '0']);
  t.equal(harness.server.sizes().dialogs, 2);
  clock.pass(30_000);
  const last = await peer.request('NOTIFY');
  t.equal(last.first('subscription-state'), 'terminated;reason=deactivated');
  let end = await peer.request('SUBSCRIBE');
  while (end.toTag === 'l') end = await peer.request('SUBSCRIBE');
  t.same([end.toTag, end.first('expires')], ['n', '0']);
  t.equal(harness.server.sizes().dialogs, 0);
});

test('the server that ends says goodbye to its subscriptions', async t => {
  const { clock, harness, application, peer } = await start();
  await subscribed(harness, application, peer, 600);
  const own = await asked(application, peer, 600);
  peer.respond(own, 200, { tag: 'n' });
  await application.sip('SIP/2.0 200');
  const closing = harness.server.close();
  const last = await peer.request('NOTIFY');
  t.equal(last.first('subscription-state'), 'terminated;reason=probation');
  const end = await peer.request('SUBSCRIBE');
  t.equal(end.first('expires'), '0');
  peer.respond(last, 200);
  peer.respond(end, 200);
  await harness.until(() => harness.server.sizes().dialogs === 0);
  clock.pass(60_000);
  await closing;
  application.socket.destroy();
  await peer.close();
});

test('a subscription goes to the next application of the name', async t => {
  const harness = await Harness.start();
  t.teardown(() => harness.close());
  const peer = await harness.udpPeer();
  const serving = async () => {
    const application = await harness.raw();
    await application.login(secret, 'resume:presence');
    await application.ask('route|subscribe');
    return application;
  };
  const first = await serving();
  const plain = await subscribed(harness, first, peer);
  first.socket.destroy();
  await harness.until(() => harness.server.sizes().routes === 0);
  plain.call.subscribe(600);
  const second = await serving();
  await second.ask('route|notify');
  const list = await second.sip('NOTIFY');
  const body = JSON.parse(list.text.slice(list.text.indexOf('\r\n\r\n') + 4));
  t.match(body.dialogs, [
    { id: plain.dialog, state: 'terminated', subscriptions: [{ role: 'notifier', event: 'presence' }] },
  ]);
  await answer(second, list, '200 OK');
  const refresh = await second.sip('SUBSCRIBE');
  t.equal(refresh.fields[9], plain.dialog);
  await answer(second, refresh, '200 OK');
  await peer.response(200, 'SUBSCRIBE');
});
