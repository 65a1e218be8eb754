/**
 * The FreeSWITCHes that RINGBRIDGE_TEST_FREESWITCH names, with the configuration in freeswitch-config/: the program
 * (`/usr/bin/freeswitch`), of which the tests start as many as they need, or those that run already,
 * `host:eslPort:password:sipPort`, several with commas between. They run on the machine of the tests, which play files to
 * them and read what they record.
 */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Logger, pino } from 'pino';
import {
  connectFreeswitch,
  type FreeswitchSettings,
  type MediaSignalling,
} from '../../gateway/media/index.js';
import type { ServerInvitation } from '../../gateway/telephony/index.js';
import { inviteServer, inviteServerToOffer } from '../../gateway/telephony/server-call.js';
import { SipServer } from '../../gateway/telephony/sip-server.js';
import { toneWav } from './audio.js';
import { type FreeswitchProcess, startFreeswitch } from './freeswitch-process.js';
import { sipServersUnderTest } from './sip-servers.js';

interface Teardown {
  teardown(fn: () => unknown): unknown;
}

export interface NamedFreeswitch {
  esl: { host: string; port: number; password: string };
  sip: string;
}

const named = process.env.RINGBRIDGE_TEST_FREESWITCH || undefined;
const program = named?.startsWith('/') ? named : undefined;

/** Those that run already. */
export function namedFreeswitches(): NamedFreeswitch[] {
  if (named === undefined || program !== undefined) return [];
  return named.split(',').map(one => {
    const [host = '', port, password = '', sipPort] = one.split(':');
    return { esl: { host, port: Number(port), password }, sip: `${host}:${sipPort}` };
  });
}

/** So many can be had. */
export const freeswitchCount = program === undefined ? namedFreeswitches().length : Number.POSITIVE_INFINITY;

/** Some that run already, or that many new ones: those can be killed. */
export async function freeswitches(
  t: Teardown,
  count: number,
): Promise<(NamedFreeswitch & Partial<FreeswitchProcess>)[]> {
  if (program === undefined) return namedFreeswitches().slice(0, count);
  return await Promise.all(Array.from({ length: count }, () => startFreeswitch(t, program)));
}

/** SIP towards a media server through a SIP server, as the gateway does it: the last one that the tests run on. */
export async function openSignalling(t: Teardown, logger: Logger) {
  const sipServer = sipServersUnderTest().at(-1);
  if (sipServer === undefined) throw new Error('no SIP server to test on');
  const { control } = await sipServer.start(t);
  const server = new SipServer(control, logger);
  await server.start();
  t.teardown(() => server.stop());
  return {
    inviteServer: (invitation: ServerInvitation & { offer: string }) =>
      inviteServer(server, invitation, logger),
    inviteServerToOffer: (invitation: ServerInvitation) => inviteServerToOffer(server, invitation, logger),
  };
}

/** Hold music of its own: two notes that no test uses. */
export function houseMusic(t: Teardown): string {
  const folder = mkdtempSync(join(tmpdir(), 'ringbridge-music-'));
  t.teardown(() => rmSync(folder, { recursive: true }));
  const file = join(folder, 'music.wav');
  writeFileSync(file, toneWav(523, 4000));
  return file;
}

export const testLogger = () => pino({ level: process.env.RINGBRIDGE_TEST_LOG ?? 'silent' });

let owners = 0;

/** The settings for one of them; each call is a gateway of its own. */
export async function freeswitchSettings(
  t: Teardown,
  { esl, sip }: NamedFreeswitch,
  signalling?: MediaSignalling,
): Promise<FreeswitchSettings> {
  const logger = testLogger();
  return {
    esl,
    sip,
    signalling: signalling ?? (await openSignalling(t, logger)),
    owner: `test-${process.pid}-${++owners}`,
    houseMusic: houseMusic(t),
    logger,
  };
}

/** Settings of a whole gateway whose media they are. */
export function freeswitchEnvironment(servers: readonly NamedFreeswitch[]): Record<string, string> {
  const list = servers.map(({ esl, sip }) => ({
    host: esl.host,
    eslPort: esl.port,
    sipPort: Number(sip.slice(sip.lastIndexOf(':') + 1)),
  }));
  return {
    RINGBRIDGE_MEDIA: 'freeswitch',
    RINGBRIDGE_FREESWITCH_SERVERS: JSON.stringify(list),
    RINGBRIDGE_FREESWITCH_PASSWORD: servers[0]?.esl.password ?? '',
  };
}

export { connectFreeswitch };
