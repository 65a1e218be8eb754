import { once } from 'node:events';
import { request as httpRequest, type IncomingMessage } from 'node:http';
import { json } from 'node:stream/consumers';
import t from 'tap';
import { WebSocket } from 'ws';
import { demoPassword, nextNumber, startStack } from './support/stack.js';

t.test('bad input at the API', async t => {
  const stack = await startStack(t);
  const { api } = stack;
  const ask = (body: unknown, headers = {}) => api.call('POST', '/api/v1/callbacks', { body, headers });
  const form = { siteKey: 'demo', queue: 'sales', phone: '010-5550-0000' };

  await t.test('a form that cannot be meant is refused at its field, in the caller’s language', async t => {
    const cases: [change: Record<string, unknown>, status: number, code: string, field?: string][] = [
      [{ phone: 'call me' }, 422, 'phone_invalid', 'phone'],
      [{ phone: '010-12' }, 422, 'phone_too_short', 'phone'],
      [{ phone: '+44 20 7946 0958' }, 422, 'phone_country_not_allowed', 'phone'],
      [{ phone: '119' }, 422, 'phone_emergency', 'phone'],
      [{ phone: '+821055500000\r\nX-Evil: 1' }, 422, 'phone_invalid', 'phone'],
      [{ phone: ['010', '5550'] }, 400, 'validation_failed', 'phone'],
      [{ phone: 'x'.repeat(500) }, 400, 'validation_failed', 'phone'],
      [{ phone: undefined }, 400, 'validation_failed', 'phone'],
      [{ siteKey: 'nobody' }, 404, 'site_unknown', 'siteKey'],
      [{ queue: 'nowhere' }, 422, 'queue_unknown', 'queue'],
      [{ name: 'x'.repeat(100) }, 400, 'validation_failed', 'name'],
      [{ page: { url: 'javascript:alert(1)' } }, 400, 'validation_failed', 'page.url'],
      [{ surprise: true }, 400, 'validation_failed', 'surprise'],
    ];
    for (const [change, status, code, field] of cases) {
      const answer = await ask({ ...form, ...change });
      t.match(
        answer,
        { status, body: { code, field, message: String } },
        JSON.stringify(change).slice(0, 80),
      );
    }
    for (const change of [
      { siteKey: 'de\0mo' },
      { queue: '\0' },
      { page: { url: 'https://shop.example/\0' } },
    ])
      t.match(
        await ask({ ...form, ...change }),
        { status: 400, body: { code: 'validation_failed', field: String } },
        `what no database stores: ${JSON.stringify(change)}`,
      );
    const korean = await ask({ ...form, phone: '119' }, { 'accept-language': 'ko-KR,ko;q=0.9' });
    t.match(korean.body, { message: /긴급/ });
    const long = await ask({ ...form, name: 'x'.repeat(100) }, { 'accept-language': 'ko' });
    t.match(
      long.body,
      { message: '입력값을 확인해 주세요: name: 80자를 넘을 수 없습니다.' },
      'nothing of it is English',
    );
  });

  await t.test('a body that is no form', async t => {
    t.match(await ask('{"siteKey": "demo",'), { status: 400, body: { code: 'bad_json' } });
    t.match(await ask('[]'), { status: 400, body: { code: 'validation_failed' } });
    t.match(await ask('<xml/>', { 'content-type': 'application/xml' }), {
      status: 415,
      body: { code: 'unsupported_media_type' },
    });
    // Its announced length is enough: whoever goes on sending may lose the answer with the connection.
    const large = httpRequest(`${stack.url}/api/v1/callbacks`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', 'content-length': 10_000_000 },
    });
    large.flushHeaders();
    const [refused] = (await once(large, 'response')) as [IncomingMessage];
    t.match([refused.statusCode, await json(refused)], [413, { code: 'payload_too_large' }]);
    large.destroy();
  });

  await t.test('a closed counter', async t => {
    await stack.sql`update queues set open = false where key = 'billing'`;
    t.match(await ask({ ...form, queue: 'billing' }), {
      status: 409,
      body: { code: 'queue_closed', field: 'queue' },
    });
    const site = await api.call<{ queues: { key: string; open: boolean }[] }>('GET', '/api/v1/sites/demo');
    t.equal(site.body.queues.find(({ key }) => key === 'billing')?.open, false);
  });

  await t.test('a page of another origin', async t => {
    const evil = { origin: 'https://evil.example' };
    t.match(await ask(form, evil), { status: 403, body: { code: 'origin_not_allowed' } });
    const site = await api.call('GET', '/api/v1/sites/demo', { headers: evil });
    t.equal(site.status, 403);
    t.notOk(site.headers.get('access-control-allow-origin'), 'its script may not even read the refusal');
    const own = await api.call('GET', '/api/v1/sites/demo', { headers: { origin: stack.url } });
    t.equal(own.headers.get('access-control-allow-origin'), stack.url);
  });

  await t.test('the same button five times is one callback and one answer', async t => {
    const phone = nextNumber();
    const answers = await Promise.all(Array.from({ length: 5 }, () => api.askCallback({ phone })));
    t.equal(new Set(answers.map(({ id }) => id)).size, 1);
    t.equal(new Set(answers.map(({ token }) => token)).size, 1);
    const [row] = await stack.sql`select count(*)::int as count from interactions where phone = ${phone}`;
    t.equal(row?.count, 1);
    const other = (await stack.gateway()) && (await api.askCallback({ phone, queue: 'support' }));
    t.not(other.id, answers[0]?.id, 'at another counter it is another');
  });

  await t.test('a token of another callback, none, or garbage', async t => {
    const [mine, other] = [
      await api.askCallback({ phone: nextNumber() }),
      await api.askCallback({ phone: nextNumber() }),
    ];
    const tokens = [
      other.token,
      undefined,
      'full.',
      'full.AAAA',
      `view.${mine.token.slice(5)}`,
      'x'.repeat(400),
    ];
    for (const token of tokens) {
      for (const [method, path] of [
        ['GET', ''],
        ['DELETE', ''],
        ['GET', '/events'],
      ] as const) {
        const answer = await api.call(
          method,
          `/api/v1/callbacks/${mine.id}${path}`,
          token === undefined ? {} : { token },
        );
        t.match(
          answer,
          { status: 401, body: { code: 'unauthorized' } },
          `${method} ${path} with ${token?.slice(0, 12)}`,
        );
      }
    }
    t.match(await api.call('GET', '/api/v1/callbacks/not-a-uuid', { token: mine.token }), { status: 400 });
    t.match(await api.call('GET', `/api/v1/callbacks/${mine.id}`, { token: mine.token }), {
      body: { state: 'waiting' },
    });
  });

  await t.test('a callback that is followed by a flood', async t => {
    const { id, token } = await api.askCallback({ phone: nextNumber() });
    const signal = AbortSignal.timeout(60_000);
    const followers: AbortController[] = [];
    const follow = async () => {
      const leave = new AbortController();
      const response = await fetch(`${stack.url}/api/v1/callbacks/${id}/events`, {
        headers: { authorization: `Bearer ${token}` },
        signal: AbortSignal.any([signal, leave.signal]),
      });
      if (response.ok) followers.push(leave);
      return response;
    };
    for (let i = 0; i < 8; i++) t.equal((await follow()).status, 200);
    const refused = await follow();
    t.match([refused.status, await refused.json()], [429, { code: 'too_many_requests' }]);
    followers.pop()?.abort();
    while ((await follow()).status === 429) signal.throwIfAborted();
    t.pass('who leaves makes room');
    for (const follower of followers) follower.abort();
  });

  await t.test('logins', async t => {
    const login = (body: unknown) => api.call('POST', '/api/v1/sessions', { body });
    const wrong = await login({ email: 'agent1@demo.example', password: 'wrong' });
    const unknown = await login({ email: 'nobody@demo.example', password: 'wrong' });
    t.same(
      [wrong.status, wrong.body],
      [unknown.status, unknown.body],
      'a wrong password and an unknown user are one answer',
    );
    t.match(wrong, { status: 401, body: { code: 'login_failed' } });
    t.match(await login({ email: { $ne: '' }, password: 'x' }), { status: 400 });

    const token = await api.signIn('agent1@demo.example', demoPassword);
    const cookie = { cookie: `ringbridge_session=${token}` };
    t.match(await api.call('PUT', '/api/v1/me/state', { body: { state: 'ready' }, headers: cookie }), {
      status: 403,
      body: { code: 'csrf_header_missing' },
    });
    t.match(await api.call('PUT', '/api/v1/me/state', { body: { state: 'asleep' }, token }), {
      status: 400,
      body: { field: 'state' },
    });
    t.match(
      await api.call('PUT', '/api/v1/me/state', {
        body: { state: 'ready' },
        headers: { ...cookie, 'x-ringbridge': '1' },
      }),
      { status: 200 },
    );
    const admin = await api.signIn('admin@demo.example', demoPassword);
    t.match(await api.call('PUT', '/api/v1/me/state', { body: { state: 'ready' }, token: admin }), {
      status: 403,
      body: { code: 'not_an_agent' },
    });

    t.equal((await api.call('DELETE', '/api/v1/sessions', { token })).status, 204);
    t.match(
      await api.call('GET', '/api/v1/me', { token }),
      { status: 401 },
      'after signing out the token is worth nothing',
    );
  });

  await t.test('an interaction of somebody else', async t => {
    const callback = await api.askCallback({ phone: nextNumber() });
    const token = await api.signIn('agent1@demo.example', demoPassword);
    for (const step of ['accept', 'decline', 'hangup', 'wrap-up'])
      t.match(
        await api.call('POST', `/api/v1/interactions/${callback.id}/${step}`, { token }),
        { status: 404 },
        step,
      );
    const admin = await api.signIn('admin@demo.example', demoPassword);
    t.match(await api.call('POST', `/api/v1/interactions/${callback.id}/accept`, { token: admin }), {
      status: 403,
    });
    t.match(await api.call('GET', `/api/v1/interactions/${callback.id}`, { token: admin }), {
      status: 200,
      body: { state: 'waiting', events: [{ type: 'requested' }] },
    });
  });

  await t.test('what no database takes', async t => {
    const token = await api.signIn('agent1@demo.example', demoPassword);
    const interaction = '/api/v1/interactions/00000000-0000-4000-8000-000000000000';
    const cases: [method: string, path: string, field: string, body?: unknown][] = [
      ['GET', '/api/v1/sites/%00', 'siteKey'],
      ['POST', '/api/v1/sessions', 'email', { email: 'a\0@b.example', password: 'x' }],
      ['PUT', '/api/v1/me/state', 'reason', { state: 'paused', reason: '\0' }],
      ['POST', `${interaction}/wrap-up`, 'note', { note: 'a\0b' }],
      ['POST', `${interaction}/wrap-up`, 'note', { note: 'x'.repeat(5000) }],
      ['GET', interaction.replace('0000', 'urn:uuid:0000'), 'id'],
      ['GET', '/api/v1/interactions?before=0000-01-01T00:00:00Z', 'before'],
      ['GET', '/api/v1/interactions?before=2026-01-01T23:59:60Z', 'before'],
      ['GET', '/api/v1/interactions?before=9999-12-31T23:59:59-23:59', 'before'],
      ['GET', '/api/v1/interactions?before=yesterday', 'before'],
    ];
    for (const [method, path, field, body] of cases)
      t.match(
        await api.call(method, path, { token, body }),
        { status: 400, body: { code: 'validation_failed', field } },
        `${method} ${path} ${JSON.stringify(body)?.slice(0, 60)}`,
      );
  });

  await t.test('an address that is none', async t => {
    for (const path of [
      '/api/v1/sites/%E0%A4%A',
      `/api/v1/sites/${'x'.repeat(300)}`,
      '/desktop/..%2fwidget.js',
    ])
      t.match(await api.call('GET', path), { status: 404, body: { code: 'not_found' } }, path.slice(0, 40));
  });

  await t.test('the live socket tells nothing to who is not signed in', async t => {
    const attempts: [what: string, message: string, headers: Record<string, string>][] = [
      ['no token', '{"type":"authenticate"}', {}],
      ['a wrong token', '{"type":"authenticate","token":"x"}', {}],
      ['no JSON', 'hello', {}],
      ['too much', 'x'.repeat(100_000), {}],
      [
        'a cookie from another page',
        '{}',
        {
          cookie: `ringbridge_session=${await api.signIn('agent1@demo.example', demoPassword)}`,
          origin: 'https://evil.example',
        },
      ],
    ];
    for (const [what, message, headers] of attempts) {
      const socket = new WebSocket(`${stack.url.replace('http', 'ws')}/api/v1/live`, { headers });
      const heard: string[] = [];
      socket.on('message', data => heard.push(String(data)));
      await once(socket, 'open');
      socket.send(message);
      const [code] = await once(socket, 'close');
      t.ok([4401, 1009].includes(Number(code)), `${what}: closed with ${code}`);
      t.same(heard, []);
    }
  });

  await t.test('what is not there, and what everybody may know', async t => {
    t.match(await api.call('GET', '/api/v1/nothing'), { status: 404, body: { code: 'not_found' } });
    t.match(await api.call('GET', '/healthz'), { status: 200 });
    t.match(await api.call('GET', '/readyz'), {
      status: 200,
      body: { parts: { database: 'ok', sip: 'ok', media: 'ok' } },
    });
    const { body } = await api.call<{ paths: object }>('GET', '/api/openapi.json');
    for (const path of [
      '/api/v1/callbacks',
      '/api/v1/callbacks/{id}/events',
      '/api/v1/me/softphone',
      '/api/v1/interactions/{id}/wrap-up',
    ])
      t.ok(path in body.paths, `${path} is described`);
  });

  t.notMatch(stack.gateway().log(), new RegExp(demoPassword), 'no password in the log');
});

t.test('too many requests are told when to come back', async t => {
  const stack = await startStack(t, {
    env: { RINGBRIDGE_CALLBACKS_PER_MINUTE: '3', RINGBRIDGE_LOGINS_PER_MINUTE: '2' },
  });
  for (let i = 0; i < 3; i++) await stack.api.askCallback({ phone: nextNumber() });
  const refused = await stack.api.call('POST', '/api/v1/callbacks', {
    body: { siteKey: 'demo', queue: 'sales', phone: nextNumber() },
  });
  t.match(refused, { status: 429, body: { code: 'too_many_requests', message: /\d+ seconds/ } });
  t.ok(Number(refused.headers.get('retry-after')) > 0);
  for (let i = 0; i < 2; i++)
    await stack.api.call('POST', '/api/v1/sessions', { body: { email: 'a@b.example', password: 'x' } });
  t.match(
    await stack.api.call('POST', '/api/v1/sessions', { body: { email: 'a@b.example', password: 'x' } }),
    { status: 429 },
  );
});
