import { createHash, randomBytes, timingSafeEqual } from 'node:crypto';

/** Whom the network lets call out. */
export interface Subscriber {
  realm: string;
  username: string;
  password: string;
}

const nonceLifeMs = 60_000;
/** The oldest nonce gives way: a caller who only collects challenges cannot fill the memory. */
const maxNonces = 10_000;
const maxHeaderLength = 2048;

const digest = (text: string) => createHash('md5').update(text).digest('hex');
const parameter = /\s*([a-z]+)\s*=\s*(?:"((?:[^"\\]|\\.)*)"|([^\s",]+))\s*(?:,|$)/iy;

function parameters(header: string): Map<string, string> | undefined {
  const scheme = /^\s*Digest\s+/i.exec(header);
  if (!scheme || header.length > maxHeaderLength) return undefined;
  const found = new Map<string, string>();
  parameter.lastIndex = scheme[0].length;
  while (parameter.lastIndex < header.length) {
    const match = parameter.exec(header);
    if (!match) return undefined;
    found.set(match[1]!.toLowerCase(), match[2]?.replace(/\\(.)/g, '$1') ?? match[3]!);
  }
  return found;
}

/**
 * Proxy authentication as a trunk does it: Digest with MD5 and qop=auth (RFC 7616, RFC 3261 22.3). A nonce is good for
 * one request, so a recorded answer is worth nothing.
 */
export class Challenge {
  readonly #subscriber: Subscriber;
  readonly #now: () => number;
  readonly #nonces = new Map<string, number>();

  constructor(subscriber: Subscriber, now: () => number = Date.now) {
    this.#subscriber = subscriber;
    this.#now = now;
  }

  /** The value of Proxy-Authenticate for a request whose Proxy-Authorization was not good. */
  header(authorization: string | undefined, method: string): string {
    const nonce = randomBytes(18).toString('base64url');
    this.#nonces.set(nonce, this.#now());
    if (this.#nonces.size > maxNonces) this.#nonces.delete(this.#nonces.keys().next().value as string);
    // Told to somebody who knows the password, but used an old nonce: he may try again without asking his user.
    const stale = authorization !== undefined && this.#proves(authorization, method) ? ', stale=true' : '';
    return `Digest realm="${this.#subscriber.realm}", nonce="${nonce}", algorithm=MD5, qop="auth"${stale}`;
  }

  /** Whether the header answers a nonce of ours, for the first time, with the right password for this method. */
  accepts(authorization: string | undefined, method: string): boolean {
    if (authorization === undefined) return false;
    const nonce = parameters(authorization)?.get('nonce') ?? '';
    const issuedAt = this.#nonces.get(nonce);
    this.#nonces.delete(nonce);
    if (issuedAt === undefined || this.#now() - issuedAt > nonceLifeMs) return false;
    return this.#proves(authorization, method);
  }

  #proves(authorization: string, method: string): boolean {
    const given = parameters(authorization);
    const get = (name: string) => given?.get(name) ?? '';
    const { username, realm, password } = this.#subscriber;
    if (get('username') !== username || get('realm') !== realm || get('qop') !== 'auth') return false;
    if (!/^(MD5)?$/i.test(get('algorithm')) || !/^[0-9a-f]{32}$/i.test(get('response'))) return false;
    const secret = digest(`${username}:${realm}:${password}`);
    const request = digest(`${method}:${get('uri')}`);
    const expected = digest(`${secret}:${get('nonce')}:${get('nc')}:${get('cnonce')}:auth:${request}`);
    return timingSafeEqual(Buffer.from(expected, 'hex'), Buffer.from(get('response'), 'hex'));
  }
}
