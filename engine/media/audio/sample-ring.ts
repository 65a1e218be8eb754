import { blockSamples } from './concealment.js';
import { decodeTable, type Law } from './g711.js';

/** Four seconds, a power of two of samples and a whole number of blocks apart in use. */
const capacity = 32_768;
const blocks = 4096;

/**
 * Sound on a time axis: samples are put where they belong, in whatever order they come, and taken in order. It is
 * known of each block whether anything was put there.
 */
export class SampleRing {
  readonly #samples = new Int16Array(capacity);
  /** For each block slot, the number of the block that is in it. */
  readonly #held = new Float64Array(blocks).fill(-1);

  /** Puts G.711 at a position in samples. */
  put(position: number, law: Law, buffer: Buffer, start: number, end: number): void {
    const table = decodeTable(law);
    for (let i = start, at = position; i < end; i++, at++) {
      this.#samples[at & (capacity - 1)] = table[buffer[i] as number] as number;
    }
    const last = Math.floor((position + end - start - 1) / blockSamples);
    for (let block = Math.floor(position / blockSamples); block <= last; block++) {
      this.#held[block % blocks] = block;
    }
  }

  /** Whether something was put into the block at a position. */
  has(position: number): boolean {
    const block = position / blockSamples;
    return this.#held[block % blocks] === block;
  }

  /** Copies the block at a position. Only after `has`. */
  copy(position: number, into: Int16Array): void {
    for (let i = 0; i < blockSamples; i++) into[i] = this.#samples[(position + i) & (capacity - 1)] as number;
  }
}
