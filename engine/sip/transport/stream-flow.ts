/**
 * SIP over a stream, a TCP connection or a TLS one: one flow. It may still be on its way to the peer; what is sent
 * waits in the socket until then.
 */
import type { Socket } from 'node:net';
import type { Problem } from '../message/message.js';
import { StreamFramer } from './stream-framer.js';
import type { Flow, LocalAddress, Receiver } from './transport.js';

export interface StreamFlowOptions {
  local: LocalAddress;
  receiver: Receiver;
  remoteAddress: string;
  remotePort: number;
  /** Whose certificate the peer has shown, on a TLS connection that we opened. */
  domain?: string;
  maxMessageBytes: number;
  /** What may wait to be read by the peer; one that lets more pile up is dropped. */
  maxUnreadBytes: number;
  now: () => number;
  returnFlow: (port: number | undefined, host: string) => Flow | undefined;
}

const ping = '\r\n\r\n';
const pong = '\r\n';

export class StreamFlow implements Flow {
  readonly connected = true;
  readonly local: LocalAddress;
  readonly remoteAddress: string;
  readonly remotePort: number;
  readonly domain: string | undefined;
  /** When bytes came last, or it was made. */
  heardAt: number;
  /** When there was a message in either direction last, or a ping of the peer, or it was made. */
  usedAt: number;
  /** Messages can leave. */
  ready = false;
  /** Since when a message is expected to become complete; a stranger's first one from the start. */
  expectedSince: number | undefined;
  #pingedAt: number | undefined;
  /** Peers need not answer pings (RFC 5626 section 4.4 leaves it to negotiation): one that has done it once does. */
  #answersPings = false;
  #lineEnds = 0;
  #halfPing = false;
  /** It connected to us and has not sent a message yet. */
  #stranger: boolean;
  readonly #framer: StreamFramer;
  readonly #listeners = new Set<() => void>();

  constructor(
    readonly socket: Socket,
    /** We opened it, the peer did not. */
    readonly outbound: boolean,
    private readonly options: StreamFlowOptions,
  ) {
    this.local = options.local;
    this.remoteAddress = options.remoteAddress;
    this.remotePort = options.remotePort;
    this.domain = options.domain;
    this.heardAt = options.now();
    this.usedAt = this.heardAt;
    this.#stranger = !outbound;
    if (this.#stranger) this.expectedSince = this.heardAt;
    this.#framer = new StreamFramer(options.maxMessageBytes, {
      message: (text, fault) => this.#message(text, fault),
      lineEnd: () => {
        this.#lineEnds += 1;
      },
    });
    socket.on('data', (chunk: Buffer) => this.#data(chunk));
  }

  get protocol() {
    return this.local.protocol;
  }

  get open(): boolean {
    return !this.socket.destroyed && this.socket.writable;
  }

  send(text: string, failed?: (error: Error) => void): void {
    if (!this.open) return void failed?.(new Error('the connection is closed'));
    if (this.socket.writableLength > this.options.maxUnreadBytes) {
      this.socket.destroy();
      return void failed?.(new Error('the peer does not read'));
    }
    this.usedAt = this.options.now();
    this.options.receiver.sent(text, this);
    this.socket.write(text, 'latin1', error => {
      if (error) failed?.(error);
    });
  }

  onClosed(listener: () => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /** Called once, when the socket is closed. */
  tellClosed(): void {
    for (const listener of [...this.#listeners]) listener();
    this.#listeners.clear();
  }

  returnFlow(port: number | undefined, host: string): Flow | undefined {
    return this.options.returnFlow(port, host);
  }

  /** False when the peer has not answered the last one, though it has answered one before. */
  ping(): boolean {
    if (this.#pingedAt !== undefined && this.heardAt < this.#pingedAt && this.#answersPings) return false;
    this.#pingedAt = this.options.now();
    this.socket.write(ping, 'latin1');
    return true;
  }

  #data(chunk: Buffer): void {
    if (this.#framer.stopped) return;
    this.heardAt = this.options.now();
    this.#framer.push(chunk);
    if (this.#lineEnds > 0) this.#keepAlive();
    if (this.#framer.stopped) {
      // Where the next message begins cannot be known any more; what has been answered is still sent.
      this.expectedSince ??= this.heardAt;
      this.socket.destroySoon();
    } else if (this.#framer.unfinished) this.expectedSince ??= this.heardAt;
    else if (!this.#stranger) this.expectedSince = undefined;
  }

  #message(text: string, fault?: Problem): void {
    this.#stranger = false;
    this.usedAt = this.heardAt;
    this.expectedSince = undefined;
    if (!this.options.receiver.received(text, this, fault)) this.#framer.stop();
  }

  /** Two line ends are a ping, one is a pong, and they come in one piece; a ping in two is half of one, twice. */
  #keepAlive(): void {
    let lineEnds = this.#lineEnds;
    this.#lineEnds = 0;
    if (this.#pingedAt !== undefined && lineEnds % 2 === 1) {
      this.#pingedAt = undefined;
      this.#answersPings = true;
      lineEnds -= 1;
    }
    if (this.#halfPing) lineEnds += 1;
    this.#halfPing = lineEnds % 2 === 1;
    if (lineEnds >= 2) this.socket.write(pong.repeat(Math.floor(lineEnds / 2)), 'latin1');
  }
}
