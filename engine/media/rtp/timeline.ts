const samplesPerMs = 8;
/**
 * Timestamps that are so far from the clock have started anew, or their clock runs wrong: 400 ms. Less would take a
 * burst after a stall of this process for a new start.
 */
const farSamples = 3200;
const blockSamples = 80;

/**
 * Where a stream's packets belong on the local clock, in samples: the first one where it arrives, the others as far
 * from it as their timestamps say, so that jitter and reordering leave no trace.
 */
export class Timeline {
  #ssrc = -1;
  #timestamp = 0;
  #position = 0;

  /** @returns the position of the packet's first sample; `now` in milliseconds */
  place(ssrc: number, timestamp: number, now: number): number {
    const arrival = now * samplesPerMs;
    if (ssrc === this.#ssrc) {
      const position = this.#position + ((timestamp - this.#timestamp) | 0);
      if (Math.abs(position - arrival) < farSamples) {
        // From packet to packet, so that no distance grows beyond 32 bits.
        if (position > this.#position) this.#anchor(ssrc, timestamp, position);
        return position;
      }
    }
    const position = Math.floor(arrival / blockSamples) * blockSamples;
    this.#anchor(ssrc, timestamp, position);
    return position;
  }

  /** The next packet belongs where it arrives. */
  restart(): void {
    this.#ssrc = -1;
  }

  #anchor(ssrc: number, timestamp: number, position: number): void {
    this.#ssrc = ssrc;
    this.#timestamp = timestamp;
    this.#position = position;
  }
}
