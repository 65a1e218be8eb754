import { createSocket, type Socket } from 'node:dgram';
import { isIPv6 } from 'node:net';
import { MediaFault } from '../fault.js';

/** An even RTP port and the odd RTCP port above it, bound. */
export interface PortPair {
  port: number;
  rtp: Socket;
  rtcp: Socket;
}

/** Ports that others hold are passed over; after this many in a row the range counts as taken. */
const maxAttempts = 50;
const receiveBufferBytes = 256 * 1024;

/**
 * The port range of plain RTP. The port freed longest ago is used next, so that late packets of an ended call do not
 * reach a new one.
 */
export class PortPool {
  readonly #address: string;
  readonly #free: number[] = [];
  #head = 0;

  constructor(address: string, first: number, last: number) {
    this.#address = address;
    for (let port = first + (first % 2); port + 1 <= last; port += 2) this.#free.push(port);
  }

  get available(): number {
    return this.#free.length - this.#head;
  }

  /** Binds the next pair. @throws MediaFault `no_ports` */
  async acquire(): Promise<PortPair> {
    for (let attempt = 0; attempt < maxAttempts; attempt++) {
      const port = this.#take();
      if (port === undefined) break;
      const [rtp, rtcp] = await Promise.allSettled([this.#bind(port), this.#bind(port + 1)]);
      if (rtp.status === 'fulfilled' && rtcp.status === 'fulfilled') {
        return { port, rtp: rtp.value, rtcp: rtcp.value };
      }
      if (rtp.status === 'fulfilled') rtp.value.close();
      if (rtcp.status === 'fulfilled') rtcp.value.close();
      this.#free.push(port);
    }
    throw new MediaFault('no_ports', 'no free RTP port is left in the range of --rtp-ports');
  }

  /** Closes both sockets and gives the ports back. */
  release(pair: PortPair): void {
    pair.rtp.close();
    pair.rtcp.close();
    this.#free.push(pair.port);
  }

  #take(): number | undefined {
    if (this.#head === this.#free.length) return undefined;
    const port = this.#free[this.#head++];
    if (this.#head > 1024 && this.#head * 2 > this.#free.length) {
      this.#free.splice(0, this.#head);
      this.#head = 0;
    }
    return port;
  }

  #bind(port: number): Promise<Socket> {
    const family = isIPv6(this.#address) ? 'udp6' : 'udp4';
    // SDP carries addresses only, so there is nothing to look up: answer at once instead of on the next tick.
    const lookup = (host: string, _options: unknown, done: (e: Error | null, a: string, f: number) => void) =>
      done(null, host, family === 'udp6' ? 6 : 4);
    const socket = createSocket({
      type: family,
      lookup: lookup as never,
      recvBufferSize: receiveBufferBytes,
    });
    return new Promise((resolve, reject) => {
      const failed = (error: Error) => {
        socket.close();
        reject(error);
      };
      socket.once('error', failed);
      socket.bind({ address: this.#address, port, exclusive: true }, () => {
        socket.off('error', failed);
        resolve(socket);
      });
    });
  }
}
