import { mkdtempSync, readdirSync, readFileSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { pino } from 'pino';
import { Registry } from 'prom-client';
import t from 'tap';
import { testDatabase } from '../../test/support/database.js';
import { createHttpServer } from '../http/index.js';
import { connect, migrate } from '../store/index.js';
import { listAudit } from '../tenants/admin/audit.js';
import { seedDemo, sessionRoutes } from '../tenants/index.js';
import { PromptFiles, promptRoutes } from './index.js';
import { clips, readManifest, shippedFolder } from './packs.js';
import { wavFile } from './sound/testing/wav-file.js';
import { readWav } from './sound/wav.js';

const password = 'a password for tests';
const mp3 = readFileSync(new URL('./sound/testing/tones.mp3', import.meta.url));

interface Teardown {
  teardown(fn: () => unknown): unknown;
}

interface ListedClip {
  clip: string;
  kind: string;
  text: string;
  durationMs: number;
  level: number;
  own: { format: string; level: number; peak: number; uploadedBy: string; uploadedAt: string } | null;
}

/** The routes in a whole HTTP server, over a database with the demo company and another one. */
async function start(t: Teardown) {
  const { url } = await testDatabase(t);
  const sql = connect({ url, max: 4 });
  t.teardown(() => sql.end());
  await migrate(sql);
  await seedDemo(sql, { origins: ['http://localhost'], password });
  await sql`
    with other as (
      insert into tenants (slug, name, countries, caller_id) values ('other', 'Other', '{KR}', '+82215880001') returning id
    )
    insert into users (tenant_id, email, name, role, password_hash)
    select other.id, 'admin@other.example', 'Other Admin', 'admin', u.password_hash
    from other, users u where u.email = 'admin@demo.example'`;
  const promptCacheDir = mkdtempSync(join(tmpdir(), 'ringbridge-prompts-'));
  t.teardown(() => rmSync(promptCacheDir, { recursive: true, force: true }));
  const prompts = new PromptFiles({ sql, promptsDir: shippedFolder, promptCacheDir });
  const app = await createHttpServer({
    logger: pino({ level: 'silent' }),
    trustProxy: false,
    publicUrl: 'http://localhost',
    operations: { metrics: new Registry(), checks: {} },
    webFaces: {
      folder: fileURLToPath(new URL('../../web', import.meta.url)),
      softphoneOrigin: 'ws://localhost',
    },
    features: [
      async api => {
        await api.register(sessionRoutes, {
          sql,
          telephony: {} as never,
          sessionHours: 1,
          secureCookie: false,
          loginsPerMinute: 100,
        });
        await api.register(async inner => {
          await inner.register(promptRoutes, { sql, prompts, promptsDir: shippedFolder });
        });
      },
    ],
  });
  t.teardown(() => app.close());
  async function signIn(email: string): Promise<string> {
    const answer = await app.inject({
      method: 'POST',
      url: '/api/v1/sessions',
      payload: { email, password },
    });
    return answer.json<{ token: string }>().token;
  }
  async function call(
    token: string,
    method: 'GET' | 'PUT' | 'DELETE',
    path: string,
    {
      payload,
      type = 'audio/wav',
      language = 'en',
    }: { payload?: Buffer; type?: string; language?: string } = {},
  ) {
    const headers = {
      authorization: `Bearer ${token}`,
      'accept-language': language,
      ...(payload && { 'content-type': type }),
    };
    return await app.inject({ method, url: `/api/v1/prompts/${path}`, headers, ...(payload && { payload }) });
  }
  const [demo, other] = await sql<{ id: string }[]>`select id from tenants order by slug`;
  return { sql, prompts, promptCacheDir, signIn, call, demo: demo!.id, other: other!.id };
}

t.test('a company replaces what its callers hear, hears it, and goes back to the house’s', async t => {
  const { sql, prompts, signIn, call, demo, other } = await start(t);
  const [admin, stranger] = [await signIn('admin@demo.example'), await signIn('admin@other.example')];
  const welcome = async (token: string) => {
    const listed = (await call(token, 'GET', 'ko')).json<{ clips: ListedClip[] }>().clips;
    t.equal(listed.length, Object.keys(clips.ko).length);
    return listed.find(({ clip }) => clip === 'welcome')!;
  };
  const shipped = readManifest(shippedFolder, 'ko').welcome!;
  t.match(await welcome(admin), { kind: 'prompt', own: null, ...shipped });

  const replaced = await call(admin, 'PUT', 'ko/welcome/sound', {
    payload: wavFile({ channels: 2, rate: 44_100, bits: 24, amplitude: 0.01 }),
  });
  t.equal(replaced.statusCode, 200);
  const own = { format: 'WAV, 24 bit, 44100 Hz, 2 channels', uploadedBy: 'Robin Admin', uploadedAt: String };
  const told = replaced.json<ListedClip>();
  t.match(told, { clip: 'welcome', text: '전화해 주셔서 감사합니다.', own });
  t.same(await welcome(admin), told, 'the list says the same');
  t.ok(Math.abs(told.own!.level + 43) < 1, `it was faint: ${told.own!.level} dBov`);
  t.ok(Math.abs(told.level + 22) < 0.5, `and is not any more: ${told.level} dBov`);

  const heard = await call(admin, 'GET', 'ko/welcome/sound');
  t.equal(heard.headers['content-type'], 'audio/wav');
  t.equal(readWav(heard.rawPayload, 10).samples.length, 4000);
  const played = await prompts.announce(demo, 'ko', [{ prompt: 'welcome' }, { position: 2 }]);
  t.equal(played.text, '전화해 주셔서 감사합니다. 현재 고객님의 대기 순서는 두 번째입니다.');
  const files = played.sources.map(source => ('file' in source ? source.file : ''));
  t.equal(files.length, 5);
  t.same(readFileSync(files[0]!), heard.rawPayload, 'what is played is what was heard');
  t.same(
    files.slice(1),
    ['you-are-number', 'native-2', 'th', 'is'].map(clip => join(shippedFolder, 'ko', `${clip}.wav`)),
  );

  t.match(await welcome(stranger), { own: null }, 'of another company nothing has changed');
  const ofOther = await prompts.announce(other, 'ko', [{ prompt: 'welcome' }]);
  t.same(ofOther.sources, [{ file: join(shippedFolder, 'ko', 'welcome.wav') }]);
  t.same(
    (await call(stranger, 'GET', 'ko/welcome/sound')).rawPayload,
    readFileSync(join(shippedFolder, 'ko/welcome.wav')),
  );
  t.equal((await call(stranger, 'DELETE', 'ko/welcome/sound')).statusCode, 204);
  t.match(await welcome(admin), { own: { format: own.format } }, 'nobody else takes it away');
  t.match(
    (await call(admin, 'GET', 'en')).json<{ clips: ListedClip[] }>().clips.filter(clip => clip.own),
    [],
    'nor in English',
  );

  await call(admin, 'PUT', 'ko/welcome/sound', { payload: mp3, type: 'audio/mpeg' });
  t.match(await welcome(admin), { own: { format: 'MP3, 24000 Hz, 2 channels' } }, 'replaced again');
  const again = await prompts.announce(demo, 'ko', [{ prompt: 'welcome' }]);
  t.not(
    (again.sources[0] as { file: string }).file,
    files[0],
    'another file: the old one may still be playing',
  );

  for (let i = 0; i < 2; i++) t.equal((await call(admin, 'DELETE', 'ko/welcome/sound')).statusCode, 204);
  t.match(await welcome(admin), { own: null, level: shipped.level });
  t.same((await prompts.announce(demo, 'ko', [{ prompt: 'welcome' }])).sources, ofOther.sources);
  t.match(
    (await listAudit(sql, demo, { limit: 10, kind: 'prompt' })).reverse(),
    [
      { action: 'changed', name: 'ko/welcome', change: { original: { description: own.format } } },
      { action: 'changed', name: 'ko/welcome' },
      { action: 'removed', name: 'ko/welcome' },
    ],
    'each change once in the audit',
  );
  t.same(await listAudit(sql, other, { limit: 10, kind: 'prompt' }), [], 'in no other company');
});

t.test('music, parts of numbers, and pauses', async t => {
  const { prompts, signIn, call, demo } = await start(t);
  const admin = await signIn('admin@demo.example');
  const shipped = (key: string) => join(shippedFolder, 'music', `${key}.wav`);
  t.same(await prompts.music(demo), { file: shipped('hold-music-1') });
  t.equal(prompts.houseMusic, shipped('hold-music-1'));
  t.same(await prompts.music(demo, 'hold-music-2'), { file: shipped('hold-music-2') });
  const music = (await call(admin, 'PUT', 'music/hold-music-2/sound', { payload: mp3 })).json<ListedClip>();
  t.ok(Math.abs(music.level + 28) < 0.5, 'music is quieter than speech');
  t.equal(music.kind, 'music');
  t.not((await prompts.music(demo, 'hold-music-2')).file, shipped('hold-music-2'));

  await call(admin, 'PUT', 'en/cardinal-5/sound', { payload: wavFile() });
  const { sources, text } = await prompts.announce(demo, 'en', [{ phone: '+82255500155', country: 'KR' }]);
  t.equal(text, 'zero two, five five five zero, zero one five five');
  t.equal(sources.filter(one => 'silenceMs' in one).length, 2);
  const fives = sources.filter(one => 'file' in one && !one.file.startsWith(shippedFolder));
  t.equal(fives.length, 5, 'each five is the company’s, the rest is the house’s');
});

t.test('sentences that the house does not have', async t => {
  const { prompts, signIn, call, demo, other } = await start(t);
  const admin = await signIn('admin@demo.example');
  t.match((await call(admin, 'GET', 'en/own-sale/sound')).json(), { code: 'clip_unknown' });
  const put = await call(admin, 'PUT', 'en/own-sale/sound?text=Our%20winter%20sale', { payload: wavFile() });
  t.match(put.json(), {
    clip: 'own-sale',
    kind: 'prompt',
    text: 'Our winter sale',
    own: { uploadedBy: 'Robin Admin' },
  });
  t.match((await call(admin, 'PUT', 'en/own-sale/sound', { payload: wavFile() })).json(), {
    text: 'Our winter sale',
  });
  t.equal((await call(admin, 'GET', 'en/own-sale/sound')).statusCode, 200);
  t.match(await prompts.announce(demo, 'en', [{ own: 'own-sale' }]), {
    sources: [{ file: /prompts.*[0-9a-f]{64}.wav/ }],
  });
  t.match(await call(await signIn('admin@other.example'), 'GET', 'en/own-sale/sound'), { statusCode: 404 });
  t.notMatch(await prompts.announce(other, 'en', [{ own: 'own-sale' }]), {
    sources: [{ file: /[0-9a-f]{64}/ }],
  });
  t.equal((await call(admin, 'DELETE', 'en/own-sale/sound')).statusCode, 204);
  t.match((await call(admin, 'PUT', 'music/own-sale/sound', { payload: wavFile() })).json(), {
    code: 'clip_unknown',
  });
});

t.test('who may, and what cannot be', async t => {
  const { signIn, call } = await start(t);
  const [admin, agent] = [await signIn('admin@demo.example'), await signIn('agent1@demo.example')];
  for (const [method, path] of [
    ['GET', 'ko'],
    ['GET', 'ko/welcome/sound'],
    ['PUT', 'ko/welcome/sound'],
    ['DELETE', 'ko/welcome/sound'],
  ] as const) {
    t.match((await call(agent, method, path)).json(), { code: 'forbidden' }, `an agent: ${method} ${path}`);
    t.match(
      (await call('nobody', method, path)).json(),
      { code: 'unauthorized' },
      `nobody: ${method} ${path}`,
    );
  }
  const cases: [path: string, payload: Buffer | undefined, type: string, status: number, code: string][] = [
    ['ko/nothing/sound', wavFile(), 'audio/wav', 404, 'clip_unknown'],
    ['ko/constructor/sound', wavFile(), 'audio/wav', 404, 'clip_unknown'],
    ['fr/welcome/sound', wavFile(), 'audio/wav', 400, 'validation_failed'],
    ['ko/..%2F..%2Fsecrets/sound', wavFile(), 'audio/wav', 400, 'validation_failed'],
    ['ko/welcome/sound', Buffer.from('{}'), 'application/json', 415, 'unsupported_media_type'],
    ['ko/welcome/sound', Buffer.from('x'), 'text/html', 415, 'unsupported_media_type'],
    ['ko/welcome/sound', undefined, 'audio/wav', 415, 'unsupported_media_type'],
    ['ko/welcome/sound', Buffer.from('no sound'), 'audio/wav', 415, 'sound_not_recognised'],
    ['ko/welcome/sound', wavFile().subarray(0, 500), 'audio/wav', 422, 'sound_damaged'],
    ['ko/welcome/sound', wavFile({ tag: 2, bits: 4 }), 'audio/wav', 422, 'sound_encoding_unknown'],
    ['ko/welcome/sound', wavFile({ amplitude: 0 }), 'audio/wav', 422, 'sound_silent'],
    ['ko/welcome/sound', wavFile({ seconds: 121, hz: 50 }), 'audio/wav', 422, 'sound_too_long'],
    ['ko/welcome/sound', Buffer.alloc(32 * 1024 * 1024 + 1), 'audio/wav', 413, 'payload_too_large'],
  ];
  for (const [path, payload, type, status, code] of cases) {
    const answer = await call(admin, 'PUT', path, { ...(payload && { payload }), type });
    t.match([answer.statusCode, answer.json()], [status, { code }], `${path}: ${code}`);
  }
  const korean = await call(admin, 'PUT', 'ko/welcome/sound', {
    payload: wavFile({ seconds: 121 }),
    language: 'ko',
  });
  t.match(korean.json(), { message: '음성이 120초를 넘습니다.' });
  t.match((await call(admin, 'GET', 'ko/nothing/sound')).json(), { code: 'clip_unknown' });
});

t.test('the cache is made anew where it is lost, and tidied up', async t => {
  const { prompts, promptCacheDir, signIn, call, demo } = await start(t);
  const admin = await signIn('admin@demo.example');
  await call(admin, 'PUT', 'en/welcome/sound', { payload: wavFile() });
  const file = async () => {
    const { sources } = await prompts.announce(demo, 'en', [{ prompt: 'welcome' }]);
    return (sources[0] as { file: string }).file;
  };
  const written = await Promise.all([file(), file(), file()]);
  t.equal(new Set(written).size, 1, 'several calls at once have one file');
  t.equal(readdirSync(promptCacheDir).length, 1, 'and leave nothing half written');
  rmSync(promptCacheDir, { recursive: true });
  t.equal(readWav(readFileSync(await file()), 10).samples.length, 4000, 'lost and made again');

  const longAgo = new Date(Date.now() - 2 * 24 * 60 * 60 * 1000);
  const unneeded = join(promptCacheDir, `${'0'.repeat(64)}.wav`);
  const halfWritten = join(promptCacheDir, `.${'1'.repeat(64)}.x.tmp`);
  const fresh = join(promptCacheDir, `${'2'.repeat(64)}.wav`);
  const foreign = join(promptCacheDir, 'notes.txt');
  for (const path of [unneeded, halfWritten, fresh, foreign]) writeFileSync(path, 'x');
  for (const path of [unneeded, halfWritten, foreign, await file()]) utimesSync(path, longAgo, longAgo);
  t.equal(await prompts.sweep(), 2);
  t.same(
    readdirSync(promptCacheDir).sort(),
    [await file(), fresh, foreign].map(path => path.slice(promptCacheDir.length + 1)).sort(),
    'what is needed, new or not ours stays',
  );
});
