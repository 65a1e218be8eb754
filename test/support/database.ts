import { randomBytes } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import connect from 'postgres';
import { startPostgres } from '../../scripts/postgres/index.js';

/** What of a tap test is needed here. */
interface Teardown {
  teardown(fn: () => unknown): unknown;
}

export interface TestDatabase {
  /** Of an empty database that nobody else uses; its role may do everything. */
  url: string;
}

/** `npm test` runs one server for all test files; a file run alone starts one for itself. */
async function server(): Promise<{ url: string; stop(): Promise<void> }> {
  const shared = process.env.RINGBRIDGE_TEST_DATABASE_URL;
  if (shared) return { url: shared, stop: async () => undefined };
  const dataDir = mkdtempSync(join(tmpdir(), 'ringbridge-test-'));
  const own = await startPostgres({ dataDir, port: 0 });
  return {
    url: own.url,
    stop: async () => {
      await own.stop();
      rmSync(dataDir, { recursive: true, force: true });
    },
  };
}

async function administer(url: string, statement: string) {
  const sql = connect(url, { max: 1, onnotice: () => undefined });
  try {
    await sql.unsafe(statement);
  } finally {
    await sql.end();
  }
}

/** A fresh database, dropped (with whoever is still connected) when the test `t` is torn down. */
export async function testDatabase(t: Teardown): Promise<TestDatabase> {
  const admin = await server();
  const name = `test_${process.pid}_${randomBytes(4).toString('hex')}`;
  await administer(admin.url, `create database ${name}`);
  t.teardown(async () => {
    await administer(admin.url, `drop database if exists ${name} with (force)`);
    await admin.stop();
  });
  const url = new URL(admin.url);
  url.pathname = `/${name}`;
  return { url: url.href };
}

export interface OwnDatabase extends TestDatabase {
  /** Kills the server as the system would, and starts it again where it was. */
  restart(): Promise<void>;
}

/** A server of one's own. */
export async function ownDatabase(t: Teardown): Promise<OwnDatabase> {
  const dataDir = mkdtempSync(join(tmpdir(), 'ringbridge-own-'));
  let server = await startPostgres({ dataDir, port: 0 });
  t.teardown(async () => {
    await server.stop();
    rmSync(dataDir, { recursive: true, force: true });
  });
  const { url, port } = server;
  return {
    url,
    async restart() {
      process.kill(server.pid, 'SIGKILL');
      await server.exited;
      server = await startPostgres({ dataDir, port });
    },
  };
}
