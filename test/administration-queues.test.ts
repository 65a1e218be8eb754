import t from 'tap';
import { Administrator, type Row } from './support/administrator.js';
import { demoPassword, nextNumber, startStack } from './support/stack.js';

t.test('administrators change queues, skills and rules', async t => {
  const stack = await startStack(t);
  const { api, sql } = stack;
  const admin = await api.signIn('admin@demo.example', demoPassword);
  const agent = await api.signIn('agent1@demo.example', demoPassword);
  const { ask, list, find } = new Administrator(api, admin);
  const counters = async () => {
    const { body } = await api.call<{ queues: Row[] }>('GET', '/api/v1/sites/demo?locale=ko');
    return body.queues.map(({ key }) => key);
  };

  await t.test('supervisors read, only administrators change', async t => {
    const supervisor = 'supervisor@demo.example';
    await sql`
      insert into users (tenant_id, email, name, role, password_hash)
      select tenant_id, ${supervisor}, 'Sue', 'supervisor', password_hash from users where email = 'admin@demo.example'`;
    const boss = await api.signIn(supervisor, demoPassword);
    const forbidden = { status: 403, body: { code: 'forbidden' } };
    for (const path of ['/queues', '/skills', '/outcome-rules', '/trunks']) {
      t.match(await ask('GET', path, undefined, agent), forbidden, `an agent, ${path}`);
      t.match(await ask('GET', path, undefined, boss), { status: 200 }, `a supervisor may read ${path}`);
    }
    t.match(await ask('POST', '/queues', {}, boss), forbidden, 'and change nothing');
    t.match(await ask('POST', '/queues', {}, 'x'.repeat(43)), { status: 401 });
  });

  await t.test('a queue: added with what it has to have, changed, disabled', async t => {
    const added = await ask('POST', '/queues', { key: 'repairs', name: { en: 'Repairs', ko: '수리 접수' } });
    t.match(added, {
      status: 201,
      body: {
        name: { en: 'Repairs', ko: '수리 접수' },
        hours: null,
        quiet: null,
        skillSteps: [],
        strategy: 'longest_idle',
        ageingSeconds: 300,
        slotCapacity: null,
        agents: 0,
        waiting: 0,
        disabledAt: null,
        version: 1,
      },
    });
    t.ok((await counters()).includes('repairs'), 'visitors may choose it');
    t.match(await ask('POST', '/queues', { key: 'repairs', name: { en: 'R', ko: '수' } }), {
      status: 409,
      body: { code: 'key_taken', field: 'key' },
    });

    const { id } = added.body;
    await ask('POST', '/hours', { key: 'shop', timeZone: 'Asia/Seoul', weekly: { mon: ['09:00-18:00'] } });
    const wanted = {
      name: { en: 'Repair desk', ko: '수리 상담' },
      hours: 'shop',
      strategy: 'simultaneous',
      ringAtOnce: 4,
      priority: 3,
      wrapUpSeconds: 0,
      customerFirst: true,
      slotCapacity: 4,
      quiet: { from: '21:00', until: '08:00' },
      skillSteps: [{ after: 0, require: { $locale: 4 }, prefer: ['ko'] }, { after: 60 }],
    };
    t.match(await ask('PATCH', `/queues/${id}`, { version: 1, ...wanted }), {
      status: 200,
      body: { ...wanted, version: 2, offerSeconds: added.body.offerSeconds },
    });
    t.match(await ask('PATCH', `/queues/${id}`, { version: 1, priority: 1 }), {
      status: 409,
      body: { code: 'changed_meanwhile' },
    });
    t.match(
      await ask('PATCH', `/queues/${id}`, { version: 2, quiet: null, hours: null, slotCapacity: null }),
      {
        status: 200,
        body: { quiet: null, hours: null, slotCapacity: null, priority: 3 },
      },
    );

    for (const [field, code, change] of [
      ['name.ko', 'validation_failed', { name: { en: 'Only English' } }],
      ['ringSeconds', 'validation_failed', { ringSeconds: 0 }],
      ['slotCapacity', 'validation_failed', { slotCapacity: -1 }],
      ['wrapUpSeconds', 'validation_failed', { wrapUpSeconds: 4000 }],
      ['strategy', 'validation_failed', { strategy: 'ring_all_day' }],
      ['ringAtOnce', 'validation_failed', { ringAtOnce: 11 }],
      ['quiet.from', 'validation_failed', { quiet: { from: '24:00', until: '08:00' } }],
      ['quiet.until', 'span_empty', { quiet: { from: '08:00', until: '08:00' } }],
      ['hours', 'hours_unknown', { hours: 'nowhere' }],
      ['skillSteps.0.after', 'steps_disordered', { skillSteps: [{ after: 5 }] }],
      ['skillSteps.1.after', 'steps_disordered', { skillSteps: [{ after: 0 }, { after: 0 }] }],
      ['skillSteps.0.require', 'skill_unknown', { skillSteps: [{ after: 0, require: { welding: 3 } }] }],
      ['skillSteps.0.prefer', 'skill_unknown', { skillSteps: [{ after: 0, prefer: ['welding'] }] }],
      ['skillSteps.0.require.ko', 'validation_failed', { skillSteps: [{ after: 0, require: { ko: 6 } }] }],
      ['rainbow', 'validation_failed', { rainbow: true }],
    ] as const)
      t.match(
        await ask('PATCH', `/queues/${id}`, { version: 3, ...change }),
        { body: { code, field } },
        field,
      );
    const korean = await api.call('PATCH', `/api/v1/admin/queues/${id}`, {
      token: admin,
      body: { version: 3, ringSeconds: 301 },
      headers: { 'accept-language': 'ko' },
    });
    t.equal(korean.body.message, '입력값을 확인해 주세요: ringSeconds: 300 이하여야 합니다.');

    t.match(await ask('PATCH', `/queues/${id}`, { version: 3, disabled: true }), {
      status: 200,
      body: { disabledAt: String },
    });
    t.notOk((await counters()).includes('repairs'), 'and disabled no longer');
    t.match(
      await api.call('POST', '/api/v1/callbacks', {
        body: { siteKey: 'demo', queue: 'repairs', phone: nextNumber() },
      }),
      { status: 422, body: { code: 'queue_unknown' } },
    );
    t.match(await ask('PATCH', `/queues/${id}`, { version: 4, disabled: false }), {
      body: { disabledAt: null },
    });
  });

  await t.test('who waits takes the place that the changed rules give him', async t => {
    const steps = [{ after: 0, require: { ko: 5 } }, { after: 3600 }];
    const queue = await find('queues', { key: 'support' });
    const other = await find('queues', { key: 'sales' });
    const one = await api.askCallback({ queue: 'support', phone: nextNumber() });
    const two = await api.askCallback({ queue: 'sales', phone: nextNumber() });
    const first = async () => {
      const [row] = await sql<{ id: string }[]>`
        select id from interactions where id in ${sql([one.id, two.id])} order by rank_at limit 1`;
      return row!.id;
    };
    const lane = async () => {
      const [row] = await sql<{ require: Record<string, number>; wakes: boolean }[]>`
        select l.require, i.wake_at is not null as wakes from interactions i join lanes l on l.id = i.lane_id where i.id = ${one.id}`;
      return row;
    };
    t.equal(await first(), one.id);
    t.match(await ask('PATCH', `/queues/${other.id}`, { version: other.version, priority: 2 }), {
      status: 200,
    });
    t.equal(await first(), two.id, 'a higher priority goes first, also for who waits already');
    t.same(await lane(), { require: {}, wakes: false });
    t.match(await ask('PATCH', `/queues/${queue.id}`, { version: queue.version, skillSteps: steps }), {
      status: 200,
    });
    t.same(await lane(), { require: { ko: 5 }, wakes: true });
    await sql`update interactions set place_at = now() - interval '2 hours' where id = ${one.id}`;
    t.match(await ask('PATCH', `/queues/${queue.id}`, { version: queue.version + 1, wrapUpSeconds: 30 }), {
      status: 200,
    });
    t.same(await lane(), { require: {}, wakes: false }, 'at the step that is his turn by his waiting');
    t.match(await find('queues', { key: 'support' }), { waiting: 1 });
    await sql`update interactions set state = 'done', outcome = 'cancelled' where id in ${sql([one.id, two.id])}`;
    await sql`update queues set skill_steps = '[]', priority = 0`;
  });

  await t.test('skills: added, given, asked for; one in use stays', async t => {
    t.match(await list('skills'), [
      { key: 'en', name: { ko: '영어' } },
      { key: 'ko', name: { en: 'Korean' } },
    ]);
    const made = await ask('POST', '/skills', { key: 'grinders', name: { en: 'Grinders', ko: '그라인더' } });
    t.match(made, { status: 201, body: { agents: 0, queues: [], version: 1 } });
    t.match(await ask('POST', '/skills', { key: 'grinders', name: { en: 'G', ko: '그' } }), {
      status: 409,
      body: { code: 'key_taken', field: 'key' },
    });
    t.match(await ask('POST', '/skills', { key: '$locale', name: { en: 'L', ko: '언어' } }), {
      status: 400,
      body: { field: 'key' },
    });
    const person = await find('users', { email: 'agent1@demo.example' });
    t.match(person, {
      skills: {},
      tiers: {},
      wrapUps: {},
      capacity: { voice: 1 },
      queues: ['sales', 'support', 'billing'],
    });
    const service = {
      ...{ skills: { grinders: 4, ko: 5 }, queues: ['sales', 'support'], tiers: { support: 2 } },
      ...{ wrapUps: { sales: 0 }, capacity: { voice: 0 } },
    };
    t.match(await ask('PATCH', `/users/${person.id}`, { version: person.version, ...service }), {
      status: 200,
      body: service,
    });
    const version = person.version + 1;
    for (const [field, code, change] of [
      ['skills.welding', 'skill_unknown', { skills: { welding: 1 } }],
      ['skills.ko', 'validation_failed', { skills: { ko: 0 } }],
      ['tiers.billing', 'queue_unknown', { tiers: { billing: 1 } }],
      ['capacity.voice', 'validation_failed', { capacity: { voice: 2 } }],
      ['wrapUps.billing', 'queue_unknown', { wrapUps: { billing: 10 } }],
      ['queues', 'queue_unknown', { queues: ['nowhere'] }],
    ] as const)
      t.match(
        await ask('PATCH', `/users/${person.id}`, { version, ...change }),
        { body: { code, field } },
        field,
      );
    t.match(
      await find('users', { id: person.id }),
      { ...service, version },
      'a refused change leaves nothing',
    );
    t.match(await find('skills', { key: 'grinders' }), { agents: 1 });
    t.match(await ask('DELETE', `/skills/${made.body.id}?version=1`), {
      status: 409,
      body: { code: 'still_used' },
    });
    const queue = await find('queues', { key: 'sales' });
    await ask('PATCH', `/queues/${queue.id}`, {
      version: queue.version,
      skillSteps: [{ after: 0, prefer: ['grinders'] }],
    });
    await ask('PATCH', `/users/${person.id}`, { version, skills: {}, tiers: {}, capacity: { voice: 1 } });
    t.match(await find('skills', { key: 'grinders' }), { agents: 0, queues: ['sales'] });
    t.match(await ask('DELETE', `/skills/${made.body.id}?version=1`), {
      status: 409,
      body: { code: 'still_used' },
    });
    await ask('PATCH', `/queues/${queue.id}`, { version: queue.version + 1, skillSteps: [] });
    t.match(
      await ask('PATCH', `/skills/${made.body.id}`, { version: 1, name: { en: 'Mills', ko: '분쇄기' } }),
      {
        status: 200,
        body: { name: { en: 'Mills' }, version: 2 },
      },
    );
    t.equal((await ask('DELETE', `/skills/${made.body.id}?version=2`)).status, 204);
    const korean = await find('skills', { key: 'ko' });
    t.match(await ask('DELETE', `/skills/${korean.id}?version=1`), { status: 409 }, 'languages stay');
  });

  await t.test('outcome rules', async t => {
    const made = await ask('POST', '/outcome-rules', { queue: 'sales', outcome: 'busy', retries: 3 });
    t.match(made, {
      status: 201,
      body: {
        queue: 'sales',
        outcome: 'busy',
        retries: 3,
        delaySeconds: 300,
        growth: 2,
        keepsPlace: true,
        finally: 'close',
      },
    });
    for (const [field, code, rule] of [
      ['outcome', 'key_taken', { queue: 'sales', outcome: 'busy', retries: 1 }],
      ['queue', 'queue_unknown', { queue: 'nowhere', outcome: 'busy', retries: 1 }],
      ['outcome', 'validation_failed', { queue: 'sales', outcome: 'completed', retries: 1 }],
      ['retries', 'validation_failed', { queue: 'sales', outcome: 'no_answer', retries: 51 }],
      ['retries', 'validation_failed', { queue: 'sales', outcome: 'no_answer' }],
    ] as const)
      t.match(await ask('POST', '/outcome-rules', rule), { body: { code, field } }, `${field} ${code}`);
    const { id } = made.body;
    t.match(await ask('PATCH', `/outcome-rules/${id}`, { version: 1, growth: 1.15, finally: 'person' }), {
      status: 200,
      body: { growth: 1.15, finally: 'person', retries: 3, version: 2 },
    });
    t.match(await ask('DELETE', `/outcome-rules/${id}?version=1`), { status: 409 });
    t.equal((await ask('DELETE', `/outcome-rules/${id}?version=2`)).status, 204);
    t.match(await ask('DELETE', `/outcome-rules/${id}?version=2`), { status: 404 });
  });

  await t.test('another company sees and changes nothing of it', async t => {
    const [other] = await sql<{ id: string }[]>`
      insert into tenants (slug, name, countries, caller_id) values ('other', 'Other', '{KR}', '+82212345678') returning id`;
    await sql`
      insert into users (tenant_id, email, name, role, password_hash)
      select ${other!.id}, 'boss@other.example', 'Boss', 'admin', password_hash from users where email = 'admin@demo.example'`;
    const boss = await api.signIn('boss@other.example', demoPassword);
    for (const [name, there] of [
      ['queues', 0],
      ['skills', 2],
      ['outcome-rules', 0],
    ] as const) {
      const [ours] = await list(name);
      const theirs = await ask<Record<string, Row[]>>('GET', `/${name}`, undefined, boss);
      t.equal(theirs.body[name]?.length, there, name);
      t.equal(
        (await ask('PATCH', `/${name}/${ours!.id}`, { version: ours!.version }, boss)).status,
        404,
        name,
      );
    }
    t.match(await ask('POST', '/outcome-rules', { queue: 'sales', outcome: 'busy', retries: 1 }, boss), {
      body: { code: 'queue_unknown' },
    });
    t.match(await ask('POST', '/queues', { key: 'sales', name: { en: 'S', ko: '판' } }, boss), {
      status: 201,
    });
    t.match(
      await ask('POST', '/queues', { key: 'more', name: { en: 'S', ko: '판' }, hours: 'office' }, boss),
      { body: { code: 'hours_unknown' } },
      'not by the hours of somebody else',
    );
  });

  await t.test('who has changed what', async t => {
    const { body } = await ask<{ entries: (Row & { kind: string })[] }>('GET', '/audit?limit=200');
    const kinds = new Set(body.entries.map(({ kind }) => kind));
    for (const kind of ['queue', 'skill', 'outcome_rule', 'user']) t.ok(kinds.has(kind), kind);
    t.match(body.entries[0], { kind: 'outcome_rule', action: 'removed', name: 'sales: busy' });
    const filtered = async (query: string) =>
      (await ask<{ entries: (Row & { kind: string })[] }>('GET', `/audit?limit=200&${query}`)).body.entries;
    t.same(new Set((await filtered('kind=skill')).map(({ kind }) => kind)), new Set(['skill']));
    t.equal((await filtered('name=SALES:')).length, 3);
    t.equal((await filtered(`by=${(await find('users', { email: 'agent1@demo.example' })).id}`)).length, 0);
    const moment = encodeURIComponent(String(body.entries[5]!.at));
    t.equal(
      (await filtered(`from=${moment}`)).length + (await filtered(`until=${moment}`)).length,
      body.entries.length,
    );
  });

  await t.test(
    "the operator's trunks are looked at, and have nothing by which they could be changed",
    async t => {
      t.match(await ask('GET', '/trunks'), {
        status: 200,
        body: {
          trunks: [{ id: null, name: 'telco', up: true, reason: null, channels: 0, registered: null }],
        },
      });
      t.equal((await ask('PATCH', '/trunks/telco', { version: 0, disabled: true })).status, 400);
    },
  );
});
