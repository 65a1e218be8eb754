/** An application without drachtio-srf: frames by hand, to say what that library never would. */
import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { frame } from '../control/framing.js';
import type { ListenAddress } from '../options.js';

export interface RawFrame {
  fields: string[];
  /** What follows the first line; empty when there is none. */
  text: string;
}

export class RawApplication {
  readonly got: RawFrame[] = [];
  readonly closed: Promise<void>;
  #pending = '';
  #count = 0;
  #waiting: { wanted: (frame: RawFrame) => boolean; found: (frame: RawFrame) => void }[] = [];

  /** On a socket that is connected. */
  constructor(readonly socket: Socket) {
    socket.on('data', data => this.#read(data.toString('latin1')));
    // Whoever closes it before it has read all resets it: that is one more way for it to end.
    socket.on('error', () => socket.destroy());
    this.closed = new Promise(resolve => socket.once('close', () => resolve()));
  }

  static async open({ host, port }: ListenAddress): Promise<RawApplication> {
    const socket = connect({ host, port });
    await once(socket, 'connect');
    return new RawApplication(socket);
  }

  /** Sends a message and resolves with the fields of its response behind the message id. */
  async ask(message: string): Promise<string[]> {
    this.#count += 1;
    const id = `m${this.#count}`;
    this.write(frame(`${id}|${message}`));
    return (await this.answer(id)).fields.slice(3);
  }

  /** The answer to the message of that id. */
  answer(id: string): Promise<RawFrame> {
    return this.#next(({ fields }) => fields[1] === 'response' && fields[2] === id);
  }

  async login(secret: string, tags = ''): Promise<string[]> {
    return this.ask(`authenticate|${secret}|${tags}`);
  }

  /** The next SIP message for this application that begins so. */
  sip(start: string): Promise<RawFrame> {
    return this.#next(({ fields, text }) => fields[1] === 'sip' && text.startsWith(start));
  }

  /** A refusal that answers no message in particular. */
  refusal(): Promise<RawFrame> {
    return this.#next(({ fields }) => fields[3] === 'NO');
  }

  write(bytes: string): void {
    this.socket.write(bytes, 'latin1');
  }

  #next(wanted: (frame: RawFrame) => boolean): Promise<RawFrame> {
    const found = new Promise<RawFrame>(resolve => {
      this.#waiting.push({ wanted, found: resolve });
    });
    this.#match();
    return found;
  }

  #match(): void {
    for (const waiter of [...this.#waiting]) {
      const index = this.got.findIndex(waiter.wanted);
      if (index < 0) continue;
      this.#waiting.splice(this.#waiting.indexOf(waiter), 1);
      waiter.found(this.got.splice(index, 1)[0] as RawFrame);
    }
  }

  #read(text: string): void {
    this.#pending += text;
    for (;;) {
      const separator = this.#pending.indexOf('#');
      const length = Number(this.#pending.slice(0, separator));
      if (separator < 0 || this.#pending.length < separator + 1 + length) break;
      const payload = this.#pending.slice(separator + 1, separator + 1 + length);
      this.#pending = this.#pending.slice(separator + 1 + length);
      const lineEnd = payload.indexOf('\r\n');
      const meta = lineEnd < 0 ? payload : payload.slice(0, lineEnd);
      this.got.push({ fields: meta.split('|'), text: lineEnd < 0 ? '' : payload.slice(lineEnd + 2) });
    }
    this.#match();
  }
}
