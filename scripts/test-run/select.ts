import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { SetupError } from '../setup-error.js';

const sourceFolders = ['gateway', 'engine', 'scripts', 'web-softphone', 'test'];

function testsBelow(root: string, folder: string): string[] {
  return readdirSync(join(root, folder), { withFileTypes: true })
    .sort((a, b) => a.name.localeCompare(b.name))
    .flatMap(entry => {
      const path = `${folder}/${entry.name}`;
      if (entry.isDirectory()) return testsBelow(root, path);
      return /\.test\.tsx?$/.test(entry.name) ? [path] : [];
    });
}

/** Those that take longest, most of it waiting: begun late, one of them would be left alone at the end. */
export const slow: readonly string[] = [
  'test/kill-matrix.test.ts',
  'test/several-gateways.test.ts',
  'test/restart.test.ts',
  'test/browser-accessibility.test.ts',
  'test/start.test.ts',
  'test/promise.test.ts',
  'test/database-away.test.ts',
  'test/customer-first.test.ts',
  'engine/sip/scenarios/timers.test.ts',
  'gateway/media/conformance/conformance.test.ts',
  'gateway/prompts/heard.test.ts',
];

function slowFirst(files: readonly string[]): string[] {
  return [...slow.filter(file => files.includes(file)), ...files.filter(file => !slow.includes(file))];
}

export interface Selection {
  /** Tests of one part. */
  unit: string[];
  /** Tests of the whole system, a handful of processes each. */
  system: string[];
}

/** The test files below the paths that were named, or all of them. Throws SetupError for a path without any. */
export function selectTests(root: string, paths: readonly string[]): Selection {
  const all = sourceFolders.flatMap(folder => testsBelow(root, folder));
  const wanted = paths.map(path => path.replace(/^\.\//, '').replace(/\/$/, ''));
  for (const path of wanted) {
    if (!all.some(file => file.startsWith(path))) throw new SetupError(`There is no test below ${path}.`);
  }
  const files = wanted.length === 0 ? all : all.filter(file => wanted.some(path => file.startsWith(path)));
  return {
    unit: slowFirst(files.filter(file => !file.startsWith('test/'))),
    system: slowFirst(files.filter(file => file.startsWith('test/'))),
  };
}

/** Where the build puts a test. */
export const builtFrom = (source: string) => `dist/${source.replace(/\.tsx?$/, '.js')}`;
