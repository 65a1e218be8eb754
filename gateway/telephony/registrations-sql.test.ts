import t from 'tap';
import { testDatabase } from '../../test/support/database.js';
import { connect, migrate } from '../store/index.js';
import { findExpired, liveBindings, type RegisterRequest, register, unbind } from './registrations-sql.js';

t.test('events tell the truth whatever happens at once', async t => {
  const { url } = await testDatabase(t);
  const sql = connect({ url, max: 8 });
  t.teardown(() => sql.end());
  await migrate(sql);
  const [user] = await sql<{ tenantId: string; userId: string }[]>`
    with t as (
      insert into tenants (slug, name, countries, caller_id) values ('a', 'A', '{KR}', '+82212345678') returning id
    )
    insert into users (tenant_id, email, name, role, password_hash) select id, 'a@a.example', 'A', 'agent', 'x' from t
    returning tenant_id as "tenantId", id as "userId"`;
  const owner = user!;
  for (const username of ['one', 'two']) {
    await sql`
      with s as (
        insert into sessions (tenant_id, user_id, token_hash, expires_at)
        values (${owner.tenantId}, ${owner.userId}, ${Buffer.from(username)}, now() + interval '1 hour') returning *
      )
      insert into softphone_credentials (username, tenant_id, user_id, session_id, ha1, expires_at)
      select ${username}, tenant_id, user_id, id, 'x', now() + interval '90 seconds' from s`;
  }
  let cseq = 0;
  const request = (username: string, expiresSeconds = 600): RegisterRequest => ({
    ...owner,
    username,
    transport: 'ws',
    source: '192.0.2.1:5000',
    callId: 'call',
    cseq: ++cseq,
    contacts: [{ uri: `sip:${username}@x.invalid;transport=ws`, expiresSeconds }],
    allGone: false,
    maxContacts: 3,
  });
  const contact = (username: string) => `sip:${username}@x.invalid;transport=ws`;
  const events = async () =>
    (await sql<{ type: string }[]>`select type from events order by id`).map(({ type }) => type.slice(10));

  t.test('a binding does not outlive its credential', async t => {
    const result = await register(sql, request('one'));
    t.match(result, {
      result: 'bound',
      changed: true,
      contacts: [{ uri: contact('one'), expiresSeconds: 90 }],
    });
    t.match(await register(sql, { ...request('one'), username: 'nobody' }), { result: 'no_credential' });
  });

  t.test('a second softphone of the same agent changes nothing for him', async t => {
    t.match(await register(sql, request('two')), { result: 'bound', changed: false });
    t.equal((await liveBindings(sql, owner)).length, 2);
    t.match(await register(sql, request('two', 0)), { result: 'bound', changed: false, contacts: [] });
    t.same(await events(), ['registered']);
  });

  t.test('a softphone whose connection was made anew has moved', async t => {
    const again = { ...request('one'), source: '192.0.2.1:5001' };
    t.match(await register(sql, again), { result: 'bound', changed: false });
    await register(sql, { ...request('one'), source: '192.0.2.1:5001' });
    t.same(await events(), ['registered', 'moved'], 'once');
    await sql`delete from events where type = 'softphone_moved'`;
    await register(sql, { ...request('one'), source: '192.0.2.1:5000' });
    await sql`delete from events where type = 'softphone_moved'`;
  });

  t.test('many at once: the events alternate', async t => {
    for (let round = 0; round < 10; round++) {
      await Promise.all([
        register(sql, request('one')),
        register(sql, request('two', round % 2 ? 600 : 0)),
        unbind(sql, {
          ...owner,
          reason: 'flow_closed',
          binding: { username: 'one', contact: contact('one') },
        }),
        unbind(sql, {
          ...owner,
          reason: 'unreachable',
          binding: { username: 'two', contact: contact('two') },
        }),
      ]);
    }
    const happened = await events();
    t.ok(happened.length > 2);
    happened.forEach((type, index) => {
      t.equal(type, index % 2 ? 'unregistered' : 'registered');
    });
    t.equal((await liveBindings(sql, owner)).length > 0, happened.at(-1) === 'registered');
  });

  t.test('what has expired is found and taken away, with its event', async t => {
    await register(sql, request('one'));
    const before = (await events()).length;
    t.same(await findExpired(sql), []);
    t.notOk(await unbind(sql, { ...owner, reason: 'expired' }));
    await sql`update registrations set expires_at = now()`;
    t.same(await liveBindings(sql, owner), [], 'not used any more, even before it is taken away');
    t.same(await findExpired(sql), [owner]);
    t.ok(await unbind(sql, { ...owner, reason: 'expired' }));
    t.notOk(await unbind(sql, { ...owner, reason: 'expired' }), 'once');
    t.same((await events()).slice(before), ['unregistered']);
  });
});
