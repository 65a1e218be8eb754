import { createHmac, timingSafeEqual } from 'node:crypto';
import { ApiError } from '../errors.js';

/** `full` may also cancel; `view` is what somebody gets who asked for the same callback from elsewhere. */
export type TokenScope = 'full' | 'view';

/**
 * The visitor's tokens: a MAC over the callback's id and what its bearer may do. Nothing of them is stored, so a
 * repeated request gets the same answer, and a read database gives nobody a token.
 */
export class CallbackTokens {
  readonly #key: Buffer;

  /** @param secret at least 32 characters */
  constructor(secret: string) {
    this.#key = createHmac('sha256', secret).update('callback token').digest();
  }

  issue(callbackId: string, scope: TokenScope): string {
    return `${scope}.${this.#mac(callbackId, scope).toString('base64url')}`;
  }

  /**
   * What the bearer of this token may do with this callback.
   * @throws ApiError unauthorized
   */
  verify(callbackId: string, token: string | undefined): TokenScope {
    const [scope, mac = ''] = token?.split('.') ?? [];
    if (scope !== 'full' && scope !== 'view') throw new ApiError('unauthorized');
    const expected = this.#mac(callbackId, scope);
    const given = Buffer.from(mac, 'base64url');
    if (given.length !== expected.length || !timingSafeEqual(given, expected))
      throw new ApiError('unauthorized');
    return scope;
  }

  /** Recognises a requester by his address without storing it. */
  requester(address: string): Buffer {
    return createHmac('sha256', this.#key).update(`requester ${address}`).digest().subarray(0, 16);
  }

  #mac(callbackId: string, scope: TokenScope): Buffer {
    return createHmac('sha256', this.#key).update(`${scope} ${callbackId}`).digest();
  }
}
