/** Starts the built-in media engine for a test, on free ports, and ends it by its own handle. */
import { type ChildProcess, spawn } from 'node:child_process';
import { randomBytes, randomInt } from 'node:crypto';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';

const engineMain = fileURLToPath(new URL('../../engine/media/main.js', import.meta.url));

/** The hold music that comes with Ringbridge. */
export const houseMusic = fileURLToPath(new URL('../../../prompts/music/hold-music-1.wav', import.meta.url));

export interface MediaEngineProcess {
  host: string;
  port: number;
  secret: string;
  process: ChildProcess;
  /** Ends it as a person would, and waits. */
  stop(): Promise<void>;
  /** Kills it as the system would, and waits. */
  kill(): Promise<void>;
}

export interface MediaEngineOptions {
  /** Further flags. */
  flags?: readonly string[];
  /** Control port, to start a second one where the first was. */
  port?: number;
  secret?: string;
  /** Flags of Node itself. */
  nodeFlags?: readonly string[];
}

export async function startMediaEngine(options: MediaEngineOptions = {}): Promise<MediaEngineProcess> {
  const { flags = [], port = 0, secret = randomBytes(16).toString('hex'), nodeFlags = [] } = options;
  // A window of the port range of its own: several tests run at the same time.
  const firstPort = 20_000 + 2 * randomInt(15_000);
  const child = spawn(
    process.execPath,
    [
      ...nodeFlags,
      engineMain,
      ...[
        '--control',
        `127.0.0.1:${port}`,
        '--rtp-ports',
        `${firstPort}-${firstPort + 1999}`,
        '--exit-with-parent',
      ],
      ...flags,
    ],
    { env: { ...process.env, RINGBRIDGE_MEDIA_SECRET: secret }, stdio: ['pipe', 'pipe', 'inherit'] },
  );
  const exited = once(child, 'exit');
  const [line] = await Promise.race([
    once(createInterface({ input: child.stdout! }), 'line'),
    exited.then(([code]) =>
      Promise.reject(new Error(`the media engine ended with ${code} before it was ready`)),
    ),
  ]);
  const [host, boundPort] = (JSON.parse(String(line)) as { control: string }).control.split(':') as [
    string,
    string,
  ];
  const end = async (signal: NodeJS.Signals) => {
    child.kill(signal);
    await exited;
  };
  return {
    host,
    port: Number(boundPort),
    secret,
    process: child,
    stop: () => end('SIGTERM'),
    kill: () => end('SIGKILL'),
  };
}
