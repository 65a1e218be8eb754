/** Named telephone events, RFC 4733 2.3 and 3.2. */
export const allKeys = '0123456789*#ABCD';
export const eventPayloadLength = 4;
const endBit = 0x80;
const timestampUnitsPerMs = 8;

export function eventOfKey(key: string): number {
  return allKeys.indexOf(key);
}

export function isKeys(text: string): boolean {
  return /^[0-9*#A-D]{1,64}$/.test(text);
}

/** Writes an event payload. `duration` in timestamp units, at most 65535. */
export function writeEvent(
  buffer: Buffer,
  offset: number,
  event: number,
  end: boolean,
  duration: number,
): void {
  buffer[offset] = event;
  // -10 dBm0: the level of a push-button telephone.
  buffer[offset + 1] = (end ? endBit : 0) | 10;
  buffer.writeUInt16BE(Math.min(duration, 0xffff), offset + 2);
}

export interface PressedKey {
  digit: string;
  durationMs: number;
}

/**
 * Makes one key press of the many packets of an event: all share the timestamp of its start, and the end is sent
 * three times. A press is told at its first end packet; one whose end was lost, when the next event begins.
 */
export class DtmfReceiver {
  #ssrc = 0;
  #timestamp = -1;
  #event = 0;
  #duration = 0;
  #told = true;

  /** Takes one event payload. Returns the key press it completes, if any. */
  receive(
    ssrc: number,
    timestamp: number,
    buffer: Buffer,
    start: number,
    end: number,
  ): PressedKey | undefined {
    if (end - start < eventPayloadLength) return undefined;
    const event = buffer[start] as number;
    if (event >= allKeys.length) return undefined;
    const duration = buffer.readUInt16BE(start + 2);
    const ended = ((buffer[start + 1] as number) & endBit) !== 0;
    let completed: PressedKey | undefined;
    if (ssrc !== this.#ssrc || timestamp !== this.#timestamp) {
      if (this.#isOld(ssrc, timestamp)) return undefined;
      if (!this.#told) completed = this.#press();
      this.#ssrc = ssrc;
      this.#timestamp = timestamp;
      this.#event = event;
      this.#told = false;
    }
    this.#duration = duration;
    if (completed !== undefined || !ended || this.#told) return completed;
    this.#told = true;
    return this.#press();
  }

  /** A late packet of an event that a newer one has followed. */
  #isOld(ssrc: number, timestamp: number): boolean {
    return this.#timestamp >= 0 && ssrc === this.#ssrc && ((timestamp - this.#timestamp) | 0) < 0;
  }

  #press(): PressedKey {
    return {
      digit: allKeys[this.#event] as string,
      durationMs: Math.round(this.#duration / timestampUnitsPerMs),
    };
  }
}
