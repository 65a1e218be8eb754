/** The media engines that tests run on: the built-in one always, each other one when a setting names it. */
import { pino } from 'pino';
import {
  connectAsteriskMedia,
  connectBuiltinMedia,
  connectFreeswitch,
  type MediaServer,
} from '../../gateway/media/index.js';
import { namedAsterisk, startAsterisk } from './asterisk.js';
import { freeswitchCount, freeswitches, freeswitchSettings, openSignalling } from './freeswitch.js';
import { houseMusic, startMediaEngine } from './media-engine.js';

interface Teardown {
  teardown(fn: () => unknown): unknown;
}

export interface EngineUnderTest {
  name: string;
  /** A server of its own, closed with the test. */
  open(t: Teardown): Promise<MediaServer>;
}

const logger = pino({ level: process.env.RINGBRIDGE_TEST_LOG ?? 'silent' });
let owners = 0;

function closing(t: Teardown, server: MediaServer): MediaServer {
  t.teardown(() => server.close());
  return server;
}

async function builtin(t: Teardown): Promise<MediaServer> {
  const engine = await startMediaEngine({ flags: ['--rtp-timeout', '3'] });
  t.teardown(() => engine.stop());
  const { host, port, secret } = engine;
  return closing(
    t,
    await connectBuiltinMedia({ host, port, secret, houseMusic, owner: `test-${++owners}`, logger }),
  );
}

/** @param opus browsers are offered it */
export async function freeswitch(t: Teardown, opus = false): Promise<MediaServer> {
  const [address] = await freeswitches(t, 1);
  if (address === undefined) throw new Error('RINGBRIDGE_TEST_FREESWITCH names no FreeSWITCH');
  return closing(t, await connectFreeswitch({ ...(await freeswitchSettings(t, address)), opus }));
}

async function asterisk(t: Teardown, folder: string): Promise<MediaServer> {
  const { port, sipPort, password, houseMusic, sharedDir } = await startAsterisk(t, folder);
  const signalling = await openSignalling(t, logger);
  return closing(
    t,
    await connectAsteriskMedia({
      ...{ host: '127.0.0.1', port, sipPort, username: 'ringbridge', password, houseMusic, sharedDir },
      ...{ owner: `test-${++owners}`, capacity: 100, signalling, logger },
    }),
  );
}

export function enginesUnderTest(): EngineUnderTest[] {
  const engines: EngineUnderTest[] = [{ name: 'the built-in engine', open: builtin }];
  if (freeswitchCount > 0) engines.push({ name: 'FreeSWITCH', open: t => freeswitch(t) });
  const folder = namedAsterisk();
  if (folder !== undefined) engines.push({ name: 'Asterisk', open: t => asterisk(t, folder) });
  return engines;
}
