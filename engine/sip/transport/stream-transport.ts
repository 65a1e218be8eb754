/** SIP over streams: accepts connections at one address, and opens them from there. TCP and TLS say how. */
import { once } from 'node:events';
import { type AddressInfo, createServer, isIP, isIPv6, type Server, type Socket } from 'node:net';
import type { Clock, TimerHandle } from '../transaction/clock.js';
import { isWildcard } from './local-host.js';
import { StreamFlow } from './stream-flow.js';
import type { Flow, LocalAddress, Transport, TransportOptions } from './transport.js';

/** Where a connection of ours goes. */
export interface Target {
  address: string;
  port: number;
  /** The host of the URI. */
  domain: string;
  /** The address it leaves from; undefined where the system may choose. */
  localAddress: string | undefined;
}

export interface StreamKind {
  readonly protocol: 'tcp' | 'tls';
  readonly defaultPort: number;
  /** What SIP is spoken over on a connection that came in. */
  accepted(raw: Socket): Socket;
  connect(target: Target): Socket;
  /** The event of a socket of `connect` that is ready. */
  readonly connected: 'connect' | 'secureConnect';
}

/** Connections beyond those that may be, so that one too many can be told from a full queue of the kernel. */
const spareConnections = 64;

export class StreamTransport implements Transport {
  readonly local: LocalAddress;
  readonly #server: Server;
  readonly #flows = new Set<StreamFlow>();
  readonly #clock: Clock;
  #sweep: TimerHandle;

  private constructor(
    private readonly kind: StreamKind,
    private readonly options: TransportOptions,
    server: Server,
  ) {
    const bound = server.address() as AddressInfo;
    this.local = this.#localOf(bound.address, bound.port);
    this.#clock = options.clock;
    this.#server = server;
    server.maxConnections = options.maxConnections + spareConnections;
    server.on('connection', socket => this.#accept(socket));
    server.on('error', options.onError);
    this.#sweep = this.#nextSweep();
  }

  /** @throws the bind error, with `code` */
  static async listen(kind: StreamKind, options: TransportOptions): Promise<Transport> {
    const server = createServer({ noDelay: true });
    // Of a wildcard address its own family only: 0.0.0.0 and :: are two listeners, each with addresses of one form.
    server.listen({ host: options.address, port: options.port, ipv6Only: isIPv6(options.address) });
    await once(server, 'listening');
    return new StreamTransport(kind, options, server);
  }

  flowTo(address: string, port: number, domain = address): Flow | undefined {
    const { kind, options } = this;
    if (isIP(address) !== isIP(this.local.address)) return undefined;
    const name = kind.protocol === 'tls' ? domain : undefined;
    const existing = options.receiver.connection(kind.protocol, address, port, name);
    if (existing?.open) return existing;
    const localAddress = isWildcard(this.local.address) ? undefined : this.local.address;
    const socket = kind.connect({ address, port, domain, localAddress });
    socket.setNoDelay(true);
    const flow = this.#flow(socket, true, this.local, address, port, name);
    const timer = this.#clock.after(options.limits.connectTimeoutMs, () =>
      socket.destroy(new Error(`no connection to ${address} port ${port} in time`)),
    );
    socket.once(kind.connected, () => {
      this.#clock.cancel(timer);
      flow.ready = true;
    });
    socket.once('close', () => this.#clock.cancel(timer));
    socket.on('error', options.onError);
    if (!options.receiver.opened(flow)) socket.destroy(new Error('too many connections'));
    return flow;
  }

  async close(): Promise<void> {
    this.#clock.cancel(this.#sweep);
    const closed = once(this.#server, 'close');
    this.#server.close();
    const gone = [...this.#flows].map(flow => once(flow.socket, 'close'));
    for (const flow of this.#flows) flow.socket.destroy();
    await Promise.all([closed, ...gone]);
  }

  #accept(raw: Socket): void {
    const { remoteAddress, remotePort, localAddress, localPort } = raw;
    if (
      remoteAddress === undefined ||
      remotePort === undefined ||
      localAddress === undefined ||
      localPort === undefined ||
      !this.options.sources.add(remoteAddress)
    ) {
      raw.destroy();
      return;
    }
    const socket = this.kind.accepted(raw);
    socket.once('close', () => this.options.sources.remove(remoteAddress));
    const local = isWildcard(this.local.address) ? this.#localOf(localAddress, localPort) : this.local;
    const flow = this.#flow(socket, false, local, remoteAddress, remotePort);
    // A stranger's broken handshakes and resets are nothing to write home about.
    socket.on('error', () => socket.destroy());
    flow.ready = true;
    if (!this.options.receiver.opened(flow)) socket.destroy();
  }

  #flow(
    socket: Socket,
    outbound: boolean,
    local: LocalAddress,
    remoteAddress: string,
    remotePort: number,
    domain?: string,
  ): StreamFlow {
    const { receiver, limits, maxMessageBytes } = this.options;
    // A peer that is gone without a word is noticed by the kernel.
    socket.setKeepAlive(true, this.options.pingIntervalMs);
    const flow = new StreamFlow(socket, outbound, {
      ...{ local, receiver, remoteAddress, remotePort, domain, maxMessageBytes },
      maxUnreadBytes: limits.maxUnreadBytes,
      now: () => this.#clock.now(),
      returnFlow: (port = this.kind.defaultPort, host = remoteAddress) =>
        this.flowTo(remoteAddress, port, host),
    });
    this.#flows.add(flow);
    socket.once('close', () => {
      this.#flows.delete(flow);
      receiver.closed(flow);
      flow.tellClosed();
    });
    return flow;
  }

  #localOf(address: string, port: number): LocalAddress {
    const { protocol } = this.kind;
    return { protocol, address, port, advertisedHost: this.options.advertisedHost(address) };
  }

  #nextSweep(): TimerHandle {
    const { pingIntervalMs, limits } = this.options;
    const interval = Math.min(pingIntervalMs, limits.messageTimeoutMs, limits.idleTimeoutMs) / 2;
    return this.#clock.after(interval, () => {
      for (const flow of [...this.#flows]) this.#check(flow);
      this.#sweep = this.#nextSweep();
    });
  }

  #check(flow: StreamFlow): void {
    const { pingIntervalMs, limits } = this.options;
    const now = this.#clock.now();
    if (now - (flow.expectedSince ?? now) > limits.messageTimeoutMs) flow.socket.destroy();
    // It is being closed, and the peer does not take its last bytes.
    else if (!flow.open && now - flow.heardAt > limits.messageTimeoutMs) flow.socket.destroy();
    else if (now - flow.usedAt > limits.idleTimeoutMs) flow.socket.destroy();
    else if (flow.outbound && flow.ready && now - flow.heardAt >= pingIntervalMs && !flow.ping())
      flow.socket.destroy();
  }
}
