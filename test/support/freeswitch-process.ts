/** A FreeSWITCH of the tests' own: the program that RINGBRIDGE_TEST_FREESWITCH names, on free ports. */
import { spawn } from 'node:child_process';
import { randomBytes, randomInt } from 'node:crypto';
import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { connectWithin } from '../../gateway/media/connecting.js';
import { type EslAddress, EslConnection } from '../../gateway/media/freeswitch/esl-connection.js';
import { MediaError } from '../../gateway/media/index.js';
import { freePort } from '../../scripts/ports.js';
import { endedWithParent } from './program.js';
import { freeUdpPort } from './sipp.js';

interface Teardown {
  teardown(fn: () => unknown): unknown;
}

export interface FreeswitchProcess {
  esl: EslAddress;
  sip: string;
  /** Kills it as the system would, and waits. */
  kill(): Promise<void>;
}

const configuration = fileURLToPath(new URL('../../../freeswitch-config', import.meta.url));
const startMs = 30_000;
/** Audio is above the ports that the kernel gives out, which would be taken now and then. */
const rtpPorts = { first: 61_000, last: 65_500, each: 300 };

/** A range of ports for one server alone: its first port is held as long as the server runs. */
async function holdRtpPorts(): Promise<{ first: number; last: number; release(): void }> {
  const { first, last, each } = rtpPorts;
  const slots = Math.floor((last - first) / each);
  for (let slot = randomInt(slots), tries = 0; tries < slots; slot = (slot + 1) % slots, tries++) {
    const holder = createSocket('udp4');
    const held = once(holder, 'listening').then(
      () => true,
      () => false,
    );
    holder.bind(first + slot * each, '127.0.0.1');
    if (!(await held)) continue;
    holder.unref();
    return {
      first: first + slot * each + 2,
      last: first + (slot + 1) * each - 1,
      release: () => holder.close(),
    };
  }
  throw new Error('no range of ports is left for the audio of one more FreeSWITCH');
}

export async function startFreeswitch(t: Teardown, program: string): Promise<FreeswitchProcess> {
  const home = mkdtempSync(join(tmpdir(), 'freeswitch-'));
  const folders = ['log', 'db', 'run'].flatMap(name => {
    mkdirSync(join(home, name));
    return [`-${name}`, join(home, name)];
  });
  const [port, sipPort] = [await freePort(), await freeUdpPort()];
  const password = randomBytes(16).toString('hex');
  const rtp = await holdRtpPorts();
  const flags = ['-nonat', '-nf', '-nc', '-conf', configuration, ...folders];
  const child = spawn('bash', ['-c', endedWithParent, program, ...flags], {
    env: {
      PATH: process.env.PATH,
      FREESWITCH_ESL_PASSWORD: password,
      FREESWITCH_ESL_PORT: String(port),
      FREESWITCH_SIP_PORT: String(sipPort),
      FREESWITCH_RTP_PORT_FIRST: String(rtp.first),
      FREESWITCH_RTP_PORT_LAST: String(rtp.last),
    },
    stdio: ['pipe', 'ignore', 'ignore'],
  });
  const exited = once(child, 'exit');
  const kill = async () => {
    child.stdin.end();
    await exited;
  };
  t.teardown(async () => {
    await kill();
    rtp.release();
    rmSync(home, { recursive: true, force: true });
  });
  const esl = { host: '127.0.0.1', port, password };
  const failed = exited.then(([code]) => Promise.reject(new Error(`FreeSWITCH ended with ${code}`)));
  await Promise.race([connectWithin(startMs, () => ready(esl), AbortSignal.timeout(startMs)), failed]);
  return { esl, sip: `127.0.0.1:${sipPort}`, kill };
}

/** It takes commands before it takes calls. */
async function ready(esl: EslAddress): Promise<void> {
  const connection = await EslConnection.open(esl, { event: () => undefined, closed: () => undefined });
  const profiles = await connection.api('sofia status');
  connection.close();
  if (!/RUNNING/.test(profiles)) throw new MediaError('engine_unavailable', 'FreeSWITCH takes no calls yet');
}
