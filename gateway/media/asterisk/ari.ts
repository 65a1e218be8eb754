import { EventEmitter } from 'node:events';
import type { Logger } from 'pino';
import WebSocket from 'ws';
import { connectAgain, connectWithin } from '../connecting.js';
import { MediaError } from '../port.js';

export interface AriSettings {
  host: string;
  port: number;
  username: string;
  password: string;
  /** The Stasis application whose channels are ours. */
  app: string;
  logger: Logger;
  signal: AbortSignal;
}

/** A channel as ARI describes it, as far as it is looked at. */
export interface Channel {
  id: string;
  state: string;
  dialplan: { exten: string };
}

/** The events of ARI that are looked at; each carries more. */
export type AriEvent =
  | { type: 'StasisStart' | 'ChannelTalkingStarted' | 'ChannelTalkingFinished'; channel: Channel }
  | { type: 'ChannelDestroyed'; channel: Channel; cause: number }
  | { type: 'ChannelDtmfReceived'; channel: Channel; digit: string; duration_ms: number }
  | { type: 'PlaybackFinished'; playback: { id: string; state: 'done' | 'failed' } }
  | { type: 'RecordingFinished' | 'RecordingFailed'; recording: { name: string; cause?: string } };

/** Asterisk answered with an error. */
export class AriError extends Error {
  override readonly name = 'AriError';
  constructor(
    readonly status: number,
    message: string,
  ) {
    super(message);
  }
}

const requestMs = 5000;
const handshakeMs = 5000;
/** A connection that carries nothing for so long is asked whether it lives. */
const pingMs = 5000;
/** Without Asterisk for so long, what it held is taken for lost. */
const graceMs = 6000;

interface AriEvents {
  event: [AriEvent];
  /** Connected again, with everything as it was. Events of the time between are missing. */
  resumed: [];
  /** Asterisk was started anew, or is away for too long: what it held is gone. */
  gone: [];
}

/** Asterisk's REST interface: requests over HTTP, events over one WebSocket that is made again when it breaks. */
export class Ari extends EventEmitter<AriEvents> {
  readonly #settings: AriSettings;
  readonly #base: string;
  readonly #authorization: string;
  #socket: WebSocket | undefined;
  #startedAt = '';
  #keeper: Promise<void> = Promise.resolve();

  constructor(settings: AriSettings) {
    super();
    this.#settings = settings;
    const { host, port, username, password } = settings;
    this.#base = `http://${host.includes(':') ? `[${host}]` : host}:${port}/ari`;
    this.#authorization = `Basic ${Buffer.from(`${username}:${password}`).toString('base64')}`;
  }

  get app(): string {
    return this.#settings.app;
  }

  get connected(): boolean {
    return this.#socket?.readyState === WebSocket.OPEN;
  }

  /** Connects within `patienceMs`, and keeps the connection. @throws MediaError `engine_unavailable`, `bad_request` */
  async connect(patienceMs: number): Promise<void> {
    await connectWithin(patienceMs, () => this.#open(), this.#settings.signal);
    this.#keeper = this.#keep();
  }

  async close(): Promise<void> {
    this.#socket?.terminate();
    await this.#keeper;
  }

  /** @throws AriError what Asterisk answered; MediaError `engine_unavailable` when it did not answer */
  async request<T = unknown>(method: string, path: string, body?: object): Promise<T> {
    const response = await this.fetch(method, path, body);
    const text = await response.text();
    return (text === '' ? undefined : JSON.parse(text)) as T;
  }

  /** As `request`, with the body unread; it may take its time. */
  async fetch(method: string, path: string, body?: object): Promise<Response> {
    const patience = new AbortController();
    const timer = setTimeout(() => patience.abort(new Error('timed out')), requestMs);
    const response = await fetch(`${this.#base}/${path}`, {
      method,
      headers: { authorization: this.#authorization, 'content-type': 'application/json' },
      signal: patience.signal,
      ...(body && { body: JSON.stringify(body) }),
    })
      .catch(error => {
        throw unavailable(`did not answer ${method} ${path} (${reasonOf(error)})`);
      })
      .finally(() => clearTimeout(timer));
    if (response.ok) return response;
    throw new AriError(response.status, `${method} ${path}: ${response.status} ${await response.text()}`);
  }

  async #open(): Promise<void> {
    const { app } = this.#settings;
    const socket = new WebSocket(`${this.#base.replace('http', 'ws')}/events?app=${app}`, {
      headers: { authorization: this.#authorization },
      handshakeTimeout: handshakeMs,
    });
    await new Promise<void>((resolve, reject) => {
      socket.once('open', resolve);
      socket.once('error', error => reject(unavailable(`cannot be reached (${reasonOf(error)})`)));
      socket.once('unexpected-response', (_request, { statusCode = 0 }) => {
        socket.terminate();
        const denied = statusCode === 401 || statusCode === 403;
        reject(
          denied
            ? new MediaError('bad_request', 'Asterisk refuses the password of its REST interface')
            : unavailable(`answered ${statusCode}`),
        );
      });
    });
    this.#socket = socket;
    socket.on('error', error => this.#settings.logger.debug({ err: error }, 'events of Asterisk'));
    socket.on('message', data => this.emit('event', JSON.parse(String(data)) as AriEvent));
    const { status } = await this.request<{ status: { startup_time: string } }>(
      'GET',
      'asterisk/info?only=status',
    );
    const restarted = this.#startedAt !== '' && this.#startedAt !== status.startup_time;
    if (restarted) this.emit('gone');
    this.#startedAt = status.startup_time;
  }

  /** Waits for each end of the connection, and makes it again. */
  async #keep(): Promise<void> {
    const { signal, logger } = this.#settings;
    while (!signal.aborted) {
      await this.#ended();
      if (signal.aborted) return;
      logger.warn('the connection to Asterisk is lost');
      const lostAt = performance.now();
      let told = false;
      await connectAgain(
        () => this.#open(),
        signal,
        error => {
          logger.debug({ err: error }, 'Asterisk cannot be reached');
          if (told || performance.now() - lostAt < graceMs) return;
          told = true;
          this.emit('gone');
        },
      );
      if (!(told || signal.aborted)) this.emit('resumed');
    }
  }

  /** Resolves when the connection has ended, or no longer answers. */
  async #ended(): Promise<void> {
    const socket = this.#socket as WebSocket;
    if (socket.readyState === WebSocket.CLOSED) return;
    let answered = true;
    const ping = setInterval(() => {
      if (!answered) return socket.terminate();
      answered = false;
      socket.ping();
    }, pingMs);
    socket.on('pong', () => {
      answered = true;
    });
    await new Promise(resolve => socket.once('close', resolve));
    clearInterval(ping);
  }
}

function unavailable(what: string): MediaError {
  return new MediaError('engine_unavailable', `Asterisk ${what}`);
}

function reasonOf(error: unknown): string {
  const { message, code, cause } = error as NodeJS.ErrnoException & { cause?: NodeJS.ErrnoException };
  return cause?.code ?? code ?? message;
}

/** For what is to be gone: it is no fault that it is gone already, or with Asterisk itself. */
export function ignoreGone(error: unknown): undefined {
  const gone = error instanceof AriError && error.status === 404;
  if (!gone && !(error instanceof MediaError && error.code === 'engine_unavailable')) throw error;
  return undefined;
}
