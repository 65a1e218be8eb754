import t from 'tap';
import { connect } from '../store/index.js';
import { Floor } from './testing/floor.js';

/** What no interaction may be, as the columns of one that waits are changed, by the rule that it breaks. */
const broken: Record<string, string[]> = {
  channel: [`channel = 'telegram'`],
  via: [`via = 'pigeon'`],
  phone: [`phone = '0212345678'`],
  'phone is missing': [`phone = null`, `phone = null, channel = 'outbound'`],
  callee: [`callee_id = agent.id`, `callee_id = agent.id, channel = 'internal', part_of = i.id`],
  'forwarded to': [`forwarded_to = '112'`],
  context: [`context = '[]'`],
  greeting: [`greeting = ''`, `greeting = repeat('x', 41)`],
  state: [`state = 'lost'`],
  outcome: [`outcome = 'completed'`, `state = 'done'`, `state = 'wrap_up', agent_id = agent.id`],
  due: [`due_at = now()`],
  slot: [`slot_at = now()`],
  seat: [`slot_seat = 1`],
  agent: [
    `agent_id = agent.id`,
    `state = 'offered'`,
    `state = 'offered', agent_id = agent.id, offered_to = array[agent.id], offered_present = '{}'`,
  ],
  'offered to': [
    `state = 'offered', offered_to = '{}', offered_present = '{}'`,
    `offered_to = array[agent.id], offered_present = '{}'`,
  ],
  'offered and present': [`offered_present = '{}'`],
  'agent away': [`agent_away_until = now()`],
  'customer away': [`customer_away_until = now()`],
  held: [`held_since = now()`],
  forwarded: [`forwarded_to = '+82212345678'`],
};

t.test('an interaction that breaks a rule is not stored, and the rule is named', async t => {
  const floor = await Floor.open(t);
  const { id } = await floor.request();
  const change = (columns: string) =>
    floor.sql.unsafe(
      `update interactions i set ${columns} from (select user_id as id from agents limit 1) agent where i.id = $1`,
      [id],
    );
  for (const [rule, cases] of Object.entries(broken))
    for (const columns of cases)
      await t.rejects(
        change(columns),
        {
          code: '23514',
          table_name: 'interactions',
          constraint_name: 'interactions_rules',
          message: `an interaction breaks its rule "${rule}"`,
        },
        columns,
      );
  await change(`phone = '+82212345678', greeting = 'hello', context = '{"cart": 3}'`);
  await change(`phone = null, via = 'browser'`);
  const [{ definition }] = (await floor.sql`
    select pg_get_functiondef('keeps_rules'::regproc) as definition`) as unknown as [{ definition: string }];
  const named = [...definition.matchAll(/ then '([^']+)'/g)].map(match => match[1]);
  t.same(named, Object.keys(broken), 'and each rule of the database has its case here');
});

t.test(
  'what is in the database passes its checks without a search path, as a copy of it is read back',
  async t => {
    const floor = await Floor.open(t);
    const { url, sql } = floor;
    await floor.staff({ ko: 4 });
    const steps = sql.json([{ after: 0, require: { ko: 4 } }, { after: 30 }]);
    await sql`update queues set skill_steps = ${steps}`;
    await floor.request();
    await sql`update interactions set skills = ${steps}`;
    const bare = connect({ url, max: 1 });
    t.teardown(() => bare.end());
    await bare`set search_path = ''`;
    const checks = await bare<{ table: string; expression: string }[]>`
    select c.oid::regclass::text as table, pg_get_expr(k.conbin, k.conrelid) as expression
    from pg_constraint k join pg_class c on c.oid = k.conrelid where k.contype = 'c' and c.relnamespace = 'public'::regnamespace`;
    t.ok(checks.some(({ expression }) => expression.includes('public.is_skill_steps(')));
    for (const { table, expression } of checks)
      t.same(
        await bare.unsafe(`select from ${table} where not (${expression})`),
        [],
        `${table}: ${expression}`,
      );
  },
);
