import t from 'tap';
import { RobotAgent } from './support/robot-agent.js';
import { demoPassword, leftOver, nextNumber, nothing, type Stack, startStack } from './support/stack.js';
import { endWebRtc } from './support/webrtc-peer.js';

t.setTimeout(600_000);
t.teardown(endWebRtc);

const always = ['00:00-24:00'];
const around = {
  mon: always,
  tue: always,
  wed: always,
  thu: always,
  fri: always,
  sat: always,
  sun: always,
};

async function admin({ api }: Stack): Promise<string> {
  return await api.signIn('admin@demo.example', demoPassword);
}

interface Queue {
  id: string;
  key: string;
  version: number;
}

/** Changes a queue as an administrator does. */
async function setRules(stack: Stack, token: string, key: string, rules: Record<string, unknown>) {
  const { body } = await stack.api.call<{ queues: Queue[] }>('GET', '/api/v1/admin/queues', { token });
  const queue = body.queues.find(queue => queue.key === key)!;
  const answer = await stack.api.call('PATCH', `/api/v1/admin/queues/${queue.id}`, {
    token,
    body: { version: queue.version, ...rules },
  });
  if (answer.status !== 200) throw new Error(JSON.stringify(answer.body));
}

t.test('the rules of a queue, kept by a gateway', async t => {
  const stack = await startStack(t);
  const { api, sql } = stack;
  const token = await admin(stack);
  const ask = (form: Record<string, unknown> = {}) =>
    api.askCallback({ phone: nextNumber(), locale: 'ko', ...form });

  await t.test('overflow: told to the visitor, to the operator, and in the history', async t => {
    await setRules(stack, token, 'sales', { overflow: 'support', overflowAfterSeconds: 1 });
    const callback = await ask();
    const moved = await api.follow(callback, ({ queue }) => queue.key === 'support');
    t.match(moved, { state: 'waiting', movedFrom: '구매 상담' });
    const { body } = await api.call<{ promises: unknown[] }>('GET', '/api/v1/promises', { token });
    t.match(body.promises, [{ id: callback.id, queue: { key: 'support' }, movedFrom: { key: 'sales' } }]);
    const story = await api.call<{ events: unknown[] }>('GET', `/api/v1/interactions/${callback.id}`, {
      token,
    });
    t.match(story.body.events, [
      { type: 'requested' },
      { type: 'overflowed', data: { from: { key: 'sales' }, to: { key: 'support' }, waited: 1 } },
    ]);
    await setRules(stack, token, 'sales', { overflow: null, overflowAfterSeconds: null });
    await api.call('DELETE', `/api/v1/callbacks/${callback.id}`, { token: callback.token });
  });

  await t.test('the longest wait closes with its reason', async t => {
    await setRules(stack, token, 'sales', { maxWaitSeconds: 1, maxWaitThen: 'close' });
    const callback = await ask();
    t.match(await api.follow(callback, ({ state }) => state === 'done'), { outcome: 'queue_timeout' });
    await setRules(stack, token, 'sales', { maxWaitSeconds: null });
  });

  await t.test('a queue that is full says so, and names a time', async t => {
    await setRules(stack, token, 'sales', { maxWaiting: 1 });
    const first = await ask();
    const form = { siteKey: 'demo', queue: 'sales', phone: nextNumber() };
    const refused = await api.call<{ code: string; message: string; slot: { at: string; until: string } }>(
      'POST',
      '/api/v1/callbacks',
      { body: form, headers: { 'accept-language': 'ko' } },
    );
    t.match(refused, {
      status: 409,
      body: { code: 'queue_full', field: 'queue', message: /대기 중인 고객님/ },
    });
    const later = await api.call('POST', '/api/v1/callbacks', {
      body: { ...form, at: refused.body.slot.at },
    });
    t.match(later, { status: 201, body: { state: 'scheduled', slot: refused.body.slot } });
    const site = await api.call<{ queues: unknown[] }>('GET', '/api/v1/sites/demo');
    t.match(site.body.queues[0], { key: 'sales', open: false, full: true, later: true });
    const now = await api.call('PUT', `/api/v1/callbacks/${(later.body as { id: string }).id}/time`, {
      token: (later.body as { token: string }).token,
      body: { at: null },
    });
    t.match(now, { status: 409, body: { code: 'queue_full' } }, 'nor by the way round');
    await setRules(stack, token, 'sales', { maxWaiting: null });
    await api.call('DELETE', `/api/v1/callbacks/${first.id}`, { token: first.token });
  });

  await t.test('closing time: no offer, the reason shown; offered at the opening', async t => {
    await sql`update opening_hours set weekly = ${sql.json(around)}, public_holidays = null`;
    await setRules(stack, token, 'sales', { hours: 'office' });
    const callback = await ask();
    // Whoever closes it does so at a time: it is closed from then on.
    await sql`update opening_hours set weekly = '{}'`;
    await setRules(stack, token, 'sales', { position: 0 });
    t.match(await api.follow(callback, ({ waitsFor }) => waitsFor !== null), {
      state: 'waiting',
      waitsFor: 'opening',
      opensAt: null,
      estimatedWaitSeconds: null,
    });
    const agent = await RobotAgent.signIn(t, api, 'agent1@demo.example', demoPassword);
    await agent.setState('ready');
    const { body } = await api.call<{ promises: unknown[] }>('GET', '/api/v1/promises?state=waiting', {
      token,
    });
    t.match(body.promises, [{ id: callback.id, waitsFor: 'opening' }]);
    const other = await ask({ queue: 'support' });
    const invite = await agent.ring();
    t.equal(invite.header('X-Ringbridge-Interaction'), other.id, 'what came later, in a queue that is open');
    await agent.step('decline', other.id);
    agent.softphone.respond(await agent.softphone.request('CANCEL'), 200, 'OK');
    agent.softphone.respond(invite, 487, 'Request Terminated');
    await api.call('DELETE', `/api/v1/callbacks/${other.id}`, { token: other.token });
    await sql`update opening_hours set weekly = ${sql.json(around)}`;
    await setRules(stack, token, 'sales', { position: 0 });
    t.equal((await agent.ring()).header('X-Ringbridge-Interaction'), callback.id);
    const events = await sql`select type from events where type in ('queue_opened', 'queue_closed')
      and queue_id = (select id from queues where key = 'sales')`;
    t.match(events, [{ type: 'queue_closed' }, { type: 'queue_opened' }]);
    await api.call('DELETE', `/api/v1/callbacks/${callback.id}`, { token: callback.token });
    agent.softphone.respond(await agent.softphone.request('CANCEL'), 200, 'OK');
    agent.softphone.drop();
    t.same(await leftOver(stack), nothing);
  });
});
