import t from 'tap';
import { setIntent } from './agents.js';
import { cutOff } from './cut-off.js';
import { enqueueCaller } from './enqueue-call.js';
import { takeOver } from './take-over.js';
import { Floor } from './testing/floor.js';
import { forwardToNumber } from './transfers.js';
import * as act from './transitions/index.js';

/** He talks with the only agent who is ready. */
async function talk(f: Floor, agentId: string): Promise<act.ServedInteraction> {
  const offer = await f.offer();
  if (offer?.agentId !== agentId) throw new Error('it is offered to nobody, or to another one');
  await act.startDialing(f.sql, offer);
  const talking = await act.bridge(f.sql, offer);
  if (!talking) throw new Error('they do not talk');
  await f.sql`update interactions set bridged_at = bridged_at - interval '90 seconds' where id = ${offer.id}`;
  return talking;
}

async function inboundCall({ sql, tenantId, nodeId }: Floor): Promise<string> {
  const id = crypto.randomUUID();
  await sql`insert into flow_sets (tenant_id, version, applied_by) values (${tenantId}, 1000, 'test') on conflict do nothing`;
  await sql`
    insert into flows (tenant_id, version, name, definition) values (${tenantId}, 1000, 'test', '{}') on conflict do nothing`;
  await sql`
    insert into inbound_calls (id, tenant_id, number, trunk, flow, flow_version, node_id)
    values (${id}, ${tenantId}, '+82215880001', 'telco', 'test', 1000, ${nodeId})`;
  return id;
}

/** Whatever there was is over, and nobody is there. */
async function clear({ sql }: Floor): Promise<void> {
  await sql`update agents set interaction_id = null, intent = 'offline'`;
  await sql`
    update interactions set state = 'done', outcome = coalesce(outcome, 'failed'), customer_live_since = null where state <> 'done'`;
}

