/** Agents by the hundred: accounts and logins put into the store, softphones registered over UDP, ready for calls. */
import { createHash, randomBytes } from 'node:crypto';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Sql } from '../../../gateway/store/index.js';
import type { Api } from '../../../test/support/api.js';
import type { Stack } from '../../../test/support/stack.js';
import { freePort } from '../../ports.js';
import { SippRun } from '../sipp-run.js';
import { scenario } from './scenario.js';

/** The queue that the callbacks are for; the demo's own agents are offline. */
export const queue = 'sales';

/** As many logins as agents, by their tokens. A real login hashes its password slowly, on purpose: not what is measured. */
async function signIn(sql: Sql, count: number): Promise<string[]> {
  const tokens = Array.from({ length: count }, () => randomBytes(32).toString('base64url'));
  const hashes = tokens.map(token => createHash('sha256').update(token).digest('hex'));
  await sql`update queues set wrap_up_seconds = 0 where key = ${queue}`;
  await sql`
    with person as (
      insert into users (tenant_id, email, name, role, password_hash)
      select q.tenant_id, 'robot' || n || '@demo.example', 'Robot ' || n, 'agent', '!'
      from queues q, generate_series(1, ${count}) n where q.key = ${queue}
      returning tenant_id, id
    ), agent as (
      insert into agents (tenant_id, user_id) select tenant_id, id from person
    ), serves as (
      insert into agent_queues (tenant_id, user_id, queue_id)
      select p.tenant_id, p.id, q.id from person p join queues q on q.tenant_id = p.tenant_id and q.key = ${queue}
    )
    insert into sessions (tenant_id, user_id, token_hash, expires_at)
    select tenant_id, id, decode((${hashes}::text[])[row_number() over ()], 'hex'), now() + interval '12 hours' from person`;
  return tokens;
}

interface Credential {
  uri: string;
  username: string;
  password: string;
}

async function credentialOf(api: Api, token: string): Promise<Credential> {
  const { status, body } = await api.call<Credential>('GET', '/api/v1/me/softphone', { token });
  if (status !== 200) throw new Error(`no softphone credential: ${status} ${JSON.stringify(body)}`);
  return body;
}

async function beReady(api: Api, token: string): Promise<void> {
  const { status, body } = await api.call('PUT', '/api/v1/me/state', { token, body: { state: 'ready' } });
  if (status !== 200) throw new Error(`agent not ready: ${status} ${JSON.stringify(body)}`);
}

/** Does it for each, one after the other: it is set-up, and no part of the load. */
async function forEach<T, R>(items: readonly T[], act: (item: T) => Promise<R>): Promise<R[]> {
  const results: R[] = [];
  for (const item of items) results.push(await act(item));
  return results;
}

/**
 * Makes `count` agents who are ready and whose softphones, all of them, are at one UDP port of 127.0.0.1.
 * @returns the tokens of their logins
 */
export async function hireAgents(
  { sql, api, sipUdpPort }: Stack,
  { count, phonePort, folder }: { count: number; phonePort: number; folder: string },
): Promise<string[]> {
  const tokens = await signIn(sql, count);
  const credentials = await forEach(tokens, token => credentialOf(api, token));
  const domain = credentials[0]!.uri.split('@')[1]!;
  mkdirSync(folder, { recursive: true });
  const lines = credentials.map(
    ({ username, password }) => `${username};[authentication username=${username} password=${password}]`,
  );
  writeFileSync(join(folder, 'agents.csv'), `SEQUENTIAL\n${lines.join('\n')}\n`, { mode: 0o600 });
  const registration = await SippRun.start({
    scenario: scenario('register'),
    folder,
    port: await freePort(),
    calls: count,
    keys: { domain, phone_port: String(phonePort) },
    args: ['-inf', 'agents.csv', '-auth_uri', domain, '-r', '50', `127.0.0.1:${sipUdpPort}`],
  });
  const { failedCalls } = await registration.finish(60);
  const [row] = await sql<{ registered: number }[]>`select count(*)::int as registered from registrations`;
  if (row?.registered !== count)
    throw new Error(`${row?.registered} of ${count} softphones registered, ${failedCalls} refused`);
  await forEach(tokens, token => beReady(api, token));
  return tokens;
}
