import { parseArgs } from 'node:util';
import { ipAddress, number, parsed, portRange, SettingError } from './flags.js';

export interface Settings {
  controlHost: string;
  controlPort: number;
  /** Login secret of the control socket; never on the command line. */
  secret: string;
  /** Address that RTP and WebRTC sockets are bound to. */
  address: string;
  /** Address that peers are told, where it differs (NAT). */
  externalAddress: string;
  rtpPorts: { first: number; last: number };
  /** One UDP port for all browsers; 0 takes a free one. */
  webrtcPort: number;
  rtpTimeoutMs: number;
  connectTimeoutMs: number;
  orphanGraceMs: number;
  maxEndpoints: number;
  /** How long an end that is asked for waits for the last endpoint. */
  drainMs: number;
  exitWithParent: boolean;
}

export const usage = `Usage: node dist/engine/media/main.js [settings]
  --control HOST:PORT        control socket (127.0.0.1:9023; port 0 takes a free one)
  --address IP               address for RTP and WebRTC (127.0.0.1)
  --external-address IP      address told to peers, when behind NAT (that of --address)
  --rtp-ports FIRST-LAST     UDP ports of plain RTP (20000-29999)
  --webrtc-port PORT         UDP port shared by all browsers (0: a free one)
  --rtp-timeout SECONDS      silence of RTP and RTCP after which a leg is lost (15)
  --connect-timeout SECONDS  time for ICE and DTLS once both sides know each other (20)
  --orphan-grace SECONDS     time for a gateway that went to come back to its endpoints (30)
  --max-endpoints N          endpoints held at once (4000)
  --drain SECONDS            asked to end, first wait so long for the calls under way (0)
  --exit-with-parent         end when standard input is closed
Environment: RINGBRIDGE_MEDIA_SECRET, the login secret of the control socket (required).`;

const options = {
  control: { type: 'string', default: '127.0.0.1:9023' },
  address: { type: 'string', default: '127.0.0.1' },
  'external-address': { type: 'string' },
  'rtp-ports': { type: 'string', default: '20000-29999' },
  'webrtc-port': { type: 'string', default: '0' },
  'rtp-timeout': { type: 'string', default: '15' },
  'connect-timeout': { type: 'string', default: '20' },
  'orphan-grace': { type: 'string', default: '30' },
  'max-endpoints': { type: 'string', default: '4000' },
  drain: { type: 'string', default: '0' },
  'exit-with-parent': { type: 'boolean', default: false },
  help: { type: 'boolean', default: false },
} as const;

/** Reads flags and environment. Returns undefined when help was asked for. @throws SettingError */
export function readSettings(args: readonly string[], environment: NodeJS.ProcessEnv): Settings | undefined {
  const flags = parsed(() => parseArgs({ args: [...args], options }).values);
  if (flags.help) return undefined;
  const secret = environment.RINGBRIDGE_MEDIA_SECRET ?? '';
  if (secret.length < 16) {
    throw new SettingError(
      'RINGBRIDGE_MEDIA_SECRET must be set in the environment, with 16 characters or more',
    );
  }
  const control = /^(.+):(\d{1,5})$/.exec(flags.control);
  if (control === null) throw new SettingError(`--control must be HOST:PORT, not ${flags.control}`);
  const address = ipAddress('--address', flags.address);
  if (isUnspecified(address) && flags['external-address'] === undefined) {
    throw new SettingError(
      `--address ${address} needs --external-address: peers must be told where to send to`,
    );
  }
  return {
    controlHost: (control[1] as string).replace(/^\[(.*)\]$/, '$1'),
    controlPort: number('--control', control[2] as string, 0, 65535),
    secret,
    address,
    externalAddress: ipAddress('--external-address', flags['external-address'] ?? address),
    rtpPorts: portRange(flags['rtp-ports']),
    webrtcPort: number('--webrtc-port', flags['webrtc-port'], 0, 65535),
    rtpTimeoutMs: number('--rtp-timeout', flags['rtp-timeout'], 1, 3600) * 1000,
    connectTimeoutMs: number('--connect-timeout', flags['connect-timeout'], 1, 300) * 1000,
    orphanGraceMs: number('--orphan-grace', flags['orphan-grace'], 0, 3600) * 1000,
    maxEndpoints: number('--max-endpoints', flags['max-endpoints'], 1, 30_000),
    drainMs: number('--drain', flags.drain, 0, 86_400) * 1000,
    exitWithParent: flags['exit-with-parent'],
  };
}

/** The address that stands for all of a machine's. */
export function isUnspecified(address: string): boolean {
  return address === '0.0.0.0' || address === '::';
}
