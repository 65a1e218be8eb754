/** SIP over UDP (RFC 3261 section 18). One socket, flows are pairs of addresses without a life of their own. */
import { createSocket, type Socket } from 'node:dgram';
import { once } from 'node:events';
import { isIPv6 } from 'node:net';
import type { Flow, LocalAddress, Receiver, Transport, TransportOptions } from './transport.js';
import { UdpProbes } from './udp-probe.js';

const socketBufferBytes = 4 * 1024 * 1024;

/** Addresses reach a socket as numbers here: nothing to look up, and so no detour over the resolver per datagram. */
const lookup = (
  host: string,
  _options: unknown,
  done: (error: null, address: string, family: number) => void,
) => done(null, host, host.includes(':') ? 6 : 4);

const neverClosed = (): void => undefined;

class UdpFlow implements Flow {
  readonly protocol = 'udp';
  readonly connected = false;
  readonly open = true;
  constructor(
    readonly local: LocalAddress,
    private readonly socket: Socket,
    private readonly receiver: Receiver,
    readonly remoteAddress: string,
    readonly remotePort: number,
    private readonly probes: UdpProbes,
  ) {}

  send(text: string, failed?: (error: Error) => void): void {
    const report = (error: Error | null) => {
      if (error !== null) failed?.(error);
    };
    this.receiver.sent(text, this);
    try {
      this.socket.send(Buffer.from(text, 'latin1'), this.remotePort, this.remoteAddress, report);
    } catch (error) {
      failed?.(error as Error);
    }
  }

  onClosed(): () => void {
    return neverClosed;
  }

  async refused(): Promise<boolean> {
    return this.probes.refused(this.remoteAddress, this.remotePort);
  }
}

/** @throws the bind error, with `code` */
export async function listenUdp(options: TransportOptions): Promise<Transport> {
  const ipv6Only = isIPv6(options.address);
  const socket = createSocket({ type: ipv6Only ? 'udp6' : 'udp4', ipv6Only, lookup });
  // Before the bind: with no name to look up it is done at once.
  const listening = once(socket, 'listening');
  socket.bind(options.port, options.address);
  await listening;
  socket.on('error', options.onError);
  // Bursts must wait in the kernel, not be lost: the defaults hold a few hundred messages only.
  socket.setRecvBufferSize(socketBufferBytes);
  socket.setSendBufferSize(socketBufferBytes);
  const bound = socket.address();
  const local: LocalAddress = {
    protocol: 'udp',
    address: bound.address,
    port: bound.port,
    advertisedHost: options.advertisedHost(bound.address),
  };
  const probes = new UdpProbes(bound.address, options.clock);
  const flowTo = (address: string, port: number): Flow =>
    new UdpFlow(local, socket, options.receiver, address, port, probes);
  socket.on('message', (data, source) => {
    if (source.port === 0) return;
    options.receiver.received(data.toString('latin1'), flowTo(source.address, source.port));
  });
  return {
    local,
    flowTo,
    close: async () => {
      const closed = once(socket, 'close');
      socket.close();
      await closed;
    },
  };
}
