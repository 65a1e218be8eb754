import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { connect, createServer, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { createInterface } from 'node:readline';
import { connect as connectTls } from 'node:tls';
import { fileURLToPath } from 'node:url';
import t from 'tap';
import { testCertificate } from '../engine/sip/testing/tls-files.js';
import { commandLine } from '../scripts/process-info.js';
import { AgentDesk } from './support/agent-desk.js';
import { People } from './support/browser.js';
import { trusting } from './support/chromium.js';
import { descendants } from './support/descendants.js';
import { ownPort } from './support/ports.js';

const root = dirname(dirname(dirname(fileURLToPath(import.meta.url))));
type Tap = Pick<typeof t, 'teardown'>;

/** After that something is broken, and the test says what, milliseconds. */
const patienceMs = 120_000;

/** Settings for a run that meets no other one: a folder with a space in its name, and free ports. */
async function surroundings(t: Tap): Promise<Record<string, string>> {
  const base = mkdtempSync(join(tmpdir(), 'ringbridge start '));
  t.teardown(() => rmSync(base, { recursive: true, force: true }));
  const env: Record<string, string> = { RINGBRIDGE_DATA_DIR: join(base, 'data') };
  for (const name of ['HTTP', 'DATABASE', 'SIP_CONTROL', 'SIP_WS', 'MEDIA_CONTROL'])
    env[`RINGBRIDGE_${name}_PORT`] = String(await ownPort('tcp'));
  for (const name of ['SIP_UDP', 'PHONE_NETWORK'])
    env[`RINGBRIDGE_${name}_PORT`] = String(await ownPort('udp'));
  return env;
}

/** One run of the start script, its output line by line. */
class Run {
  readonly lines: string[] = [];
  readonly exited: Promise<number | null>;
  constructor(readonly child: ChildProcess) {
    for (const stream of [child.stdout!, child.stderr!]) {
      createInterface({ input: stream }).on('line', line => {
        this.lines.push(line);
        child.emit('line');
      });
    }
    this.exited = once(child, 'close').then(([code]) => {
      child.emit('line');
      return code as number | null;
    });
  }
  get output() {
    return this.lines.join('\n');
  }
  /** Resolves when the output matches; rejects when the run ends without, or says nothing for so long that it never will. */
  async until(pattern: RegExp) {
    while (!pattern.test(this.output)) {
      if (this.child.exitCode !== null || this.child.signalCode !== null)
        throw new Error(`ended without ${pattern}:\n${this.output}`);
      await once(this.child, 'line', { signal: AbortSignal.timeout(patienceMs) }).catch(error => {
        throw new Error(`silent without ${pattern}:\n${this.output}`, { cause: error });
      });
    }
  }
}

function start(t: Tap, env: Record<string, string>, args: string[] = []): Run {
  const child = spawn(process.execPath, [join(root, 'scripts/start.mjs'), ...args], {
    cwd: root,
    env: { PATH: process.env.PATH, HOME: process.env.HOME, ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const run = new Run(child);
  t.teardown(async () => {
    child.kill('SIGTERM');
    await run.exited;
  });
  return run;
}

/** Where there is no parent to tell, all that can be done is to look. */
async function gone(pid: number): Promise<void> {
  const patience = AbortSignal.timeout(patienceMs);
  for (let line = commandLine(pid); line !== undefined; line = commandLine(pid)) {
    if (patience.aborted) throw new Error(`${pid} is still there: ${line}`);
    await new Promise(resolve => setTimeout(resolve, 20));
  }
}

t.test('a newcomer starts, sees the pages, stops, and finds the data again', async t => {
  const env = await surroundings(t);
  const first = start(t, env);
  await first.until(/Ringbridge is running/);
  t.match(first.output, /New data folder: .*ringbridge start .*data\n/);
  for (const part of ['database', 'SIP server', 'media engine', 'phone network', 'gateway']) {
    t.match(first.output, new RegExp(`✓ ${part} `));
  }
  const url = `http://localhost:${env.RINGBRIDGE_HTTP_PORT}`;
  for (const path of ['/shop/', '/desktop/', '/api/docs', '/readyz']) {
    t.equal((await fetch(url + path)).status, 200, path);
  }
  t.notMatch(first.output, /strict mode/, 'the schemas are beyond complaint');
  const [, login] = /log in as +(\S+ with the password \S+)/.exec(first.output) ?? [];
  const [email, , , , password] = login?.split(' ') ?? [];
  const session = await fetch(`${url}/api/v1/sessions`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ email, password }),
  });
  t.equal(session.status, 201, 'the login that the table shows is one');

  const second = start(t, env);
  t.equal(await second.exited, 1);
  t.match(second.output, /already running with the data folder/);

  const started = descendants(first.child.pid!);
  first.child.kill('SIGINT');
  t.equal(await first.exited, 0);
  t.match(first.output, /Stopped\. The data is kept/);
  await Promise.all(started.map(gone));

  const third = start(t, env);
  await third.until(/Ringbridge is running/);
  t.match(third.output, /Found the data of an earlier run/);
  third.child.kill('SIGTERM');
  t.equal(await third.exited, 0);
});

/** What a stream says to two line ends (RFC 5626 section 4.4.1). */
async function pong(socket: Socket): Promise<string> {
  socket.write('\r\n\r\n');
  const [answer] = await once(socket, 'data');
  socket.destroy();
  return String(answer);
}

t.test('with a certificate: softphones over WSS, trunks over TLS and TCP', async t => {
  const env = await surroundings(t);
  const { files, certificate } = testCertificate(t, 'localhost');
  for (const name of ['TCP', 'TLS', 'WSS']) env[`RINGBRIDGE_SIP_${name}_PORT`] = String(await ownPort('tcp'));
  env.RINGBRIDGE_SIP_TLS_CERTIFICATE = files.certificate;
  env.RINGBRIDGE_SIP_TLS_KEY = files.key;
  const run = start(t, env);
  await run.until(/Ringbridge is running/);
  const people = await People.gather(t, { flags: [trusting(certificate)] });
  const desk = await AgentDesk.open(people, `http://localhost:${env.RINGBRIDGE_HTTP_PORT}`);
  const sockets: string[] = [];
  desk.page.on('websocket', socket => sockets.push(socket.url()));
  await desk.signIn('agent2@demo.example', 'ringbridge-demo');
  const wss = `wss://localhost:${env.RINGBRIDGE_SIP_WSS_PORT}/`;
  t.ok(sockets.includes(wss), `the softphone has registered over ${wss}`);
  const host = '127.0.0.1';
  const port = (name: string) => Number(env[`RINGBRIDGE_SIP_${name}_PORT`]);
  t.equal(
    await pong(connectTls({ host, port: port('TLS'), servername: 'localhost', ca: certificate })),
    '\r\n',
  );
  t.equal(await pong(connect({ host, port: port('TCP') })), '\r\n');
});

t.test('a run that is killed leaves nothing behind, and the next one starts', async t => {
  const env = await surroundings(t);
  const first = start(t, env);
  await first.until(/Ringbridge is running/);
  const started = descendants(first.child.pid!);
  first.child.kill('SIGKILL');
  await Promise.all(started.map(gone));
  const next = start(t, env);
  await next.until(/Ringbridge is running/);
  t.match(next.output, /Found the data of an earlier run/);
});

t.test('what stands in the way is one sentence, and nothing is started', async t => {
  const env = await surroundings(t);
  const holder = createServer().listen(Number(env.RINGBRIDGE_HTTP_PORT), '127.0.0.1');
  await once(holder, 'listening');
  t.teardown(() => holder.close());
  const taken = start(t, env);
  t.equal(await taken.exited, 1);
  t.match(taken.output, /TCP port \d+ is taken, and the web server \(httpPort\) needs it/);
  t.notMatch(taken.output, / {4}at |✓/, 'no stack trace, no part started');

  const wrong = start(t, {
    ...env,
    RINGBRIDGE_HTTP_PORT: 'eighty',
    RINGBRIDGE_DATA_DIR: `${env.RINGBRIDGE_DATA_DIR}2`,
  });
  t.equal(await wrong.exited, 1);
  t.match(wrong.output, 'RINGBRIDGE_HTTP_PORT must be a whole number from 1 to 65535, not "eighty"');
  t.notOk(existsSync(`${env.RINGBRIDGE_DATA_DIR}2`), 'before anything is made');

  const unknown = start(t, env, ['--hlep']);
  t.equal(await unknown.exited, 1);
  t.match(unknown.output, /'--hlep'.*"npm start -- --help"/);
});
