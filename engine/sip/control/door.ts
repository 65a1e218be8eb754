/** One address that applications connect to: plain TCP, or TLS with the same protocol inside. */
import { once } from 'node:events';
import { type AddressInfo, createServer, type Server, type Socket } from 'node:net';
import { createServer as createTlsServer } from 'node:tls';
import type { Logger } from 'pino';
import type { Credentials } from '../transport/credentials.js';

export interface DoorOptions {
  /** Given for TLS. */
  credentials?: Credentials;
  /** Connections at once, those in the middle of their handshake included. */
  maxConnections: number;
  log: Logger;
  /** Gets each connection; over TLS when its handshake is done. */
  entered(socket: Socket): void;
}

const handshakeTimeoutMs = 10_000;
/** How long what is still to be sent may take when the door closes. */
const lastWordsMs = 1_000;

export class Door {
  readonly #server: Server;
  readonly #sockets = new Set<Socket>();

  constructor(private readonly options: DoorOptions) {
    const { credentials, entered } = options;
    this.#server = credentials === undefined ? createServer(entered) : this.#secured(credentials);
    this.#server.maxConnections = options.maxConnections;
    this.#server.on('connection', socket => {
      this.#sockets.add(socket);
      socket.once('close', () => this.#sockets.delete(socket));
    });
  }

  #secured(credentials: Credentials): Server {
    const { entered, log } = this.options;
    const server = createTlsServer({ ...credentials.options, handshakeTimeout: handshakeTimeoutMs }, entered);
    credentials.onReloaded(renewed => server.setSecureContext(renewed));
    return server.on('tlsClientError', ({ message }, { remoteAddress }) =>
      log.info({ reason: message, source: remoteAddress }, 'control connection without a TLS handshake'),
    );
  }

  /** @throws the bind error, with `code` */
  async open(host: string, port: number): Promise<AddressInfo> {
    this.#server.listen(port, host);
    await once(this.#server, 'listening');
    this.#server.on('error', error =>
      this.options.log.error({ reason: error.message }, 'control port failed'),
    );
    return this.#server.address() as AddressInfo;
  }

  /** Whoever does not leave by himself is shown out. */
  async close(): Promise<void> {
    if (!this.#server.listening) return;
    const closed = once(this.#server, 'close');
    this.#server.close();
    const limit = setTimeout(() => {
      for (const socket of this.#sockets) socket.destroy();
    }, lastWordsMs);
    await closed;
    clearTimeout(limit);
  }
}
