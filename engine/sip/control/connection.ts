/** One control connection: an application, as the rest of the server sees it. */
import type { Socket } from 'node:net';
import type { Logger } from 'pino';
import type { Application, Delivery } from '../dialog/application.js';
import { responseFrame, sipFrame } from './frames.js';
import { FrameError, FrameReader, frame } from './framing.js';

const loginTimeoutMs = 10_000;
/** What an application may leave unread before it counts as gone. */
const maxUnreadBytes = 32 * 1024 * 1024;
/** And before it gets no new work: a flood of requests must not cost it the calls it has. */
const congestedBytes = 4 * 1024 * 1024;
const flowEventsTag = 'flow-events';
const resumeTag = 'resume:';
const answeredOnlyTag = 'answered-only';

/** What the connection hands up: each payload, and its end. */
export interface ConnectionUser {
  received(connection: ControlConnection, payload: string): void;
  /** Nothing can be delivered any more; told once. */
  left(connection: ControlConnection): void;
  /** The socket is gone. */
  closed(connection: ControlConnection): void;
}

export class ControlConnection implements Application {
  tags = new Set<string>();
  /** The address it comes from. */
  readonly source: string;
  #authenticated = false;
  #resumeName: string | undefined;
  #connected = true;
  #outgoing = '';
  #flush: NodeJS.Immediate | undefined;
  readonly #reader = new FrameReader();
  readonly #loginTimer: NodeJS.Timeout;

  constructor(
    private readonly socket: Socket,
    private readonly user: ConnectionUser,
    readonly log: Logger,
  ) {
    this.source = socket.remoteAddress ?? '';
    socket.setNoDelay(true);
    socket.setKeepAlive(true, 1_000);
    this.#loginTimer = setTimeout(() => this.refuse('', 'login expected'), loginTimeoutMs);
    socket.on('data', chunk => this.#read(chunk));
    socket.on('error', error => log.info({ reason: error.message }, 'control connection failed'));
    socket.on('close', () => this.#closed());
  }

  get connected(): boolean {
    return this.#connected;
  }

  get authenticated(): boolean {
    return this.#authenticated;
  }

  get watchesFlows(): boolean {
    return this.tags.has(flowEventsTag);
  }

  get answeredOnly(): boolean {
    return this.tags.has(answeredOnlyTag);
  }

  get resumeName(): string | undefined {
    return this.#resumeName;
  }

  get congested(): boolean {
    return this.socket.writableLength + this.#outgoing.length > congestedBytes;
  }

  /** The application has logged in. */
  accept(tags: Set<string>): void {
    this.#reader.trust();
    clearTimeout(this.#loginTimer);
    this.#authenticated = true;
    this.tags = tags;
    const resume = [...tags].find(tag => tag.startsWith(resumeTag) && tag !== resumeTag);
    this.#resumeName = resume?.slice(resumeTag.length);
  }

  deliver(delivery: Delivery): void {
    this.write(sipFrame(delivery));
  }

  /** Answers one message of the application. */
  respond(messageId: string, result: string): void {
    this.write(responseFrame(messageId, result));
  }

  /** Refuses a message and ends the connection. */
  refuse(messageId: string, reason: string): void {
    if (!this.#connected) return;
    this.respond(messageId, `NO|${reason}`);
    this.end();
  }

  /** Ends the connection after what is still to be sent. */
  end(): void {
    this.#flushNow();
    this.socket.end();
    this.#leave();
    // A peer that does not read would keep it half open for ever.
    setTimeout(() => this.socket.destroy(), loginTimeoutMs).unref();
  }

  /** Ends the connection without waiting for the peer to end it too, after what is still to be sent. */
  close(): void {
    this.#flushNow();
    this.socket.destroySoon();
  }

  #read(chunk: Buffer): void {
    // What a peer that was refused goes on sending is read to its end and kept nowhere.
    if (!this.#connected) return;
    try {
      for (const payload of this.#reader.read(chunk)) {
        if (!this.#connected) return;
        this.user.received(this, payload);
      }
    } catch (error) {
      if (!(error instanceof FrameError)) throw error;
      this.log.warn({ reason: error.message }, 'control connection sent no frame');
      this.refuse('', error.message);
    }
  }

  /** Sends one payload. Frames of one turn of the event loop go out together: one system call for many. */
  write(payload: string): void {
    if (!this.#connected) return;
    this.#outgoing += frame(payload);
    this.#flush ??= setImmediate(() => this.#flushNow());
  }

  #flushNow(): void {
    if (this.#flush !== undefined) clearImmediate(this.#flush);
    this.#flush = undefined;
    if (this.#outgoing === '' || this.socket.destroyed) return;
    const text = this.#outgoing;
    this.#outgoing = '';
    this.socket.write(text, 'latin1');
    if (this.socket.writableLength > maxUnreadBytes) {
      this.log.error('an application does not read its control connection: closed');
      this.socket.destroy();
    }
  }

  #closed(): void {
    clearTimeout(this.#loginTimer);
    if (this.#flush !== undefined) clearImmediate(this.#flush);
    this.#leave();
    this.user.closed(this);
  }

  #leave(): void {
    if (!this.#connected) return;
    this.#connected = false;
    this.user.left(this);
  }
}
