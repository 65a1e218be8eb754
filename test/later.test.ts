import t from 'tap';
import { RobotAgent } from './support/robot-agent.js';
import { demoPassword, nextNumber, startStack } from './support/stack.js';

interface Slot {
  at: string;
  until: string;
}
interface Receipt {
  id: string;
  token: string;
  link: string | null;
  state: string;
  dueAt: string | null;
  slot: Slot | null;
}

t.test('a callback at a chosen time', async t => {
  const stack = await startStack(t);
  const { api, sql } = stack;
  const form = { siteKey: 'demo', queue: 'sales', timeZone: 'America/New_York' };
  const slots = async (path: string, token?: string) => {
    const { status, body } = await api.call<{ slots: Slot[] }>('GET', path, token ? { token } : {});
    t.equal(status, 200);
    return body.slots;
  };
  const ask = (at: string | undefined, phone = nextNumber()) =>
    api.call<Receipt & { code: string }>('POST', '/api/v1/callbacks', { body: { ...form, phone, at } });

  const offered = await slots('/api/v1/sites/demo/slots?queue=sales');
  t.ok(Date.parse(offered[0]!.at) >= Date.now() + 29 * 60_000, 'none before the lead time');
  // The first of all can be too early from one moment to the next.
  const [, first, second, third] = offered as [Slot, Slot, Slot, Slot];
  const last = offered.at(-1)!;
  const from = (slots: Slot[]) => slots.filter(({ at }) => at >= first.at && at <= last.at);
  t.equal(Date.parse(first.until), Date.parse(second.at), 'one after the other');

  await t.test('asked for, looked at, moved and taken back', async t => {
    const { status, body: made } = await ask(first.at);
    t.equal(status, 201);
    t.match(made, { state: 'scheduled', dueAt: first.at, slot: first, position: null });
    t.equal(made.link, `${stack.url}/callback/#${made.id}.${made.token}`, 'the token is behind the #');
    const [row] = await sql`select time_zone as "timeZone" from interactions where id = ${made.id}`;
    t.equal(row!.timeZone, 'America/New_York');
    const { id, token } = made;
    const to = (at: string | null, more = {}) =>
      api.call<Receipt & { code: string }>('PUT', `/api/v1/callbacks/${id}/time`, {
        token,
        body: { at },
        ...more,
      });
    t.same(
      from(await slots(`/api/v1/callbacks/${id}/slots`, token)),
      from(offered),
      'the times it can be moved to',
    );
    t.match(await to(second.at), { status: 200, body: { state: 'scheduled', slot: second } });
    t.match(await to('2031-01-01T00:00:00Z'), {
      status: 422,
      body: { code: 'slot_unavailable', field: 'at' },
    });
    t.match(await to(first.at.replace('00.000', '01.000')), {
      status: 422,
      body: { code: 'slot_unavailable' },
    });
    t.match(await to(first.at, { token: 'full.AAAA' }), { status: 401 });
    t.match(await to(null), {
      status: 200,
      body: { state: 'waiting', dueAt: null, slot: null, position: 1 },
    });
    t.match(
      await to(second.at),
      { status: 200, body: { state: 'scheduled' } },
      'waiting may become later again',
    );
    const gone = await api.call('DELETE', `/api/v1/callbacks/${id}`, { token });
    t.match(gone, { status: 200, body: { state: 'done', outcome: 'cancelled' } });
    t.match(await to(first.at), { status: 409, body: { code: 'callback_under_way' } });
  });

  await t.test('more ask at once than can be promised', async t => {
    await sql`update queues set slot_capacity = 3 where key = 'sales'`;
    const answers = await Promise.all(Array.from({ length: 12 }, () => ask(second.at)));
    t.equal(answers.filter(({ status }) => status === 201).length, 3);
    t.match(
      answers.find(({ status }) => status !== 201),
      { status: 409, body: { code: 'slot_taken', field: 'at' } },
    );
    t.notOk((await slots('/api/v1/sites/demo/slots?queue=sales')).some(({ at }) => at === second.at));
  });

  await t.test('a counter that is closed says when it opens', async t => {
    await sql`update queues set opening_hours_id = (
      select id from opening_hours where key = 'office') where key = 'sales'`;
    await sql`update opening_hours set weekly = '{}'`;
    t.match(await ask(undefined), { status: 409, body: { code: 'queue_closed' } });
    t.same(await slots('/api/v1/sites/demo/slots?queue=sales'), []);
    const opens = new Date(Math.ceil(Date.now() / 60_000) * 60_000 + 3_600_000);
    const day = ['sun', 'mon', 'tue', 'wed', 'thu', 'fri', 'sat'][opens.getUTCDay()]!;
    const span = `${opens.toISOString().slice(11, 16)}-24:00`;
    await sql`update opening_hours set time_zone = 'UTC', public_holidays = null, weekly = ${sql.json({ [day]: [span] })}`;
    const { body: site } = await api.call<{ queues: { key: string }[] }>('GET', '/api/v1/sites/demo');
    t.match(
      site.queues.find(({ key }) => key === 'sales'),
      { open: false, later: true, opensAt: opens.toISOString(), estimatedWaitSeconds: null },
    );
    await sql`update queues set opening_hours_id = null, slot_capacity = null where key = 'sales'`;
  });

  await t.test('when its time has come an agent is rung', async t => {
    const { body: made } = await ask(third.at);
    const agent = await RobotAgent.signIn(t, api, 'agent1@demo.example', demoPassword);
    await agent.setState('ready');
    t.match(await api.call('GET', `/api/v1/callbacks/${made.id}`, { token: made.token }), {
      body: { state: 'scheduled' },
    });
    // Its time comes sooner than planned; the gateway hears of it as of any other plan.
    await sql`
      with sooner as (update interactions set due_at = now() + interval '1 second' where id = ${made.id} returning *)
      insert into events (tenant_id, type, interaction_id, queue_id)
      select tenant_id, 'rescheduled', id, queue_id from sooner`;
    const invite = await agent.ring();
    t.equal(invite.header('X-Ringbridge-Interaction'), made.id);
    const moved = await api.call('PUT', `/api/v1/callbacks/${made.id}/time`, {
      token: made.token,
      body: { at: last.at },
    });
    t.match(moved, { status: 409, body: { code: 'callback_under_way' } }, 'too late to move');
    await api.call('DELETE', `/api/v1/callbacks/${made.id}`, { token: made.token });
  });
});
