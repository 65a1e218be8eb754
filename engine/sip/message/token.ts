import { randomFillSync } from 'node:crypto';

const pool = Buffer.alloc(8_192);
let used = pool.length;

/** `bytes` bytes from the system's cryptographic generator, in hexadecimal. */
export function randomToken(bytes = 8): string {
  if (used + bytes > pool.length) {
    randomFillSync(pool);
    used = 0;
  }
  const token = pool.toString('hex', used, used + bytes);
  used += bytes;
  return token;
}

/** A random UUID (RFC 9562 section 5.4), as drachtio names frames and transactions: a quarter of the garbage of node's own. */
export function newUuid(): string {
  const hex = randomToken(16);
  const variant = '89ab'.charAt(Number.parseInt(hex.charAt(16), 16) & 3);
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-4${hex.slice(13, 16)}-${variant}${hex.slice(17, 20)}-${hex.slice(20)}`;
}

/** What branches begin with that are unique (RFC 3261 section 8.1.1.7). */
export const magicCookie = 'z9hG4bK';

/** A branch parameter with the magic cookie. */
export const newBranch = (): string => `${magicCookie}${randomToken(10)}`;

/** A From or To tag: at least 32 bits of randomness (RFC 3261 section 19.3). */
export const newTag = (): string => randomToken(6);

/** A first CSeq number: below 2^31 with room to count (RFC 3261 section 8.1.1.5). */
export const newSequence = (): number => Number.parseInt(randomToken(4), 16) >>> 4;

/**
 * The same text in memory of its own. A slice keeps the message it was cut from alive; what outlives the message
 * (a dialog's tags, routes, target) is detached first.
 */
export const detached = (text: string): string => Buffer.from(text, 'latin1').toString('latin1');
