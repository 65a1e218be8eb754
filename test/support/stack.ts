/** Everything that runs, as processes on free ports of 127.0.0.1: database, SIP server, media engine, gateway. */

import { randomBytes, randomInt } from 'node:crypto';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { connect, type Sql } from '../../gateway/store/index.js';
import { Api } from './api.js';
import { type TestDatabase, testDatabase } from './database.js';
import { eventually } from './eventually.js';
import { ownPort } from './ports.js';
import { type Program, startProgram } from './program.js';
import { startStackMedia } from './stack-media.js';

interface Teardown {
  teardown(fn: () => unknown): unknown;
}

export interface StackOptions {
  /** Further settings of the gateway, as variables. */
  env?: Record<string, string>;
  /** Flags of Node itself for the servers, for example `--cpu-prof`. */
  nodeFlags?: readonly string[];
  /** Where a second trunk leads, for numbers that begin with +1. */
  abroadPort?: number;
  /** A third trunk that we register with, on this UDP port, with this account and the trunks' password. */
  carrier?: { port: number; account: string };
  /** Further flags of the media engine, and of the SIP server. */
  mediaFlags?: readonly string[];
  sipFlags?: readonly string[];
  /** The database; by default one of its own on the server that all tests share. */
  database?: TestDatabase;
  /** Where the gateway reaches the database that is at this URL; by default there. */
  databaseVia?: (url: string) => Promise<string>;
  /** Where softphones reach the SIP server whose WebSocket is at this URL; by default there. */
  softphonesVia?: (url: string) => Promise<string>;
}

export interface Stack {
  /** Where the gateway listens. */
  url: string;
  api: Api;
  sql: Sql;
  /** Where the trunk leads: whoever listens on this UDP port is the telephone network. */
  trunkPort: number;
  sipUdpPort: number;
  sipWsPort: number;
  gateway(): Program<{ url: string }>;
  /** Ends the gateway in the given way and starts it again on the same ports and data. */
  restartGateway(signal?: NodeJS.Signals, meanwhile?: () => unknown): Promise<void>;
  /** One more gateway over the same database and engines, with an address of its own. */
  addGateway(env?: Record<string, string>): Promise<FurtherGateway>;
  killMedia(): Promise<void>;
  killSip(): Promise<void>;
  /** Kills it as the system would, and starts it again where it was. */
  restartMedia(): Promise<void>;
  restartSip(): Promise<void>;
  /** Process ids, for looking at what they use. A server that is not ours has none. */
  pids(): { gateway: number; media: number | undefined; sip: number | undefined };
  /** Answered calls outlive the gateway: SIP server and media engine keep them for the next one. */
  keepsCalls: boolean;
  /** The media engine tells silence from sound. */
  noticesSilence: boolean;
}

export interface FurtherGateway {
  url: string;
  api: Api;
  program: Program<{ url: string }>;
}

/** For how long the engines keep calls for the next gateway: far longer than a busy machine needs to start one. */
const orphanGrace = ['--orphan-grace', '120'];

export const demoPassword = 'a-demo-password-for-tests';
export const trunkPassword = 'a-trunk-password-for-tests';

interface SipServer {
  control: string;
  secret: string;
  udpPort: number;
  wsPort: number;
  pid(): number | undefined;
  kill(): Promise<void>;
  restart(): Promise<void>;
}

