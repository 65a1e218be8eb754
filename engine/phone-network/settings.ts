import { parseArgs } from 'node:util';
import { ipAddress, number, parsed, portRange, SettingError } from '../media/flags.js';

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
  const flags = parsed(() => parseArgs({ args: [...args], options }).values);
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
