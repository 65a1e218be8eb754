import { randomBytes } from 'node:crypto';
import type { Logger } from 'pino';
import { defaultSipServerOptions } from '../sip/options.js';
import { startSipServer } from '../sip/server.js';
import { type Behaviour, behaviours } from './behaviours.js';
import { Challenge } from './challenge.js';
import { Handsets } from './handsets.js';
import { PhoneNetwork } from './network.js';
import type { Settings } from './settings.js';
import { greetingClip } from './voice.js';

export interface RunningNetwork {
  readonly udp: { host: string; port: number };
  /** Calls that are alive. */
  readonly calls: number;
  /** Phones that hold RTP ports. */
  readonly handsets: number;
  /** Ends every call and lets go of every port. Safe to call more than once. */
  close(): Promise<void>;
}

/**
 * The network with a SIP server of its own in this process, reached over an ephemeral control port.
 * @throws ListenError when the UDP port is taken
 */
export async function startPhoneNetwork(
  settings: Omit<Settings, 'exitWithParent'>,
  logger: Logger,
  table: readonly Behaviour[] = behaviours,
): Promise<RunningNetwork> {
  // Rendered before the first call, not within one.
  greetingClip();
  const secret = randomBytes(24).toString('hex');
  const sip = await startSipServer(
    {
      ...defaultSipServerOptions,
      control: { host: '127.0.0.1', port: 0 },
      udp: [settings.udp],
      secret,
      // The application lives and dies with this process: nobody comes back for its calls.
      userAgent: { ...defaultSipServerOptions.userAgent, orphanGraceMs: 0 },
    },
    { log: logger },
  );
  const { address, rtpPorts, rtpTimeoutMs, maxCalls, subscriber } = settings;
  const handsets = new Handsets({ address, rtpPorts, rtpTimeoutMs });
  const network = await PhoneNetwork.connect({
    control: { ...sip.control, secret },
    handsets,
    behaviours: table,
    ...(subscriber && { challenge: new Challenge(subscriber) }),
    maxCalls,
    logger,
  });
  let closing: Promise<void> | undefined;
  const close = async () => {
    await network.close();
    await sip.close();
  };
  return {
    udp: sip.udp[0]!,
    get calls() {
      return network.calls;
    },
    get handsets() {
      return handsets.inUse;
    },
    close: () => {
      closing ??= close();
      return closing;
    },
  };
}