/** The built-in one, or the drachtio-server that RINGBRIDGE_TEST_DRACHTIO names: host:port:secret:udpPort:wsPort. */
async function startSipServer(
  t: Teardown,
  nodeFlags: readonly string[],
  flags: readonly string[],
): Promise<SipServer> {
  const drachtio = process.env.RINGBRIDGE_TEST_DRACHTIO;
  if (drachtio) {
    const [host = '', port = '', secret = '', udpPort = '', wsPort = ''] = drachtio.split(':');
    const kill = () => Promise.reject(new Error('this SIP server is not ours to kill'));
    return {
      control: `${host}:${port}`,
      secret,
      udpPort: Number(udpPort),
      wsPort: Number(wsPort),
      pid: () => undefined,
      kill,
      restart: kill,
    };
  }
  const secret = randomBytes(16).toString('hex');
  const folder = mkdtempSync(join(tmpdir(), 'ringbridge-sip-'));
  const start = (control: string, udp: string, ws: string) =>
    startProgram<{ control: string; udp: [string]; ws: [string] }>(
      'engine/sip/main.js',
      [
        ...['--control', control, '--udp', udp, '--ws', ws],
        ...[...orphanGrace, '--ringing', join(folder, 'ringing'), ...flags],
      ],
      { RINGBRIDGE_SIP_SECRET: secret },
      nodeFlags,
    );
  const any = '127.0.0.1:0';
  let server = await start(any, any, any);
  const {
    control,
    udp: [udp],
    ws: [ws],
  } = server.ready;
  t.teardown(async () => {
    await server.end();
    rmSync(folder, { recursive: true, force: true });
  });
  const portOf = (address: string) => Number(address.slice(address.lastIndexOf(':') + 1));
  return {
    control,
    secret,
    udpPort: portOf(udp),
    wsPort: portOf(ws),
    pid: () => server.child.pid,
    kill: () => server.end('SIGKILL'),
    async restart() {
      await server.end('SIGKILL');
      server = await start(control, udp, ws);
    },
  };
}

function writeDialplan(
  t: Teardown,
  trunkPort: number,
  { abroadPort, carrier }: Pick<StackOptions, 'abroadPort' | 'carrier'>,
): string {
  const folder = mkdtempSync(join(tmpdir(), 'ringbridge-dialplan-'));
  t.teardown(() => rmSync(folder, { recursive: true, force: true }));
  const trunk = (name: string, port: number, account = 'ringbridge') =>
    `  - name: ${name}\n    address: sip:127.0.0.1:${port}\n    auth: {username: ${account}, passwordEnv: TRUNK_PASSWORD}\n`;
  const route = (prefix: string, name: string) => `  - prefix: "${prefix}"\n    trunks: [${name}]\n`;
  const [trunks, routes] = [[trunk('telco', trunkPort)], [route('+82', 'telco')]];
  if (abroadPort !== undefined) {
    trunks.push(trunk('abroad', abroadPort));
    routes.push(route('+1', 'abroad'));
  }
  if (carrier) trunks.push(`${trunk('carrier', carrier.port, carrier.account)}    registerSeconds: 60\n`);
  writeFileSync(join(folder, 'trunks.yaml'), `trunks:\n${trunks.join('')}`);
  writeFileSync(join(folder, 'outbound.yaml'), `routes:\n${routes.join('')}`);
  return folder;
}

