/** One address that applications connect to: plain TCP, or TLS with the same protocol inside. */
import { once } from 'node:events';
import { type AddressInfo, createServer, type Server, type Socket } from 'node:net';
import { createServer as createTlsServer } from 'node:tls';
import type { Logger } from 'pino';

/** What the server shows in a TLS handshake: PEM texts, the certificate first in its chain. */
export interface TlsIdentity {
  certificate: string;
  key: string;
}

export interface DoorOptions {
  /** Given for TLS. */
  identity?: TlsIdentity;
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

  /** @throws Error of OpenSSL when certificate and key are none, or not of each other */
  constructor(private readonly options: DoorOptions) {
    const { identity, entered, log } = options;
    if (identity === undefined) this.#server = createServer(entered);
    else {
      const { certificate: cert, key } = identity;
      if (cert === '' || key === '') throw new Error('it needs both a certificate and a key');
      const secured = { cert, key, handshakeTimeout: handshakeTimeoutMs, minVersion: 'TLSv1.2' as const };
      this.#server = createTlsServer(secured, entered).on(
        'tlsClientError',
        ({ message }, { remoteAddress }) =>
          log.info({ reason: message, source: remoteAddress }, 'control connection without a TLS handshake'),
      );
    }
    this.#server.maxConnections = options.maxConnections;
    this.#server.on('connection', socket => {
      this.#sockets.add(socket);
      socket.once('close', () => this.#sockets.delete(socket));
    });
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
