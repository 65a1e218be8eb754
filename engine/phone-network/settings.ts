import { isIP } from 'node:net';
import { parseArgs } from 'node:util';

/** Thrown for a setting that cannot be used: the sentence names the setting. */
export class SettingError extends Error {
  override readonly name = 'SettingError';
}

export interface Settings {
  /** Where the network takes calls. */
  udp: { host: string; port: number };
  /** Address of RTP, told to callers. */
  address: string;
  rtpPorts: { first: number; last: number };
  maxCalls: number;
  rtpTimeoutMs: number;
  /** Present: calls are challenged for this name and password. */
  subscriber: { realm: string; username: string; password: string } | undefined;
  exitWithParent: boolean;
}

export const usage = `Usage: node dist/engine/phone-network/main.js [settings]
  --udp HOST:PORT            where calls are taken (127.0.0.1:5090; port 0 takes a free one)
  --address IP               address of RTP (127.0.0.1)
  --rtp-ports FIRST-LAST     UDP ports of RTP (30000-30999)
  --max-calls N              calls at once (200)
  --rtp-timeout SECONDS      silence of RTP after which a call is ended (60)
  --username NAME            challenge calls for this name and the password in the environment
  --realm NAME               realm of the challenge (ringbridge-demo)
  --exit-with-parent         end when standard input is closed
Environment: RINGBRIDGE_PHONE_NETWORK_PASSWORD, with --username.`;

const options = {
  udp: { type: 'string', default: '127.0.0.1:5090' },
  address: { type: 'string', default: '127.0.0.1' },
  'rtp-ports': { type: 'string', default: '30000-30999' },
  'max-calls': { type: 'string', default: '200' },
  'rtp-timeout': { type: 'string', default: '60' },
  username: { type: 'string' },
  realm: { type: 'string', default: 'ringbridge-demo' },
  'exit-with-parent': { type: 'boolean', default: false },
  help: { type: 'boolean', default: false },
} as const;

/** Reads flags and environment. Returns undefined when help was asked for. @throws SettingError */
export function readSettings(args: readonly string[], environment: NodeJS.ProcessEnv): Settings | undefined {
  const flags = parse(args);
  if (flags.help) return undefined;
  const udp = /^\[?([^\]]+)\]?:(\d{1,5})$/.exec(flags.udp);
  if (udp === null) throw new SettingError(`--udp must be HOST:PORT, not ${flags.udp}`);
  return {
    udp: { host: ipAddress('--udp', udp[1] as string), port: number('--udp', udp[2] as string, 0, 65535) },
    address: ipAddress('--address', flags.address),
    rtpPorts: portRange(flags['rtp-ports']),
    maxCalls: number('--max-calls', flags['max-calls'], 1, 10_000),
    rtpTimeoutMs: number('--rtp-timeout', flags['rtp-timeout'], 1, 3600) * 1000,
    subscriber: subscriber(flags.username, flags.realm, environment.RINGBRIDGE_PHONE_NETWORK_PASSWORD),
    exitWithParent: flags['exit-with-parent'],
  };
}

function parse(args: readonly string[]) {
  try {
    return parseArgs({ args: [...args], options }).values;
  } catch (error) {
    throw new SettingError((error as Error).message);
  }
}

function subscriber(
  username: string | undefined,
  realm: string,
  password: string | undefined,
): Settings['subscriber'] {
  if (!username && !password) return undefined;
  if (!username || !password) {
    throw new SettingError(
      '--username and RINGBRIDGE_PHONE_NETWORK_PASSWORD go together: one of them is missing',
    );
  }
  for (const [flag, value] of [
    ['--username', username],
    ['--realm', realm],
  ] as const) {
    if (!/^[\w.@+-]{1,100}$/.test(value)) {
      throw new SettingError(`${flag} must be up to 100 letters, digits and . _ @ + -, not ${value}`);
    }
  }
  return { realm, username, password };
}

function number(flag: string, text: string, least: number, most: number): number {
  const value = Number(text);
  if (!/^\d+$/.test(text) || value < least || value > most) {
    throw new SettingError(`${flag} must be a whole number from ${least} to ${most}, not ${text}`);
  }
  return value;
}

function ipAddress(flag: string, text: string): string {
  if (isIP(text) === 0) throw new SettingError(`${flag} must be an IP address, not ${text}`);
  return text;
}

function portRange(text: string): { first: number; last: number } {
  const match = /^(\d{1,5})-(\d{1,5})$/.exec(text);
  const [first, last] = [Number(match?.[1]), Number(match?.[2])];
  if (match === null || first < 1024 || last > 65535 || last - first < 3) {
    throw new SettingError(
      `--rtp-ports must be FIRST-LAST within 1024-65535 and hold two pairs at least, not ${text}`,
    );
  }
  return { first, last };
}
