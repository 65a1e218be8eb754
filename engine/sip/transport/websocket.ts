/**
 * SIP over WebSocket, server side (RFC 7118), plain or over TLS. One message a frame, subprotocol `sip`. A peer that does
 * not answer a ping is dropped, so that a dead browser tab is noticed within two intervals.
 */
import { isUtf8 } from 'node:buffer';
import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerOptions } from 'node:http';
import { createServer as createSecureServer } from 'node:https';
import { isIPv6 } from 'node:net';
import type { Duplex } from 'node:stream';
import { type WebSocket, WebSocketServer } from 'ws';
import type { Credentials } from './credentials.js';
import type { Flow, LocalAddress, Receiver, Transport, TransportOptions } from './transport.js';

const headersTimeoutMs = 5_000;
/** Connections that are not yet WebSockets, beyond those that may be. */
const maxHandshakes = 1_024;
/** One message a frame is what the RFC has in mind; a message in crumbs costs many times its size. */
const maxFragments = 256;
const maxBufferedChunks = 1_024;

class WebSocketFlow implements Flow {
  readonly connected = true;
  alive = true;
  #listeners = new Set<() => void>();
  constructor(
    readonly local: LocalAddress,
    readonly socket: WebSocket,
    readonly remoteAddress: string,
    readonly remotePort: number,
    private readonly maxUnreadBytes: number,
    private readonly receiver: Receiver,
  ) {}

  get protocol() {
    return this.local.protocol;
  }

  get open(): boolean {
    return this.socket.readyState === this.socket.OPEN;
  }

  send(text: string, failed?: (error: Error) => void): void {
    if (!this.open) return void failed?.(new Error('the connection is closed'));
    if (this.socket.bufferedAmount > this.maxUnreadBytes) {
      this.socket.terminate();
      return void failed?.(new Error('the peer does not read'));
    }
    this.receiver.sent(text, this);
    const data = Buffer.from(text, 'latin1');
    // A text frame that is not UTF-8 makes the peer close the connection (RFC 6455 section 8.1).
    this.socket.send(data, { binary: !isUtf8(data) }, error => {
      if (error) failed?.(error);
    });
  }

  onClosed(listener: () => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  tellClosed(): void {
    for (const listener of [...this.#listeners]) listener();
    this.#listeners.clear();
  }
}

function refuse(socket: Duplex, status: string): void {
  socket.end(`HTTP/1.1 ${status}\r\nConnection: close\r\nContent-Length: 0\r\n\r\n`);
}

/** Whether the client offers the subprotocol that RFC 7118 section 4.1 demands. */
const offersSip = (request: IncomingMessage): boolean =>
  (request.headers['sec-websocket-protocol'] ?? '')
    .split(',')
    .some(name => name.trim().toLowerCase() === 'sip');

const serverOptions: ServerOptions = {
  headersTimeout: headersTimeoutMs,
  requestTimeout: headersTimeoutMs,
  connectionsCheckingInterval: headersTimeoutMs,
};

function secureServer(credentials: Credentials) {
  const server = createSecureServer({
    ...serverOptions,
    ...credentials.options,
    handshakeTimeout: headersTimeoutMs,
  });
  credentials.onReloaded(options => server.setSecureContext(options));
  // A broken handshake is the peer's affair, but its socket is ours.
  server.on('tlsClientError', (_, socket) => socket.destroy());
  return server;
}

/**
 * @param credentials with them it is wss
 * @throws the bind error, with `code`
 */
export async function listenWebSocket(
  options: TransportOptions,
  credentials?: Credentials,
): Promise<Transport> {
  const http = credentials === undefined ? createServer(serverOptions) : secureServer(credentials);
  http.on('request', (_, response) =>
    response.writeHead(426, { Upgrade: 'websocket', Connection: 'close' }).end(),
  );
  const server = new WebSocketServer({
    noServer: true,
    maxPayload: options.maxMessageBytes,
    maxFragments,
    maxBufferedChunks,
    perMessageDeflate: false,
    handleProtocols: () => 'sip',
  });
  http.maxConnections = options.maxConnections + maxHandshakes;
  http.listen({ host: options.address, port: options.port, ipv6Only: isIPv6(options.address) });
  await once(http, 'listening');
  http.on('error', options.onError);
  const bound = http.address();
  if (bound === null || typeof bound === 'string') throw new Error('the WebSocket listener has no address');
  const local: LocalAddress = {
    protocol: credentials === undefined ? 'ws' : 'wss',
    address: bound.address,
    port: bound.port,
    advertisedHost: options.advertisedHost(bound.address),
  };
  const flows = new Set<WebSocketFlow>();

  http.on('upgrade', (request, socket, head) => {
    socket.on('error', () => socket.destroy());
    if (!offersSip(request)) return refuse(socket, '400 Bad Request');
    server.handleUpgrade(request, socket, head, ws => accept(ws, request));
  });

  function accept(ws: WebSocket, request: IncomingMessage): void {
    const { remoteAddress = '', remotePort = 0 } = request.socket;
    const flow = new WebSocketFlow(
      local,
      ws,
      remoteAddress,
      remotePort,
      options.limits.maxUnreadBytes,
      options.receiver,
    );
    // Without a listener an oversized frame would end the process; the close that follows says all there is to say.
    ws.on('error', options.onError);
    // Plain WebSocket is for behind a proxy, whose one address is that of all its peers.
    const counted = local.protocol === 'wss';
    const allowed = !counted || options.sources.add(remoteAddress);
    if (!allowed || !options.receiver.opened(flow)) {
      if (allowed && counted) options.sources.remove(remoteAddress);
      ws.close(1013, 'too many connections');
      return;
    }
    flows.add(flow);
    ws.on('pong', () => {
      flow.alive = true;
    });
    ws.on('message', data => {
      flow.alive = true;
      options.receiver.received((data as Buffer).toString('latin1'), flow);
    });
    ws.on('close', () => {
      flows.delete(flow);
      if (counted) options.sources.remove(remoteAddress);
      options.receiver.closed(flow);
      flow.tellClosed();
    });
  }

  const pings = setInterval(() => {
    for (const flow of flows) {
      if (!flow.alive) flow.socket.terminate();
      else {
        flow.alive = false;
        flow.socket.ping();
      }
    }
  }, options.pingIntervalMs);
  pings.unref();

  return {
    local,
    flowTo: (address, port) => options.receiver.connection(local.protocol, address, port),
    close: async () => {
      clearInterval(pings);
      const closed = once(http, 'close');
      http.close();
      http.closeAllConnections();
      const gone = [...flows].map(flow => once(flow.socket, 'close'));
      for (const flow of flows) flow.socket.terminate();
      await Promise.all([closed, ...gone]);
    },
  };
}
