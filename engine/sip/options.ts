/** The server's settings with their defaults. */
import type { OutboundOptions } from './control/outbound/request-handlers.js';
import { defaultUserAgentOptions, type UserAgentOptions } from './dialog/options.js';
import { defaultGuardOptions, type GuardOptions } from './guard/options.js';
import { defaultMessageLimits, type MessageLimits } from './message/limits.js';
import { defaultProxyOptions, type ProxyOptions } from './proxy/options.js';
import { defaultTimers, type Timers } from './transaction/timers.js';
import { type ConnectionLimits, defaultConnectionLimits } from './transport/connection-limits.js';
import type { TlsFiles } from './transport/credentials.js';
import type { Protocol } from './transport/transport.js';

export interface ListenAddress {
  host: string;
  /** 0: any free port. */
  port: number;
  /** What peers are told in its place, behind a NAT. */
  externalHost?: string;
}

/** Addresses by protocol. */
export type Listeners = Record<Protocol, ListenAddress[]>;

export interface SipServerOptions extends Listeners {
  control: ListenAddress;
  /** The control port over TLS; none when absent. It needs the files. */
  controlTls?: ListenAddress;
  controlTlsFiles?: TlsFiles;
  /** The control secret. */
  secret: string;
  /** What peers are told as our address, for a server behind a NAT; a listener may have one of its own. */
  externalAddress?: string;
  /** A name server that is asked in place of the machine's own ones. */
  dnsServer?: ListenAddress;
  limits: MessageLimits;
  timers: Timers;
  userAgent: UserAgentOptions;
  proxy: ProxyOptions;
  maxTransactions: number;
  guard: GuardOptions;
  /** Counters over HTTP; none when absent. */
  metrics?: ListenAddress;
  /** Where INVITEs are noted that ring, for the next run to cancel those of a killed one; nowhere when absent. */
  ringingFile?: string;
  /** Where each call gets a pcap file; none when absent. */
  traceFolder?: string;
  /** The newest that are kept there. */
  traceFiles: number;
  /** Needed to listen for TLS and WSS. */
  tlsFiles?: TlsFiles;
  /** SIP connections: all but UDP. */
  maxFlows: number;
  connections: ConnectionLimits;
  maxControlConnections: number;
  /** How long the server waits for answers to its goodbye. */
  drainMs: number;
  /** Requests for which the server looks for the application itself. */
  outbound: OutboundOptions;
  /** Applications are told of each call by cdr events. */
  recordCalls: boolean;
  /** A connection that gives no sign of life for two of these intervals is dropped. */
  pingIntervalMs: number;
}

export const defaultSipServerOptions = {
  udp: [],
  tcp: [],
  tls: [],
  ws: [],
  wss: [],
  limits: defaultMessageLimits,
  timers: defaultTimers,
  userAgent: defaultUserAgentOptions,
  proxy: defaultProxyOptions,
  maxTransactions: 200_000,
  guard: defaultGuardOptions,
  traceFiles: 1_000,
  maxFlows: 16_384,
  connections: defaultConnectionLimits,
  maxControlConnections: 64,
  drainMs: 2_000,
  outbound: {
    handlers: [],
    maxConnections: 4_096,
    maxPending: 1_024,
    connectMs: 2_000,
    questionMs: 3_000,
    loginMs: 3_000,
  },
  recordCalls: false,
  pingIntervalMs: 12_000,
} satisfies Partial<SipServerOptions>;
