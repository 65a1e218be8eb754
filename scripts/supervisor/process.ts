import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import type { Exit, Instance, Part } from './part.js';

export interface ProcessOptions {
  name: string;
  /** The program, a file for Node. */
  file: string;
  /** Never a secret: everybody on the machine can read a command line. */
  args: readonly string[];
  env: NodeJS.ProcessEnv;
  /** Each line it writes that is not its ready line. */
  onLine(line: string): void;
}

/** The line by which a server says that it serves, or undefined when this is another one. */
function readReady(line: string): Record<string, unknown> | undefined {
  if (!line.startsWith('{')) return undefined;
  try {
    const value = JSON.parse(line) as Record<string, unknown>;
    return value.ready === true ? value : undefined;
  } catch {
    return undefined;
  }
}

const pinoWarning = 40;

/** Node's own advice to developers, which is no news for an operator. */
const advice = /^\(node:\d+\) |^\(Use `node --trace-/;

/** What a line of a log says to a person: JSON lines are for machines, except for what went wrong. */
export function complaintOf(line: string): string | undefined {
  if (advice.test(line)) return undefined;
  if (!line.startsWith('{')) return line.trim() || undefined;
  try {
    const { level, msg, err } = JSON.parse(line) as {
      level?: number;
      msg?: string;
      err?: { message?: string };
    };
    if (typeof level !== 'number' || level < pinoWarning) return undefined;
    const cause = err?.message && !msg?.includes(err.message) ? `: ${err.message}` : '';
    return `${msg ?? 'something went wrong'}${cause}`;
  } catch {
    return line;
  }
}

/** The exit code by which our servers say that something outside stands in the way (a port that is taken). */
const setupExitCode = 2;

/** One line of Node's report of a crash is worth repeating: the one that names the error. */
function reasonOf(complaints: readonly string[]): string {
  return complaints.find(line => /^\w*(Error|Exception)\b.*: /.test(line)) ?? complaints.at(-1) ?? '';
}

/**
 * A Node program in a process of its own. It is in a process group of its own too, so that Ctrl-C reaches the
 * supervisor alone, which ends its parts in order; and its input is a pipe from us: when we die, however
 * suddenly, the pipe closes and it ends.
 */
export function processPart({ name, file, args, env, onLine }: ProcessOptions): Part {
  const launch = (): Instance => {
    const child = spawn(process.execPath, [file, ...args], {
      stdio: ['pipe', 'pipe', 'pipe'],
      detached: process.platform !== 'win32',
      windowsHide: true,
      env,
    });
    // Written to by nobody; a child that closes it early is no reason for us to fall.
    child.stdin.on('error', () => undefined);
    const complaints: string[] = [];
    const note = (line: string) => {
      onLine(line);
      const complaint = complaintOf(line);
      if (complaint) complaints.push(complaint);
      if (complaints.length > 30) complaints.shift();
    };
    createInterface({ input: child.stderr }).on('line', note);
    const ready = new Promise<string>(resolve => {
      createInterface({ input: child.stdout }).on('line', line => {
        const announcement = readReady(line);
        if (!announcement) return note(line);
        const { ready: _, ...addresses } = announcement;
        resolve(Object.values(addresses).filter(isText).join(', '));
      });
    });
    const exited = once(child, 'close').then(
      ([code, signal]): Exit => ({
        how: signal ? `signal ${signal}` : `exit code ${code}`,
        reason: signal ? '' : code === setupExitCode ? (complaints.at(-1) ?? '') : reasonOf(complaints),
        setup: code === setupExitCode,
      }),
      (error: Error): Exit => ({ how: 'it cannot be run', reason: error.message, setup: false }),
    );
    // Of a gateway SIGINT ends the calls, too; SIGTERM leaves them to its next run.
    return { ready, exited, terminate: () => child.kill('SIGINT'), kill: () => child.kill('SIGKILL') };
  };
  return { name, launch };
}

const isText = (value: unknown): value is string => typeof value === 'string';
