import { readdirSync, readFileSync } from 'node:fs';

/** The children of a running process and theirs, but for those that end meanwhile. Where the system does not list them: none. */
export function descendants(pid: number): number[] {
  return childrenOf(pid).flatMap(child => [child, ...descendantsIfAny(child)]);
}

function descendantsIfAny(pid: number): number[] {
  try {
    return descendants(pid);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'ENOENT' || code === 'ESRCH') return [];
    throw error;
  }
}

function childrenOf(pid: number): number[] {
  if (process.platform !== 'linux') return [];
  return readdirSync(`/proc/${pid}/task`).flatMap(thread =>
    readFileSync(`/proc/${pid}/task/${thread}/children`, 'utf8').split(' ').filter(Boolean).map(Number),
  );
}
