import { readFileSync, unlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beginning } from '../process-info.js';
import { SetupError } from '../setup-error.js';

export interface Lock {
  /** Whether an earlier run was killed before it could clean up. */
  tookOver: boolean;
  release(): void;
}

interface Holder {
  pid: number;
  beginning: string;
}

function readHolder(path: string): Holder | undefined {
  try {
    return JSON.parse(readFileSync(path, 'utf8')) as Holder;
  } catch {
    // Gone in this moment, or cut off by a crash: nobody who lives wrote it.
    return undefined;
  }
}

function create(path: string): boolean {
  try {
    const holder: Holder = { pid: process.pid, beginning: beginning(process.pid) ?? '' };
    writeFileSync(path, `${JSON.stringify(holder)}\n`, { flag: 'wx' });
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false;
    throw error;
  }
}

/** One run per data folder. Throws SetupError when another one that lives has it. */
export function lockDataFolder(dataDir: string): Lock {
  const path = join(dataDir, 'running.json');
  let tookOver = false;
  while (!create(path)) {
    const holder = readHolder(path);
    if (holder && beginning(holder.pid) === holder.beginning) {
      throw new SetupError(
        `Ringbridge is already running with the data folder ${dataDir} (process ${holder.pid}): stop that one first, ` +
          'or give this one a folder and ports of its own (RINGBRIDGE_DATA_DIR, RINGBRIDGE_HTTP_PORT, …).',
      );
    }
    tookOver = true;
    unlinkSync(path);
  }
  return {
    tookOver,
    release: () => {
      if (readHolder(path)?.pid === process.pid) unlinkSync(path);
    },
  };
}
