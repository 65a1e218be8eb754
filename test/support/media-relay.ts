/** A network between a browser and a media server that keeps what passes, sends it again when told to, or loses it. */
import { createSocket, type Socket } from 'node:dgram';
import { once } from 'node:events';

const host = '127.0.0.1';

/** SRTP and SRTCP on a port shared with DTLS and STUN (RFC 7983 7). */
const isSrtp = (packet: Buffer) => packet[0]! >= 128 && packet[0]! <= 191;
export const isDtls = (packet: Buffer) => packet[0]! >= 20 && packet[0]! <= 63;

export class MediaRelay {
  /** What the browser has sent to the server, encrypted as it is. */
  readonly captured: Buffer[] = [];
  readonly #towardsServer: Socket;
  readonly #towardsBrowser: Socket;
  #server: number | undefined;
  #browser: { address: string; port: number } | undefined;

  private constructor(towardsServer: Socket, towardsBrowser: Socket, loses: (packet: Buffer) => boolean) {
    this.#towardsServer = towardsServer;
    this.#towardsBrowser = towardsBrowser;
    towardsServer.on('message', packet => {
      const browser = this.#browser;
      if (browser && !loses(packet)) towardsBrowser.send(packet, browser.port, browser.address);
    });
    towardsBrowser.on('message', (packet, { address, port }) => {
      // A browser has a socket for each of its addresses, and tries them all: one of them is enough.
      this.#browser ??= { address, port };
      if (isSrtp(packet)) this.captured.push(Buffer.from(packet));
      if (!loses(packet)) this.toServer(packet);
    });
  }

  /** @param loses which packets do not pass, in either direction */
  static async open(loses: (packet: Buffer) => boolean = () => false): Promise<MediaRelay> {
    const sockets = [createSocket('udp4'), createSocket('udp4')] as const;
    for (const socket of sockets) {
      socket.bind(0, host);
      await once(socket, 'listening');
    }
    return new MediaRelay(...sockets, loses);
  }

  /** The browser's SDP as the server is to see it: the browser is where we are. */
  fromBrowser(sdp: string): string {
    return this.#moved(sdp, this.#towardsServer, port => {
      this.#browser = { address: host, port };
    });
  }

  fromServer(sdp: string): string {
    return this.#moved(sdp, this.#towardsBrowser, port => {
      this.#server = port;
    });
  }

  toServer(packet: Buffer): void {
    if (this.#server !== undefined) this.#towardsServer.send(packet, this.#server, host);
  }

  close(): void {
    this.#towardsServer.close();
    this.#towardsBrowser.close();
  }

  #moved(sdp: string, socket: Socket, found: (port: number) => void): string {
    const port = /^m=audio (\d+)/m.exec(sdp)![1]!;
    found(Number(port));
    return sdp.replaceAll(` ${port} `, ` ${socket.address().port} `);
  }
}
