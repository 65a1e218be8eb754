import { readFileSync, renameSync, unlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { beginning } from '../process-info.js';
import { SetupError } from '../setup-error.js';

export interface Lock {
  /** Whether an earlier run was killed before it could clean up. */
  tookOver: boolean;
  /** Tells a next start that waiting is worth it. */
  stopping(): void;
  release(): void;
}

interface Holder {
  pid: number;
  beginning: string;
  stopping: boolean;
}

function readHolder(path: string): Holder | undefined {
  try {
    return JSON.parse(readFileSync(path, 'utf8')) as Holder;
  } catch {
    // Gone in this moment, or cut off by a crash: nobody who lives wrote it.
    return undefined;
  }
}

const own = (stopping: boolean): string => {
  const holder: Holder = { pid: process.pid, beginning: beginning(process.pid) ?? '', stopping };
  return `${JSON.stringify(holder)}\n`;
};

function create(path: string): boolean {
  try {
    writeFileSync(path, own(false), { flag: 'wx' });
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false;
    throw error;
  }
}

/** A run that was told to stop may not have heard of it yet; one that is stopping needs its time. In milliseconds. */
const patience = { running: 1_000, stopping: 60_000 };

/** One run per data folder. Waits for one that is stopping; throws SetupError when one that lives has it. */
export async function lockDataFolder(dataDir: string, onWait: () => void = () => undefined): Promise<Lock> {
  const path = join(dataDir, 'running.json');
  const began = performance.now();
  let tookOver = false;
  let told = false;
  while (!create(path)) {
    const holder = readHolder(path);
    if (!holder || beginning(holder.pid) !== holder.beginning) {
      tookOver = true;
      unlinkSync(path);
      continue;
    }
    if (performance.now() - began > patience[holder.stopping ? 'stopping' : 'running']) {
      throw new SetupError(
        `Ringbridge is already running with the data folder ${dataDir} (process ${holder.pid}): stop that one first, ` +
          'or give this one a folder and ports of its own (RINGBRIDGE_DATA_DIR, RINGBRIDGE_HTTP_PORT, …).',
      );
    }
    if (holder.stopping && !told) onWait();
    told ||= holder.stopping;
    await delay(100);
  }
  return {
    tookOver,
    stopping: () => {
      writeFileSync(`${path}.tmp`, own(true));
      renameSync(`${path}.tmp`, path);
    },
    release: () => {
      if (readHolder(path)?.pid === process.pid) unlinkSync(path);
    },
  };
}
