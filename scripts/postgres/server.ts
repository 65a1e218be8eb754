import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdirSync, realpathSync } from 'node:fs';
import { createInterface } from 'node:readline';
import { setTimeout as delay } from 'node:timers/promises';
import connect from 'postgres';
import { embeddedDatabaseUrl } from '../../gateway/config/complete.js';
import { loadSecrets } from '../../gateway/config/secrets.js';
import { freePort, portTrouble } from '../ports.js';
import { SetupError } from '../setup-error.js';
import { type Account, chooseAccount, giveTo, spawnAs } from './account.js';
import { findBinaries, type PostgresBinaries } from './binaries.js';
import { checkVersion, clusterFolder, createCluster, role } from './cluster.js';
import { stopLeftOver } from './postmaster.js';

export interface PostgresLogger {
  info(message: string): void;
  warn(message: string): void;
}

export interface PostgresOptions {
  /** The cluster lies in its folder `postgres`, the password in its `secrets.json`. Made when missing. */
  dataDir: string;
  /** On 127.0.0.1. 0: any free one. */
  port: number;
  /** Gives up starting. A server that has started is ended with stop(). */
  signal?: AbortSignal;
  logger?: PostgresLogger;
  /** Every line the server writes, for a log file. */
  onLine?: (line: string) => void;
}

export interface PostgresServer {
  /** Of the database `ringbridge`, its role being the superuser. Holds the password: not for logs. */
  url: string;
  port: number;
  pid: number;
  /** Whether the cluster was made by this start. */
  created: boolean;
  /** Fulfilled when the server has ended, wanted or not. */
  exited: Promise<void>;
  /** Ends all sessions, writes everything, and resolves when the server is gone. */
  stop(): Promise<void>;
}

/**
 * Sized for a laptop that runs everything; what makes a commit durable (fsync, synchronous_commit,
 * full_page_writes) stays as PostgreSQL has it: on. No Unix socket: its path would be too long for some folders.
 */
function settings(port: number): string[] {
  const values = {
    listen_addresses: '127.0.0.1',
    port: String(port),
    unix_socket_directories: '',
    max_connections: '200',
    shared_buffers: '128MB',
    max_wal_size: '512MB',
    // A new database knows nothing of its tables until it looks: by default after a minute, and reads them whole till then.
    autovacuum_naptime: '5s',
    timezone: 'UTC',
    log_timezone: 'UTC',
    lc_messages: 'C',
    logging_collector: 'off',
    log_line_prefix: '%m [%p] ',
  };
  return Object.entries(values).flatMap(([name, value]) => ['-c', `${name}=${value}`]);
}

/** Left by a killed server for a second or two; see start(). */
const passing =
  /lock file "postmaster\.pid" already exists|pre-existing shared memory block .* is still in use/;
const portTaken = /could not bind IPv4 address|could not create any TCP\/IP sockets/;

/** One try: resolves with the process when it accepts connections, or with the lines it left when it ended instead. */
async function launch(
  cluster: string,
  port: number,
  binaries: PostgresBinaries,
  account: Account,
  options: PostgresOptions,
): Promise<{ child: ChildProcess } | { complaint: string }> {
  // A process group of its own: Ctrl-C in the terminal must reach us alone, who stop it last.
  const child = spawnAs(account, binaries.postgres, ['-D', cluster, ...settings(port)], {
    stdio: ['ignore', 'ignore', 'pipe'],
    detached: true,
    env: { PATH: process.env.PATH, LC_ALL: 'C' },
    signal: undefined,
  });
  const lines: string[] = [];
  const ended = once(child, 'close');
  const ready = new Promise<'ready'>(resolve => {
    createInterface({ input: child.stderr! }).on('line', line => {
      options.onLine?.(line);
      if (lines.length < 50) lines.push(line);
      if (line.includes('database system is ready to accept connections')) resolve('ready');
    });
  });
  const abort = () => child.kill('SIGINT');
  options.signal?.addEventListener('abort', abort, { once: true });
  try {
    const outcome = await Promise.race([ready, ended]);
    if (outcome === 'ready') return { child };
    options.signal?.throwIfAborted();
    return { complaint: lines.join('\n') };
  } finally {
    options.signal?.removeEventListener('abort', abort);
  }
}

