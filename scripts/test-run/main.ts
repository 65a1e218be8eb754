// What `npm test` runs once everything is built. `npm test -- gateway/acd` runs a part.
import { mkdtempSync, rmSync } from 'node:fs';
import { availableParallelism, tmpdir } from 'node:os';
import { join } from 'node:path';
import { startPostgres } from '../postgres/index.js';
import { SetupError } from '../setup-error.js';
import { ensurePrograms } from './programs.js';
import { builtFrom, type Selection, selectTests } from './select.js';
import { type FileResult, runTestFile } from './test-file.js';

interface Counts {
  passed: number;
  failed: number;
}

/** Tests of one part that drive sipp all the same. */
const sippFolders = /^(engine\/sip|gateway\/telephony)\//;

/**
 * A server that is named is one more to run tests on, which takes its time; and a drachtio-server has one table of routes
 * for all of them.
 */
const namedServers = ['DRACHTIO', 'FREESWITCH', 'ASTERISK'].some(
  name => process.env[`RINGBRIDGE_TEST_${name}`],
);

/** How many files run at the same time. One more than there are cores keeps these busy; each further one is only slower. */
const jobs = namedServers ? 1 : Math.min(availableParallelism() + 1, 8);
/** Seconds for one file. */
const timeouts = { unit: namedServers ? 600 : 240, system: 600 };

/** Of a failure. A hanging test lists everything that is open, which is rarely what helps. */
const shownLines = 40;

function report(file: string, { passed, failures, milliseconds, log }: FileResult) {
  const good = failures.length === 0;
  const counts = good ? `${passed}` : `${passed} passed, ${failures.length} FAILED`;
  console.log(`${good ? '✓' : '✗'} ${file}  ${counts}  (${(milliseconds / 1000).toFixed(1)} s)`);
  if (good) return;
  for (const { path, diagnostics } of failures) {
    console.log(`    ✗ ${path.join(' › ')}`);
    for (const line of diagnostics.slice(0, shownLines)) console.log(`        ${line}`);
    if (diagnostics.length > shownLines)
      console.log(`        … ${diagnostics.length - shownLines} more lines`);
  }
  if (log.length > 0) console.log('    what it wrote last:');
  for (const line of log) console.log(`        ${line}`);
}

/** The tests get none of our settings: they are to pass wherever they run. */
function environment(databaseUrl: string): NodeJS.ProcessEnv {
  const foreign = Object.entries(process.env).filter(
    ([name]) => !name.startsWith('RINGBRIDGE_') || name.startsWith('RINGBRIDGE_TEST_'),
  );
  return { ...Object.fromEntries(foreign), RINGBRIDGE_TEST_DATABASE_URL: databaseUrl };
}

/** Half of the jobs are for tests of the whole system as long as there are others: those take the most memory and CPU. */
async function runAll(
  root: string,
  { unit, system }: Selection,
  databaseUrl: string,
  signal: AbortSignal,
): Promise<Counts> {
  const counts = { passed: 0, failed: 0 };
  const env = environment(databaseUrl);
  const lanes = {
    system: system.map(file => ({ file, timeout: timeouts.system })),
    unit: unit.map(file => ({ file, timeout: timeouts.unit })),
  };
  const worker = async (first: keyof typeof lanes, second: keyof typeof lanes) => {
    const take = () => lanes[first].shift() ?? lanes[second].shift();
    for (let next = take(); next; next = take()) {
      signal.throwIfAborted();
      const { file, timeout } = next;
      const result = await runTestFile({ file: builtFrom(file), root, env, timeout, signal });
      report(file, result);
      counts.passed += result.passed;
      counts.failed += result.failures.length;
    }
  };
  await Promise.all(
    Array.from({ length: jobs }, (_, index) =>
      index % 2 === 0 ? worker('unit', 'system') : worker('system', 'unit'),
    ),
  );
  return counts;
}

async function run(root: string, paths: readonly string[], signal: AbortSignal): Promise<Counts> {
  const { unit, system } = selectTests(root, paths);
  if (system.length > 0) ensurePrograms();
  else if (unit.some(file => sippFolders.test(file))) ensurePrograms(['sipp']);
  const dataDir = mkdtempSync(join(tmpdir(), 'ringbridge-tests-'));
  try {
    const database = await startPostgres({ dataDir, port: 0, signal });
    try {
      return await runAll(root, { unit, system }, database.url, signal);
    } finally {
      await database.stop();
    }
  } finally {
    rmSync(dataDir, { recursive: true, force: true });
  }
}

/** Prints the results and, as the last line, "N passed, N failed". Returns the exit code. */
export async function main(root: string, paths: readonly string[]): Promise<number> {
  const stop = new AbortController();
  for (const name of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.once(name, () => stop.abort());
  let counts: Counts;
  try {
    counts = await run(root, paths, stop.signal);
  } catch (error) {
    console.error(error instanceof SetupError ? error.message : error);
    counts = { passed: 0, failed: 1 };
  }
  console.log(`\n${counts.passed} passed, ${counts.failed} failed`);
  return counts.failed === 0 ? 0 : 1;
}
