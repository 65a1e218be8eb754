/** One message of the event socket: headers, and a body of Content-Length bytes. */
export interface EslMessage {
  headers: ReadonlyMap<string, string>;
  body: string;
}

const maxHeaderBytes = 65_536;
const maxBodyBytes = 16 * 1024 * 1024;

/** The stream is none of an event socket, or of one that has gone mad: nothing after it can be trusted. */
export class EslFramingError extends Error {
  override readonly name = 'EslFramingError';
}

/** Cuts the event socket's stream into messages. @throws EslFramingError */
export class EslFraming {
  #rest: Buffer = Buffer.alloc(0);
  #headers: Map<string, string> | undefined;

  *push(chunk: Buffer): Generator<EslMessage> {
    this.#rest = this.#rest.length === 0 ? chunk : Buffer.concat([this.#rest, chunk]);
    for (let message = this.#next(); message !== undefined; message = this.#next()) yield message;
  }

  #next(): EslMessage | undefined {
    this.#headers ??= this.#readHeaders();
    if (this.#headers === undefined) return undefined;
    const length = Number(this.#headers.get('content-length') ?? 0);
    if (!Number.isInteger(length) || length < 0 || length > maxBodyBytes)
      throw new EslFramingError('a message says that it is endless');
    if (this.#rest.length < length) return undefined;
    const message = { headers: this.#headers, body: this.#rest.toString('utf8', 0, length) };
    this.#rest = this.#rest.subarray(length);
    this.#headers = undefined;
    return message;
  }

  #readHeaders(): Map<string, string> | undefined {
    const end = this.#rest.indexOf('\n\n');
    if (end < 0) {
      if (this.#rest.length > maxHeaderBytes) throw new EslFramingError('headers without an end');
      return undefined;
    }
    const headers = new Map<string, string>();
    for (const line of this.#rest.toString('utf8', 0, end).split('\n')) {
      const colon = line.indexOf(':');
      if (colon > 0) headers.set(line.slice(0, colon).toLowerCase(), line.slice(colon + 1).trim());
    }
    this.#rest = this.#rest.subarray(end + 2);
    return headers;
  }
}
