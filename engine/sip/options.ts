/** The server's settings with their defaults. */
import type { TlsIdentity } from './control/door.js';
import { defaultUserAgentOptions, type UserAgentOptions } from './dialog/options.js';
import { defaultMessageLimits, type MessageLimits } from './message/limits.js';
import { defaultTimers, type Timers } from './transaction/timers.js';
import type { Protocol } from './transport/transport.js';

export interface ListenAddress {
  host: string;
  /** 0: any free port. */
  port: number;
}

export const protocols = ['udp', 'ws'] as const satisfies readonly Protocol[];

/** Addresses by protocol. */
export type Listeners = Record<(typeof protocols)[number], ListenAddress[]>;

export interface SipServerOptions extends Listeners {
  control: ListenAddress;
  /** The control port over TLS; none when absent. It needs the identity. */
  controlTls?: ListenAddress;
  controlTlsIdentity?: TlsIdentity;
  /** The control secret. */
  secret: string;
  /** What peers are told as our address, for a server behind a NAT. */
  externalAddress?: string;
  /** A name server that is asked in place of the machine's own ones. */
  dnsServer?: ListenAddress;
  limits: MessageLimits;
  timers: Timers;
  userAgent: UserAgentOptions;
  maxTransactions: number;
  /** SIP connections (WebSocket). */
  maxFlows: number;
  maxControlConnections: number;
  /** How long the server waits for answers to its goodbye. */
  drainMs: number;
  /** A connection that gives no sign of life for two of these intervals is dropped. */
  pingIntervalMs: number;
}

export const defaultSipServerOptions = {
  udp: [],
  ws: [],
  limits: defaultMessageLimits,
  timers: defaultTimers,
  userAgent: defaultUserAgentOptions,
  maxTransactions: 200_000,
  maxFlows: 16_384,
  maxControlConnections: 64,
  drainMs: 2_000,
  pingIntervalMs: 12_000,
} satisfies Partial<SipServerOptions>;
