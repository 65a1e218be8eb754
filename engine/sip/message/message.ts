/**
 * A received SIP message. Text is a binary string throughout the server: one character is one byte, so lengths are
 * byte counts, bodies pass untouched whatever their encoding, and nothing is decoded twice.
 */
import { tagOf } from './name-addr.js';
import { parseVia, type Via } from './via.js';

export interface HeaderField {
  /** Full name in lower case, compact form expanded. */
  id: string;
  /** As written. */
  name: string;
  /** Unfolded, without white space at the ends. */
  value: string;
  /** Where the field with its line end lies in the message's text. */
  start: number;
  end: number;
}

/** Why a message cannot be accepted, as the answer it gets. */
export interface Problem {
  status: number;
  reason: string;
}

export interface CSeq {
  number: number;
  method: string;
}

/** What a message is made of, before it is known to be a request or a response. */
export interface MessageParts {
  text: string;
  fields: HeaderField[];
  /** Where the start line begins: line ends before it are skipped. */
  start: number;
  bodyStart: number;
  bodyEnd: number;
  problem?: Problem;
}

const cseqPattern = /^(\d{1,10})[ \t]+(\S+)$/;

/** The header fields that only this server may write; see registrations.ts and succession.ts. */
export const flowMarker = 'x-ringbridge-flow';
export const dialogsMarker = 'x-ringbridge-dialogs';

abstract class SipMessage {
  readonly text: string;
  readonly fields: HeaderField[];
  readonly problem: Problem | undefined;
  readonly #start: number;
  readonly #bodyStart: number;
  readonly #bodyEnd: number;
  #via: Via | undefined;
  #cseq: CSeq | undefined;

  constructor(parts: MessageParts) {
    this.text = parts.text;
    this.fields = parts.fields;
    this.problem = parts.problem;
    this.#start = parts.start;
    this.#bodyStart = parts.bodyStart;
    this.#bodyEnd = parts.bodyEnd;
  }

  /** The value of the first header field of that id. */
  first(id: string): string | undefined {
    for (const field of this.fields) if (field.id === id) return field.value;
    return undefined;
  }

  /** The values of all header fields of that id, in order. */
  all(id: string): string[] {
    const values: string[] = [];
    for (const field of this.fields) if (field.id === id) values.push(field.value);
    return values;
  }

  get body(): string {
    return this.text.slice(this.#bodyStart, this.#bodyEnd);
  }

  get callId(): string {
    return this.first('call-id') ?? '';
  }

  get from(): string {
    return this.first('from') ?? '';
  }

  get to(): string {
    return this.first('to') ?? '';
  }

  get fromTag(): string | undefined {
    return tagOf(this.from);
  }

  get toTag(): string | undefined {
    return tagOf(this.to);
  }

  /** The topmost Via; undefined when it is missing or not well formed. */
  get via(): Via | undefined {
    this.#via ??= parseVia(this.first('via') ?? '');
    return this.#via;
  }

  /** Undefined when missing or not well formed. */
  get cseq(): CSeq | undefined {
    if (this.#cseq === undefined) {
      const match = cseqPattern.exec(this.first('cseq') ?? '');
      if (match !== null) this.#cseq = { number: Number(match[1]), method: match[2] as string };
    }
    return this.#cseq;
  }

  /**
   * The message for the application: as received, with the first Via as it stands in `fields` (received and rport
   * filled in), nothing behind the body, a Content-Length where there is a body, and no forged marker.
   */
  delivered(): string {
    const head = this.#bodyStart;
    let text = '';
    let at = this.#start;
    let viaSeen = false;
    let lengthSeen = false;
    for (const field of this.fields) {
      if (field.id === 'content-length') lengthSeen = true;
      const replaced = field.id === 'via' && !viaSeen;
      if (replaced) viaSeen = true;
      if (!replaced && field.id !== flowMarker && field.id !== dialogsMarker) continue;
      text += this.text.slice(at, field.start);
      if (replaced) text += `${field.name}: ${field.value}\r\n`;
      at = field.end;
    }
    const bodyLength = this.#bodyEnd - head;
    if (lengthSeen || bodyLength === 0) return text + this.text.slice(at, this.#bodyEnd);
    return `${text}${this.text.slice(at, head - 2)}Content-Length: ${bodyLength}\r\n\r\n${this.body}`;
  }

  /** Bytes as received. */
  get size(): number {
    return this.text.length;
  }
}

export class SipRequest extends SipMessage {
  readonly method: string;
  readonly uri: string;

  constructor(method: string, uri: string, parts: MessageParts) {
    super(parts);
    this.method = method;
    this.uri = uri;
  }
}

export class SipResponse extends SipMessage {
  readonly status: number;
  readonly reason: string;

  constructor(status: number, reason: string, parts: MessageParts) {
    super(parts);
    this.status = status;
    this.reason = reason;
  }
}
