/** sipp as the other side: scenarios are in test/sipp, or made by a test. */
import { type ChildProcess, spawn } from 'node:child_process';
import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { freePort } from '../../scripts/ports.js';
import { ownPort } from './ports.js';

interface Teardown {
  teardown(fn: () => unknown): unknown;
}

export type SippTransport = 'udp' | 'tcp';

/** A UDP port of 127.0.0.1 that was free just now. */
export async function freeUdpPort(): Promise<number> {
  const socket = createSocket('udp4');
  socket.bind(0, '127.0.0.1');
  await once(socket, 'listening');
  const { port } = socket.address();
  socket.close();
  await once(socket, 'close');
  return port;
}

export interface SippRun {
  port: number;
  /** Resolves when the scenario went as written; rejects with sipp's own words otherwise. */
  done: Promise<void>;
}

interface SippOptions {
  /** Values of `[name]` in the scenario. */
  keys?: Record<string, string>;
  /** Changes to the scenario's text. */
  replace?: Record<string, string>;
  /** Where a calling scenario sends to. */
  remote?: string;
  service?: string;
  args?: string[];
  calls?: number;
  /** Where it listens. Default: a free port. */
  port?: number;
  transport?: SippTransport;
}

/** Starts a scenario of test/sipp; a waiting one is listening when this resolves. */
export function sipp(t: Teardown, scenario: string, options: SippOptions = {}): Promise<SippRun> {
  return sippWith(t, scenario, readFileSync(join('test/sipp', `${scenario}.xml`), 'utf8'), options);
}

/** The same with the text of a scenario. */
export async function sippWith(
  t: Teardown,
  name: string,
  text: string,
  options: SippOptions = {},
): Promise<SippRun> {
  const { keys = {}, replace = {}, remote, service, args = [], calls = 1, transport = 'udp' } = options;
  const port = options.port ?? (transport === 'udp' ? await ownPort('udp') : await freePort());
  const folder = mkdtempSync(join(tmpdir(), 'sipp-'));
  const file = join(folder, 'scenario.xml');
  writeFileSync(
    file,
    Object.entries(replace).reduce((changed, [from, to]) => changed.replaceAll(from, to), text),
  );
  const child = spawn(
    'sipp',
    [
      ...['-sf', file],
      ...['-i', '127.0.0.1', '-p', String(port), '-t', transport === 'udp' ? 'u1' : 't1'],
      ...['-m', String(calls), '-nostdin', '-trace_err', '-timeout', '300s'],
      ...Object.entries(keys).flatMap(([name, value]) => ['-key', name, value]),
      ...(service ? ['-s', service] : []),
      ...args,
      ...(remote ? [remote] : []),
    ],
    { cwd: folder, stdio: 'ignore' },
  );
  t.teardown(async () => {
    if (child.exitCode === null && child.signalCode === null) {
      child.kill('SIGKILL');
      await once(child, 'exit');
    }
    rmSync(folder, { recursive: true, force: true });
  });
  const done = finished(child, folder, name);
  // Whoever does not wait for it must not have the process end.
  done.catch(() => undefined);
  if (!remote) await Promise.race([listening(port, transport), done]);
  return { port, done };
}

async function finished(child: ChildProcess, folder: string, scenario: string): Promise<void> {
  const [code, signal] = (await once(child, 'exit')) as [number | null, string | null];
  if (code === 0) return;
  const logs = readdirSync(folder).filter(name => name.endsWith('.log'));
  const errors = logs.map(file => readFileSync(join(folder, file), 'utf8'));
  throw new Error(`sipp ${scenario} ended with ${code ?? signal}\n${errors.join('\n')}`);
}

/** Resolves when somebody listens on the port. sipp does not tell when it does; the kernel's table of sockets does. */
export async function listening(port: number, transport: SippTransport = 'udp'): Promise<void> {
  const local = `:${port.toString(16).toUpperCase().padStart(4, '0')}`;
  // Without another side: a socket that is connected to the port, as one that asks whether somebody listens there, has it
  // as its other side.
  const entry = `${local} 00000000:0000 ${transport === 'udp' ? '07' : '0A'}`;
  while (!readFileSync(`/proc/net/${transport}`, 'utf8').includes(entry)) await delay(5);
}
