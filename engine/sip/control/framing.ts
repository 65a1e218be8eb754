/** Frames of the drachtio control protocol: `LENGTH#PAYLOAD`, LENGTH in decimal digits counting bytes. */

/** What a stranger may send: a login. */
const maxLoginBytes = 4_096;
const maxFrameBytes = 1024 * 1024;
const maxLengthDigits = 7;

/** Something on the control connection that is no frame; the connection cannot go on after it. */
export class FrameError extends Error {
  override readonly name = 'FrameError';
}

/** Puts frames together from what arrives, however it was cut. Payloads are binary strings. */
export class FrameReader {
  #pending = '';
  /** The length at which there is something to look at again: a frame that grows is not copied with each piece. */
  #enough = 0;
  #limit = maxLoginBytes;

  /** The other end has logged in. */
  trust(): void {
    this.#limit = maxFrameBytes;
  }

  /** @throws FrameError */
  *read(chunk: Buffer): Generator<string> {
    this.#pending += chunk.toString('latin1');
    while (this.#pending.length >= this.#enough) {
      this.#enough = 0;
      const separator = this.#pending.slice(0, maxLengthDigits + 1).indexOf('#');
      if (separator < 0) {
        if (
          /[^0-9]/.test(this.#pending.slice(0, maxLengthDigits)) ||
          this.#pending.length > maxLengthDigits
        ) {
          throw new FrameError('Invalid message format: a frame begins with its length and #');
        }
        return;
      }
      const digits = this.#pending.slice(0, separator);
      const length = /^\d+$/.test(digits) ? Number(digits) : Number.NaN;
      if (!(length > 0))
        throw new FrameError('Invalid message format: the frame length is not a number above zero');
      if (length > this.#limit)
        throw new FrameError(`Invalid message format: a frame is longer than ${this.#limit} bytes`);
      const end = separator + 1 + length;
      if (this.#pending.length < end) {
        this.#enough = end;
        return;
      }
      const payload = this.#pending.slice(separator + 1, end);
      this.#pending = this.#pending.slice(end);
      yield payload;
    }
  }
}

/** A payload as a frame. */
export const frame = (payload: string): string => `${payload.length}#${payload}`;
