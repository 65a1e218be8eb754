/**
 * Messages out of a stream of bytes: Content-Length says where one ends (RFC 3261 section 18.3). Linear in what arrives,
 * however it is cut into pieces; holds the bytes of one unfinished message and nothing else.
 */
import type { Problem } from '../message/message.js';

export interface FramerUser {
  /**
   * One message, as a binary string. With a fault it is the head alone: where the next message begins cannot be known,
   * and nothing more is read.
   */
  message(text: string, fault?: Problem): void;
  /** A line end between messages: half a ping, or a pong (RFC 5626 section 4.4.1). */
  lineEnd(): void;
}

const cr = 0x0d;
const lf = 0x0a;
const headEnd = Buffer.from('\r\n\r\n');
const firstCapacity = 2_048;
/** The field name, compact or not, and its value, folded lines included. */
const lengthPattern = /\r\n(?:content-length|l)[ \t]*:([^\r\n]*(?:\r\n[ \t][^\r\n]*)*)/gi;

const missingLength: Problem = { status: 400, reason: 'Missing Content-Length' };
const badLength: Problem = { status: 400, reason: 'Bad Content-Length' };
const tooLarge: Problem = { status: 513, reason: 'Message Too Large' };

/** The length that a head declares, line ends before the message not counted. */
function bodyLength(head: string): number | Problem {
  let length: number | undefined;
  for (const [, value = ''] of head.matchAll(lengthPattern)) {
    const digits = value.trim();
    if (!/^\d{1,9}$/.test(digits)) return badLength;
    // Two that differ are read in two ways by two servers, and the one behind us would see another message.
    if (length !== undefined && length !== Number(digits)) return badLength;
    length = Number(digits);
  }
  return length ?? missingLength;
}

export class StreamFramer {
  #held: Buffer | undefined;
  #size = 0;
  /** Up to where there is no end of the head. */
  #scanned = 0;
  /** Head and body, once the head is known; 0 before. */
  #wanted = 0;
  #stopped = false;

  /** @param maxMessageBytes more than that is a fault */
  constructor(
    private readonly maxMessageBytes: number,
    private readonly user: FramerUser,
  ) {}

  /** A message has begun and is not complete. */
  get unfinished(): boolean {
    return this.#size > 0;
  }

  push(chunk: Buffer): void {
    if (this.#stopped) return;
    const data = this.#held === undefined ? chunk : this.#joined(this.#held, chunk);
    let at = 0;
    while (at < data.length && !this.#stopped) {
      if (this.#wanted === 0) {
        at = this.#pastLineEnds(data, at);
        if (!this.#readHead(data, at)) break;
      }
      const end = at + this.#wanted;
      if (end > data.length) break;
      this.#wanted = 0;
      this.#scanned = 0;
      this.user.message(data.toString('latin1', at, end));
      at = end;
    }
    this.#keep(data, at);
  }

  #pastLineEnds(data: Buffer, from: number): number {
    let at = from;
    while (data[at] === cr && data[at + 1] === lf) {
      this.user.lineEnd();
      at += 2;
    }
    return at;
  }

  /** Looks for the end of the head at `at` and sets `#wanted`. False when more bytes are needed, or none helps. */
  #readHead(data: Buffer, at: number): boolean {
    const found = data.indexOf(headEnd, at + this.#scanned);
    if (found < 0) {
      if (data.length - at > this.maxMessageBytes) this.#stopped = true;
      this.#scanned = Math.max(0, data.length - at - headEnd.length + 1);
      return false;
    }
    const bodyStart = found + headEnd.length;
    const head = data.toString('latin1', at, bodyStart);
    const length = bodyLength(head);
    const total = bodyStart - at + (typeof length === 'number' ? length : 0);
    const fault = typeof length !== 'number' ? length : total > this.maxMessageBytes ? tooLarge : undefined;
    if (fault === undefined) {
      this.#wanted = total;
      return true;
    }
    this.#stopped = true;
    this.user.message(head, fault);
    return false;
  }

  /** Nothing more is read: a message has a fault or is too long to have an end, or `stop` was called. */
  get stopped(): boolean {
    return this.#stopped;
  }

  stop(): void {
    this.#stopped = true;
  }

  #joined(held: Buffer, chunk: Buffer): Buffer {
    const size = this.#size + chunk.length;
    let room = held;
    if (size > held.length) {
      room = Buffer.allocUnsafe(Math.max(size, Math.min(2 * held.length, this.maxMessageBytes)));
      held.copy(room, 0, 0, this.#size);
      this.#held = room;
    }
    chunk.copy(room, this.#size);
    return room.subarray(0, size);
  }

  /** Keeps what is left from `at` on, in memory of its own: the chunk belongs to the socket. */
  #keep(data: Buffer, at: number): void {
    const left = this.#stopped ? 0 : data.length - at;
    if (left === 0) this.#held = undefined;
    else if (this.#held === undefined || at > 0) {
      const room = Buffer.allocUnsafe(Math.max(left, firstCapacity));
      data.copy(room, 0, at);
      this.#held = room;
    }
    this.#size = left;
  }
}
