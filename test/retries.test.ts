import t from 'tap';
import { RobotAgent } from './support/robot-agent.js';
import { sipp } from './support/sipp.js';
import { demoPassword, leftOver, nextNumber, nothing, startStack } from './support/stack.js';

t.setTimeout(600_000);

/** What happens with every offer that is taken. */
const served = ['offered', 'agent_present', 'accepted', 'dialing'];

interface Promised {
  id: string;
  state: string;
  place: number | null;
  dueAt: string | null;
  lastOutcome: string | null;
  attempts: number;
}

t.test('what a queue does when a customer is not reached', async t => {
  const stack = await startStack(t);
  const { api, sql } = stack;
  const admin = await api.signIn('admin@demo.example', demoPassword);
  const agent = await RobotAgent.signIn(t, api, 'agent1@demo.example', demoPassword);
  await agent.setState('ready');
  const list = async (query = '') => {
    const { body } = await api.call<{ promises: Promised[] }>('GET', `/api/v1/promises${query}`, {
      token: admin,
    });
    return body.promises;
  };
  const actorOf = async (id: string, type: string) => {
    const [row] = await sql<{ actor: string }[]>`
      select u.email as actor from events e join users u on u.id = (e.data ->> 'actor')::uuid
      where e.interaction_id = ${id} and e.type = ${type}`;
    return row?.actor;
  };
  const rule = (outcome: string, retries: number, more: Record<string, unknown> = {}) => sql`
    insert into outcome_rules ${sql({ outcome, retries, delay_seconds: 600, ...more, tenant_id: tenantId, queue_id: queueId })}
    on conflict (queue_id, outcome) do update set retries = excluded.retries, finally = excluded.finally`;
  const [queue] = await sql<{ id: string; tenantId: string }[]>`
    select id, tenant_id as "tenantId" from queues where key = 'sales'`;
  const { id: queueId, tenantId } = queue!;
  await sql`delete from outcome_rules`;
  await rule('busy', 1, { finally: 'person' });

  /** The agent is offered the callback and answers; the customer's line is busy. */
  async function busyOnce(id: string) {
    const busy = await sipp(t, 'uas-busy', { port: stack.trunkPort });
    const invite = await agent.ring();
    t.equal(invite.header('X-Ringbridge-Interaction'), id);
    await agent.accept(t, invite);
    await agent.hungUp();
    await busy.done;
  }

  const asked = await api.askCallback({ phone: nextNumber() });
  const { id } = asked;
  await busyOnce(id);
  const retry = await api.follow(asked, ({ state }) => state === 'scheduled');
  t.match(retry, { outcome: null, position: null });
  const [first] = await list();
  t.match(first, { id, state: 'scheduled', lastOutcome: 'busy', attempts: 1 });
  const inSeconds = (Date.parse(first!.dueAt!) - Date.now()) / 1000;
  t.ok(inSeconds > 540 && inSeconds <= 600, `tried again in ${inSeconds} s`);
  t.same(await leftOver(stack), nothing, 'the agent is free at once');
  await agent.until(desk => desk.me.state === 'ready', 'the agent is ready for the next');

  // A supervisor does not want to wait.
  t.match(await api.call('POST', `/api/v1/promises/${id}/call-now`, { token: admin }), { status: 204 });
  t.equal(await actorOf(id, 'called_now'), 'admin@demo.example');
  await busyOnce(id);
  await api.follow(asked, ({ state }) => state === 'scheduled');
  t.match(
    await list('?held=true'),
    [{ id, dueAt: null, lastOutcome: 'busy', attempts: 2 }],
    'a person has to decide',
  );

  const at = new Date(Date.now() + 86_400_000).toISOString();
  t.match(await api.call('PUT', `/api/v1/promises/${id}/time`, { token: admin, body: { at } }), {
    status: 204,
  });
  t.equal(await actorOf(id, 'rescheduled'), 'admin@demo.example');
  t.match(await list('?state=scheduled&queue=sales'), [{ id, dueAt: at }]);
  t.same(await list('?state=waiting'), []);

  const { body: detail } = await api.call<{ attempts: unknown[]; events: { type: string }[] }>(
    'GET',
    `/api/v1/interactions/${id}`,
    { token: admin },
  );
  t.match(detail.attempts, [
    { number: 1, outcome: 'busy', bridgedAt: null, agent: { name: '김하늘' } },
    { number: 2, outcome: 'busy', bridgedAt: null },
  ]);
  t.match(
    detail.events.map(({ type }) => type).filter(type => !served.includes(type)),
    ['requested', 'retry_scheduled', 'called_now', 'held', 'rescheduled'],
  );

  t.match(await api.call('POST', `/api/v1/promises/${id}/cancel`, { token: admin }), { status: 204 });
  t.equal(await actorOf(id, 'cancelled'), 'admin@demo.example');
  t.match(await api.call('POST', `/api/v1/promises/${id}/call-now`, { token: admin }), { status: 409 });
  t.same(await list(), []);

  t.match(
    await api.call('GET', '/api/v1/promises', { token: agent.token }),
    { status: 403 },
    'not for agents',
  );
  t.match(await api.call('GET', '/api/v1/promises'), { status: 401 });
  t.match(await api.call('POST', `/api/v1/promises/${crypto.randomUUID()}/cancel`, { token: admin }), {
    status: 404,
  });
});
