/** A gateway's telephony with a database, a tenant, two agents, and a SIP server. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pino } from 'pino';
import { testDatabase } from '../../../test/support/database.js';
import type { SipServerUnderTest, TestSipServer } from '../../../test/support/sip-servers.js';
import { Announcements, connect, migrate, type Sql } from '../../store/index.js';
import {
  type CallFailure,
  createTelephony,
  type Dialplan,
  loadDialplan,
  PasswordBox,
  type PhoneInvitation,
  type SoftphoneCredential,
  type Telephony,
} from '../index.js';
import { controlWire } from './control-wire.js';
import type { Login } from './softphone.js';

interface Teardown {
  teardown(fn: () => unknown): unknown;
}

export interface Agent {
  tenantId: string;
  userId: string;
  sessionId: string;
}

export interface House {
  sql: Sql;
  server: TestSipServer;
  telephony: Telephony;
  agent: Agent;
  colleague: Agent;
  /** `tenantId/userId` of each change told. */
  changes: string[];
  /** Another telephony on the same database and SIP server: a gateway that was started again. */
  again(): Promise<Telephony>;
  /** The agent's company calls `number`; by this telephony, or by another one of the house. */
  callPhone(more?: Partial<PhoneInvitation>, from?: Telephony): ReturnType<Telephony['invitePhone']>;
  /** Replaces the dialplan files. */
  setDialplan(trunks: string, routes: string): void;
  /** Cuts the connection to the SIP server; it can be made again. */
  cutControl(): void;
  /** Types and data of the softphone events of a user, in order. */
  events(agent: Agent): Promise<{ type: string; data: unknown }[]>;
}

export const domain = 'softphone.example';
export const trunkPasswords = new PasswordBox('a key for tests');
export const offer =
  'v=0\r\no=- 1 1 IN IP4 127.0.0.1\r\ns=-\r\nc=IN IP4 127.0.0.1\r\nt=0 0\r\n' +
  'm=audio 40000 RTP/AVP 8 101\r\na=rtpmap:8 PCMA/8000\r\na=rtpmap:101 telephone-event/8000\r\na=sendrecv\r\n';

/** Of a telephone outside. */
export const number = '+821012345678';

/** The failure that a call has to come to. */
export const failure = (call: Promise<unknown>): Promise<CallFailure> =>
  call.then(
    () => Promise.reject(new Error('the call was answered')),
    (error: CallFailure) => error,
  );

/** A company whose number is proven to be its own. @returns its id */
export async function addCompany(sql: Sql, slug: string, own: string): Promise<string> {
  const [row] = await sql<{ id: string }[]>`
    with tenant as (
      insert into tenants (slug, name, countries, caller_id) values (${slug}, ${slug}, '{KR}', ${own}) returning id, caller_id
    )
    insert into tenant_numbers (tenant_id, number, verified_at) select id, caller_id, now() from tenant returning tenant_id as id`;
  return row!.id;
}

export const loginOf = ({ username, password }: SoftphoneCredential): Login => ({
  username,
  password,
  domain,
});

function writeDialplan(t: Teardown, trunks: string, routes: string): Dialplan {
  const folder = mkdtempSync(join(tmpdir(), 'dialplan-'));
  t.teardown(() => rmSync(folder, { recursive: true }));
  writeFileSync(join(folder, 'trunks.yaml'), trunks);
  writeFileSync(join(folder, 'outbound.yaml'), routes);
  return loadDialplan(folder, { TRUNK_PASSWORD: 'trunk password' });
}

export async function openHouse(t: Teardown, sipServer: SipServerUnderTest): Promise<House> {
  const { url } = await testDatabase(t);
  const sql = connect({ url, max: 4 });
  t.teardown(() => sql.end());
  await migrate(sql);
  const server = await sipServer.start(t);
  const changes: string[] = [];
  const logger = pino({ level: process.env.RINGBRIDGE_TEST_LOG ?? 'silent' });

  const wire = await controlWire(t, server.control);
  let current = writeDialplan(t, 'trunks: []', 'routes: []');
  const dialplan: Dialplan = {
    get trunks() {
      return current.trunks;
    },
    trunksFor: number => current.trunksFor(number),
    trunkAt: address => current.trunkAt(address),
  };

  const announcements = new Announcements(sql, error => logger.error({ err: error }, 'listener failed'));
  await announcements.start();
  t.teardown(() => announcements.stop());

  async function start() {
    const telephony = createTelephony({
      sql,
      logger,
      control: { ...server.control, host: '127.0.0.1', port: wire.port },
      softphone: {
        wsUrl: `ws://127.0.0.1:${server.wsPort}`,
        domain,
        credentialSeconds: 3600,
        iceServers: [],
      },
      ...{ dialplan, announcements, passwords: trunkPasswords, privateTrunks: true },
      onSoftphoneChange: (tenantId, userId) => changes.push(`${tenantId}/${userId}`),
    });
    t.teardown(() => telephony.stop());
    await telephony.start();
    return telephony;
  }

  const callerId = '+82212345678';
  const tenantId = await addCompany(sql, 'shop', callerId);
  const addAgent = async (email: string): Promise<Agent> => {
    const [row] = await sql<Agent[]>`
      with u as (
        insert into users (tenant_id, email, name, role, password_hash)
        values (${tenantId}, ${email}, 'Agent', 'agent', 'x') returning tenant_id, id
      )
      insert into sessions (tenant_id, user_id, token_hash, expires_at)
      select tenant_id, id, ${Buffer.from(email)}, now() + interval '8 hours' from u
      returning tenant_id as "tenantId", user_id as "userId", id as "sessionId"`;
    return row!;
  };
  const telephony = await start();
  return {
    sql,
    server,
    changes,
    telephony,
    agent: await addAgent('agent@shop.example'),
    colleague: await addAgent('colleague@shop.example'),
    again: start,
    callPhone: (more = {}, from = telephony) =>
      from.invitePhone({
        ...{ tenantId, number, callerId, interactionId: 'interaction', offer },
        signal: new AbortController().signal,
        ...more,
      }),
    setDialplan(trunks, routes) {
      current = writeDialplan(t, trunks, routes);
    },
    cutControl: wire.cut,
    events: ({ tenantId, userId }) => sql<{ type: string; data: unknown }[]>`
      select type, data from events where tenant_id = ${tenantId} and user_id = ${userId} order by id`,
  };
}
