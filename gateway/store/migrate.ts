import { readdir, readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import type { Sql } from './connection.js';
import { transaction } from './transaction.js';

export class SchemaError extends Error {
  override readonly name = 'SchemaError';
}

interface Migration {
  version: number;
  name: string;
  file: string;
}

const ownFolder = fileURLToPath(new URL('./migrations/', import.meta.url));

/** Any number that other applications in the same database do not use. */
const lockKey = 7_405_260_001;

/**
 * The migrations of a folder, `0001_name.sql` and so on, in order. Numbers may be left out: whoever works on a feature
 * takes a range of them.
 */
async function listMigrations(folder: string): Promise<Migration[]> {
  const files = (await readdir(folder)).filter(file => file.endsWith('.sql')).sort();
  const migrations = files.map(file => {
    const match = /^(\d{4})_([a-z0-9_]+)\.sql$/.exec(file);
    if (!match) throw new SchemaError(`${file}: expected a name like 0001_what_it_makes.sql`);
    return { version: Number(match[1]), name: match[2] ?? '', file };
  });
  migrations.forEach(({ version, file }, index) => {
    if (version === migrations[index - 1]?.version)
      throw new SchemaError(`${file}: the migration number ${version} is taken twice`);
  });
  return migrations;
}

/**
 * Brings the schema up to this version of the software, forward only, all or nothing: every migration that the database
 * has not had, also one whose number lies below the newest it has. Safe to call from several processes at once: one
 * migrates, the others wait.
 * @returns the names of the migrations that were applied now
 * @throws SchemaError when the database was written by a newer version
 */
export async function migrate(sql: Sql, folder = ownFolder): Promise<string[]> {
  const migrations = await listMigrations(folder);
  return await transaction(sql, async tx => {
    await tx`select pg_advisory_xact_lock(${lockKey})`;
    await tx`create table if not exists schema_migrations (
      version int primary key, name text not null, applied_at timestamptz not null default now())`;
    const had = new Set(
      (await tx<{ version: number }[]>`select version from schema_migrations`).map(row => row.version),
    );
    const known = new Set(migrations.map(({ version }) => version));
    const unknown = [...had].filter(version => !known.has(version));
    if (unknown.length > 0) {
      throw new SchemaError(
        `The database has had migration ${Math.max(...unknown)}, which this version of Ringbridge does not know. ` +
          'Start the newer version again, or restore a backup made before the upgrade.',
      );
    }
    const pending = migrations.filter(({ version }) => !had.has(version));
    for (const { version, name, file } of pending) {
      await tx.unsafe(await readFile(`${folder}/${file}`, 'utf8'));
      await tx`insert into schema_migrations (version, name) values (${version}, ${name})`;
    }
    return pending.map(migration => migration.name);
  });
}