async function start(
  cluster: string,
  port: number,
  binaries: PostgresBinaries,
  account: Account,
  options: PostgresOptions,
): Promise<ChildProcess> {
  const end = Date.now() + 15_000;
  for (;;) {
    const outcome = await launch(cluster, port, binaries, account, options);
    if ('child' in outcome) return outcome.child;
    const { complaint } = outcome;
    if (portTaken.test(complaint)) throw new SetupError(takenSentence(port));
    if (!passing.test(complaint) || Date.now() > end) {
      throw new Error(`PostgreSQL does not start:\n${complaint}`);
    }
    await delay(200, undefined, { signal: options.signal });
  }
}

const takenSentence = (port: number) =>
  `Port ${port} is taken, and the embedded database (databasePort) needs it: end the program that holds it, ` +
  'or choose another port with RINGBRIDGE_DATABASE_PORT.';

async function createDatabase(password: string, port: number) {
  const sql = connect(embeddedDatabaseUrl(password, port, 'postgres'), { max: 1, onnotice: () => undefined });
  try {
    const [found] = await sql`select from pg_database where datname = ${role}`;
    if (!found) await sql.unsafe(`create database ${role}`);
  } finally {
    await sql.end();
  }
}

/**
 * When this process dies without a word (kill -9), nobody is left to stop the server; the guard, a shell that
 * waits for its input to close, is. Windows has no such shell: there the server stays until somebody ends it.
 */
function guard(pid: number): { release(): void } {
  if (process.platform === 'win32') return { release: () => undefined };
  const shell = spawn('/bin/sh', ['-c', 'read -r _ || kill -INT "$1"', 'sh', String(pid)], {
    stdio: ['pipe', 'ignore', 'ignore'],
    detached: true,
  });
  shell.stdin.on('error', () => shell.kill('SIGKILL'));
  // It must not keep this process alive: a test that forgets to stop the server still ends.
  shell.unref();
  (shell.stdin as unknown as { unref(): void }).unref();
  return { release: () => shell.kill('SIGKILL') };
}

function stopper(child: ChildProcess, exited: Promise<void>, binaries: PostgresBinaries, cluster: string) {
  return async () => {
    if (process.platform === 'win32') {
      spawn(binaries.pgCtl, ['stop', '-D', cluster, '-m', 'fast'], { stdio: 'ignore' });
    } else {
      child.kill('SIGINT');
    }
    await exited;
  };
}

/**
 * Starts the embedded PostgreSQL on a data folder, making the folder, the cluster and the database `ringbridge`
 * where they are missing, and ending a server that a killed run left behind.
 * Throws SetupError with a sentence for the operator when something outside stands in the way.
 */
export async function startPostgres(options: PostgresOptions): Promise<PostgresServer> {
  const { signal, logger } = options;
  mkdirSync(options.dataDir, { recursive: true });
  // The server reports its folder with every link resolved, and is looked for by that.
  const dataDir = realpathSync(options.dataDir);
  const cluster = clusterFolder(dataDir);
  const binaries = findBinaries();
  checkVersion(dataDir, binaries);
  const account = chooseAccount(binaries.postgres, dataDir);
  const { databasePassword } = loadSecrets(dataDir);

  const leftOver = await stopLeftOver(cluster, signal);
  if (leftOver) logger?.warn(`stopped the database server an earlier run left behind (process ${leftOver})`);
  if (options.port !== 0 && (await portTrouble('tcp', options.port))) {
    throw new SetupError(takenSentence(options.port));
  }
  const port = options.port || (await freePort());
  const created = !existsSync(cluster);
  if (created) await createCluster(dataDir, databasePassword, binaries, account, signal);
  else giveTo(account, cluster);

  const child = await start(cluster, port, binaries, account, options);
  const watcher = guard(child.pid!);
  const exited = new Promise<void>(resolve => {
    if (child.exitCode !== null || child.signalCode !== null) resolve();
    child.once('close', () => resolve());
  }).finally(() => watcher.release());
  const stop = stopper(child, exited, binaries, cluster);
  try {
    await createDatabase(databasePassword, port);
  } catch (error) {
    await stop();
    throw error;
  }
  return { url: embeddedDatabaseUrl(databasePassword, port), port, pid: child.pid!, created, exited, stop };
}