t.test('a talk that is cut off', async t => {
  const f = await Floor.open(t);
  const { sql, tenantId, nodeId, queueId } = f;
  const [agent, other] = [await f.staff(), await f.staff()];
  t.beforeEach(() => clear(f).then(() => f.ready(agent)));
  const engagedWith = async () => {
    const [row] = await sql<
      { id: string | null }[]
    >`select interaction_id as id from agents where user_id = ${agent}`;
    return row!.id;
  };

  await t.test('goes on: with its place, its cause, and the agent it was with', async t => {
    const { id } = await f.request();
    await f.request();
    const talking = await talk(f, agent);
    t.equal(talking.id, id);
    const [before] = await sql`select place_at, queued_at from interactions where id = ${id}`;
    t.ok(await cutOff(sql, talking, 'engine_lost'));
    t.notOk(await cutOff(sql, talking, 'engine_lost'), 'once');
    const [after] = await sql`
      select place_at, queued_at > ${before!.queued_at} as queued_anew, state, outcome, last_outcome, agent_id, bridged_at,
        last_agent_id, held_until - queued_at = interval '30 seconds' as held
      from interactions where id = ${id}`;
    t.same(
      { ...after },
      {
        ...{ place_at: before!.place_at, queued_anew: true, state: 'waiting', outcome: null, agent_id: null },
        ...{ last_outcome: 'cut_off', bridged_at: null, last_agent_id: agent, held: true },
      },
    );
    t.match(
      await sql`select type, user_id, data from events where interaction_id = ${id} order by id desc limit 1`,
      [{ type: 'cut_off', user_id: agent, data: { cause: 'engine_lost' } }],
    );
    t.match(
      await sql`
        select state, outcome, agent_id, ended_at - bridged_at >= interval '90 seconds' as whole, wrap_up_until
        from interactions where part_of = ${id}`,
      [{ state: 'done', outcome: 'cut_off', agent_id: agent, whole: true, wrap_up_until: null }],
      'what was said until then stays in the books',
    );
    t.match(await sql`select outcome from attempts where interaction_id = ${id}`, [{ outcome: 'cut_off' }]);
    t.equal(await engagedWith(), null, 'he is free, without a wrap-up');
    await f.ready(other);
    t.match(await f.offer(), { id, agentId: agent }, 'he is asked first');
    t.match(await f.offer(), { agentId: other });
  });

  await t.test('asks anybody when its agent does not come in time', async t => {
    const { id } = await f.request();
    await cutOff(sql, await talk(f, agent), 'shutdown');
    const [line] = await sql<{ until: Date }[]>`
      update registrations r set expires_at = now() from registrations was
      where r.user_id = ${agent} and was.user_id = r.user_id returning was.expires_at as until`;
    await f.ready(other);
    t.equal(await f.offer(), undefined, 'he has a moment to come back');
    await f.pass(31);
    t.match(await f.offer(), { id, agentId: other });
    await sql`update registrations set expires_at = ${line!.until} where user_id = ${agent}`;
  });

  await t.test('asks anybody at once when its agent does not go on', async t => {
    const { id } = await f.request();
    const talking = await talk(f, agent);
    await setIntent(sql, { tenantId, userId: agent }, 'paused', 'lunch');
    await cutOff(sql, talking, 'engine_lost');
    await f.ready(other);
    t.match(await f.offer(), { id, agentId: other });
  });

  await t.test('again and again: the customer waits for a person', async t => {
    const { id } = await f.request();
    const states: string[] = [];
    for (let cut = 0; cut < 3; cut++) {
      await cutOff(sql, await talk(f, agent), 'engine_lost');
      const [row] = await sql<{ state: string }[]>`select state from interactions where id = ${id}`;
      states.push(row!.state);
    }
    t.same(states, ['waiting', 'waiting', 'scheduled']);
    t.match(await sql`select due_at, last_outcome from interactions where id = ${id}`, [
      { due_at: null, last_outcome: 'cut_off' },
    ]);
    const types = await sql<{ type: string }[]>`
      select type from events where interaction_id = ${id} and type in ('cut_off', 'held') order by id`;
    t.same(
      types.map(({ type }) => type),
      ['cut_off', 'cut_off', 'held'],
    );
    t.equal(await engagedWith(), null);
  });

  await t.test('of a caller: he is called back, where he may be', async t => {
    for (const [phone, callBack, goesOn] of [
      ['+821055501234', true, true],
      ['+821055501235', false, false],
      [null, true, false],
    ] as const) {
      const id = crypto.randomUUID();
      const inboundCallId = await inboundCall(f);
      const place = { queueId, priority: 0 };
      await enqueueCaller(sql, { id, tenantId, inboundCallId, phone, locale: 'ko', callBack, nodeId, place });
      const offer = await f.offer();
      const talking = await act.bridge(sql, offer!);
      t.equal(await cutOff(sql, talking!, 'engine_lost'), goesOn, `${phone}, ${callBack}`);
      t.match(await sql`select channel, state from interactions where id = ${id}`, [
        goesOn ? { channel: 'callback', state: 'waiting' } : { channel: 'call', state: 'bridged' },
      ]);
      await clear(f);
      await f.ready(agent);
    }
  });

  await t.test('with a number outside, too', async t => {
    const { id } = await f.request();
    const talking = await talk(f, agent);
    await forwardToNumber(sql, talking, agent, { number: '+82215880001' });
    t.ok(await cutOff(sql, { id, tenantId, agentId: null }, 'engine_lost'));
    t.match(await sql`select state, last_agent_id, forwarded_to from interactions where id = ${id}`, [
      { state: 'waiting', last_agent_id: agent, forwarded_to: null },
    ]);
    t.match(await sql`select outcome from interactions where part_of = ${id}`, [{ outcome: 'transferred' }]);
  });

  await t.test('of a visitor in his page: it stays in the books like any other', async t => {
    const { id } = await f.request();
    const talking = await talk(f, agent);
    await sql`update interactions set phone = null, via = 'browser' where id = ${id}`;
    t.ok(await cutOff(sql, talking, 'engine_lost'));
    t.match(await sql`select via from interactions where part_of = ${id}`, [{ via: 'browser' }]);
  });

  await t.test('that an agent began: nobody is called again', async t => {
    await f.request();
    const talking = await talk(f, agent);
    await sql`update interactions set channel = 'outbound' where id = ${talking.id}`;
    t.notOk(await cutOff(sql, talking, 'engine_lost'));
  });

  await t.test('by the end of its gateway: each once', async t => {
    const { id } = await f.request();
    await talk(f, agent);
    await sql`delete from nodes`;
    const rounds = await Promise.all([takeOver(sql), takeOver(sql)]);
    t.equal(rounds[0].cut + rounds[1].cut, 1);
    t.match(await sql`select state, last_outcome, node_id from interactions where id = ${id}`, [
      { state: 'waiting', last_outcome: 'cut_off', node_id: null },
    ]);
    t.match(await sql`select data from events where interaction_id = ${id} and type = 'cut_off'`, [
      { data: { cause: 'gateway_lost' } },
    ]);
  });
});
