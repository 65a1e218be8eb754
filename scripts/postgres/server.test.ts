import { spawn } from 'node:child_process';
import { once } from 'node:events';
import {
  chmodSync,
  chownSync,
  cpSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { type AddressInfo, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import connect from 'postgres';
import t from 'tap';
import { commandLine } from '../process-info.js';
import { findBinaries, restoreLibraryLinks } from './binaries.js';

import { startPostgres } from './server.js';

/** A folder with a space in its name, gone after the test. */
function folder(t: Tap): string {
  const base = mkdtempSync(join(tmpdir(), 'ringbridge-postgres-'));
  t.teardown(() => rmSync(base, { recursive: true, force: true }));
  const dataDir = join(base, 'data folder');
  mkdirSync(dataDir);
  return dataDir;
}
type Tap = Pick<typeof t, 'teardown'>;

async function query(url: string, statement: string) {
  const sql = connect(url, { max: 1, onnotice: () => undefined });
  try {
    return await sql.unsafe(statement);
  } finally {
    await sql.end();
  }
}

t.test('a new folder becomes a database that is stopped and found again', async t => {
  const dataDir = folder(t);
  const first = await startPostgres({ dataDir, port: 0 });
  t.equal(first.created, true);
  const [setup] = await query(
    first.url,
    `select current_setting('fsync') as fsync, current_setting('server_encoding') as encoding,
            current_setting('listen_addresses') as addresses, current_setting('unix_socket_directories') as sockets,
            upper('école 전화') as upper, 'ä' < '가' as ordered`,
  );
  t.match(setup, { fsync: 'on', encoding: 'UTF8', addresses: '127.0.0.1', sockets: '', ordered: true });
  t.equal(setup?.upper, 'ÉCOLE 전화', 'letters beyond ASCII have an upper case');
  await query(first.url, "create table kept as select 'yes'::text as word");
  await first.stop();
  t.equal(commandLine(first.pid), undefined);

  const second = await startPostgres({ dataDir, port: 0 });
  t.teardown(() => second.stop());
  t.equal(second.created, false);
  t.strictSame([...(await query(second.url, 'select word from kept'))], [{ word: 'yes' }]);
  if (process.platform !== 'win32') {
    t.equal(statSync(join(dataDir, 'secrets.json')).mode & 0o777, 0o600, 'nobody else reads the password');
  }
  const wrong = new URL(second.url);
  wrong.password = 'guessed';
  await t.rejects(
    query(wrong.href, 'select 1'),
    { code: '28P01' },
    'a password is asked for, also from this machine',
  );
});

t.test('after kill -9 of the server, acknowledged rows are there', async t => {
  const dataDir = folder(t);
  const first = await startPostgres({ dataDir, port: 0 });
  await query(first.url, 'create table kept (n integer)');
  for (let n = 0; n < 20; n += 1) await query(first.url, `insert into kept values (${n})`);
  process.kill(first.pid, 'SIGKILL');
  const second = await startPostgres({ dataDir, port: 0 });
  t.teardown(() => second.stop());
  await first.exited;
  t.strictSame([...(await query(second.url, 'select count(*)::int from kept'))], [{ count: 20 }]);
});

/** Another process that starts a server and lives on. */
async function starter(t: Tap, dataDir: string) {
  const script = `
    const { startPostgres } = await import(${JSON.stringify(new URL('./server.js', import.meta.url).href)});
    const { pid, url } = await startPostgres({ dataDir: ${JSON.stringify(dataDir)}, port: 0 });
    console.log(JSON.stringify({ pid, url }));
  `;
  const child = spawn(process.execPath, ['--input-type=module', '-e', script], {
    stdio: ['ignore', 'pipe', 'inherit'],
    cwd: dirname(fileURLToPath(import.meta.url)),
  });
  t.teardown(() => child.kill('SIGKILL'));
  const [line] = await once(createInterface({ input: child.stdout }), 'line');
  return { child, ...(JSON.parse(line as string) as { pid: number; url: string }) };
}

t.test('a parent killed with -9 leaves no server, and the next start finds the data', async t => {
  const dataDir = folder(t);
  const { child, pid, url } = await starter(t, dataDir);
  await query(url, 'create table kept as select 1 as n');
  const session = connect(url, { max: 1, onnotice: () => undefined, onclose: () => ended() });
  let ended: () => void = () => undefined;
  const disconnected = new Promise<void>(resolve => {
    ended = resolve;
  });
  await session`select 1`;
  child.kill('SIGKILL');
  await disconnected;
  await session.end();
  const next = await startPostgres({ dataDir, port: 0 });
  t.teardown(() => next.stop());
  t.equal(commandLine(pid), undefined, 'the old server is gone');
  t.strictSame([...(await query(next.url, 'select n from kept'))], [{ n: 1 }]);
});

t.test('a server that is still there is stopped by the next start', async t => {
  const dataDir = folder(t);
  const first = await startPostgres({ dataDir, port: 0 });
  const warnings: string[] = [];
  const logger = { info: () => undefined, warn: (message: string) => warnings.push(message) };
  const second = await startPostgres({ dataDir, port: 0, logger });
  t.teardown(() => second.stop());
  await first.exited;
  t.match(warnings, [new RegExp(`earlier run left behind \\(process ${first.pid}\\)`)]);
  t.equal((await query(second.url, 'select 1 as n'))[0]?.n, 1);
});

/** Whether everybody may pass to this folder. */
function open(path: string): boolean {
  return (statSync(path).mode & 1) === 1 && (path === dirname(path) || open(dirname(path)));
}

t.test('a folder that others may pass, and one that belongs to somebody else', async t => {
  const dataDir = folder(t);
  chmodSync(dirname(dataDir), 0o755);
  const first = await startPostgres({ dataDir, port: 0 });
  await query(first.url, 'create table kept as select 1 as n');
  await first.stop();
  // Root can take over what another user made; to an ordinary user this is the same folder once more.
  if (process.getuid?.() === 0) chownSync(dataDir, 1, 1);
  const second = await startPostgres({ dataDir, port: 0 });
  t.teardown(() => second.stop());
  t.strictSame([...(await query(second.url, 'select n from kept'))], [{ n: 1 }]);
  // Below a folder closed to others its new owner could not run the programs: then it is not handed over.
  if (process.getuid?.() === 0 && open(process.cwd())) t.equal(statSync(join(dataDir, 'postgres')).uid, 1);
});

t.test('a pid file that names somebody else is not believed', async t => {
  const dataDir = folder(t);
  await (await startPostgres({ dataDir, port: 0 })).stop();
  const stranger = spawn(process.execPath, ['-e', 'process.stdin.resume()'], {
    stdio: ['pipe', 'ignore', 'ignore'],
  });
  t.teardown(() => stranger.kill('SIGKILL'));
  writeFileSync(join(dataDir, 'postgres', 'postmaster.pid'), `${stranger.pid}\n${dataDir}\n0\n5433\n\n\n`);
  const server = await startPostgres({ dataDir, port: 0 });
  t.teardown(() => server.stop());
  t.equal(stranger.exitCode ?? stranger.signalCode, null, 'the stranger lives');
});

t.test('what stands in the way is said in a sentence', async t => {
  const dataDir = folder(t);
  const holder = createServer().listen(0, '127.0.0.1');
  await once(holder, 'listening');
  t.teardown(() => holder.close());
  const { port } = holder.address() as AddressInfo;
  await t.rejects(startPostgres({ dataDir, port }), {
    name: 'SetupError',
    message: new RegExp(`Port ${port} is taken.*RINGBRIDGE_DATABASE_PORT`),
  });
  mkdirSync(join(dataDir, 'postgres'), { recursive: true });
  writeFileSync(join(dataDir, 'postgres', 'PG_VERSION'), '99\n');
  await t.rejects(startPostgres({ dataDir, port: 0 }), {
    name: 'SetupError',
    message: /made by PostgreSQL 99, but this version of Ringbridge brings PostgreSQL 18/,
  });
  t.throws(() => findBinaries('plan9-mips'), {
    name: 'SetupError',
    message: /no embedded PostgreSQL for plan9-mips.*RINGBRIDGE_DATABASE_URL/,
  });
});

t.test('a cancelled start leaves nothing that looks like a database', async t => {
  const dataDir = folder(t);
  const cancel = new AbortController();
  const starting = startPostgres({ dataDir, port: 0, signal: cancel.signal });
  cancel.abort();
  await t.rejects(starting, { name: 'AbortError' });
  t.notOk(readdirSync(dataDir).includes('postgres'));
  const server = await startPostgres({ dataDir, port: 0 });
  t.teardown(() => server.stop());
  t.equal(server.created, true);
});

t.test('library links are restored where install scripts are off', async t => {
  const base = folder(t);
  const native = join(base, 'native');
  mkdirSync(join(native, 'lib'), { recursive: true });
  writeFileSync(join(native, 'lib', 'libpq.so.5.18'), 'library');
  writeFileSync(
    join(native, 'pg-symlinks.json'),
    JSON.stringify([{ source: 'native/lib/libpq.so.5.18', target: 'native/lib/libpq.so.5' }]),
  );
  restoreLibraryLinks(base);
  restoreLibraryLinks(base);
  cpSync(join(native, 'lib', 'libpq.so.5'), join(base, 'copy'), { dereference: true });
  t.equal(statSync(join(base, 'copy')).size, 'library'.length);
});
