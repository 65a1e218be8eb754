/** The files of a server in production: what can be run of them without Docker is run. */
import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { cpSync, mkdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import t from 'tap';
import { parse } from 'yaml';
import { iceServersFor } from '../gateway/telephony/ice-servers.js';
import { freePort } from '../scripts/ports.js';
import { chooseAccount, giveTo } from '../scripts/postgres/account.js';
import { findBinaries } from '../scripts/postgres/binaries.js';
import { ensurePrograms, findProgram } from '../scripts/test-run/programs.js';

const root = fileURLToPath(new URL('../..', import.meta.url));
const makeEnv = join(root, 'scripts/make-env.mjs');

interface Service {
  image: string;
  command?: string[];
  environment?: Record<string, string>;
  healthcheck?: unknown;
  ports?: string[];
  network_mode?: string;
  /** In full, or in short as older versions write it: SOURCE:TARGET:MODE. */
  volumes?: (string | { source: string; target: string })[];
}

function run(command: string, args: readonly string[], options: object = {}) {
  return spawnSync(command, args, { encoding: 'utf8', timeout: 60_000, ...options });
}

/** What a program that might go on for ever says until it has said this, or ends. */
async function saidUntil(pattern: RegExp, command: string, args: readonly string[]): Promise<string> {
  const child = spawn(command, args, { stdio: ['ignore', 'pipe', 'ignore'] });
  let said = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    said += text;
    if (pattern.test(said)) child.kill();
  });
  await once(child, 'close');
  return said;
}

t.setTimeout(600_000);

t.test('.env is made once, with secrets that only its owner reads', async t => {
  const folder = t.testdir();
  const args = ['--domain', 'calls.example.com', '--address', '10.0.0.5', '--folder', folder];
  t.equal(run(process.execPath, [makeEnv, ...args]).status, 0);
  const path = join(folder, '.env');
  const text = readFileSync(path, 'utf8');
  t.equal(statSync(path).mode & 0o777, 0o600);
  const secrets = [...text.matchAll(/^\w+=([0-9a-f]{48})$/gm)].map(match => match[1]);
  t.ok(secrets.length >= 6);
  t.equal(new Set(secrets).size, secrets.length, 'each is another');
  const again = run(process.execPath, [makeEnv, ...args]);
  t.equal(again.status, 1);
  t.match(again.stderr, /there already/);
  t.equal(readFileSync(path, 'utf8'), text, 'it stays as it is');
  for (const bad of [['--domain', 'not a name'], ['--address', 'nowhere'], ['--nonsense']]) {
    const refused = run(process.execPath, [makeEnv, ...args.slice(0, 4), ...bad, '--folder', t.testdir()]);
    t.equal(refused.status, 1);
    t.match(refused.stderr, /--domain/);
  }
});

/** `docker compose` where it is, else Debian's docker-compose: which reads the same file by its own schema. */
function composeConfig(folder: string): { services: Record<string, Service> } {
  const plugin = run('docker', ['compose', 'version']).status === 0;
  if (!plugin) ensurePrograms(['compose']);
  const [command, first] = plugin
    ? ['docker', ['compose', '--profile', 'jobs']]
    : [findProgram('compose') as string, ['--profile', 'jobs']];
  const checked = run(command, [...first, 'config'], { cwd: folder });
  if (checked.status !== 0) throw new Error(`docker-compose.yml is refused:\n${checked.stderr}`);
  return parse(checked.stdout) as { services: Record<string, Service> };
}

