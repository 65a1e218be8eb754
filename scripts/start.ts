// What `npm start` runs once everything is built: starts the parts in order, keeps them running, stops them.
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { ConfigError, completeConfig, loadConfig } from '../gateway/config.js';
import { SetupError } from './setup-error.js';
import { helpText } from './supervisor/help.js';
import { lockDataFolder } from './supervisor/lock.js';
import { openLog } from './supervisor/log-file.js';
import { logNameOf, partsFor } from './supervisor/parts.js';
import { checkPorts, prepareDataFolder } from './supervisor/preflight.js';
import { Supervisor } from './supervisor/supervisor.js';
import { closingTable } from './supervisor/table.js';

const say = (text: string) => process.stdout.write(`${text}\n`);

function readArguments(args: readonly string[]): { help: boolean; config?: string } {
  try {
    const { values } = parseArgs({
      args: [...args],
      options: { help: { type: 'boolean', short: 'h', default: false }, config: { type: 'string' } },
    });
    return { help: values.help ?? false, config: values.config };
  } catch (error) {
    throw new SetupError(`${(error as Error).message}. "npm start -- --help" shows what there is.`);
  }
}

/** Writes the lines of each part to a log file of its own. */
function logFiles(folder: string) {
  const open = new Map<string, ReturnType<typeof openLog>>();
  return {
    line: (part: string, line: string) => {
      const log = open.get(part) ?? openLog(folder, logNameOf(part));
      open.set(part, log);
      log.line(line);
    },
    close: () => Promise.all([...open.values()].map(log => log.close())),
  };
}

/** How often to see whether npm is still there, in milliseconds. */
const lookForParent = 250;

/**
 * Under npm we are its grandchild: it passes SIGTERM to the shell between us, which ends without a word to us.
 * What is seen then is that our parent has become another one.
 */
function onParentGone(gone: () => void) {
  if (process.env.npm_lifecycle_event === undefined) return;
  const parent = process.ppid;
  const look = setInterval(() => {
    if (process.ppid === parent) return;
    clearInterval(look);
    gone();
  }, lookForParent);
  look.unref();
}

/** Aborted by the first signal to stop. A second one, not the echo that npm makes of the first, ends all by force. */
function stopSignals(force: () => void): AbortSignal {
  const stop = new AbortController();
  let first = 0;
  const onSignal = () => {
    if (!stop.signal.aborted) {
      first = performance.now();
      stop.abort();
    } else if (performance.now() - first > 1000) {
      force();
    }
  };
  for (const name of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(name, onSignal);
  onParentGone(() => stop.abort());
  return stop.signal;
}

function progressLine(name: string, milliseconds: number, note: string): string {
  return `  ✓ ${name.padEnd(14)} ${(milliseconds / 1000).toFixed(1)} s   ${note}`;
}

async function run(options: { config?: string }) {
  const config = loadConfig({ env: process.env, file: options.config });
  const { found } = prepareDataFolder(config.dataDir);
  const lock = await lockDataFolder(config.dataDir, () =>
    say('An earlier run is just stopping; waiting for it …'),
  );
  const logDir = join(config.dataDir, 'logs');
  const logs = logFiles(logDir);
  try {
    say(
      found ? `Found the data of an earlier run in ${config.dataDir}` : `New data folder: ${config.dataDir}`,
    );
    const complete = completeConfig(config);
    const supervisor = new Supervisor(
      partsFor({
        config: complete,
        // The gateway reads the configuration for itself, and must find the same file.
        env: options.config ? { ...process.env, RINGBRIDGE_CONFIG: resolve(options.config) } : process.env,
        reporter: { info: text => say(`  ${text}`), warn: text => say(`  ! ${text}`) },
        onLine: logs.line,
      }),
      { info: text => say(`  ${text}`), warn: text => say(`  ! ${text}`) },
    );
    const stop = stopSignals(() => supervisor.kill());
    const stopped = new Promise<void>(resolve =>
      stop.addEventListener('abort', () => resolve(), { once: true }),
    );
    try {
      await checkPorts(complete, { wait: lock.tookOver, signal: stop });
      const starting = supervisor.start((...step) => say(progressLine(...step)), stop);
      // The wait for a part that is just starting ends with its stop.
      await Promise.race([starting, stopped]).catch((error: Error) => {
        throw error instanceof SetupError ? error : new SetupError(`${error.message}\nMore is in ${logDir}`);
      });
      if (!stop.aborted) say(`\nRingbridge is running.\n\n${closingTable(complete, logDir)}\n`);
      await stopped;
      lock.stopping();
      say('\nStopping …');
    } finally {
      await supervisor.stop();
    }
    say('Stopped. The data is kept; "npm start" finds it again.');
  } finally {
    await logs.close();
    lock.release();
  }
}

/** Returns the exit code of the process. */
export async function main(args: readonly string[]): Promise<number> {
  // A terminal that is closed takes our output with it, but the parts still have to be stopped in order.
  for (const stream of [process.stdout, process.stderr]) stream.on('error', () => undefined);
  try {
    const options = readArguments(args);
    if (options.help) process.stdout.write(helpText());
    else await run(options);
    return 0;
  } catch (error) {
    if (!(error instanceof SetupError || error instanceof ConfigError)) throw error;
    process.stderr.write(`\n${error.message}\n`);
    return 1;
  }
}
