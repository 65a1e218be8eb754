import { pino } from 'pino';
import t, { type Test } from 'tap';
import { testDatabase } from '../../../test/support/database.js';
import { connect, migrate, type Sql } from '../../store/index.js';
import { AddressList } from '../dialplan/address-list.js';
import type { Trunk } from '../dialplan/index.js';
import { TrunkCallers } from './callers.js';
import { Channels } from './channels.js';
import { faultOf } from './faults.js';
import { Lines } from './lines.js';
import { grantedSeconds } from './registration.js';
import {
  type ChannelRequest,
  markFault,
  markUp,
  mayPresent,
  noteRegistration,
  registeredTrunks,
  registrationDueMs,
  releaseChannel,
  renewChannels,
  takeChannel,
  takeCheck,
  takeRegistration,
  trunkStates,
} from './trunk-sql.js';

async function fixture(t: Test) {
  const { url } = await testDatabase(t);
  const sql = connect({ url, max: 8 });
  t.teardown(() => sql.end());
  await migrate(sql);
  const [tenant] = await sql<{ id: string }[]>`
    insert into tenants (slug, name, countries, caller_id) values ('shop', 'Shop', '{KR}', '+82212345678') returning id`;
  const take = (more: Partial<ChannelRequest> = {}) =>
    takeChannel(sql, {
      trunk: 'a',
      tenantId: tenant!.id,
      interactionId: 'interaction',
      maxChannels: undefined,
      callsPerSecond: undefined,
      maxWaitMs: 0,
      leaseSeconds: 30,
      evenIfDown: false,
      ...more,
    });
  return { sql, tenantId: tenant!.id, take };
}

/** Lets time pass in the store: everything that was to come is so much nearer. */
async function pass(sql: Sql, seconds: number) {
  const by = sql`make_interval(secs => ${seconds})`;
  await sql`update trunks set next_call_at = next_call_at - ${by}, down_until = down_until - ${by},
    check_due_at = check_due_at - ${by}, register_due_at = register_due_at - ${by}, registered_until = registered_until - ${by}`;
  await sql`update trunk_channels set expires_at = expires_at - ${by}`;
}

t.test('of many that want a channel at once, as many get one as there are', async t => {
  const { sql, take } = await fixture(t);
  const wanting = Array.from({ length: 40 }, () => take({ maxChannels: 7 }));
  const verdicts = await Promise.all(wanting);
  t.equal(verdicts.filter(({ verdict }) => verdict === 'granted').length, 7);
  t.equal(verdicts.filter(({ verdict }) => verdict === 'full').length, 33);
  const held = verdicts.flatMap(({ channelId }) => channelId ?? []);
  await releaseChannel(sql, held[0]!);
  t.equal((await take({ maxChannels: 7 })).verdict, 'granted', 'one that was given back');
  t.equal((await take({ maxChannels: 7 })).verdict, 'full');
  t.match(await trunkStates(sql, ['a', 'b']), [
    { up: true, channels: 7 },
    { up: true, channels: 0 },
  ]);
});

t.test(
  'what a dead gateway held is free again when its lease is over, and not what a living one renews',
  async t => {
    const { sql, take } = await fixture(t);
    const living = await take({ maxChannels: 2 });
    await take({ maxChannels: 2 });
    t.equal((await take({ maxChannels: 2 })).verdict, 'full');
    await pass(sql, 20);
    await renewChannels(sql, [living.channelId!], 30);
    await pass(sql, 11);
    t.equal((await take({ maxChannels: 2 })).verdict, 'granted');
    t.equal((await take({ maxChannels: 2 })).verdict, 'full');
  },
);

t.test('calls per second: evenly spread, over all who ask at once', async t => {
  const { sql, take } = await fixture(t);
  const [{ began } = { began: new Date(0) }] = await sql<
    { began: Date }[]
  >`select clock_timestamp() as began`;
  const limits = { callsPerSecond: 10, maxWaitMs: 1000 };
  const asked = await Promise.all(Array.from({ length: 60 }, () => take(limits)));
  const granted = asked.filter(({ verdict }) => verdict === 'granted');
  t.ok(granted.length >= 10, 'a second of calls, and those for which time has passed meanwhile');
  t.ok(granted.every(({ waitMs }) => waitMs <= 1000));
  t.same(new Set(asked.map(({ verdict }) => verdict)), new Set(['granted', 'rate']));
  // Each turn is a tenth of a second after the one before: the next one is that much after the first for each.
  const [row] = await sql<{ seconds: number }[]>`
    select extract(epoch from next_call_at - ${began})::float8 as seconds from trunks where name = 'a'`;
  t.ok(row!.seconds >= granted.length / 10, `${granted.length} turns take ${row!.seconds} s`);
});

