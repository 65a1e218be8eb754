import { readFileSync, realpathSync, unlinkSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { commandLine } from '../process-info.js';

/** What a server writes about itself into its cluster. */
export interface Postmaster {
  pid: number;
  port: number;
}

const pidFile = (cluster: string) => join(cluster, 'postmaster.pid');

/** Reads postmaster.pid: line 1 is the process id, line 4 the port. Undefined when there is no server to speak of. */
export function readPostmaster(cluster: string): Postmaster | undefined {
  let lines: string[];
  try {
    lines = readFileSync(pidFile(cluster), 'utf8').split('\n');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
  const pid = Math.abs(Number(lines[0]));
  return Number.isSafeInteger(pid) && pid > 1 ? { pid, port: Number(lines[3]) } : undefined;
}

/** Process ids are used again: a left-over pid file may name a process that has nothing to do with us. */
function serves(pid: number, cluster: string): boolean {
  const command = commandLine(pid);
  return command?.includes('postgres') === true && command.includes(realpathSync(cluster));
}

async function gone(pid: number, signal: AbortSignal | undefined, milliseconds: number): Promise<boolean> {
  const end = Date.now() + milliseconds;
  while (Date.now() < end) {
    if (commandLine(pid) === undefined) return true;
    await delay(50, undefined, { signal });
  }
  return false;
}

/**
 * Stops a server that a killed run left behind; it does so the fast way (SIGINT: sessions are ended, all is
 * written), and by force (SIGQUIT: recovery at the next start) only when that takes more than ten seconds.
 * Returns its process id if there was one.
 */
export async function stopLeftOver(cluster: string, signal?: AbortSignal): Promise<number | undefined> {
  const found = readPostmaster(cluster);
  // Windows has no signals to stop a stranger's process with: there the new server's own refusal has to do.
  if (!found || process.platform === 'win32') return undefined;
  if (!serves(found.pid, cluster)) {
    // The server is dead: its pid file would only make the next one refuse, if that number lives again.
    unlinkSync(pidFile(cluster));
    return undefined;
  }
  process.kill(found.pid, 'SIGINT');
  if (await gone(found.pid, signal, 10_000)) return found.pid;
  process.kill(found.pid, 'SIGQUIT');
  if (await gone(found.pid, signal, 10_000)) return found.pid;
  throw new Error(`the PostgreSQL server of an earlier run (process ${found.pid}) does not end`);
}
