import { pino } from 'pino';
import t, { type Test } from 'tap';
import { testDatabase } from '../../test/support/database.js';
import { connect, migrate, type Sql } from '../store/index.js';
import { LegJournal } from './leg-journal.js';
import { closeOrphanLegs, type LegParty, LegRecord, legsOf } from './leg-record.js';

interface Fixture {
  sql: Sql;
  journal: LegJournal;
  /** Of two interactions; the agent is the same. */
  agents: [LegParty, LegParty];
  customers: [LegParty, LegParty];
  /** Lines of the log. */
  log: { msg: string; legId: string }[];
  statements: string[];
}

async function fixture(t: Test): Promise<Fixture> {
  const { url } = await testDatabase(t);
  const sql = connect({ url, max: 2 });
  t.teardown(() => sql.end());
  await migrate(sql);
  const parties = await sql<{ tenantId: string; interactionId: string; userId: string }[]>`
    with tenant as (
      insert into tenants (slug, name, countries, caller_id) values ('shop', 'Shop', '{KR}', '+82212345678') returning id
    ), site as (
      insert into sites (tenant_id, key, name, origins) select id, 'shop', 'Shop', '{}' from tenant returning *
    ), queue as (
      insert into queues (tenant_id, key, name) select id, 'sales', '{}' from tenant returning *
    ), person as (
      insert into users (tenant_id, email, name, role, password_hash)
      select id, 'agent@shop.example', 'Agent', 'agent', '!' from tenant returning *
    )
    insert into interactions (tenant_id, channel, state, site_id, queue_id, agent_id, phone, locale)
    select s.tenant_id, 'callback', 'bridged', s.id, q.id, p.id, '+8210555000' || n, 'ko'
    from site s, queue q, person p, generate_series(10, 11) n
    returning tenant_id as "tenantId", id as "interactionId", agent_id as "userId"`;
  const log: Fixture['log'] = [];
  const logger = pino({ base: undefined }, { write: line => void log.push(JSON.parse(line)) });
  const statements: string[] = [];
  const counted = new Proxy(sql, {
    apply: (target, self, args: Parameters<Sql>) => {
      statements.push(String(args[0]));
      return Reflect.apply(target, self, args);
    },
  });
  const party = (index: number, role: 'agent' | 'customer'): LegParty => {
    const { tenantId, interactionId, userId } = parties[index]!;
    const who = role === 'agent' ? { userId } : { phone: '+821055500010' };
    return { tenantId, interactionId, role, ...who };
  };
  return {
    sql,
    journal: new LegJournal(counted, logger, crypto.randomUUID()),
    agents: [party(0, 'agent'), party(1, 'agent')],
    customers: [party(0, 'customer'), party(1, 'customer')],
    log,
    statements,
  };
}

const view = (f: Fixture, { tenantId, interactionId }: LegParty) =>
  legsOf(f.sql, tenantId, interactionId ?? '');

t.test('a leg is on the books as it rings, is answered and ends', async t => {
  const f = await fixture(t);
  const [agent] = f.agents;
  const record = new LegRecord(f.journal, agent);
  record.started('call-1');
  await record.settled;
  t.match(await view(f, agent), [{ role: 'agent', party: 'Agent', state: 'ringing', outcome: null }]);
  record.started('call-2');
  record.answered();
  await record.settled;
  t.match(await view(f, agent), [{ state: 'answered', endedAt: null }]);
  t.match(await f.sql`select call_id from legs`, [{ call_id: 'call-2' }], 'the second INVITE took its place');
  record.ended({ outcome: 'answered', endedBy: 'peer' });
  await record.settled;
  const [leg] = await view(f, agent);
  t.match(leg, { state: 'ended', outcome: 'answered', endedBy: 'peer', sipStatus: null });
  t.ok(leg!.startedAt <= leg!.answeredAt! && leg!.answeredAt! <= leg!.endedAt!, 'each at its moment');
});

t.test('a leg that never rang is on the books with the reason', async t => {
  const f = await fixture(t);
  const [customer] = f.customers;
  const record = new LegRecord(f.journal, customer);
  record.ended({ outcome: 'busy', endedBy: 'peer', sipStatus: 486 });
  await record.settled;
  t.match(await view(f, customer), [
    { party: '+821055500010', state: 'ended', outcome: 'busy', sipStatus: 486 },
  ]);
});

t.test('what changes together is one statement', async t => {
  const f = await fixture(t);
  const records = [...f.agents, ...f.customers].map(party => new LegRecord(f.journal, party));
  for (const record of records) record.started('call');
  for (const record of records) record.answered();
  await Promise.all(records.map(({ settled }) => settled));
  t.equal(f.statements.length, 1);
  t.match(await f.sql`select distinct state from legs`, [{ state: 'answered' }]);
  t.match(await f.sql`select count(*)::int from legs`, [{ count: 4 }]);
});

t.test('a leg that cannot be recorded does not take the others with it, and the log says so', async t => {
  const f = await fixture(t);
  const [agent] = f.agents;
  const nowhere = new LegRecord(f.journal, { ...agent, interactionId: crypto.randomUUID() });
  const record = new LegRecord(f.journal, agent);
  nowhere.started('call-1');
  record.started('call-2');
  await Promise.all([nowhere.settled, record.settled]);
  t.match(await f.sql`select call_id from legs`, [{ call_id: 'call-2' }]);
  t.match(f.log, [{ msg: 'leg not recorded' }]);
});

t.test('a leg that was taken off the books stays off', async t => {
  const f = await fixture(t);
  const [agent] = f.agents;
  const record = new LegRecord(f.journal, agent);
  record.started('call-1');
  await record.settled;
  t.same(await closeOrphanLegs(f.sql), [{ callId: 'call-1', endpointId: null }]);
  record.answered();
  await record.settled;
  t.match(await view(f, agent), [{ state: 'ended', outcome: 'lost', answeredAt: null }]);
});
