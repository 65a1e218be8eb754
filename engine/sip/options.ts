/** The server's settings with their defaults. */
import { defaultUserAgentOptions, type UserAgentOptions } from './dialog/options.js';
import { defaultMessageLimits, type MessageLimits } from './message/limits.js';
import { defaultTimers, type Timers } from './transaction/timers.js';

export interface ListenAddress {
  host: string;
  /** 0: any free port. */
  port: number;
}

export interface SipServerOptions {
  control: ListenAddress;
  udp: ListenAddress[];
  ws: ListenAddress[];
  /** The control secret. */
  secret: string;
  /** What peers are told as our address, for a server behind a NAT. */
  externalAddress?: string;
  limits: MessageLimits;
  timers: Timers;
  userAgent: UserAgentOptions;
  maxTransactions: number;
  /** SIP connections (WebSocket). */
  maxFlows: number;
  maxControlConnections: number;
  /** A connection that gives no sign of life for two of these intervals is dropped. */
  pingIntervalMs: number;
}

export const defaultSipServerOptions = {
  limits: defaultMessageLimits,
  timers: defaultTimers,
  userAgent: defaultUserAgentOptions,
  maxTransactions: 200_000,
  maxFlows: 16_384,
  maxControlConnections: 64,
  pingIntervalMs: 12_000,
} satisfies Partial<SipServerOptions>;