t.test('a trunk that fails is passed over, longer each time, and is back when it works', async t => {
  const { sql, take } = await fixture(t);
  const rule = { afterFaults: 3, firstSeconds: 30, longestSeconds: 100 };
  t.equal(await markFault(sql, 'a', '500', rule), undefined);
  t.equal(await markFault(sql, 'a', '500', rule), undefined);
  t.equal((await take()).verdict, 'granted', 'it bears with two');
  t.equal(await markFault(sql, 'a', '500', rule), 30);
  t.equal(await markFault(sql, 'a', '500', rule), undefined, 'one that was under way counts no more');
  t.equal((await take()).verdict, 'down');
  t.equal((await take({ evenIfDown: true })).verdict, 'granted');
  t.match(await trunkStates(sql, ['a']), [{ up: false, reason: '500' }]);
  await pass(sql, 31);
  t.equal((await take()).verdict, 'granted', 'tried again after its time');
  t.equal(await markFault(sql, 'a', '500', rule), 60);
  await pass(sql, 61);
  t.equal(await markFault(sql, 'a', '500', rule), 100, 'and no longer than the longest');
  t.equal(await markUp(sql, 'a'), true);
  t.equal(await markUp(sql, 'a'), false);
  t.match(await trunkStates(sql, ['a']), [{ up: true, reason: null }]);
  t.equal(await markFault(sql, 'a', '500', rule), undefined, 'the count begins anew');
});

t.test('what a response says of the trunk', async t => {
  t.equal(faultOf({ status: 486, local: false }), undefined);
  t.equal(faultOf({ status: 603, local: false }), undefined);
  t.match(faultOf({ status: 408, local: true }), { afterFaults: 1 });
  t.match(faultOf({ status: 500, local: false }), { afterFaults: 5 });
  t.match(faultOf({ status: 503, local: false }), { afterFaults: 5 });
  t.match(faultOf({ status: 503, local: false, retryAfter: 40 }), { afterFaults: 1, firstSeconds: 40 });
  t.match(faultOf({ status: 503, local: false, retryAfter: 99_999 }), { firstSeconds: 300 });
});

t.test('of several gateways one sends the check, and one the registration', async t => {
  const { sql } = await fixture(t);
  const gateways = Array.from({ length: 6 });
  const checks = await Promise.all(gateways.map(() => takeCheck(sql, 'a', 60)));
  t.equal(checks.filter(Boolean).length, 1);
  await pass(sql, 60);
  t.equal(await takeCheck(sql, 'a', 60), true);

  const turns = await Promise.all(gateways.map((_, index) => takeRegistration(sql, 'a', `user${index}`)));
  const [user, ...more] = turns.filter(turn => turn !== undefined);
  t.match(user, /^user/);
  t.same(more, []);
  const registrarAddress = '203.0.113.7';
  t.match(await registeredTrunks(sql), [
    { key: 'a', contactUser: user, registrarAddress: null, bound: false },
  ]);
  await noteRegistration(sql, 'a', { boundSeconds: 600, registrarAddress }, 420);
  t.equal(await takeRegistration(sql, 'a', 'another'), undefined);
  t.match(await registeredTrunks(sql), [{ contactUser: user, registrarAddress, bound: true }]);
  const due = await registrationDueMs(sql, 'a');
  t.ok(due > 415_000 && due <= 420_000);
  t.match(await trunkStates(sql, ['a', 'b']), [{ registered: true }, { registered: null }]);
  await pass(sql, 421);
  t.equal(await takeRegistration(sql, 'a', 'another'), user, 'the contact stays the same');
  await noteRegistration(sql, 'a', { fault: '403 Forbidden' }, 30);
  t.match(await trunkStates(sql, ['a']), [{ registered: true, registerFault: '403 Forbidden' }]);
  await pass(sql, 200);
  t.match(await trunkStates(sql, ['a']), [{ registered: false }]);
  t.match(await registeredTrunks(sql), [{ contactUser: user, bound: false }]);
});

