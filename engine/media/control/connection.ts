import { randomBytes } from 'node:crypto';
import type { Socket } from 'node:net';
import type { Logger } from 'pino';
import type { SoundFiles } from '../audio/sound-files.js';
import type { EndpointEvents } from '../endpoint/endpoint.js';
import type { EndpointRegistry, Subscriber } from '../endpoint/registry.js';
import { MediaFault } from '../fault.js';
import { commands } from './commands.js';
import { LineReader } from './line-reader.js';
import { isOwnerName, isProof } from './login.js';
import { Params } from './params.js';

export const protocolVersion = 1;

export interface ConnectionSettings {
  secret: string;
  /** Changes with every start of the engine, so that a client knows whether its endpoints can still exist. */
  boot: string;
  registry: EndpointRegistry;
  files: SoundFiles;
  logger: Logger;
}

const maxLineBytes = 256 * 1024;
const maxLineBytesBeforeLogin = 1024;
const loginTimeoutMs = 5000;
/** A client that lets this much pile up unread is not there any more. */
const maxUnreadBytes = 4 * 1024 * 1024;

/** One client: greets, checks its login, then answers requests in whatever order they finish, and sends events. */
export class ControlConnection implements Subscriber {
  owner = '';
  readonly #socket: Socket;
  readonly #settings: ConnectionSettings;
  readonly #nonce = randomBytes(16).toString('hex');
  readonly #loginTimer: NodeJS.Timeout;
  #unsubscribe: () => void = () => undefined;
  #lines = new LineReader(maxLineBytesBeforeLogin);

  constructor(socket: Socket, settings: ConnectionSettings) {
    this.#socket = socket;
    this.#settings = settings;
    socket.setNoDelay(true);
    this.#loginTimer = setTimeout(() => socket.destroy(), loginTimeoutMs);
    socket.on('data', chunk => this.#receive(chunk));
    socket.on('error', error =>
      settings.logger.debug({ owner: this.owner, err: error }, 'control connection failed'),
    );
    socket.on('close', () => this.#closed());
    this.#write({ hello: { engine: 'ringbridge-media', protocol: protocolVersion, nonce: this.#nonce } });
  }

  tell<E extends keyof EndpointEvents>(
    endpoint: string,
    event: E,
    data: EndpointEvents[E][0] | undefined,
  ): void {
    this.#write({ event, endpoint, data });
  }

  #receive(chunk: Buffer): void {
    try {
      for (const line of this.#lines.feed(chunk)) {
        if (line !== '') this.#handle(line);
        if (this.#socket.destroyed) return;
      }
    } catch (error) {
      this.#refuse(null, error);
      this.#socket.destroySoon();
    }
  }

  /** @throws when the line is no request at all: the connection is then given up. */
  #handle(line: string): void {
    const { id, method, params } = readRequest(line);
    if (this.owner === '') {
      this.#login(id, method, new Params(params));
      return;
    }
    const command = Object.hasOwn(commands, method) ? commands[method] : undefined;
    this.#run(id, async () => {
      if (command === undefined)
        throw new MediaFault('bad_request', `there is no method ${method.slice(0, 64)}`);
      const { registry, files } = this.#settings;
      return command({ registry, files, subscriber: this }, new Params(params));
    });
  }

  #login(id: number, method: string, params: Params): void {
    const owner = params.optionalText('owner', 64) ?? '';
    const proof = params.optionalText('proof', 64) ?? '';
    const { secret, boot, registry, logger } = this.#settings;
    if (method !== 'login' || !isOwnerName(owner) || !isProof(proof, secret, this.#nonce, owner)) {
      logger.warn('a control connection failed to log in');
      throw new MediaFault('bad_request', 'login failed');
    }
    clearTimeout(this.#loginTimer);
    this.owner = owner;
    this.#lines = new LineReader(maxLineBytes);
    logger.info({ owner }, 'control connection logged in');
    const { capacity, draining } = registry;
    this.#write({ id, result: { boot, capacity, draining } });
    this.#unsubscribe = registry.onDraining(() => this.#write({ event: 'draining' }));
  }

  #run(id: number, work: () => Promise<unknown>): void {
    work().then(
      result => this.#write({ id, result }),
      error => this.#refuse(id, error),
    );
  }

  #refuse(id: number | null, error: unknown): void {
    if (error instanceof MediaFault) {
      this.#write({ id, error: { code: error.code, message: error.message } });
      return;
    }
    if (error instanceof RangeError || error instanceof SyntaxError) {
      this.#write({ id, error: { code: 'bad_request', message: error.message } });
      return;
    }
    this.#settings.logger.error(
      { err: error, owner: this.owner },
      'a request failed by a fault of the engine',
    );
    this.#write({
      id,
      error: { code: 'engine_unavailable', message: 'the engine failed; its log has the reason' },
    });
  }

  #write(message: object): void {
    if (!this.#socket.writable) return;
    this.#socket.write(`${JSON.stringify(message)}\n`);
    if (this.#socket.writableLength <= maxUnreadBytes) return;
    this.#settings.logger.warn({ owner: this.owner }, 'a client does not read; its connection is closed');
    this.#socket.destroy();
  }

  #closed(): void {
    clearTimeout(this.#loginTimer);
    this.#unsubscribe();
    if (this.owner === '') return;
    this.#settings.registry.orphan(this);
    this.#settings.logger.info({ owner: this.owner }, 'control connection closed');
  }
}

function readRequest(line: string): { id: number; method: string; params: unknown } {
  const request: unknown = JSON.parse(line);
  if (typeof request !== 'object' || request === null)
    throw new MediaFault('bad_request', 'a request is an object');
  const { id, method, params } = request as Record<string, unknown>;
  if (!Number.isSafeInteger(id)) throw new MediaFault('bad_request', 'a request has a whole number as id');
  if (typeof method !== 'string') throw new MediaFault('bad_request', 'a request has a method');
  return { id: id as number, method, params };
}
