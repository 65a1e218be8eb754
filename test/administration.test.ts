import t from 'tap';
import { transaction } from '../gateway/store/index.js';
import { Administrator, type Row } from './support/administrator.js';
import { eventually } from './support/eventually.js';
import { demoPassword, startStack } from './support/stack.js';

t.test('administrators change their company', async t => {
  const stack = await startStack(t);
  const { api, sql } = stack;
  const admin = await api.signIn('admin@demo.example', demoPassword);
  const agent = await api.signIn('agent1@demo.example', demoPassword);
  const { ask, find } = new Administrator(api, admin);

  await t.test('only administrators', async t => {
    for (const [method, path] of [
      ['GET', '/users'],
      ['POST', '/sites'],
      ['PATCH', '/company'],
      ['GET', '/audit'],
      ['GET', '/hours'],
      ['DELETE', '/holidays/2026-12-31?version=1'],
    ] as const) {
      const body = method === 'GET' || method === 'DELETE' ? undefined : {};
      t.match(await ask(method, path, body, agent), { status: 403, body: { code: 'forbidden' } }, path);
      t.match(await ask(method, path, body, 'x'.repeat(43)), { status: 401 }, path);
    }
  });

  await t.test('supervisors read what is set, and change nothing', async t => {
    await sql`insert into users (tenant_id, email, name, role, password_hash)
      select tenant_id, 'lead@demo.example', 'Lead', 'supervisor', password_hash from users where role = 'admin'`;
    const lead = await api.signIn('lead@demo.example', demoPassword);
    for (const path of [
      '/users',
      '/company',
      '/queues',
      '/skills',
      '/hours',
      '/holidays',
      '/numbers',
      '/sites',
      '/outcome-rules',
      '/trunks',
    ])
      t.equal((await ask('GET', path, undefined, lead)).status, 200, path);
    for (const [method, path] of [
      ['GET', '/audit'],
      ['POST', '/sites'],
      ['PATCH', '/company'],
      ['POST', '/queues'],
      ['POST', '/hours'],
      ['DELETE', '/holidays/2026-12-31?version=1'],
    ] as const) {
      const body = method === 'POST' || method === 'PATCH' ? {} : undefined;
      t.match(await ask(method, path, body, lead), { status: 403, body: { code: 'forbidden' } }, path);
    }
  });

  await t.test('whether agents see who listens is the company’s choice', async t => {
    const { body: company } = await ask('GET', '/company');
    t.match(company, { monitoringShown: true });
    t.match(await ask('PATCH', '/company', { version: company.version, monitoringShown: false }), {
      body: { monitoringShown: false, version: company.version + 1 },
    });
    t.match(await ask('PATCH', '/company', { version: company.version + 1, monitoringShown: true }), {
      status: 200,
    });
  });

  await t.test('what is wrong with a trunk is said', async t => {
    const carrier = { name: 'carrier', address: 'sip:203.0.113.7' };
    for (const [fields, code, field] of [
      [{ address: 'carrier' }, 'trunk_address_wrong', 'address'],
      [{ address: 'sip:127.0.0.1:5432' }, 'trunk_address_private', 'address'],
      [{ address: 'sip:[::1];transport=tcp' }, 'trunk_address_private', 'address'],
      [{ address: 'sip:localhost' }, 'trunk_address_private', 'address'],
      [{ username: 'shop' }, 'trunk_password_missing', 'password'],
      [{ password: 'x' }, 'trunk_account_missing', 'username'],
      [{ registerSeconds: 600 }, 'trunk_account_missing', 'registerSeconds'],
      [{ numberFormat: 'national' }, 'trunk_country_missing', 'numberFormat'],
      [{ sources: ['1.2.3.4/8'] }, 'trunk_source_wide', 'sources.0'],
    ] as const)
      t.match(
        await ask('POST', '/trunks', { ...carrier, ...fields }),
        { status: 422, body: { code, field } },
        code,
      );
    for (const [field, value] of Object.entries({
      name: '회선',
      maxChannels: 0,
      checkSeconds: 1,
      prefixes: ['82'],
    }))
      t.match(
        await ask('POST', '/trunks', { ...carrier, [field]: value }),
        { status: 400, body: { code: 'validation_failed' } },
        field,
      );
    const { body: made } = await ask('POST', '/trunks', { ...carrier, maxChannels: 3 });
    const change = (fields: object) =>
      ask('PATCH', `/trunks/${made.id}`, { version: made.version, ...fields });
    t.match(await change({ address: 'sip:10.0.0.1' }), {
      status: 422,
      body: { code: 'trunk_address_private' },
    });
    t.match(await change({ version: 7 }), { status: 409, body: { code: 'changed_meanwhile' } });
    t.match(await ask('DELETE', `/trunks/${made.id}?version=${made.version}`), { status: 204 });
  });

  await t.test('a new colleague: added, invited, signs in, serves his queues, is disabled', async t => {
    const added = await ask('POST', '/users', {
      name: ' 박지우 ',
      email: 'Jiwoo@Demo.example',
      role: 'agent',
      locale: 'ko',
      queues: ['sales', 'support'],
    });
    t.match(added, {
      status: 201,
      body: {
        name: '박지우',
        email: 'jiwoo@demo.example',
        queues: ['sales', 'support'],
        disabledAt: null,
        version: 1,
      },
    });
    const { id } = added.body;
    t.match(await ask('POST', '/users', { name: 'Other', email: 'jiwoo@demo.example', role: 'agent' }), {
      status: 409,
      body: { code: 'email_taken', field: 'email' },
    });
    const signIn = (password: string) =>
      api.call<{ token: string; code: string }>('POST', '/api/v1/sessions', {
        body: { email: 'jiwoo@demo.example', password },
      });
    t.match(await signIn('anything at all'), { status: 401 }, 'nobody signs in before a password was chosen');

    const first = await ask<{ token: string }>('POST', `/users/${id}/invitation`, {});
    const second = await ask<{ token: string }>('POST', `/users/${id}/invitation`, {});
    const accept = (token: string, password: string) =>
      api.call('POST', '/api/v1/invitations/accept', { body: { token, password } });
    t.match(await accept(first.body.token, 'a long password'), {
      status: 410,
      body: { code: 'invitation_invalid' },
    });
    t.match(await accept(second.body.token, 'short'), { status: 400, body: { field: 'password' } });
    t.match(await accept(second.body.token, 'a long password'), {
      status: 200,
      body: { email: 'jiwoo@demo.example' },
    });
    t.match(await accept(second.body.token, 'another password'), { status: 410 }, 'an invitation works once');
    const { status, body } = await signIn('a long password');
    t.equal(status, 201);
    const me = () => api.call('GET', '/api/v1/me', { token: body.token });
    t.match(await me(), { status: 200, body: { name: '박지우', role: 'agent' } });

    const read = await find('users', { id });
    const moved = await ask('PATCH', `/users/${id}`, { version: read.version, queues: ['billing'] });
    t.match(moved, { status: 200, body: { queues: ['billing'] } });
    t.match(await ask('PATCH', `/users/${id}`, { version: moved.body.version, queues: ['nowhere'] }), {
      status: 422,
      body: { code: 'queue_unknown', field: 'queues' },
    });
    t.match(await ask('PATCH', `/users/${id}`, { version: read.version, name: 'Late' }), {
      status: 409,
      body: { code: 'changed_meanwhile' },
    });

    const { version } = await find('users', { id });
    t.match(await ask('PATCH', `/users/${id}`, { version, disabled: true }), {
      status: 200,
      body: { disabledAt: String },
    });
    t.equal((await me()).status, 401, 'what he had open is closed');
    t.match(await signIn('a long password'), { status: 401, body: { code: 'login_failed' } });
    t.match(await ask('PATCH', `/users/${id}`, { version: version + 1, disabled: false }), { status: 200 });
    t.equal((await signIn('a long password')).status, 201, 'and may come back');
  });

  await t.test('two administrators cannot take the last one away together', async t => {
    const made = await ask('POST', '/users', { name: 'Second', email: 'second@demo.example', role: 'admin' });
    const first = await find('users', { email: 'admin@demo.example' });
    // Both are let in while both are administrators, and meet at the lock.
    const asked = await transaction(sql, async tx => {
      await tx`select from tenants where slug = 'demo' for update`;
      const asking = [
        ask('PATCH', `/users/${first.id}`, { version: first.version, role: 'supervisor' }),
        ask('PATCH', `/users/${made.body.id}`, { version: made.body.version, disabled: true }),
      ];
      await eventually('both wait for the lock', async () => {
        const waiting = await sql`select from pg_stat_activity
          where datname = current_database() and cardinality(pg_blocking_pids(pid)) > 0`;
        return waiting.length === 2;
      });
      return asking;
    });
    const answers = await Promise.all(asked);
    t.same(answers.map(({ status }) => status).sort(), [200, 409]);
    t.match(answers.find(({ status }) => status === 409)?.body, { code: 'last_admin' });
    // Whichever came first, the one who is signed in here goes on as an administrator.
    await sql`update users set role = 'admin', disabled_at = null where id in (${first.id}, ${made.body.id})`;
  });

  await t.test('a site: its origins decide where the widget is, and disabled it is nowhere', async t => {
    const made = await ask('POST', '/sites', {
      key: 'second',
      name: 'Second shop',
      origins: ['https://two.example'],
    });
    t.match(made, { status: 201, body: { key: 'second', locales: ['en', 'ko'] } });
    const look = (origin: string) => api.call('GET', '/api/v1/sites/second', { headers: { origin } });
    t.equal((await look('https://two.example')).status, 200);
    t.equal((await look('https://three.example')).status, 403);
    for (const origin of [
      'https://two.example/',
      'two.example',
      'javascript:alert(1)',
      'https://*',
      'https://a b',
    ])
      t.match(
        await ask('POST', '/sites', { key: 'bad', name: 'Bad', origins: [origin] }),
        { status: 400, body: { code: 'validation_failed', field: 'origins.0' } },
        origin,
      );
    t.match(await ask('POST', '/sites', { key: 'demo', name: 'Mine', origins: ['https://x.example'] }), {
      status: 409,
      body: { code: 'key_taken', field: 'key' },
    });
    const { id, version } = made.body;
    t.equal(
      (await ask('PATCH', `/sites/${id}`, { version, origins: ['https://three.example'] })).status,
      200,
    );
    t.equal((await look('https://three.example')).status, 200);
    t.equal((await ask('PATCH', `/sites/${id}`, { version: version + 1, disabled: true })).status, 200);
    t.match(await look('https://three.example'), { status: 404, body: { code: 'site_unknown' } });
  });

  await t.test('only a proven number is presented', async t => {
    t.match(await ask('POST', '/numbers', { number: '+8215770000', label: 'Hotline' }), {
      status: 201,
      body: { verifiedAt: null, isCallerId: false, label: 'Hotline' },
    });
    t.match(await ask('POST', '/numbers', { number: '+8215770000' }), {
      status: 409,
      body: { code: 'number_taken' },
    });
    t.match(await ask('POST', '/numbers', { number: '010-1234' }), {
      status: 400,
      body: { field: 'number' },
    });
    const company = (await ask('GET', '/company')).body;
    const present = (version: number) => ask('PATCH', '/company', { version, callerId: '+8215770000' });
    t.match(await present(company.version), {
      status: 409,
      body: { code: 'number_not_proven', field: 'callerId' },
    });
    await sql`update tenant_numbers set verified_at = now() where number = '+8215770000'`;
    t.match(await present(company.version), { status: 200, body: { callerId: '+8215770000' } });
    t.match(await present(company.version), { status: 409, body: { code: 'changed_meanwhile' } });
    t.match(await ask('DELETE', '/numbers/+8215770000?version=1'), {
      status: 409,
      body: { code: 'still_used' },
    });
    const old = await find('numbers', { number: '+82215880000' });
    t.equal((await ask('DELETE', `/numbers/+82215880000?version=${old.version}`)).status, 204);
    t.match(await ask('DELETE', '/numbers/+82215880000?version=1'), { status: 404 });
  });

  await t.test('what the company says of itself has to exist', async t => {
    const { version } = (await ask('GET', '/company')).body;
    t.match(await ask('PATCH', '/company', { version, timeZone: 'Asia/Seoull' }), {
      status: 422,
      body: { code: 'time_zone_unknown', field: 'timeZone' },
    });
    t.match(await ask('PATCH', '/company', { version, countries: ['KR', 'XX'] }), {
      status: 422,
      body: { code: 'country_unknown', field: 'countries' },
    });
    t.match(await ask('PATCH', '/company', { version, countries: [] }), { status: 400 });
    t.match(await ask('PATCH', '/company', { version, name: '   ' }), { status: 400 });
    t.match(await ask('PATCH', '/company', { version, name: 'Haru', timeZone: 'Europe/Berlin' }), {
      status: 200,
      body: { name: 'Haru', timeZone: 'Europe/Berlin' },
    });
  });

  await t.test('hours and days', async t => {
    const weekly = { mon: ['09:00-12:00', '13:00-18:00'], sat: ['22:00-02:00'] };
    const made = await ask('POST', '/hours', {
      key: 'night',
      timeZone: 'Asia/Seoul',
      weekly,
      publicHolidays: 'KR',
    });
    t.match(made, { status: 201, body: { weekly, publicHolidays: 'KR', queues: [], version: 1 } });
    for (const [field, change] of [
      ['weekly.mon.0', { weekly: { mon: ['9-18'] } }],
      ['weekly.mon.0', { weekly: { mon: ['09:00-25:00'] } }],
      ['weekly.day', { weekly: { day: [] } }],
      ['timeZone', { timeZone: 'Seoul' }],
    ] as const)
      t.match(
        await ask('POST', '/hours', Object.assign({ key: 'bad', timeZone: 'Asia/Seoul', weekly }, change)),
        {
          body: { field },
        },
      );
    await sql`update queues set opening_hours_id = ${made.body.id} where key = 'support'`;
    t.match(await ask('DELETE', `/hours/${made.body.id}?version=1`), {
      status: 409,
      body: { code: 'still_used' },
    });
    await sql`update queues set opening_hours_id = null where key = 'support'`;
    t.match(await ask('PATCH', `/hours/${made.body.id}`, { version: 1, publicHolidays: null }), {
      status: 200,
      body: { publicHolidays: null, weekly },
    });
    t.equal((await ask('DELETE', `/hours/${made.body.id}?version=2`)).status, 204);

    const day = { day: '2027-05-01', name: { en: 'Founding day', ko: '창립 기념일' } };
    t.match(await ask('POST', '/holidays', day), { status: 201, body: { hours: [], version: 1 } });
    t.match(await ask('POST', '/holidays', day), { status: 409, body: { code: 'key_taken', field: 'day' } });
    t.match(await ask('POST', '/holidays', { ...day, day: '2027-02-30' }), {
      status: 400,
      body: { field: 'day' },
    });
    t.match(await ask('PATCH', '/holidays/2027-05-01', { version: 1, hours: ['10:00-12:00'] }), {
      status: 200,
      body: { hours: ['10:00-12:00'], name: day.name },
    });
    t.match(await ask('PATCH', '/holidays/2027-05-01', { version: 2, hours: null }), {
      status: 200,
      body: { hours: null },
    });
    t.equal((await ask('DELETE', '/holidays/2027-05-01?version=3')).status, 204);
  });

  await t.test('another company sees and changes nothing of it', async t => {
    const [other] = await sql<{ id: string }[]>`
      insert into tenants (slug, name, countries, caller_id) values ('other', 'Other', '{KR}', '+82212345678') returning id`;
    await sql`
      insert into users (tenant_id, email, name, role, password_hash)
      select ${other!.id}, 'boss@other.example', 'Boss', 'admin', password_hash from users where email = 'admin@demo.example'`;
    const boss = await api.signIn('boss@other.example', demoPassword);
    const ours = await find('users', { email: 'agent1@demo.example' });
    const site = await find('sites', { key: 'demo' });
    const theirs = await ask<{ users: Row[] }>('GET', '/users', undefined, boss);
    t.match(theirs.body.users, [{ email: 'boss@other.example' }]);
    t.equal(theirs.body.users.length, 1);
    t.equal(
      (await ask('PATCH', `/users/${ours.id}`, { version: ours.version, name: 'X' }, boss)).status,
      404,
    );
    t.equal(
      (await ask('PATCH', `/sites/${site.id}`, { version: site.version, name: 'X' }, boss)).status,
      404,
    );
    t.equal((await ask('POST', `/users/${ours.id}/invitation`, {}, boss)).status, 404);
    t.match((await ask<{ entries: unknown[] }>('GET', '/audit', undefined, boss)).body, { entries: [] });
  });

  await t.test('who has changed what', async t => {
    const { body } = await ask<{ entries: (Row & { kind: string })[] }>('GET', '/audit?limit=200');
    t.match(body.entries[0], {
      kind: 'holiday',
      action: 'removed',
      name: '2027-05-01',
      by: { name: 'Robin Admin' },
    });
    t.same(
      new Set(body.entries.map(({ kind }) => kind)),
      new Set(['user', 'invitation', 'site', 'number', 'company', 'hours', 'holiday', 'trunk']),
    );
    t.notMatch(JSON.stringify(body), /password/i, 'and no secret in it');
    const older = await ask<{ entries: Row[] }>('GET', `/audit?limit=5&before=${body.entries[3]!.id}`);
    t.same(
      older.body.entries.map(({ id }) => id),
      body.entries.slice(4, 9).map(({ id }) => id),
    );
  });
});
