/** Frames of the drachtio control protocol: `LENGTH#PAYLOAD`, LENGTH in decimal digits counting bytes. */

export const maxFrameBytes = 1024 * 1024;
const maxLengthDigits = 7;

/** Something on the control connection that is no frame; the connection cannot go on after it. */
export class FrameError extends Error {
  override readonly name = 'FrameError';
}

/** Puts frames together from what arrives, however it was cut. Payloads are binary strings. */
export class FrameReader {
  #pending = '';

  /** @throws FrameError */
  *read(chunk: Buffer): Generator<string> {
    this.#pending += chunk.toString('latin1');
    for (;;) {
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
      if (length > maxFrameBytes)
        throw new FrameError(`Invalid message format: a frame is longer than ${maxFrameBytes} bytes`);
      const end = separator + 1 + length;
      if (this.#pending.length < end) return;
      const payload = this.#pending.slice(separator + 1, end);
      this.#pending = this.#pending.slice(end);
      yield payload;
    }
  }
}

/** A payload as a frame. */
export const frame = (payload: string): string => `${payload.length}#${payload}`;
