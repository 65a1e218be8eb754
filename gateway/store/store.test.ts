import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { type AddressInfo, connect as connectSocket, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import t, { type Test } from 'tap';
import { testDatabase } from '../../test/support/database.js';
import {
  type Announcement,
  Announcements,
  connect,
  isDatabaseAway,
  migrate,
  SchemaError,
  transaction,
} from './index.js';

async function open(t: Test) {
  const { url } = await testDatabase(t);
  const sql = connect({ url, max: 4 });
  t.teardown(() => sql.end());
  return sql;
}

t.test('migrations are applied once, forward, also by several processes at once', async t => {
  const sql = await open(t);
  const applied = await Promise.all([migrate(sql), migrate(sql), migrate(sql)]);
  t.equal(applied.filter(names => names.length > 0).length, 1, 'one of them did it');
  t.same(await migrate(sql), []);
});

t.test('a schema of a newer version is refused, and left alone', async t => {
  const sql = await open(t);
  await migrate(sql);
  await sql`insert into schema_migrations (version, name) values (9999, 'from_the_future')`;
  await t.rejects(migrate(sql), SchemaError);
});

t.test(
  'a migration that fails leaves nothing of itself, and files with a wrong name or number are refused',
  async t => {
    const sql = await open(t);
    const folder = mkdtempSync(join(tmpdir(), 'migrations-'));
    t.teardown(() => rmSync(folder, { recursive: true }));
    writeFileSync(join(folder, '0001_good.sql'), 'create table good (id int);');
    writeFileSync(join(folder, '0002_bad.sql'), 'create table half (id int); select nonsense;');
    await t.rejects(migrate(sql, folder), /nonsense/);
    t.same(await sql`select to_regclass('good') as good, to_regclass('half') as half`, [
      { good: null, half: null },
    ]);
    rmSync(join(folder, '0002_bad.sql'));
    writeFileSync(join(folder, '0001_twin.sql'), 'select 1;');
    await t.rejects(migrate(sql, folder), /taken twice/);
    rmSync(join(folder, '0001_twin.sql'));
    writeFileSync(join(folder, 'nameless.sql'), 'select 1;');
    await t.rejects(migrate(sql, folder), SchemaError);
  },
);

t.test('a migration that comes later with a lower number is applied, too', async t => {
  const sql = await open(t);
  const folder = mkdtempSync(join(tmpdir(), 'migrations-'));
  t.teardown(() => rmSync(folder, { recursive: true }));
  writeFileSync(join(folder, '0001_first.sql'), 'create table first (id int);');
  writeFileSync(join(folder, '0020_theirs.sql'), 'create table theirs (id int);');
  t.same(await migrate(sql, folder), ['first', 'theirs']);
  writeFileSync(join(folder, '0010_ours.sql'), 'create table ours (id int);');
  t.same(await migrate(sql, folder), ['ours']);
  t.same(await migrate(sql, folder), []);
});

t.test('events are announced when they are committed, to whom it concerns', async t => {
  const sql = await open(t);
  await migrate(sql);
  const announcements = new Announcements(sql, error => t.fail(error.message));
  await announcements.start();
  t.teardown(() => announcements.stop());
  const [tenant] = await sql<{ id: string }[]>`
    insert into tenants (slug, name, countries, caller_id) values ('shop', 'Shop', '{KR}', '+82212345678') returning id`;
  const interactionId = crypto.randomUUID();
  const all: Announcement[] = [];
  announcements.onEvent(announcement => all.push(announcement));
  const heard = new Promise<Announcement>(resolve => announcements.onInteraction(interactionId, resolve));
  await transaction(sql, async tx => {
    await tx`insert into events (tenant_id, type) values (${tenant!.id}, 'never_committed')`;
    throw new Error('rolled back');
  }).catch(() => undefined);
  await sql`insert into events (tenant_id, type, interaction_id) values (${tenant!.id}, 'requested', ${interactionId})`;
  t.match(await heard, { type: 'requested', tenantId: tenant!.id, interactionId });
  t.same(
    all.map(({ type }) => type),
    ['requested'],
  );
});

t.test('a lost connection is told as a gap, and announcements go on', async t => {
  const sql = await open(t);
  await migrate(sql);
  const announcements = new Announcements(sql, error => t.fail(error.message));
  await announcements.start();
  t.teardown(() => announcements.stop());
  const gap = new Promise<void>(resolve => announcements.onGap(resolve));
  await sql`select pg_terminate_backend(pid) from pg_stat_activity
    where datname = current_database() and query ilike 'listen%' and pid <> pg_backend_pid()`;
  await gap;
  const [tenant] = await sql<{ id: string }[]>`
    insert into tenants (slug, name, countries, caller_id) values ('shop', 'Shop', '{KR}', '+82212345678') returning id`;
  const heard = new Promise<Announcement>(resolve => announcements.onEvent(resolve));
  await sql`insert into events (tenant_id, type) values (${tenant!.id}, 'after')`;
  t.match(await heard, { type: 'after' });
});

t.test('a connection that breaks as it opens fails its statement, and nothing else', async t => {
  const { url } = await testDatabase(t);
  const { hostname, port } = new URL(url);
  const readyForQuery = Buffer.from('5a0000000549', 'hex');
  const breaking = createServer(near => {
    const far = connectSocket({ host: hostname, port: Number(port) });
    near.pipe(far).on('data', chunk => (chunk.includes(readyForQuery) ? near.end(chunk) : near.write(chunk)));
    near.on('close', () => far.destroy()).on('error', () => undefined);
    far.on('close', () => near.destroy()).on('error', () => undefined);
  }).listen(0, '127.0.0.1');
  await once(breaking, 'listening');
  t.teardown(() => breaking.close());
  const broken = new URL(url);
  broken.host = `127.0.0.1:${(breaking.address() as AddressInfo).port}`;
  const sql = connect({ url: broken.href, max: 1 });
  t.teardown(() => sql.end({ timeout: 0 }));
  const failure: unknown = await sql`select 1`.catch(error => error);
  t.ok(isDatabaseAway(failure), String(failure));
});

t.test('lists of text and numbers come back as they went', async t => {
  const sql = await open(t);
  const texts = ['plain', 'with, comma', 'a "quote"', 'back\\slash', '{brace}', '', ' ', 'NULL', '한국어'];
  t.same(await sql`select ${texts}::text[] as texts, ${[]}::text[] as none`, [{ texts, none: [] }]);
  t.same(await sql`select sum(n)::int as sum from unnest(${[1, 2, 39]}::int[]) n`, [{ sum: 42 }]);
});