export async function startStack(
  t: Teardown,
  {
    env = {},
    nodeFlags = [],
    mediaFlags = [],
    sipFlags = [],
    abroadPort,
    carrier,
    database,
    databaseVia = async url => url,
    softphonesVia = async url => url,
  }: StackOptions = {},
): Promise<Stack> {
  const { url: databaseUrl } = database ?? (await testDatabase(t));
  const sql = connect({ url: databaseUrl, max: 4 });
  t.teardown(() => sql.end());
  const [sip, media, httpPort, trunkPort] = await Promise.all([
    startSipServer(t, nodeFlags, sipFlags),
    startStackMedia(t, { nodeFlags, flags: [...orphanGrace, ...mediaFlags] }),
    ownPort('tcp'),
    ownPort('udp'),
  ]);
  const dataDir = mkdtempSync(join(tmpdir(), 'ringbridge-data-'));
  mkdirSync(dataDir, { recursive: true });
  t.teardown(() => rmSync(dataDir, { recursive: true, force: true }));
  const url = `http://127.0.0.1:${httpPort}`;
  const settings: Record<string, string> = {
    TRUNK_PASSWORD: trunkPassword,
    RINGBRIDGE_DATA_DIR: dataDir,
    RINGBRIDGE_DATABASE_URL: await databaseVia(databaseUrl),
    RINGBRIDGE_DEMO_PASSWORD: demoPassword,
    RINGBRIDGE_DIALPLAN_DIR: writeDialplan(t, trunkPort, { abroadPort, carrier }),
    RINGBRIDGE_HTTP_PORT: String(httpPort),
    RINGBRIDGE_PUBLIC_URL: url,
    RINGBRIDGE_LOG_LEVEL: 'debug',
    // A machine that is busy is nobody who is not there; whoever tests that gives less.
    RINGBRIDGE_DESKTOP_ANSWER_SECONDS: '20',
    RINGBRIDGE_LOGINS_PER_MINUTE: '1000',
    RINGBRIDGE_CALLBACKS_PER_MINUTE: '100000',
    RINGBRIDGE_SIP_SERVER: sip.control,
    RINGBRIDGE_SIP_SECRET: sip.secret,
    RINGBRIDGE_SOFTPHONE_WS_URL: await softphonesVia(`ws://127.0.0.1:${sip.wsPort}`),
    ...media.env,
    ...env,
  };
  let gateway = await startProgram<{ url: string }>('gateway/main.js', [], settings, nodeFlags);
  t.teardown(() => gateway.end());
  return {
    url,
    api: new Api(url),
    sql,
    trunkPort,
    sipUdpPort: sip.udpPort,
    sipWsPort: sip.wsPort,
    gateway: () => gateway,
    async restartGateway(signal = 'SIGTERM', meanwhile = () => undefined) {
      await gateway.end(signal);
      await meanwhile();
      gateway = await startProgram('gateway/main.js', [], settings, nodeFlags);
    },
    async addGateway(env = {}) {
      const port = await ownPort('tcp');
      const url = `http://127.0.0.1:${port}`;
      const own = { ...settings, RINGBRIDGE_HTTP_PORT: String(port), RINGBRIDGE_PUBLIC_URL: url, ...env };
      const program = await startProgram<{ url: string }>('gateway/main.js', [], own, nodeFlags);
      t.teardown(() => program.end());
      return { url, api: new Api(url), program };
    },
    killMedia: () => media.kill(),
    killSip: () => sip.kill(),
    restartMedia: () => media.restart(),
    restartSip: () => sip.restart(),
    pids: () => ({ gateway: gateway.child.pid!, media: media.pid(), sip: sip.pid() }),
    keepsCalls: media.keepsCalls && sip.pid() !== undefined,
    noticesSilence: media.noticesSilence,
  };
}

/** Resolves when the gateway, and all that it needs, is there again. */
export async function allReady({ url }: Stack): Promise<void> {
  await eventually(
    'all parts are ready',
    async () => {
      const answer = await fetch(`${url}/readyz`, { headers: { connection: 'close' } }).catch(
        () => undefined,
      );
      return answer?.ok;
    },
    30_000,
  );
}

/** A demo number nobody else in this process has asked with. */
export function nextNumber(): string {
  return `+82105${randomInt(1_000_000, 9_700_000)}`;
}

export interface LeftOver {
  /** Agents engaged with something. */
  engaged: number;
  /** Legs that have not ended. */
  legs: number;
}

export const nothing: LeftOver = { engaged: 0, legs: 0 };

/** Who is still engaged and what still rings or talks: as soon as it is nothing, or what it is after half a minute. */
export async function leftOver({ sql }: Stack): Promise<LeftOver> {
  let left = nothing;
  const looked = async () => {
    [left = nothing] = await sql<LeftOver[]>`select
      (select count(*)::int from agents where interaction_id is not null) as engaged,
      (select count(*)::int from legs where state <> 'ended') as legs`;
    return left.engaged === 0 && left.legs === 0;
  };
  return await eventually('nothing is left', looked, 30_000).then(
    () => nothing,
    () => left,
  );
}

/** Resolves when the INVITE to the customer is out and on the books. */
export async function phoneRings({ sql }: Stack, id: string): Promise<void> {
  const called = async () => {
    const legs =
      await sql`select from legs where interaction_id = ${id} and role = 'customer' and call_id is not null`;
    return legs.length > 0;
  };
  await eventually('the phone is called', called);
}
