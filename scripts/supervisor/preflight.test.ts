import { spawnSync } from 'node:child_process';
import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { chmodSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { type AddressInfo, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import t from 'tap';
import { completeConfig, loadConfig } from '../../gateway/config.js';
import { freePorts, portTrouble } from '../ports.js';
import { helpText } from './help.js';
import { lockDataFolder } from './lock.js';
import { openLog } from './log-file.js';
import { checkPorts, prepareDataFolder } from './preflight.js';
import { closingTable } from './table.js';

type Tap = Pick<typeof t, 'teardown'>;

function folder(t: Tap): string {
  const path = mkdtempSync(join(tmpdir(), 'ringbridge preflight '));
  t.teardown(() => rmSync(path, { recursive: true, force: true }));
  return path;
}

/** Ports that were free a moment ago, for TCP and for UDP. */
async function freeOfBoth(count: number): Promise<number[]> {
  const ports = await freePorts(count);
  const troubles = await Promise.all(ports.map(port => portTrouble('udp', port)));
  return troubles.some(trouble => trouble !== undefined) ? freeOfBoth(count) : ports;
}

/** A configuration whose ports were all free a moment ago. */
async function freeConfig(t: Tap, changes: Record<string, string> = {}) {
  const names = ['HTTP', 'SIP_CONTROL', 'SIP_UDP', 'SIP_WS', 'MEDIA_CONTROL', 'PHONE_NETWORK', 'DATABASE'];
  const ports = await freeOfBoth(names.length);
  const env = Object.fromEntries(names.map((name, i) => [`RINGBRIDGE_${name}_PORT`, String(ports[i])]));
  return loadConfig({ env: { ...env, ...changes }, cwd: folder(t) });
}

t.test('free ports pass', async t => {
  const config = await freeConfig(t);
  await t.resolves(checkPorts(config));
});

t.test('a TCP port that is taken is named with its setting and a way out', async t => {
  const holder = createServer().listen(0, '127.0.0.1');
  await once(holder, 'listening');
  t.teardown(() => holder.close());
  const { port } = holder.address() as AddressInfo;
  const config = await freeConfig(t, { RINGBRIDGE_HTTP_PORT: String(port) });
  await t.rejects(checkPorts(config), {
    name: 'SetupError',
    message: new RegExp(
      `^TCP port ${port} is taken, and the web server \\(httpPort\\) needs it: .* RINGBRIDGE_HTTP_PORT=\\d+ npm start\\.$`,
    ),
  });
  // What an earlier run leaves behind goes away by itself: it is waited for.
  const waiting = checkPorts(config, { wait: true });
  holder.close();
  await t.resolves(waiting);
});

t.test('so is a UDP port, and an address of another machine', async t => {
  const holder = createSocket('udp4').bind(0, '127.0.0.1');
  await once(holder, 'listening');
  t.teardown(() => holder.close());
  const { port } = holder.address();
  const taken = await freeConfig(t, { RINGBRIDGE_SIP_UDP_PORT: String(port) });
  await t.rejects(checkPorts(taken), { message: new RegExp(`^UDP port ${port} is taken.*\\(sipUdpPort\\)`) });
  const elsewhere = await freeConfig(t, { RINGBRIDGE_HTTP_HOST: '192.0.2.1' });
  await t.rejects(checkPorts(elsewhere), {
    message: /^192\.0\.2\.1 \(httpHost\) is no address of this machine.*RINGBRIDGE_HTTP_HOST/,
  });
});

t.test('a data folder is made, and the next time found', t => {
  const dataDir = join(folder(t), 'a', 'b');
  t.strictSame(prepareDataFolder(dataDir), { found: false });
  completeConfig(loadConfig({ env: { RINGBRIDGE_DATA_DIR: dataDir }, cwd: folder(t) }));
  t.strictSame(prepareDataFolder(dataDir), { found: true });
  t.end();
});

t.test('a data folder that cannot be written is said in a sentence', t => {
  const base = folder(t);
  writeFileSync(join(base, 'file'), '');
  t.throws(() => prepareDataFolder(join(base, 'file', 'data')), {
    name: 'SetupError',
    message: /data cannot be written by the user .* \(a part of the path is a file\).*RINGBRIDGE_DATA_DIR/,
  });
  const closed = join(base, 'closed');
  mkdirSync(closed, { mode: 0o555 });
  chmodSync(base, 0o755);
  const module = JSON.stringify(new URL('./preflight.js', import.meta.url).href);
  // Root may write everywhere: there, somebody else has to try.
  const script = `
    const { prepareDataFolder } = await import(${module});
    if (process.getuid() === 0) process.setuid(65534);
    try { prepareDataFolder(process.argv[1]); } catch (error) { console.log(error.message); }
  `;
  const { stdout } = spawnSync(
    process.execPath,
    ['--input-type=module', '-e', script, join(closed, 'data')],
    {
      encoding: 'utf8',
    },
  );
  t.match(stdout, /cannot be written by the user .* \(permission denied\)/);
  t.end();
});

t.test('one run per data folder', async t => {
  const dataDir = folder(t);
  const file = join(dataDir, 'running.json');
  const first = await lockDataFolder(dataDir);
  t.equal(first.tookOver, false);
  await t.rejects(lockDataFolder(dataDir), {
    name: 'SetupError',
    message: new RegExp(`already running with the data folder .* \\(process ${process.pid}\\)`),
  });
  first.stopping();
  const waiting = lockDataFolder(dataDir);
  first.release();
  const second = await waiting;
  t.equal(second.tookOver, false, 'one that is stopping is waited for');
  second.release();
  t.notOk(existsSync(file));
  // A process of that number lives, but began at another time: not the one that wrote this.
  writeFileSync(file, JSON.stringify({ pid: process.pid, beginning: 'long ago' }));
  const third = await lockDataFolder(dataDir);
  t.equal(third.tookOver, true);
  third.release();
  writeFileSync(file, '{"pid":');
  t.equal((await lockDataFolder(dataDir)).tookOver, true, 'cut off by a crash');
});

t.test('a log that has grown large makes room for a new one', async t => {
  const logs = folder(t);
  writeFileSync(join(logs, 'gateway.log'), 'x'.repeat(5_000_000));
  writeFileSync(join(logs, 'gateway.1.log'), 'older');
  const log = openLog(logs, 'gateway');
  log.line('fresh');
  await log.close();
  t.equal(readFileSync(join(logs, 'gateway.log'), 'utf8'), 'fresh\n');
  t.equal(readFileSync(join(logs, 'gateway.2.log'), 'utf8'), 'older');
  const next = openLog(logs, 'gateway');
  next.line('more');
  await next.close();
  t.equal(readFileSync(join(logs, 'gateway.log'), 'utf8'), 'fresh\nmore\n');
});

t.test('the table shows the demo, and no secret but the demo password', t => {
  const cwd = folder(t);
  const config = completeConfig(loadConfig({ env: {}, cwd }));
  const table = closingTable(config, join(cwd, 'data', 'logs'));
  t.match(table, /http:\/\/localhost:8080\/shop\//);
  t.match(table, /agent1@demo\.example with the password ringbridge-demo/);
  for (const secret of [config.tokenKey, config.sipSecret, config.databaseUrl])
    t.notOk(table.includes(secret));
  const plain = closingTable(completeConfig(loadConfig({ env: { RINGBRIDGE_DEMO: 'no' }, cwd })), cwd);
  t.notMatch(plain, /shop|password/);
  t.end();
});

t.test('the help names every setting', t => {
  t.match(
    helpText(),
    /httpPort {2}RINGBRIDGE_HTTP_PORT\n {6}The port the web server listens on\. Default: 8080\./,
  );
  t.notMatch(helpText(), /undefined|\[object/);
  t.end();
});
