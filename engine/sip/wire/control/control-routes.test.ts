/** Who gets a new request, and how often a secret may be guessed. */
import { test } from 'tap';
import { LoginLimit } from '../../control/login-limit.js';
import { FakeClock } from '../../testing/fake-clock.js';
import { Harness, secret } from '../../testing/harness.js';
import { peerRequest } from '../../testing/peer.js';
import type { RawApplication } from '../../testing/raw-application.js';

/** Sends OPTIONS one after the other; resolves with the places in `applications` of those who got them. */
async function distribution(harness: Harness, applications: RawApplication[], count: number) {
  const peer = await harness.udpPeer();
  const order: number[] = [];
  for (let i = 0; i < count; i += 1) {
    const identity = {
      callId: `r${i}-${peer.port}`,
      from: '<sip:a@example.com>;tag=1',
      to: '<sip:b@example.com>',
    };
    peer.sendText(peerRequest(peer, { method: 'OPTIONS', uri: harness.uri, ...identity, sequence: 1 }));
    const got = () => applications.findIndex(({ got }) => got.some(({ fields }) => fields[1] === 'sip'));
    await harness.until(() => got() >= 0);
    order.push(got());
    const application = applications[got()];
    if (application === undefined) throw new Error('nobody got it');
    await application.sip('OPTIONS');
  }
  return order;
}

async function loggedIn(harness: Harness, count: number): Promise<RawApplication[]> {
  const applications = [];
  for (let i = 0; i < count; i += 1) {
    const application = await harness.raw();
    await application.login(secret);
    applications.push(application);
  }
  return applications;
}

test('the one that registered last comes first, then all in turn; those that left are passed over', async t => {
  const harness = await Harness.start();
  t.teardown(() => harness.close());
  const all = await loggedIn(harness, 3);
  for (const application of all) t.same(await application.ask('route|OPTIONS'), ['OK'], 'a verb in any case');
  t.same(await distribution(harness, all, 7), [2, 1, 0, 2, 1, 0, 2]);
  all[1]?.socket.destroy();
  await harness.until(() => harness.server.sizes().routes === 2);
  t.same((await distribution(harness, all, 4)).sort(), [0, 0, 2, 2]);
});

test('who registers a verb twice gets twice as much, and gives back one of the two', async t => {
  const harness = await Harness.start();
  t.teardown(() => harness.close());
  const all = await loggedIn(harness, 2);
  const [twice, once] = all;
  for (const application of [twice, once, twice]) await application?.ask('route|options');
  t.same((await distribution(harness, all, 6)).sort(), [0, 0, 0, 0, 1, 1]);
  t.same(await twice?.ask('remove_route|options'), ['OK']);
  t.same((await distribution(harness, all, 4)).sort(), [0, 0, 1, 1]);
  t.same(await twice?.ask('remove_route|options'), ['OK']);
  t.same(await twice?.ask('remove_route|options'), ['OK'], 'what is not there is removed already');
  t.same(await distribution(harness, all, 2), [1, 1]);
});

test('an application that registers in a loop is stopped', async t => {
  const harness = await Harness.start();
  t.teardown(() => harness.close());
  const [application] = await loggedIn(harness, 1);
  for (let i = 0; i < 1_000; i += 1) await application?.ask(`route|word${i}`);
  t.same(await application?.ask('remove_route|word0'), ['OK']);
  t.same(await application?.ask('route|word0'), ['OK']);
  t.same(await application?.ask('route|one-more'), ['NO', 'Too many routes']);
  await application?.closed;
  t.equal(harness.server.sizes().routes, 0);
});

test('secrets cannot be guessed fast: 20 wrong ones, then one a second', async t => {
  const clock = new FakeClock();
  const harness = await Harness.start({}, { clock });
  t.teardown(() => harness.close());
  const before = (await loggedIn(harness, 1))[0];
  const guess = async (text: string) => {
    const application = await harness.raw();
    return application.login(text);
  };
  for (let i = 0; i < 20; i += 1) t.same(await guess(`guess${i}`), ['NO', 'incorrect secret']);
  const refused = ['NO', 'too many wrong secrets, try again later'];
  t.same(await guess('guess20'), refused);
  t.same(await guess(secret), refused, 'it is not looked at');
  t.same(await before?.ask('ping'), ['OK', 'pong'], 'who is in stays in');
  clock.pass(1_000);
  t.same(await guess('guess21'), ['NO', 'incorrect secret']);
  t.same(await guess(secret), refused);
  clock.pass(1_000);
  t.equal((await guess(secret))[0], 'OK');
});

test('sources are counted apart, and only the last 1024 of them', async t => {
  const clock = new FakeClock();
  const limit = new LoginLimit(clock);
  for (let i = 0; i < 20; i += 1) limit.failed('192.0.2.1');
  t.notOk(limit.allows('192.0.2.1'));
  t.ok(limit.allows('192.0.2.2'));
  for (let i = 0; i < 1_023; i += 1) limit.failed(`2001:db8::${i}`);
  t.notOk(limit.allows('192.0.2.1'));
  limit.failed('2001:db8::ffff');
  t.equal(limit.size, 1_024);
  t.ok(limit.allows('192.0.2.1'));
  clock.pass(1_000);
  t.ok(limit.allows('2001:db8::1'));
  t.equal(limit.size, 1_023, 'what is forgiven is forgotten');
});
