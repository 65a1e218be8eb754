/** A way to a server that a test can cut and mend. */
import { once } from 'node:events';
import { connect, createServer, type Server, type Socket } from 'node:net';
import { Transform } from 'node:stream';

interface Teardown {
  teardown(fn: () => unknown): unknown;
}

export class Link {
  readonly #target: URL;
  readonly #port: number;
  readonly #sockets = new Set<Socket>();
  readonly #stranded = new WeakSet<Socket>();
  #server: Server;
  #lost: { tag: Buffer; told: () => void } | undefined;

  private constructor(target: URL, server: Server, port: number) {
    this.#target = target;
    this.#server = server;
    this.#port = port;
    server.on('connection', socket => this.#join(socket));
  }

  /** @param url of the server itself */
  static async open(t: Teardown, url: string): Promise<Link> {
    const server = createServer();
    const port = await listen(server, 0);
    const link = new Link(new URL(url), server, port);
    t.teardown(() => link.cut());
    return link;
  }

  /** The server by way of this link. */
  get url(): string {
    const url = new URL(this.#target);
    url.host = `127.0.0.1:${this.#port}`;
    return url.href;
  }

  /** Every connection breaks, and new ones are refused. */
  async cut(): Promise<void> {
    if (!this.#server.listening) return;
    this.#server.close();
    for (const socket of this.#sockets) socket.destroy();
    await once(this.#server, 'close');
  }

  /** Every connection breaks; new ones are taken. */
  dropConnections(): void {
    for (const socket of this.#sockets) socket.destroy();
  }

  /**
   * The next answer of the server that contains this is not passed on: every connection breaks instead.
   * Resolves when it has.
   */
  loseAnswer(tag: string): Promise<void> {
    return new Promise(told => {
      this.#lost = { tag: Buffer.from(tag), told };
    });
  }

  #isLost(answer: Buffer): boolean {
    const lost = this.#lost;
    if (!lost || !answer.includes(lost.tag)) return false;
    this.#lost = undefined;
    this.dropConnections();
    lost.told();
    return true;
  }

  /** Nothing passes any more over the connections that there are, and nobody is told; new ones are taken. */
  strand(): void {
    for (const socket of this.#sockets) {
      socket.unpipe();
      socket.resume();
      this.#stranded.add(socket);
    }
  }

  async mend(): Promise<void> {
    this.#server = createServer(socket => this.#join(socket));
    await listen(this.#server, this.#port);
  }

  #join(near: Socket): void {
    const far = connect({ host: this.#target.hostname, port: Number(this.#target.port) });
    for (const [socket, other] of [
      [near, far],
      [far, near],
    ] as const) {
      this.#sockets.add(socket);
      // A broken connection is what a test wants; the other half goes with it.
      socket.on('error', () => undefined);
      socket.on('close', () => {
        this.#sockets.delete(socket);
        if (!this.#stranded.has(socket)) other.destroy();
      });
    }
    near.pipe(far);
    far
      .pipe(
        new Transform({
          transform: (answer: Buffer, _encoding, pass) =>
            pass(null, this.#isLost(answer) ? undefined : answer),
        }),
      )
      .pipe(near);
  }
}

async function listen(server: Server, port: number): Promise<number> {
  server.listen(port, '127.0.0.1');
  await once(server, 'listening');
  return (server.address() as { port: number }).port;
}
