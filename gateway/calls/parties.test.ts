import t from 'tap';
import { testDatabase } from '../../test/support/database.js';
import { connect, migrate, type Sql } from '../store/index.js';
import {
  allLeave,
  askParty,
  changeRole,
  closeOrphanParties,
  type Party,
  partiesOf,
  partyAnswers,
  partyJoins,
  partyLeaves,
  partyRings,
} from './parties.js';
import {
  type PartyEvent,
  type PartyState,
  partyEvents,
  partyStates,
  partyTransitions,
} from './party-states.js';

interface Talk {
  sql: Sql;
  tenantId: string;
  interactionId: string;
  userId: string;
}

async function talk(t: { teardown(fn: () => unknown): unknown }): Promise<Talk> {
  const { url } = await testDatabase(t);
  const sql = connect({ url, max: 2 });
  t.teardown(() => sql.end());
  await migrate(sql);
  const [row] = await sql<Omit<Talk, 'sql'>[]>`
    with tenant as (
      insert into tenants (slug, name, countries, caller_id) values ('shop', 'Shop', '{KR}', '+82212345678') returning id
    ), queue as (
      insert into queues (tenant_id, key, name) select id, 'sales', '{}' from tenant returning *
    ), person as (
      insert into users (tenant_id, email, name, role, password_hash)
      select id, 'agent@shop.example', 'Agent', 'agent', '!' from tenant returning *
    )
    insert into interactions (tenant_id, channel, state, queue_id, agent_id, phone, locale)
    select q.tenant_id, 'outbound', 'bridged', q.id, p.id, '+821055500010', 'ko' from queue q, person p
    returning tenant_id as "tenantId", id as "interactionId", agent_id as "userId"`;
  return { sql, ...row! };
}

function ask({ sql, tenantId, interactionId, userId }: Talk, kind: 'supervisor' | 'number' = 'supervisor') {
  const of = { tenantId, interactionId, kind, askedBy: userId, nodeId: crypto.randomUUID() };
  return kind === 'number'
    ? askParty(sql, { ...of, phone: '+82212345679', role: 'consult' })
    : askParty(sql, { ...of, userId, role: 'listen' });
}

const steps: Record<PartyEvent, (sql: Sql, party: Party) => Promise<Party | undefined>> = {
  party_rings: partyRings,
  party_answered: partyAnswers,
  party_joined: partyJoins,
  party_role: (sql, party) => changeRole(sql, party, 'whisper'),
  party_left: (sql, party) => partyLeaves(sql, party, 'hung_up'),
};

/** The way to a state. */
const way: Record<PartyState, PartyEvent[]> = {
  asked: [],
  ringing: ['party_rings'],
  consulting: ['party_rings', 'party_answered'],
  joined: ['party_rings', 'party_joined'],
  left: ['party_left'],
};

t.test('every cell of the table is what the database does', async t => {
  const place = await talk(t);
  const { sql } = place;
  const story = async (id: string) =>
    (await sql<{ type: string }[]>`select type from events where data ->> 'party' = ${id} order by id`).map(
      ({ type }) => type,
    );
  for (const state of partyStates) {
    for (const event of partyEvents) {
      const party = await ask(place);
      for (const step of way[state]) await steps[step](sql, party);
      const expected = partyTransitions[state][event];
      const cell = `${state} × ${event}`;
      const taken = await steps[event](sql, party);
      t.equal(taken?.state, expected, `${cell} leads to ${expected ?? 'nowhere'}`);
      const [after] = await sql`select state from call_parties where id = ${party.id}`;
      t.equal(after?.state, expected ?? state, `${cell} is what is stored`);
      t.same(
        await story(party.id),
        ['party_asked', ...way[state], ...(expected ? [event] : [])],
        `${cell} is logged once, or not at all`,
      );
      await partyLeaves(sql, party, 'talk_over');
    }
  }
});

t.test('one at a time is asked apart from the customer, and a supervisor is in one talk', async t => {
  const place = await talk(t);
  const number = await ask(place, 'number');
  await t.rejects(ask(place, 'number'), /call_parties_one_apart/);
  await ask(place);
  await t.rejects(ask(place), /call_parties_one_talk/);
  await partyRings(place.sql, number);
  await partyJoins(place.sql, number);
  t.ok(await ask(place, 'number'), 'who has joined is not apart');
});

t.test('a talk that is over is over for all, and so is one whose gateway died', async t => {
  const place = await talk(t);
  const { sql, tenantId, interactionId: id } = place;
  await ask(place);
  await ask(place, 'number');
  await allLeave(sql, { id, tenantId }, 'talk_over');
  t.same(await partiesOf(sql, { id, tenantId }), []);
  const lost = await ask(place, 'number');
  await closeOrphanParties(sql);
  t.match(await sql`select state, reason from call_parties where id = ${lost.id}`, [
    { state: 'left', reason: 'gateway_lost' },
  ]);
});
