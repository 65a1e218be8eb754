/**
 * What the rest of the server knows of a transport. A flow is the pair of addresses a message came over or goes over;
 * on a connection-oriented transport it lives as long as the connection does (RFC 5626 calls it the same).
 */
import type { Problem } from '../message/message.js';
import type { Clock } from '../transaction/clock.js';
import type { ConnectionLimits } from './connection-limits.js';
import type { SourceCounts } from './source-counts.js';

export const protocols = ['udp', 'tcp', 'tls', 'ws', 'wss'] as const;

export type Protocol = (typeof protocols)[number];

/** What this server can open by itself, most liked first: connections over WebSocket come from browsers only. */
export const openable: readonly Protocol[] = ['udp', 'tcp', 'tls'];

/** An address the server listens on. */
export interface LocalAddress {
  protocol: Protocol;
  /** The address and port the socket is bound to. */
  address: string;
  port: number;
  /** What peers are told: the external address where one is configured. */
  advertisedHost: string;
}

export interface Flow {
  readonly protocol: Protocol;
  /** Whether it is a connection: then retransmissions are not needed and answers go back over it. */
  readonly connected: boolean;
  readonly local: LocalAddress;
  readonly remoteAddress: string;
  readonly remotePort: number;
  /** False once a connection is gone, or could not be opened; true while it is being opened; always true for UDP. */
  readonly open: boolean;
  /**
   * Sends one message (a binary string); on a connection that is being opened it waits. `failed` is called when it
   * certainly did not leave.
   */
  send(text: string, failed?: (error: Error) => void): void;
  /** Calls back once when the connection is gone; never for UDP. Returns what takes the listener away. */
  onClosed(listener: () => void): () => void;
  /** Asks whether the peer is known not to listen; absent on connections, where it is noticed. Never rejects. */
  refused?(): Promise<boolean>;
  /** Whose certificate the peer has shown: on a TLS connection that we opened. */
  readonly domain?: string;
  /**
   * Where answers go once the connection of their request is gone: a flow to the same peer at the port in its Via
   * (RFC 3261 section 18.2.2). Absent where peers cannot be connected to.
   */
  returnFlow?(port: number | undefined, host: string): Flow | undefined;
}

/** Where transports put what they receive. */
export interface Receiver {
  /**
   * One message, or a keep-alive, as a binary string. False when it is no SIP: on a stream, what follows it is none
   * either.
   * @param fault what is wrong with how it came, as the answer to it
   */
  received(text: string, flow: Flow, fault?: Problem): boolean;
  /** A message that leaves, keep-alives left out. */
  sent(text: string, flow: Flow): void;
  /** There is another connection; false when there are too many and it is to be closed. */
  opened(flow: Flow): boolean;
  closed(flow: Flow): void;
  /** The connection to a remote address that there is. */
  connection(protocol: Protocol, address: string, port: number, domain?: string): Flow | undefined;
}

/** Sees what goes over the wire, in both directions. */
export interface WireObserver {
  received(text: string, flow: Flow): void;
  sent(text: string, flow: Flow): void;
}

/** What a transport is made with. */
export interface TransportOptions {
  address: string;
  port: number;
  /** What peers are told of a bound address. */
  advertisedHost: (address: string) => string;
  receiver: Receiver;
  clock: Clock;
  /** How many connections there may be: few beyond that are even begun. */
  maxConnections: number;
  limits: ConnectionLimits;
  sources: SourceCounts;
  maxMessageBytes: number;
  /** How often a connection is asked for a sign of life; one that gives none for two of them is dropped. Milliseconds. */
  pingIntervalMs: number;
  onError: (error: Error) => void;
}

export interface Transport {
  readonly local: LocalAddress;
  /**
   * A flow to a remote address. Of connections it is the one that is open, or one that is being opened: `open` turns
   * false, and what waits in it fails, when the peer refuses. Undefined when there is none and this transport cannot
   * open one by itself (a WebSocket server).
   * @param domain the host of the URI, which a TLS peer's certificate has to be for (RFC 5922 section 7)
   */
  flowTo(address: string, port: number, domain?: string): Flow | undefined;
  close(): Promise<void>;
}

/** Upper case, as in a Via. */
export const viaTransport = (flow: { local: LocalAddress }): string => flow.local.protocol.toUpperCase();
