import { createHmac } from 'node:crypto';
import { connect, type Socket } from 'node:net';
import { MediaError, type MediaErrorCode } from '../port.js';

export interface ConnectionSettings {
  host: string;
  port: number;
  /** Login secret shared with the engine. */
  secret: string;
  /** Name of this gateway node: the owner of what it creates, also after a restart. */
  owner: string;
}

export interface ConnectionHandlers {
  event(endpoint: string, event: string, data: unknown): void;
  closed(): void;
}

export interface RequestOptions {
  /** Milliseconds; 0 waits as long as the connection lives. */
  timeoutMs?: number;
  /** Called in place of the promise when the result comes after the timeout. */
  late?: (result: Record<string, unknown>) => void;
}

interface Pending {
  resolve(result: Record<string, unknown>): void;
  reject(error: MediaError): void;
  timer: NodeJS.Timeout | undefined;
  late: RequestOptions['late'];
}

const protocolVersion = 1;
const maxLineBytes = 1024 * 1024;
const loginTimeoutMs = 5000;
const requestTimeoutMs = 5000;
const errorCodes: readonly MediaErrorCode[] = [
  'engine_unavailable',
  'draining',
  'no_ports',
  'no_common_codec',
  'bad_sdp',
  'unknown_endpoint',
  'bad_request',
  'not_supported',
];

/** One logged-in connection to the engine (docs/media-protocol.md). Requests are pipelined; answers come in any order. */
export class EngineConnection {
  /** Changes with every start of the engine. */
  boot = '';
  /** Endpoints the engine holds at most. */
  capacity = 0;
  /** It takes no new ones, whoever wanted it so. */
  draining = false;
  readonly #socket: Socket;
  readonly #handlers: ConnectionHandlers;
  readonly #pending = new Map<number, Pending>();
  #nextId = 1;
  #rest = '';
  #hello: ((nonce: string) => void) | undefined;
  #closed = false;

  private constructor(socket: Socket, handlers: ConnectionHandlers) {
    this.#socket = socket;
    this.#handlers = handlers;
    socket.setNoDelay(true);
    socket.setEncoding('utf8');
    socket.on('data', (chunk: string) => this.#receive(chunk));
    socket.on('close', () => this.#end());
  }

  /** Connects and logs in. @throws MediaError `engine_unavailable` (nobody there), `bad_request` (login refused) */
  static async open(settings: ConnectionSettings, handlers: ConnectionHandlers): Promise<EngineConnection> {
    const { host, port, secret, owner } = settings;
    const socket = connect({ host, port });
    const connection = new EngineConnection(socket, handlers);
    const nonce = await new Promise<string>((resolve, reject) => {
      const fail = (why: string) =>
        reject(new MediaError('engine_unavailable', `the media engine at ${host}:${port} ${why}`));
      const timer = setTimeout(() => {
        fail('does not greet');
        socket.destroy();
      }, loginTimeoutMs);
      connection.#hello = greeting => {
        clearTimeout(timer);
        resolve(greeting);
      };
      socket.on('error', (error: NodeJS.ErrnoException) =>
        fail(`cannot be reached (${error.code ?? error.message})`),
      );
      socket.on('close', () => {
        clearTimeout(timer);
        fail('closed the connection');
      });
    });
    const proof = createHmac('sha256', secret).update(`${nonce}\n${owner}`).digest('hex');
    const { boot, capacity, draining } = await connection.request('login', { owner, proof });
    connection.boot = String(boot);
    connection.capacity = Number(capacity);
    connection.draining ||= draining === true;
    return connection;
  }

  get alive(): boolean {
    return !this.#closed;
  }

  request(
    method: string,
    params: Record<string, unknown>,
    { timeoutMs = requestTimeoutMs, late }: RequestOptions = {},
  ): Promise<Record<string, unknown>> {
    if (this.#closed) return Promise.reject(gone());
    const id = this.#nextId++;
    return new Promise((resolve, reject) => {
      const expire = () => {
        pending.timer = undefined;
        reject(
          new MediaError(
            'engine_unavailable',
            `the media engine did not answer ${method} in ${timeoutMs} ms`,
          ),
        );
        if (late === undefined) this.#pending.delete(id);
      };
      const timer = timeoutMs === 0 ? undefined : setTimeout(expire, timeoutMs);
      const pending: Pending = { resolve, reject, timer, late };
      this.#pending.set(id, pending);
      this.#socket.write(`${JSON.stringify({ id, method, params })}\n`);
    });
  }

  close(): void {
    this.#socket.destroy();
    this.#end();
  }

  #receive(chunk: string): void {
    const lines = (this.#rest + chunk).split('\n');
    this.#rest = lines.pop() ?? '';
    try {
      if (this.#rest.length > maxLineBytes) throw new RangeError('the media engine sent an endless line');
      for (const line of lines) this.#handle(JSON.parse(line) as Record<string, unknown>);
    } catch {
      // Whatever is at the other end, it does not speak the protocol: the owner sees the connection close.
      this.#socket.destroy();
    }
  }

  #handle(message: Record<string, unknown>): void {
    if (message.event === 'draining') {
      this.draining = true;
      return;
    }
    if (typeof message.event === 'string') {
      this.#handlers.event(String(message.endpoint), message.event, message.data);
      return;
    }
    if (message.hello !== undefined) {
      const { protocol, nonce } = message.hello as { protocol: unknown; nonce: unknown };
      if (protocol !== protocolVersion) throw new TypeError('another protocol version');
      this.#hello?.(String(nonce));
      return;
    }
    // An error without an id is about the connection itself: the login, or a line that was no request.
    const id = typeof message.id === 'number' ? message.id : Math.min(...this.#pending.keys());
    const pending = this.#pending.get(id);
    if (pending === undefined) return;
    this.#pending.delete(id);
    const expired = pending.timer === undefined && pending.late !== undefined;
    clearTimeout(pending.timer);
    if (message.error !== undefined) pending.reject(readError(message.error));
    else if (expired) pending.late?.(message.result as Record<string, unknown>);
    else pending.resolve(message.result as Record<string, unknown>);
  }

  #end(): void {
    if (this.#closed) return;
    this.#closed = true;
    for (const { reject, timer } of this.#pending.values()) {
      clearTimeout(timer);
      reject(gone());
    }
    this.#pending.clear();
    this.#handlers.closed();
  }
}

function gone(): MediaError {
  return new MediaError('engine_unavailable', 'the connection to the media engine is gone');
}

function readError(error: unknown): MediaError {
  const { code, message } = error as { code: unknown; message: unknown };
  const known = errorCodes.find(candidate => candidate === code);
  return new MediaError(known ?? 'engine_unavailable', String(message));
}
