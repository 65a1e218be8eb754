import t, { type Test } from 'tap';
import { Administrator } from './support/administrator.js';
import { RtpPeer } from './support/audio.js';
import { hearDigits, speakDigitsAsTones } from './support/digit-tones.js';
import { eventually } from './support/eventually.js';
import { sipp } from './support/sipp.js';
import { demoPassword, type Stack, startStack } from './support/stack.js';
import { telephone } from './support/telephone.js';

interface Proof {
  state: string;
  outcome: string | null;
  triesLeft: number;
  code?: string;
}

const number = '+8215770000';
const path = `/numbers/${number}/proof`;

async function openOffice(t: Test) {
  const stack = await startStack(t);
  const { api, sql } = stack;
  const admin = await api.signIn('admin@demo.example', demoPassword);
  const office = new Administrator(api, admin);
  const ask = <T = Proof>(method: string, at: string, body?: unknown, token = admin) =>
    office.ask<T>(method, at, body, token);
  await ask('POST', '/numbers', { number, label: 'Hotline' });
  /** Looks until the newest call stands so. Each look is a round trip to the gateway. */
  const until = (state: string): Promise<Proof> =>
    eventually(
      `the call is ${state}`,
      async () => {
        const { body } = await ask('GET', path);
        if (body.state === 'failed' && state !== 'failed')
          throw new Error(`the call failed: ${body.outcome}`);
        return body.state === state && body;
      },
      60_000,
    );
  const forget = () => sql`delete from number_proofs`;
  return { stack, admin, ask, until, forget };
}

/** Answers the next call, and resolves to what was read in it. */
async function answer(t: Test, { trunkPort }: Stack) {
  const phone = await RtpPeer.open(['PCMA']);
  t.teardown(() => phone.close());
  const run = await telephone(t, trunkPort, { rtpPort: phone.port });
  return { heard: hearDigits(phone, 6), hungUp: run.done };
}

t.test('a number is proven by a call: six digits are read, and typed in', async t => {
  const { stack, admin, ask, until } = await openOffice(t);
  await speakDigitsAsTones(stack.api, admin, 'ko');
  t.match(await ask('GET', path), { status: 404 }, 'nothing was called yet');
  const call = await answer(t, stack);
  t.match(await ask('POST', path, { language: 'ko' }), {
    status: 202,
    body: { state: 'calling', outcome: null, triesLeft: 5 },
  });
  t.match(await ask('POST', path, { language: 'ko' }), {
    status: 409,
    body: { code: 'proof_under_way' },
  });
  await until('speaking');
  const code = await call.heard;
  t.match(code, /^\d{6}$/);

  const other = code.replace(/\d$/, last => String((Number(last) + 1) % 10));
  t.match(await ask('PUT', path, { code: other }), {
    status: 422,
    body: { code: 'proof_wrong', field: 'code', message: /4/ },
  });
  t.match(await ask('PUT', path, { code: '12345' }), { status: 400, body: { field: 'code' } });
  t.equal((await ask('PUT', path, { code })).status, 204);
  t.match((await ask<{ numbers: unknown[] }>('GET', '/numbers')).body.numbers, [
    { number, verifiedAt: String },
    {},
  ]);
  t.match(await ask('POST', path, { language: 'ko' }), { status: 409, body: { code: 'already_proven' } });
  const company = (await ask<{ version: number }>('GET', '/company')).body;
  t.match(await ask('PATCH', '/company', { version: company.version, callerId: number }), { status: 200 });
  await call.hungUp;
  await until('spoken');
  const audit = await ask<{ entries: unknown[] }>('GET', '/audit?limit=200');
  t.match(audit.body.entries, [
    { kind: 'company' },
    { kind: 'number', action: 'changed', name: number, change: { proven: true } },
    { kind: 'number_proof', action: 'created', name: number },
  ]);
  t.notMatch(JSON.stringify(audit.body), code, 'the code is told to whoever answers, and to nobody else');
});

