/** What one peer may cost on transports that have connections. Times are milliseconds. */
export interface ConnectionLimits {
  /** Connections from one address (IPv6: from one /64); not on plain WebSocket, where proxies come from one address. */
  maxPerSource: number;
  /** For a message that has begun to become complete, and for a stranger's first one to come at all. */
  messageTimeoutMs: number;
  /** For a connection of ours to be made, its TLS handshake included; shorter than the patience with a target. */
  connectTimeoutMs: number;
  /** TCP and TLS: a connection over which nothing is said for so long is closed. */
  idleTimeoutMs: number;
  /** Bytes that wait for a peer to read them; one that lets more pile up is dropped. */
  maxUnreadBytes: number;
}

export const defaultConnectionLimits: ConnectionLimits = {
  maxPerSource: 256,
  messageTimeoutMs: 10_000,
  connectTimeoutMs: 3_000,
  idleTimeoutMs: 1_800_000,
  maxUnreadBytes: 1024 * 1024,
};
