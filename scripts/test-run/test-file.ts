import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { type Failure, TapReader } from './tap-reader.js';

export interface FileResult {
  passed: number;
  failures: Failure[];
  milliseconds: number;
  /** What it wrote beside its TAP; the end of it. */
  log: string[];
}

export interface FileOptions {
  /** The file as the build has put it. */
  file: string;
  /** Where it runs. */
  root: string;
  env: NodeJS.ProcessEnv;
  /** Seconds it may take: far more than it does, so that only one that hangs is ended. */
  timeout: number;
  signal?: AbortSignal;
}

/** A test that hangs in a loop cannot end itself when its time is over. In milliseconds. */
const grace = 15_000;
const logLines = 60;

/** The test and whatever it has started. */
function killGroup(child: ChildProcess) {
  if (process.platform === 'win32') child.kill('SIGKILL');
  else process.kill(-child.pid!, 'SIGKILL');
}

/**
 * Runs one test file in a process of its own. tap counts a file's time as a whole and tells which test hung; a file
 * that does not even do that is ended from here.
 */
export async function runTestFile({ file, root, env, timeout, signal }: FileOptions): Promise<FileResult> {
  const began = performance.now();
  const child = spawn(process.execPath, ['--enable-source-maps', file], {
    cwd: root,
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { ...env, TAP_TIMEOUT: String(timeout), TAP_FAIL_SKIP: '1', TAP_FAIL_TODO: '1', TAP_FAIL_ONLY: '1' },
    detached: process.platform !== 'win32',
  });
  const reader = new TapReader();
  const log: string[] = [];
  createInterface({ input: child.stdout }).on('line', line => reader.line(line));
  createInterface({ input: child.stderr }).on('line', line => {
    log.push(line);
    if (log.length > logLines) log.shift();
  });
  const kill = () => killGroup(child);
  const timer = setTimeout(kill, timeout * 1000 + grace);
  signal?.addEventListener('abort', kill, { once: true });
  const [code, killedBy] = (await once(child, 'close')) as [number | null, string | null];
  clearTimeout(timer);
  signal?.removeEventListener('abort', kill);

  const { passed, failures, complete } = reader;
  const itself = (reason: string) => failures.push({ path: ['the file itself'], diagnostics: [reason] });
  if (killedBy) itself(`ended by ${killedBy}`);
  else if (failures.length === 0 && code !== 0) itself(`exit code ${code}`);
  else if (!complete) itself('it ended before its tests did');
  else if (passed + failures.length === 0) itself('there is no test in it');
  return { passed, failures, milliseconds: performance.now() - began, log };
}
