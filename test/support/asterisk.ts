/** An Asterisk for the tests: the one in the folder that `RINGBRIDGE_TEST_ASTERISK` names (scripts/asterisk/). */
import { spawn } from 'node:child_process';
import { randomBytes, randomInt } from 'node:crypto';
import { once } from 'node:events';
import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { freePort } from '../../scripts/ports.js';
import { toneWav } from './audio.js';
import { endedWithParent } from './program.js';
import { freeUdpPort } from './sipp.js';

interface Teardown {
  teardown(fn: () => unknown): unknown;
}

export interface TestAsterisk {
  /** Of the process whose child it is. */
  pid: number;
  port: number;
  sipPort: number;
  password: string;
  /** A WAV file that it sees. */
  houseMusic: string;
  /** A folder that it sees. */
  sharedDir: string;
  /** Kills it as the system would, and waits. */
  kill(): Promise<void>;
}

/** The folder of the Asterisk to test with, or undefined. */
export const namedAsterisk = (): string | undefined => process.env.RINGBRIDGE_TEST_ASTERISK || undefined;

const root = fileURLToPath(new URL('../../..', import.meta.url));
/** A note that nobody in the tests sings. */
const musicHz = 523;
const startMs = 30_000;
/**
 * Starts it on free ports of 127.0.0.1, or where another one was. It sees the project's folder, which holds the tests'
 * files.
 */
export async function startAsterisk(
  t: Teardown,
  folder: string,
  earlier?: Pick<TestAsterisk, 'port' | 'sipPort' | 'password'>,
): Promise<TestAsterisk> {
  const shared = mkdtempSync(join(tmpdir(), 'asterisk-'));
  t.teardown(() => rmSync(shared, { recursive: true }));
  // Asterisk runs as a user of its own.
  chmodSync(shared, 0o755);
  const houseMusic = join(shared, 'music.wav');
  writeFileSync(houseMusic, toneWav(musicHz, 5000));
  const {
    port = await freePort(),
    sipPort = await freeUdpPort(),
    password = randomBytes(16).toString('hex'),
  } = earlier ?? {};
  const firstRtp = 30_000 + 2 * randomInt(15_000);
  const run = join(root, 'scripts/asterisk/run.sh');
  const child = spawn('bash', ['-c', endedWithParent, run, folder, root, shared], {
    env: {
      PATH: process.env.PATH,
      RINGBRIDGE_ASTERISK_ARI_PASSWORD: password,
      RINGBRIDGE_ASTERISK_ARI_PORT: String(port),
      RINGBRIDGE_ASTERISK_SIP_PORT: String(sipPort),
      RINGBRIDGE_ASTERISK_RTP_FIRST: String(firstRtp),
      RINGBRIDGE_ASTERISK_RTP_LAST: String(firstRtp + 999),
    },
    stdio: ['pipe', 'pipe', 'pipe'],
  });
  const exited = once(child, 'exit');
  let log = '';
  const note = (line: string) => {
    log += `${line}\n`;
    if (process.env.RINGBRIDGE_TEST_LOG) process.stderr.write(`${line}\n`);
  };
  createInterface({ input: child.stderr }).on('line', note);
  const lines = createInterface({ input: child.stdout }).on('line', note);
  const kill = async () => {
    child.stdin.end();
    await exited;
  };
  t.teardown(kill);
  const ready = new Promise<void>(resolve => {
    lines.on('line', line => line.startsWith('Asterisk Ready') && resolve());
  });
  const failed = exited.then(([code]) => Promise.reject(new Error(`Asterisk ended with ${code}:\n${log}`)));
  const late = once(AbortSignal.timeout(startMs), 'abort').then(() =>
    Promise.reject(new Error(`Asterisk was not ready in ${startMs} ms:\n${log}`)),
  );
  await Promise.race([ready, failed, late]);
  return { pid: child.pid as number, port, sipPort, password, houseMusic, sharedDir: shared, kill };
}

/** Settings of a whole gateway whose media it is. */
export function asteriskEnvironment({
  port,
  sipPort,
  password,
  sharedDir,
}: TestAsterisk): Record<string, string> {
  return {
    RINGBRIDGE_MEDIA: 'asterisk',
    RINGBRIDGE_ASTERISK_PORT: String(port),
    RINGBRIDGE_ASTERISK_SIP_PORT: String(sipPort),
    RINGBRIDGE_ASTERISK_PASSWORD: password,
    RINGBRIDGE_ASTERISK_FOLDER: sharedDir,
  };
}
