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

export interface Selection {
  /** Tests of one part, which do not disturb one another: in parallel. */
  unit: string[];
  /** Tests of the whole system, which want the machine for themselves: one at a time. */
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
    unit: files.filter(file => !file.startsWith('test/')),
    system: files.filter(file => file.startsWith('test/')),
  };
}

/** Where the build puts a test. */
export const builtFrom = (source: string) => `dist/${source.replace(/\.tsx?$/, '.js')}`;
