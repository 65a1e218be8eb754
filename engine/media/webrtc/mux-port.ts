import { createSocket } from 'node:dgram';
import { isIPv6 } from 'node:net';
import nodeDataChannel from 'node-datachannel';

/**
 * The UDP port all browsers share. It is tried with a socket of our own first, because the native library aborts the
 * process over a port that is taken, and held by a listener for as long as the engine runs, so that nobody takes it
 * while no browser is connected.
 */
export class MuxPort {
  readonly #listener: InstanceType<typeof nodeDataChannel.IceUdpMuxListener>;

  private constructor(
    readonly port: number,
    address: string,
  ) {
    this.#listener = new nodeDataChannel.IceUdpMuxListener(port, address);
  }

  /** Port 0 takes a free one. Rejects with the error of the bind. */
  static async hold(port: number, address: string): Promise<MuxPort> {
    return new MuxPort(await freePort(port, address), address);
  }

  close(): void {
    this.#listener.stop();
  }
}

function freePort(port: number, address: string): Promise<number> {
  const socket = createSocket(isIPv6(address) ? 'udp6' : 'udp4');
  return new Promise((resolve, reject) => {
    socket.once('error', error => {
      socket.close();
      reject(error);
    });
    socket.bind({ address, port, exclusive: true }, () => {
      const bound = socket.address().port;
      socket.close(() => resolve(bound));
    });
  });
}