t.test('guessing ends after five tries, a code after ten minutes, calling after three times', async t => {
  const { stack, admin, ask, until, forget } = await openOffice(t);
  const { sql } = stack;
  await speakDigitsAsTones(stack.api, admin, 'en');

  await t.test('tries', async t => {
    const call = await answer(t, stack);
    t.equal((await ask('POST', path, { language: 'en' })).status, 202);
    const code = await call.heard;
    const wrong = code === '000000' ? '000001' : '000000';
    for (const left of [4, 3, 2, 1, 0])
      t.match(await ask('PUT', path, { code: wrong }), {
        status: 422,
        body: { message: new RegExp(`${left}`) },
      });
    t.match(await ask('PUT', path, { code }), { status: 410, body: { code: 'proof_missing' } });
    await call.hungUp;
    await until('spoken');
    await forget();
  });

  await t.test('time', async t => {
    const call = await answer(t, stack);
    t.equal((await ask('POST', path, { language: 'en' })).status, 202);
    const code = await call.heard;
    await sql`update number_proofs set expires_at = now() - interval '1 second'`;
    t.match(await ask('PUT', path, { code }), { status: 410 });
    await call.hungUp;
    await until('spoken');
    await forget();
  });

  await t.test('a new call voids the code of the one before', async t => {
    const first = await answer(t, stack);
    await ask('POST', path, { language: 'en' });
    const old = await first.heard;
    await first.hungUp;
    await until('spoken');
    const second = await answer(t, stack);
    await ask('POST', path, { language: 'en' });
    const code = await second.heard;
    if (old !== code) t.match(await ask('PUT', path, { code: old }), { status: 422 });
    await second.hungUp;
    await until('spoken');
  });

  await t.test('calls', async t => {
    await sql`
      insert into number_proofs (tenant_id, number, started_by, expires_at, code_hash, tries_left, state)
      select tenant_id, number, started_by, expires_at, code_hash, 0, 'spoken' from number_proofs limit 1`;
    t.match(await ask('POST', path, { language: 'en' }), { status: 429, body: { code: 'proof_limit' } });
    await forget();
  });
});

t.test('whom nobody answers, what may not be called, and who may not ask', async t => {
  const { stack, ask, until, forget } = await openOffice(t);
  const { api, sql } = stack;

  await sipp(t, 'uas-busy', { port: stack.trunkPort });
  t.equal((await ask('POST', path, { language: 'en' })).status, 202);
  t.match(await until('failed'), { state: 'failed', outcome: 'busy' });
  t.match(await ask('PUT', path, { code: '123456' }), { status: 410 }, 'no code was read');
  await forget();

  for (const [called, code] of [
    ['+12025550148', 'not_found'],
    ['+442079460000', 'phone_country_not_allowed'],
    ['+8260700000', 'phone_premium'],
  ] as const) {
    const answer = await ask('POST', `/numbers/${called}/proof`, { language: 'en' });
    t.ok(answer.status >= 400, called);
    if (code !== 'phone_premium') t.match(answer.body, { code }, called);
  }
  t.equal((await sql`select from number_proofs`).length, 0, 'and nobody was called');

  const agent = await api.signIn('agent1@demo.example', demoPassword);
  for (const method of ['GET', 'POST', 'PUT'])
    t.match(await ask(method, path, method === 'GET' ? undefined : { language: 'en' }, agent), {
      status: 403,
    });

  const [other] = await sql<{ id: string }[]>`
    insert into tenants (slug, name, countries, caller_id) values ('other', 'Other', '{KR}', '+82212345678') returning id`;
  await sql`
    insert into users (tenant_id, email, name, role, password_hash)
    select ${other!.id}, 'boss@other.example', 'Boss', 'admin', password_hash from users where email = 'admin@demo.example'`;
  const boss = await api.signIn('boss@other.example', demoPassword);
  t.match(await ask('POST', path, { language: 'en' }, boss), { status: 404 }, 'it is not in their list');
  await ask('POST', '/numbers', { number }, boss);
  t.match(await ask('POST', path, { language: 'en' }, boss), {
    status: 409,
    body: { code: 'no_proven_number' },
  });
});
