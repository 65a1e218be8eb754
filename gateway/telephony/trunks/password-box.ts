import { createCipheriv, createDecipheriv, hkdfSync, randomBytes } from 'node:crypto';

const algorithm = 'aes-256-gcm';
/** NIST SP 800-38D 8.2: 96 random bits are good for far more passwords than there will be. */
const ivBytes = 12;
const tagBytes = 16;

/**
 * Passwords that a peer wants to hear, so that they cannot be hashed: kept encrypted. Each is bound to what it belongs to,
 * and cannot be opened in the place of another.
 */
export class PasswordBox {
  readonly #key: Buffer;

  constructor(secret: string) {
    this.#key = Buffer.from(hkdfSync('sha256', secret, '', 'ringbridge trunk passwords', 32));
  }

  /** @param owner whose password it is */
  seal(password: string, owner: string): Buffer {
    const iv = randomBytes(ivBytes);
    const cipher = createCipheriv(algorithm, this.#key, iv).setAAD(Buffer.from(owner));
    const sealed = Buffer.concat([cipher.update(password, 'utf8'), cipher.final()]);
    return Buffer.concat([iv, cipher.getAuthTag(), sealed]);
  }

  /** Undefined where it was sealed by another key, or for somebody else. */
  open(sealed: Buffer, owner: string): string | undefined {
    const iv = sealed.subarray(0, ivBytes);
    const tag = sealed.subarray(ivBytes, ivBytes + tagBytes);
    if (tag.length < tagBytes) return undefined;
    const decipher = createDecipheriv(algorithm, this.#key, iv, { authTagLength: tagBytes });
    decipher.setAAD(Buffer.from(owner)).setAuthTag(tag);
    const text = decipher.update(sealed.subarray(ivBytes + tagBytes));
    try {
      return Buffer.concat([text, decipher.final()]).toString('utf8');
    } catch {
      // The tag does not fit: that is the only thing `final` refuses here.
      return undefined;
    }
  }
}
