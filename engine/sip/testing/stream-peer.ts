/** SIP peers over TCP and TLS: those that connect to the server, and those that it connects to. */
import { once } from 'node:events';
import { type AddressInfo, createConnection, createServer, type Server, type Socket } from 'node:net';
import { connect, createServer as createTlsServer } from 'node:tls';
import { hostPort } from '../message/uri.js';
import type { ListenAddress } from '../options.js';
import { Peer } from './peer.js';
import type { TestCertificate } from './tls-files.js';

export type StreamProtocol = 'tcp' | 'tls';

/** One end of a connection. Takes messages as they should come: heads with a Content-Length, line ends between. */
export class StreamPeer extends Peer {
  #text = '';
  /** @param listening where it can be connected to, when it is not where it connected from */
  constructor(
    readonly protocol: StreamProtocol,
    readonly socket: Socket,
    private readonly listening: ListenAddress = {
      host: socket.localAddress as string,
      port: socket.localPort as number,
    },
  ) {
    super();
    socket.on('data', data => this.#read(data.toString('latin1')));
    socket.on('error', () => socket.destroy());
  }

  static async open(
    protocol: StreamProtocol,
    { host, port }: ListenAddress,
    { authority, listening }: { authority?: string; listening?: ListenAddress } = {},
  ): Promise<StreamPeer> {
    const socket =
      protocol === 'tcp'
        ? createConnection({ host, port })
        : connect({ host, port, ca: authority, servername: 'localhost' });
    await once(socket, protocol === 'tcp' ? 'connect' : 'secureConnect');
    return new StreamPeer(protocol, socket, listening);
  }

  get at(): string {
    return hostPort(this.listening.host, this.listening.port);
  }

  get via(): string {
    return `SIP/2.0/${this.protocol.toUpperCase()} ${this.at}`;
  }

  get contact(): string {
    return `sip:peer@${this.at};transport=${this.protocol}`;
  }

  get open(): boolean {
    return !this.socket.destroyed;
  }

  /** Resolves when the connection is gone. */
  async gone(): Promise<void> {
    if (!this.socket.closed) await new Promise(resolve => this.socket.once('close', resolve));
  }

  sendText(text: string): void {
    this.socket.write(text, 'latin1');
  }

  async close(): Promise<void> {
    this.socket.destroy();
    await this.gone();
  }

  #read(text: string): void {
    this.#text += text;
    for (;;) {
      const lineEnds = /^(?:\r\n)+/.exec(this.#text)?.[0] ?? '';
      if (lineEnds !== '') this.take(lineEnds);
      this.#text = this.#text.slice(lineEnds.length);
      const end = this.#text.indexOf('\r\n\r\n') + 4;
      const length = Number(/\r\nContent-Length: (\d+)\r\n/.exec(this.#text.slice(0, end))?.[1]);
      if (end < 4 || Number.isNaN(length) || this.#text.length < end + length) return;
      const message = this.#text.slice(0, end + length);
      this.#text = this.#text.slice(end + length);
      this.take(message);
    }
  }
}

/** Where the server can connect to. */
export class StreamListener {
  readonly #accepted: StreamPeer[] = [];
  private constructor(
    readonly protocol: StreamProtocol,
    private readonly server: Server,
  ) {
    server.on(protocol === 'tcp' ? 'connection' : 'secureConnection', (socket: Socket) => {
      this.#accepted.push(new StreamPeer(protocol, socket, this.address));
      server.emit('peer');
    });
  }

  static async open(
    protocol: StreamProtocol,
    { host = '127.0.0.1', certificate }: { host?: string; certificate?: TestCertificate },
  ): Promise<StreamListener> {
    const { certificate: cert, key } = certificate ?? {};
    const server = protocol === 'tcp' ? createServer() : createTlsServer({ cert, key });
    const listener = new StreamListener(protocol, server);
    server.listen(0, host);
    await once(server, 'listening');
    return listener;
  }

  get address(): ListenAddress {
    const { address, port } = this.server.address() as AddressInfo;
    return { host: address, port };
  }

  /** How many connections have been made. */
  get count(): number {
    return this.#accepted.length;
  }

  /** The first, second … connection, as soon as it is made. */
  async peer(index = 0): Promise<StreamPeer> {
    while (this.#accepted[index] === undefined) await once(this.server, 'peer');
    return this.#accepted[index] as StreamPeer;
  }

  async close(): Promise<void> {
    const closed = once(this.server, 'close');
    this.server.close();
    for (const peer of this.#accepted) peer.socket.destroy();
    await closed;
  }
}
