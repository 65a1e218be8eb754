import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';

function ps(pid: number, column: string): string | undefined {
  try {
    return (
      execFileSync('ps', ['-o', `${column}=`, '-p', String(pid)], { encoding: 'utf8' }).trim() || undefined
    );
  } catch {
    return undefined;
  }
}

function proc(pid: number, file: string): string | undefined {
  try {
    return readFileSync(`/proc/${pid}/${file}`, 'utf8');
  } catch {
    return undefined;
  }
}

function exists(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    // Somebody else's process may not be signalled, but it is there.
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}

/** The command line of a living process, or undefined. */
export function commandLine(pid: number): string | undefined {
  if (!exists(pid)) return undefined;
  if (process.platform === 'win32') return 'unknown';
  // Empty: it has ended and only waits for its parent to take note.
  if (process.platform === 'linux') return proc(pid, 'cmdline')?.split('\0').join(' ') || undefined;
  return ps(pid, 'command');
}

/**
 * When a living process began, in whatever way the system tells it: process ids are used again, but not with the
 * same beginning. Undefined when there is no such process.
 */
export function beginning(pid: number): string | undefined {
  if (!exists(pid)) return undefined;
  if (process.platform === 'win32') return 'unknown';
  // proc(5): field 22; the second one, in parentheses, may hold spaces.
  if (process.platform === 'linux')
    return proc(pid, 'stat')
      ?.replace(/^.*\) /s, '')
      .split(' ')[19];
  return ps(pid, 'lstart');
}
