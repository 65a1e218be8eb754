import type { ChildProcess, SpawnOptions } from 'node:child_process';
import { spawn, spawnSync } from 'node:child_process';
import { chownSync, readdirSync, statSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { SetupError } from '../setup-error.js';

/**
 * PostgreSQL refuses to run as root. An account is a way of running its programs that is not root: which
 * command stands in front, as which user the kernel sees it, and hence who owns the files.
 */
export interface Account {
  /** How it is called in a log line. */
  name: string;
  prefix: readonly string[];
  /** Given to spawn. Undefined: as we are. */
  uid?: number;
  gid?: number;
  /** Whom the files of the cluster belong to. */
  owner?: { uid: number; gid: number };
}

const nobody = 65534;
const self: Account = { name: 'this user', prefix: [] };

/** Whether a user without rights of its own can get to `path`: every folder above it lets others through. */
function openToOthers(path: string): boolean {
  const parent = dirname(path);
  return parent === path || ((statSync(parent).mode & 0o001) !== 0 && openToOthers(parent));
}

function runs(account: Account, program: string): boolean {
  const [command, ...args] = [...account.prefix, program, '--version'];
  const { status } = spawnSync(command!, args, { uid: account.uid, gid: account.gid, stdio: 'ignore' });
  return status === 0;
}

/**
 * The ways for root, best first. All of them were needed: a plain change of user cannot reach a project below
 * /root; a user namespace can, but containers often forbid it; there, one capability on top of the change does.
 */
function waysForRoot(dataDir: string): Account[] {
  const { uid, gid } = statSync(dataDir);
  const plain = (name: string, uid: number, gid: number): Account => ({
    name,
    prefix: [],
    uid,
    gid,
    owner: { uid, gid },
  });
  const ways: Account[] = [];
  if (uid !== 0) ways.push(plain(`the data folder's owner (user ${uid})`, uid, gid));
  if (openToOthers(join(dataDir, 'postgres'))) ways.push(plain('nobody', nobody, nobody));
  if (process.platform === 'linux') {
    ways.push({
      name: 'nobody, in a user namespace',
      prefix: ['unshare', '--user', `--map-user=${nobody}`, `--map-group=${nobody}`],
      owner: { uid: 0, gid: 0 },
    });
    ways.push({
      name: 'nobody, with the right to pass folders',
      prefix: [
        'setpriv',
        `--reuid=${nobody}`,
        `--regid=${nobody}`,
        '--clear-groups',
        '--inh-caps=+dac_override',
        '--ambient-caps=+dac_override',
      ],
      owner: { uid: nobody, gid: nobody },
    });
  }
  return ways;
}

/** The account to run `program` (PostgreSQL's server) with, its files lying in `dataDir`, which exists. */
export function chooseAccount(program: string, dataDir: string): Account {
  if (process.getuid?.() !== 0) return self;
  const account = waysForRoot(dataDir).find(way => runs(way, program));
  if (!account) {
    throw new SetupError(
      `PostgreSQL does not run as root and no other user can reach ${program} and ${dataDir}: start as an ordinary ` +
        'user, or put the project and its data folder where others may pass (for example /opt).',
    );
  }
  return account;
}

export function spawnAs(
  account: Account,
  program: string,
  args: readonly string[],
  options: SpawnOptions,
): ChildProcess {
  const [command, ...rest] = [...account.prefix, program, ...args];
  return spawn(command!, rest, { ...options, uid: account.uid, gid: account.gid });
}

/** Hands a file or folder with all it holds to the account. Nothing to do when it owns it already. */
export function giveTo(account: Account, path: string) {
  if (!account.owner) return;
  const { uid, gid } = account.owner;
  const info = statSync(path);
  if (info.uid === uid && info.gid === gid) return;
  if (info.isDirectory()) for (const name of readdirSync(path)) giveTo(account, join(path, name));
  // The folder itself last: after an interruption it is still somebody else's, and the next start goes on.
  chownSync(path, uid, gid);
}
