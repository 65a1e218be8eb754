import { readdir, readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import type { Sql } from './connection.js';

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

/** The migrations of a folder, `0001_name.sql` and so on, in order and without gaps. */
async function listMigrations(folder: string): Promise<Migration[]> {
  const files = (await readdir(folder)).filter(file => file.endsWith('.sql')).sort();
  return files.map((file, index) => {
    const match = /^(\d{4})_([a-z0-9_]+)\.sql$/.exec(file);
    const version = Number(match?.[1]);
    if (version !== index + 1) throw new SchemaError(`${file}: expected migration number ${index + 1}`);
    return { version, name: match?.[2] ?? '', file };
  });
}

/**
 * Brings the schema up to this version of the software, forward only, all or nothing. Safe to call from several
 * processes at once: one migrates, the others wait.
 * @returns the names of the migrations that were applied now
 * @throws SchemaError when the database was written by a newer version
 */
export async function migrate(sql: Sql, folder = ownFolder): Promise<string[]> {
  const migrations = await listMigrations(folder);
  return await sql.begin(async tx => {
    await tx`select pg_advisory_xact_lock(${lockKey})`;
    await tx`create table if not exists schema_migrations (
      version int primary key, name text not null, applied_at timestamptz not null default now())`;
    const [row] = await tx<
      { version: number }[]
    >`select coalesce(max(version), 0)::int as version from schema_migrations`;
    const current = row?.version ?? 0;
    if (current > migrations.length) {
      throw new SchemaError(
        `The database has schema version ${current}, this version of Ringbridge knows ${migrations.length}. ` +
          'Start the newer version again, or restore a backup made before the upgrade.',
      );
    }
    const pending = migrations.slice(current);
    for (const { version, name, file } of pending) {
      await tx.unsafe(await readFile(`${folder}/${file}`, 'utf8'));
      await tx`insert into schema_migrations (version, name) values (${version}, ${name})`;
    }
    return pending.map(migration => migration.name);
  });
}
