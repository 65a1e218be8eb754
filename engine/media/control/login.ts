import { createHmac, timingSafeEqual } from 'node:crypto';

/** What a client has to send to show that it knows the secret, without sending the secret. */
export function proofOf(secret: string, nonce: string, owner: string): string {
  return createHmac('sha256', secret).update(`${nonce}\n${owner}`).digest('hex');
}

export function isProof(given: string, secret: string, nonce: string, owner: string): boolean {
  const expected = Buffer.from(proofOf(secret, nonce, owner));
  const actual = Buffer.from(given);
  return actual.length === expected.length && timingSafeEqual(actual, expected);
}

/** Owner names end up in logs and lists. */
export function isOwnerName(name: string): boolean {
  return /^[A-Za-z0-9._:-]{1,64}$/.test(name);
}