t.test('docker-compose.yml is valid, pinned, watched, and closed', async t => {
  const folder = t.testdir();
  run(process.execPath, [makeEnv, '--domain', 'c.example.com', '--address', '10.0.0.5', '--folder', folder]);
  cpSync(join(root, 'docker-compose.yml'), join(folder, 'docker-compose.yml'));
  const { services } = composeConfig(folder);
  t.same(Object.keys(services).sort(), ['coturn', 'drachtio', 'freeswitch', 'gateway', 'postgres', 'redis']);
  const secrets = [...readFileSync(join(folder, '.env'), 'utf8').matchAll(/=([0-9a-f]{48})$/gm)];
  for (const [name, service] of Object.entries(services)) {
    t.match(service.image, /:\d+\.\d+(\.\d+)?[\w.-]*(@sha256:[0-9a-f]{64})?$/, `${name} is pinned`);
    t.ok(service.healthcheck, `${name} is watched`);
    for (const port of service.ports ?? []) t.match(port, /^127\.0\.0\.1:/, `${name} is for this machine`);
    const command = JSON.stringify(service.command ?? []);
    for (const [, secret] of secrets)
      t.notOk(command.includes(secret as string), `${name} has no secret on its command line`);
  }
  t.match(
    services.drachtio?.command?.join(' '),
    /--address 127\.0\.0\.1/,
    'the control port is for this machine',
  );
  const soundsOf = (name: string) =>
    (services[name]?.volumes ?? [])
      .map(volume => {
        if (typeof volume !== 'string') return { source: volume.source, target: volume.target };
        const [source, target = ''] = volume.split(':');
        return { source, target };
      })
      .filter(({ target }) => target.startsWith('/var/lib/ringbridge/'));
  const folders = ['RINGBRIDGE_PROMPTS_DIR', 'RINGBRIDGE_PROMPT_CACHE_DIR'].map(
    name => services.gateway?.environment?.[name] ?? '',
  );
  for (const path of folders)
    t.ok(
      soundsOf('gateway').some(({ target }) => `${path}/`.startsWith(`${target}/`)),
      `${path} is shared`,
    );
  t.same(soundsOf('freeswitch'), soundsOf('gateway'), 'FreeSWITCH sees the sounds by the same paths');
  rmSync(join(folder, '.env'));
  t.throws(() => composeConfig(folder), { message: /refused/ }, 'nothing starts without secrets');
});

t.test('coturn relays for who has a credential of the gateway, and for nobody else', async t => {
  ensurePrograms(['turnserver']);
  const port = await freePort();
  const secret = 'shared-with-the-gateway';
  const server = spawn('sh', [join(root, 'deploy/coturn/start.sh')], {
    env: {
      PATH: process.env.PATH,
      TURN_SECRET: secret,
      TURN_REALM: 'calls.example.com',
      TURN_ADDRESS: '127.0.0.1',
      // Here both ends are on loopback, and other tests have ports of their own.
      TURN_EXTRA: `listening-port=${port}\nallow-loopback-peers`,
    },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const exited = once(server, 'exit');
  t.teardown(async () => {
    server.kill();
    await exited;
  });
  await new Promise<void>((resolve, reject) => {
    void exited.then(([code]) => reject(new Error(`coturn ended with ${code}`)));
    createInterface({ input: server.stdout as NodeJS.ReadableStream }).on('line', line => {
      // The last thing it starts.
      if (line.includes('IO method (admin thread)')) resolve();
    });
  });
  const client = ({ username = '', credential = '' }: { username?: string; credential?: string }) => [
    ...['-u', username, '-w', credential, '-p', String(port)],
    // Two clients that relay to each other, a message a second.
    ...['-y', '-n', '2', '-m', '1', '-c', '127.0.0.1'],
  ];
  const [server1 = {}] = iceServersFor([{ urls: `turn:127.0.0.1:${port}`, secret }], 'anna');
  const relayed = run('turnutils_uclient', client(server1));
  t.equal(relayed.status, 0, relayed.stderr);
  t.match(relayed.stdout, /Total lost packets 0 /);
  const refused = {
    'one that has run out': iceServersFor([{ urls: 'turn:a', secret }], 'anna', Date.now() - 2 * 86_400_000),
    'one of another secret': iceServersFor([{ urls: 'turn:a', secret: 'another secret' }], 'anna'),
  };
  for (const [what, [credential = {}]] of Object.entries(refused)) {
    const said = await saidUntil(/Cannot complete Allocation/, 'turnutils_uclient', client(credential));
    t.match(said, /Cannot complete Allocation/, what);
    t.notMatch(said, /tot_recv_msgs=[1-9]/, what);
  }
});

t.test('PostgreSQL takes our configuration', async t => {
  const folder = t.testdir();
  const { postgres } = findBinaries();
  const account = chooseAccount(postgres, folder);
  const file = join(folder, 'postgresql.conf');
  writeFileSync(file, readFileSync(join(root, 'deploy/postgresql.conf')));
  const cluster = join(folder, 'cluster');
  mkdirSync(cluster, { mode: 0o700 });
  giveTo(account, folder);
  const ask = (name: string) => {
    const [command, ...args] = [...account.prefix, postgres];
    const asked = run(command as string, [...args, '-D', cluster, '-c', `config_file=${file}`, '-C', name], {
      uid: account.uid,
      gid: account.gid,
    });
    t.equal(asked.status, 0, asked.stderr);
    return asked.stdout.trim();
  };
  t.equal(ask('synchronous_commit'), 'on');
  t.equal(ask('shared_buffers'), '131072');
  t.equal(ask('idle_in_transaction_session_timeout'), '60000');
});