t.test('a trunk that we register with is known when it calls', async t => {
  const { sql } = await fixture(t);
  const [first, second] = ['0'.repeat(32), '1'.repeat(32)];
  for (const [name, user] of [
    ['first', first],
    ['second', second],
    ['fixed', '2'.repeat(32)],
  ] as const)
    await takeRegistration(sql, name, user);
  const sources = new AddressList();
  t.ok(sources.add('198.51.100.0/24'));
  const registering = (name: string, more: object = {}) =>
    ({ key: name, name, registerSeconds: 600, ...more }) as Trunk;
  const here = { key: 'here', name: 'here' } as Trunk;
  const dialplan = {
    trunks: [here, registering('first'), registering('second'), registering('fixed', { sources })],
    trunksFor: () => [],
    trunkAt: (address: string) => (address === '192.0.2.1' ? here : undefined),
  };
  const logger = pino({ level: 'silent' });
  let lost = false;
  const store = ((...query: Parameters<Sql>) =>
    lost ? Promise.reject(new Error('the database is away')) : sql(...query)) as unknown as Sql;
  const callers = new TrunkCallers(store, new Lines(dialplan), logger);
  const known = async (user: string, address: string) =>
    (await callers.trunkOf({ user, address, numberBy: () => undefined }))?.name;

  t.equal(await known(first, '203.0.113.7'), 'first', 'by its contact, before the registration is granted');
  t.equal(await known(second, '203.0.113.7'), 'second');
  t.equal(await known('9'.repeat(32), '203.0.113.7'), undefined);
  t.equal(await known('+82215880000', '203.0.113.7'), undefined);
  t.equal(await known('+82215880000', '192.0.2.1'), 'here', 'by its address');
  t.equal(await known(first, '192.0.2.1'), 'first', 'rather by what it alone was given');
  t.equal(await known('2'.repeat(32), '203.0.113.7'), undefined, 'its sources are others');
  t.equal(await known('2'.repeat(32), '198.51.100.9'), 'fixed');

  const registrarAddress = '203.0.113.7';
  await noteRegistration(sql, 'second', { boundSeconds: 600, registrarAddress }, 420);
  await noteRegistration(sql, 'fixed', { boundSeconds: 600, registrarAddress: '203.0.113.8' }, 420);
  callers.forget();
  t.equal(await known('+82215880000', registrarAddress), 'second', 'by who has granted the registration');
  t.equal(await known('+82215880000', '203.0.113.8'), undefined, 'its sources are others');
  lost = true;
  callers.forget();
  t.equal(await known(first, '203.0.113.9'), 'first', 'as it was when the database was there');
  lost = false;
  await pass(sql, 601);
  callers.forget();
  t.equal(await known('+82215880000', registrarAddress), undefined, 'as long as it lasts');
});

t.test('how long a registrar has bound us', async t => {
  const answer = (headers: Record<string, string>) => ({ get: (name: string) => headers[name] });
  const granted = (headers: Record<string, string>) => grantedSeconds(answer(headers), 'us', 3600);
  t.equal(granted({ Contact: '<sip:us@b>;expires=300' }), 300);
  t.equal(granted({ Contact: '<sip:us@b>', Expires: '120' }), 120);
  t.equal(granted({ Contact: '<sip:desk@c>;expires=20, "Us, we" <sip:us@b>;q=1;expires="90"' }), 90);
  t.equal(granted({ Contact: '<sip:desk@c>;expires=20', Expires: '60' }), 60, 'that is of somebody else');
  t.equal(granted({}), 3600);
  t.equal(granted({ Expires: '0' }), 3600);
});

t.test('a tenant presents its own proven numbers only', async t => {
  const { sql, tenantId } = await fixture(t);
  await sql`insert into tenant_numbers (tenant_id, number, verified_at) values
    (${tenantId}, '+8215881234', now()), (${tenantId}, '+8215889999', null)`;
  t.equal(await mayPresent(sql, tenantId, '+8215881234'), true);
  t.equal(await mayPresent(sql, tenantId, '+8215889999'), false, 'not proven yet');
  t.equal(await mayPresent(sql, tenantId, '+8215880000'), false);
  t.equal(await mayPresent(sql, '00000000-0000-4000-8000-000000000000', '+8215881234'), false);
});

t.test('a call that is given up while it waits for its turn gives its channel back', async t => {
  const { sql, tenantId } = await fixture(t);
  const trunk = { key: 'a', callsPerSecond: 0.5, maxChannels: 2 };
  const channels = new Channels(sql, pino({ level: 'silent' }));
  const call = { tenantId, interactionId: 'interaction' };
  const first = await channels.take(trunk as never, call, {
    evenIfDown: false,
    signal: new AbortController().signal,
  });
  t.ok(typeof first !== 'string');
  await t.rejects(
    channels.take(trunk as never, call, { evenIfDown: false, signal: AbortSignal.timeout(50) }),
  );
  // The statement that gives it back is under way on another connection.
  for (let left = 2; left !== 1; ) [{ channels: left = 0 } = {}] = await trunkStates(sql, ['a']);
  t.pass('one channel is left, that of the first');
});
