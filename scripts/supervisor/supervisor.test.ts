import { spawn } from 'node:child_process';
import { EventEmitter, once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import t from 'tap';
import { commandLine } from '../process-info.js';
import { complaintOf, processPart } from './process.js';
import { Supervisor } from './supervisor.js';

type Tap = Pick<typeof t, 'teardown'>;

/** A small server: tells its process id in its ready line, and what it is asked to do in its arguments. */
const server = `
  const asked = process.argv.slice(2);
  if (asked.includes('taken')) { console.error('TCP port 9022 is taken'); process.exit(2); }
  if (asked.includes('broken')) throw new TypeError('no such thing');
  process.on('SIGINT', () => { console.error('asked to end'); if (!asked.includes('deaf')) process.exit(0); });
  if (asked.includes('--exit-with-parent')) process.stdin.resume().on('close', () => process.exit(0));
  else setInterval(() => undefined, 1000);
  if (!asked.includes('silent')) console.log(JSON.stringify({ ready: true, pid: String(process.pid) }));
`;

function program(t: Tap): string {
  const folder = mkdtempSync(join(tmpdir(), 'ringbridge supervisor '));
  t.teardown(() => rmSync(folder, { recursive: true, force: true }));
  const file = join(folder, 'server.mjs');
  writeFileSync(file, server);
  return file;
}

/** What the supervisor tells, to wait for. */
class Told extends EventEmitter {
  readonly messages: string[] = [];
  info = (message: string) => this.add(message);
  warn = (message: string) => this.add(message);
  private add(message: string) {
    this.messages.push(message);
    this.emit('message');
  }
  async until(pattern: RegExp): Promise<string> {
    for (;;) {
      const found = this.messages.find(message => pattern.test(message));
      if (found) return found;
      await once(this, 'message');
    }
  }
}

function fixture(t: Tap, named: Record<string, string[]>, times = { start: 20_000, stop: 20_000 }) {
  const file = program(t);
  const told = new Told();
  /** "name: line", in the order of all. */
  const lines: string[] = [];
  const ready = new EventEmitter();
  const parts = Object.entries(named).map(([name, args]) => {
    const part = processPart({
      name,
      file,
      args,
      env: process.env,
      onLine: line => lines.push(`${name}: ${line}`),
    });
    return {
      ...part,
      launch: () => {
        const instance = part.launch();
        instance.ready.then(pid => ready.emit(name, Number(pid)));
        return instance;
      },
    };
  });
  const supervisor = new Supervisor(parts, told, times);
  const pids: Record<string, number> = {};
  const start = () =>
    supervisor.start((name, _, note) => {
      pids[name] = Number(note);
    });
  t.teardown(() => {
    supervisor.kill();
    return supervisor.stop();
  });
  return { supervisor, start, told, lines, pids, ready };
}

t.test('parts start in order, stop in reverse, and none is left', async t => {
  const { supervisor, start, lines, pids } = fixture(t, { one: [], two: [], three: [] });
  await start();
  t.strictSame(Object.keys(pids), ['one', 'two', 'three']);
  await supervisor.stop();
  t.strictSame(lines, ['three: asked to end', 'two: asked to end', 'one: asked to end']);
  for (const [name, pid] of Object.entries(pids)) t.equal(commandLine(pid), undefined, `${name} is gone`);
});

t.test('a part that dies is started again, the others are left alone', async t => {
  const { start, told, pids, ready } = fixture(t, { one: [], two: [] });
  await start();
  const back = once(ready, 'one');
  process.kill(pids.one!, 'SIGKILL');
  const [again] = await back;
  t.match(await told.until(/^one ended/), /signal SIGKILL.*starting it again in 0\.25 s/);
  await told.until(/^one is back$/);
  t.not(again, pids.one);
  t.ok(commandLine(pids.two!), 'two is the process it was');
  process.kill(again, 'SIGKILL');
  await told.until(/starting it again in 0\.5 s/);
});

t.test('a part that says what stands in the way is quoted, and what runs is stopped', async t => {
  const { supervisor, start, pids } = fixture(t, { one: [], two: ['taken'] });
  await t.rejects(start(), { name: 'SetupError', message: 'TCP port 9022 is taken' });
  await supervisor.stop();
  t.equal(commandLine(pids.one!), undefined);
});

t.test('a part that breaks at once is not tried again', async t => {
  const { start, told } = fixture(t, { one: ['broken'] });
  await t.rejects(start(), { message: /^one did not start \(exit code 1\)\. TypeError: no such thing$/ });
  t.strictSame(told.messages, []);
});

t.test('a part that does not become ready, or does not end, is ended by force', async t => {
  const silent = fixture(t, { one: ['silent'] }, { start: 100, stop: 20_000 });
  await t.rejects(silent.start(), { message: /^one did not start \(signal SIGKILL\)/ });
  const deaf = fixture(t, { one: ['deaf'] }, { start: 20_000, stop: 100 });
  await deaf.start();
  await deaf.supervisor.stop();
  t.match(deaf.told.messages, ['one does not answer; ending it by force']);
  t.equal(commandLine(deaf.pids.one!), undefined);
});

t.test('a stop while a part is starting ends it', async t => {
  const { supervisor, start } = fixture(t, { one: ['silent'] });
  const starting = start();
  await supervisor.stop();
  await t.rejects(starting, { message: /stopped before it served/ });
});

t.test('children end with a supervisor that is killed', async t => {
  const file = program(t);
  const script = `
    const { processPart } = await import(${JSON.stringify(new URL('./process.js', import.meta.url).href)});
    const part = processPart({ name: 'one', file: ${JSON.stringify(file)}, args: ['--exit-with-parent'],
      env: process.env, onLine: () => undefined });
    console.log(await part.launch().ready);
  `;
  const parent = spawn(process.execPath, ['--input-type=module', '-e', script], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const [pid] = await once(createInterface({ input: parent.stdout }), 'line');
  t.ok(commandLine(Number(pid)));
  parent.kill('SIGKILL');
  await once(parent, 'exit');
  // Nobody tells when a stranger's child is gone: look until it is.
  await new Promise<void>(resolve => {
    const look = setInterval(() => {
      if (commandLine(Number(pid)) !== undefined) return;
      clearInterval(look);
      resolve();
    }, 20);
  });
  t.pass('it is gone');
});

t.test('of a log, a person is told what went wrong', t => {
  t.equal(complaintOf('{"level":30,"msg":"all is well"}'), undefined);
  t.equal(complaintOf('{"level":40,"msg":"a trunk is down"}'), 'a trunk is down');
  t.equal(complaintOf('{"level":50,"msg":"lost","err":{"message":"ECONNRESET"}}'), 'lost: ECONNRESET');
  t.equal(complaintOf('Error: plain words'), 'Error: plain words');
  t.equal(complaintOf('{ broken'), '{ broken');
  t.equal(complaintOf('   '), undefined);
  t.equal(complaintOf('(node:7) [DEP0040] DeprecationWarning: for developers'), undefined);
  t.end();
});
