import { spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { SetupError } from '../setup-error.js';
import { type Account, giveTo, spawnAs } from './account.js';
import type { PostgresBinaries } from './binaries.js';

/** The only role of the embedded database. */
export const role = 'ringbridge';

export const clusterFolder = (dataDir: string) => join(dataDir, 'postgres');

/** The major version of the cluster in `dataDir`, or undefined where there is none yet. */
export function clusterVersion(dataDir: string): number | undefined {
  const file = join(clusterFolder(dataDir), 'PG_VERSION');
  return existsSync(file) ? Number.parseInt(readFileSync(file, 'utf8'), 10) : undefined;
}

/** PostgreSQL reads no other major version's files; better to say so than to let it say "FATAL". */
export function checkVersion(dataDir: string, binaries: PostgresBinaries) {
  const found = clusterVersion(dataDir);
  const { stdout, stderr, status } = spawnSync(binaries.postgres, ['--version'], { encoding: 'utf8' });
  if (status !== 0)
    throw new SetupError(`The embedded PostgreSQL does not run here: ${stderr?.trim() || status}`);
  const ours = Number.parseInt(stdout.replace(/^\D+/, ''), 10);
  if (found === undefined || found === ours) return;
  throw new SetupError(
    `The data folder ${dataDir} was made by PostgreSQL ${found}, but this version of Ringbridge brings PostgreSQL ${ours}: ` +
      'start the version of Ringbridge that made it and move the data with pg_dump, or name another folder with RINGBRIDGE_DATA_DIR.',
  );
}

/**
 * Makes the cluster: UTF-8, text sorted by code point (for Hangul that is the dictionary's order, and no library
 * update can change it under an index), a password for every connection. It is made beside its place and moved
 * there when complete, so that an interruption leaves nothing that looks like a database.
 */
export async function createCluster(
  dataDir: string,
  password: string,
  binaries: PostgresBinaries,
  account: Account,
  signal?: AbortSignal,
) {
  const draft = `${clusterFolder(dataDir)}.new`;
  const passwordFile = `${clusterFolder(dataDir)}.password`;
  rmSync(draft, { recursive: true, force: true });
  mkdirSync(draft, { mode: 0o700 });
  writeFileSync(passwordFile, `${password}\n`, { mode: 0o600 });
  try {
    giveTo(account, draft);
    giveTo(account, passwordFile);
    await runInitdb([`--pgdata=${draft}`, `--pwfile=${passwordFile}`], binaries, account, signal);
    renameSync(draft, clusterFolder(dataDir));
  } finally {
    rmSync(passwordFile, { force: true });
  }
}

async function runInitdb(
  folders: readonly string[],
  binaries: PostgresBinaries,
  account: Account,
  signal?: AbortSignal,
) {
  const args = [
    ...folders,
    `--username=${role}`,
    '--auth=scram-sha-256',
    '--encoding=UTF8',
    '--locale=C',
    '--locale-provider=builtin',
    '--builtin-locale=C.UTF-8',
  ];
  const child = spawnAs(account, binaries.initdb, args, { stdio: ['ignore', 'ignore', 'pipe'], signal });
  let complaint = '';
  child.stderr?.setEncoding('utf8').on('data', (text: string) => {
    complaint = (complaint + text).slice(-4000);
  });
  const [code] = (await once(child, 'close')) as [number | null];
  if (code !== 0) throw new Error(`initdb failed (${code}): ${complaint.trim()}`);
}
