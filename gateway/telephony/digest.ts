/** Digest authentication as the server: RFC 7616 with MD5, which is what SIP softphones speak (RFC 3261 22.4). */
import { createHash, createHmac, randomBytes, timingSafeEqual } from 'node:crypto';

export interface DigestResponse {
  username: string;
  realm: string;
  nonce: string;
  uri: string;
  response: string;
  cnonce: string;
  nc: string;
}

const md5 = (text: string) => createHash('md5').update(text).digest('hex');

/** H(A1) of RFC 7616 3.4.2: what is stored in place of the password. */
export function ha1(username: string, realm: string, password: string): string {
  return md5(`${username}:${realm}:${password}`);
}

/** The value of WWW-Authenticate. */
export function challenge(realm: string, nonce: string, stale: boolean): string {
  return `Digest realm="${realm}", nonce="${nonce}", algorithm=MD5, qop="auth"${stale ? ', stale=true' : ''}`;
}

const maxHeaderLength = 2048;
const parameter = /\s*([A-Za-z]+)\s*=\s*(?:"((?:[^"\\]|\\.)*)"|([^\s",]+))\s*(,|$)/y;

/**
 * Reads an Authorization header. Undefined when it is not one complete digest with MD5 and qop=auth: such a client is
 * challenged again.
 */
export function parseAuthorization(header: string): DigestResponse | undefined {
  const scheme = /^\s*Digest\s+/i.exec(header);
  if (!scheme || header.length > maxHeaderLength) return undefined;
  const fields = new Map<string, string>();
  parameter.lastIndex = scheme[0].length;
  for (;;) {
    const match = parameter.exec(header);
    if (!match) return undefined;
    const name = match[1]!.toLowerCase();
    if (fields.has(name)) return undefined;
    fields.set(name, match[2]?.replace(/\\(.)/g, '$1') ?? match[3]!);
    if (match[4] === '') break;
  }
  const get = (name: string) => fields.get(name) ?? '';
  if (get('qop') !== 'auth' || !/^(MD5)?$/i.test(get('algorithm'))) return undefined;
  if (!/^[0-9a-f]{32}$/i.test(get('response')) || !/^[0-9a-f]{8}$/i.test(get('nc')) || !get('cnonce'))
    return undefined;
  return {
    username: get('username'),
    realm: get('realm'),
    nonce: get('nonce'),
    uri: get('uri'),
    response: get('response').toLowerCase(),
    cnonce: get('cnonce'),
    nc: get('nc').toLowerCase(),
  };
}

/** Whether the response proves H(A1). Takes the same time whatever differs. */
export function proves(digest: DigestResponse, method: string, storedHa1: string): boolean {
  const ha2 = md5(`${method}:${digest.uri}`);
  const expected = md5(`${storedHa1}:${digest.nonce}:${digest.nc}:${digest.cnonce}:auth:${ha2}`);
  return timingSafeEqual(Buffer.from(expected, 'hex'), Buffer.from(digest.response, 'hex'));
}

const nonceLifeMs = 120_000;
const maxTracked = 50_000;

/**
 * Nonces that carry their own proof: time, randomness, and an HMAC over both and the address they were given to. Every
 * gateway with the same secret accepts them; nothing is kept for a client that only collects challenges.
 */
export class Nonces {
  /** The highest count seen of each nonce that was used, in order of first use. */
  readonly #counts = new Map<string, { count: number; issuedAt: number }>();

  constructor(
    private readonly secret: Buffer,
    private readonly now: () => number = Date.now,
  ) {}

  issue(address: string): string {
    const body = Buffer.concat([Buffer.alloc(8), randomBytes(8)]);
    body.writeBigUInt64BE(BigInt(this.now()));
    return Buffer.concat([body, this.#seal(body, address)]).toString('base64url');
  }

  /**
   * `fresh` at most once for each nonce and count (RFC 7616 3.4: the count has to grow), `stale` for one that was good
   * once, `foreign` for one that we never gave to this address.
   */
  use(nonce: string, count: number, address: string): 'fresh' | 'stale' | 'foreign' {
    const bytes = Buffer.from(nonce, 'base64url');
    if (bytes.length !== 32 || bytes.toString('base64url') !== nonce) return 'foreign';
    const body = bytes.subarray(0, 16);
    if (!timingSafeEqual(bytes.subarray(16), this.#seal(body, address))) return 'foreign';
    const issuedAt = Number(body.readBigUInt64BE(0));
    const now = this.now();
    if (issuedAt + nonceLifeMs < now) return 'stale';
    const used = this.#counts.get(nonce);
    if (count <= (used?.count ?? 0)) return 'stale';
    this.#forget(now);
    // Rather one more challenge for everybody than a replay: a full table accepts no new nonce.
    if (!used && this.#counts.size >= maxTracked) return 'stale';
    this.#counts.set(nonce, { count, issuedAt });
    return 'fresh';
  }

  #forget(now: number): void {
    for (const [nonce, { issuedAt }] of this.#counts) {
      if (issuedAt + nonceLifeMs >= now) break;
      this.#counts.delete(nonce);
    }
  }

  #seal(body: Buffer, address: string): Buffer {
    return createHmac('sha256', this.secret).update(body).update(address).digest().subarray(0, 16);
  }
}
