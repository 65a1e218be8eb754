/** FreeSWITCH and Asterisk beside ours, where the settings of the tests name them: the same port, the same calls. */
import { pino } from 'pino';
import { connectAsteriskMedia, connectFreeswitch } from '../../../gateway/media/index.js';
import { startAsterisk } from '../../../test/support/asterisk.js';
import { freeswitches, freeswitchSettings, openSignalling } from '../../../test/support/freeswitch.js';
import { listenerOn } from '../usage.js';
import type { Bed } from './bed.js';
import { portBed } from './port-bed.js';

const logger = pino({ level: 'silent' });

/** What has to be undone, the last first. */
class Undoing {
  readonly #steps: (() => unknown)[] = [];

  teardown(step: () => unknown): void {
    this.#steps.unshift(step);
  }

  async run(): Promise<void> {
    for (const step of this.#steps.splice(0)) await step();
  }
}

/** A FreeSWITCH on this machine: its CPU is that of whoever listens on its event socket. */
export async function freeswitchBed(): Promise<Bed> {
  const undoing = new Undoing();
  const [named] = await freeswitches(undoing, 1);
  if (named === undefined) throw new Error('RINGBRIDGE_TEST_FREESWITCH names no FreeSWITCH');
  const server = await connectFreeswitch(await freeswitchSettings(undoing, named));
  undoing.teardown(() => server.close());
  return portBed(server, { server: listenerOn(named.esl.port) }, () => undoing.run());
}

/** An Asterisk of its own, from the folder that scripts/asterisk/ has made. */
export async function asteriskBed(folder: string, calls: number): Promise<Bed> {
  const undoing = new Undoing();
  const { pid, port, sipPort, password, houseMusic, sharedDir } = await startAsterisk(undoing, folder);
  const server = await connectAsteriskMedia({
    ...{ host: '127.0.0.1', port, sipPort, username: 'ringbridge', password, capacity: 2 * calls },
    ...{ houseMusic, sharedDir, signalling: await openSignalling(undoing, logger), owner: 'bench', logger },
  });
  undoing.teardown(() => server.close());
  return portBed(server, { server: pid }, () => undoing.run());
}
