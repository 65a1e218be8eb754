// What `npm test` runs once everything is built. `npm test -- gateway/acd` runs a part.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { createInterface } from 'node:readline';
import { startPostgres } from '../postgres/index.js';
import { SetupError } from '../setup-error.js';
import { ensurePrograms } from './programs.js';
import { builtFrom, selectTests, sourceOf } from './select.js';
import { type FileResult, TapReader } from './tap-reader.js';

interface Counts {
  passed: number;
  failed: number;
}

interface Round {
  files: readonly string[];
  jobs: number;
  /** Seconds a file may take: far more than it does, so that only one that hangs is ended. */
  timeout: number;
}

function report({ name, passed, failures, milliseconds }: FileResult) {
  const mark = failures.length === 0 ? '✓' : '✗';
  const counts = failures.length === 0 ? `${passed}` : `${passed} passed, ${failures.length} FAILED`;
  console.log(`${mark} ${sourceOf(name)}  ${counts}  (${(milliseconds / 1000).toFixed(1)} s)`);
  for (const { path, diagnostics } of failures) {
    console.log(`    ✗ ${path.slice(1).join(' › ') || 'the file itself'}`);
    for (const line of diagnostics) console.log(`        ${line}`);
  }
}

/** The tests get none of our settings: they are to pass wherever they run. */
function environment(databaseUrl: string): NodeJS.ProcessEnv {
  const foreign = Object.entries(process.env).filter(
    ([name]) => !name.startsWith('RINGBRIDGE_') || name.startsWith('RINGBRIDGE_TEST_'),
  );
  return { ...Object.fromEntries(foreign), RINGBRIDGE_TEST_DATABASE_URL: databaseUrl };
}

async function runRound(
  root: string,
  { files, jobs, timeout }: Round,
  databaseUrl: string,
  signal: AbortSignal,
): Promise<Counts> {
  const counts = { passed: 0, failed: 0 };
  if (files.length === 0) return counts;
  const require = createRequire(import.meta.url);
  const tap = join(dirname(require.resolve('tap/package.json')), 'dist/esm/run.mjs');
  const options = [
    ...[
      '--reporter=tap',
      '--disable-coverage',
      '--allow-empty-coverage',
      '--fail-skip',
      '--fail-todo',
      '--fail-only',
    ],
    ...[`--jobs=${jobs}`, `--timeout=${timeout}`],
  ];
  const child = spawn(process.execPath, [tap, 'run', ...options, ...files.map(builtFrom)], {
    cwd: root,
    stdio: ['ignore', 'pipe', 'inherit'],
    env: environment(databaseUrl),
  });
  const abort = () => child.kill('SIGTERM');
  signal.addEventListener('abort', abort, { once: true });
  let seen = 0;
  const reader = new TapReader(result => {
    seen += 1;
    report(result);
    counts.passed += result.passed;
    counts.failed += result.failures.length;
  });
  createInterface({ input: child.stdout }).on('line', line => reader.line(line));
  const [code] = (await once(child, 'close')) as [number | null];
  signal.removeEventListener('abort', abort);
  if (seen < files.length || (code !== 0 && counts.failed === 0)) {
    console.log(
      `✗ the test runner ended early (exit code ${code}): ${seen} of ${files.length} files were run`,
    );
    counts.failed += 1;
  }
  return counts;
}

async function run(root: string, paths: readonly string[], signal: AbortSignal): Promise<Counts> {
  const { unit, system } = selectTests(root, paths);
  if (system.length > 0) ensurePrograms();
  const dataDir = mkdtempSync(join(tmpdir(), 'ringbridge-tests-'));
  try {
    const database = await startPostgres({ dataDir, port: 0, signal });
    try {
      const total = { passed: 0, failed: 0 };
      for (const round of [
        { files: unit, jobs: 2, timeout: 180 },
        { files: system, jobs: 1, timeout: 900 },
      ]) {
        signal.throwIfAborted();
        const { passed, failed } = await runRound(root, round, database.url, signal);
        total.passed += passed;
        total.failed += failed;
      }
      return total;
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
