import { createServer, type Server, type Socket } from 'node:net';
import { type ConnectionSettings, ControlConnection } from './connection.js';

const maxConnections = 64;

/** The local socket the gateways control the engine by. */
export class ControlServer {
  readonly #server: Server;
  readonly #sockets = new Set<Socket>();

  private constructor(settings: ConnectionSettings) {
    this.#server = createServer(socket => {
      this.#sockets.add(socket);
      socket.on('close', () => this.#sockets.delete(socket));
      new ControlConnection(socket, settings);
    });
    this.#server.maxConnections = maxConnections;
  }

  /** Listens; port 0 takes any free one. Rejects with the error of the bind. */
  static listen(host: string, port: number, settings: ConnectionSettings): Promise<ControlServer> {
    const control = new ControlServer(settings);
    return new Promise((resolve, reject) => {
      control.#server.once('error', reject);
      control.#server.listen({ host, port }, () => {
        control.#server.off('error', reject);
        resolve(control);
      });
    });
  }

  get port(): number {
    const address = this.#server.address();
    return typeof address === 'object' && address !== null ? address.port : 0;
  }

  close(): void {
    this.#server.close();
    for (const socket of this.#sockets) socket.destroy();
  }
}
