/** A program of ours as a child process, ready when it says so, ended by its own handle. */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';

/** For `bash -c`: kills the program when standard input closes, also when the test's own process is killed. */
export const endedWithParent =
  'exec 3<&0; "$0" "$@" 3<&- & server=$!; (cat <&3 >/dev/null; kill -KILL $server) & wait $server';

export interface Program<Ready> {
  child: ChildProcess;
  /** What its ready line said. */
  ready: Ready;
  /** What it wrote to standard error so far. */
  log(): string;
  /** Ends it (SIGTERM), or kills it, and waits. */
  end(signal?: NodeJS.Signals): Promise<void>;
}

/**
 * @param file below dist, for example `gateway/main.js`
 * @param nodeFlags for Node itself, for example `--cpu-prof`
 */
export async function startProgram<Ready>(
  file: string,
  args: string[],
  env: Record<string, string>,
  nodeFlags: readonly string[] = [],
): Promise<Program<Ready>> {
  const path = fileURLToPath(new URL(`../../${file}`, import.meta.url));
  const child = spawn(process.execPath, [...nodeFlags, path, ...args, '--exit-with-parent'], {
    env: { PATH: process.env.PATH ?? '', ...env },
    stdio: ['pipe', 'pipe', 'pipe'],
  });
  let log = '';
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    log = (log + text).slice(-200_000);
    if (process.env.RINGBRIDGE_TEST_LOG) process.stderr.write(text);
  });
  const exited = once(child, 'exit');
  const [line] = await Promise.race([
    once(createInterface(child.stdout), 'line'),
    exited.then(([code]) =>
      Promise.reject(new Error(`${file} ended with ${code} before it was ready:\n${log}`)),
    ),
  ]);
  return {
    child,
    ready: JSON.parse(String(line)) as Ready,
    log: () => log,
    async end(signal = 'SIGTERM') {
      if (child.exitCode !== null || child.signalCode !== null) return;
      child.kill(signal);
      await exited;
    },
  };
}
