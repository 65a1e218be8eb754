import { blockSamples, Concealer } from '../audio/concealment.js';
import type { Law } from '../audio/g711.js';
import { SampleRing } from '../audio/sample-ring.js';
import { Timeline } from '../rtp/timeline.js';

/** A hole that is followed by sound within this many blocks is loss; a longer one is silence. */
const longestHole = 6;

/** One side of a recording on the common time axis: what arrives in any order is read in order, a little later. */
export class Track {
  readonly #timeline = new Timeline();
  readonly #ring = new SampleRing();
  #concealer = new Concealer();

  put(
    law: Law,
    buffer: Buffer,
    start: number,
    end: number,
    ssrc: number,
    timestamp: number,
    now: number,
  ): void {
    this.#ring.put(this.#timeline.place(ssrc, timestamp, now), law, buffer, start, end);
  }

  /** The block at a position: what was put there, what was lost there, or silence. */
  read(position: number, block: Int16Array): void {
    if (this.#ring.has(position)) {
      this.#ring.copy(position, block);
      this.#concealer.heard(block);
    } else if (this.#isLoss(position)) {
      this.#concealer.conceal(block);
    } else {
      block.fill(0);
      this.#concealer.heard(block);
    }
  }

  /** Nothing from before is to be heard again, not even as concealment. */
  forget(): void {
    this.#concealer = new Concealer();
  }

  #isLoss(position: number): boolean {
    for (let i = 1; i <= longestHole; i++) if (this.#ring.has(position + i * blockSamples)) return true;
    return false;
  }
}
