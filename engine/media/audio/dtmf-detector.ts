import type { RtpPacket } from '../rtp/packet.js';
import { sampleRate } from './clip.js';
import { decodeTable, type Law } from './g711.js';

/** ITU-T Q.23: a key is one frequency of each group. */
const frequencies = [697, 770, 852, 941, 1209, 1336, 1477, 1633] as const;
const keys = '123A456B789C*0#D';
const groupSize = 4;

/** Samples judged at once: 12.75 ms, so that the shortest tone of Q.24 (40 ms) fills three. */
const blockSamples = 102;
const coefficients = Float64Array.from(frequencies, hz => 2 * Math.cos((2 * Math.PI * hz) / sampleRate));

/** Power a tone has at least: about -30 dBm0 in a block. */
const leastPower = (500 * blockSamples) ** 2 / 4;
/** How much stronger one group may be than the other: 8 dB, for lines that lose the high one (Q.24). */
const mostTwist = 6.3;
/** How far a key's frequency stands out from the rest of its group: 8 dB. */
const standsOut = 6.3;
/** Share of all the sound that both frequencies have together; a voice never gets there. */
const leastShare = 0.82;

/** Blocks in a row that begin a key and end it. */
const blocksToBegin = 2;
const blocksToEnd = 2;

/** Recognises the keys of a telephone by their sound (ITU-T Q.24), by Goertzel's algorithm. */
export class DtmfDetector {
  readonly #tell: (press: { digit: string; durationMs: number }) => void;
  readonly #s1 = new Float64Array(frequencies.length);
  readonly #s2 = new Float64Array(frequencies.length);
  #energy = 0;
  #count = 0;
  #candidate = '';
  #hits = 0;
  #misses = 0;
  /** The key that is down. */
  #down = '';

  constructor(tell: (press: { digit: string; durationMs: number }) => void) {
    this.#tell = tell;
  }

  hear({ buffer, payloadOffset, payloadEnd }: RtpPacket, law: Law): void {
    const table = decodeTable(law);
    for (let i = payloadOffset; i < payloadEnd; i++) this.#sample(table[buffer[i] as number] as number);
  }

  #sample(sample: number): void {
    const [s1, s2] = [this.#s1, this.#s2];
    for (let f = 0; f < frequencies.length; f++) {
      const s0 = sample + (coefficients[f] as number) * (s1[f] as number) - (s2[f] as number);
      s2[f] = s1[f] as number;
      s1[f] = s0;
    }
    this.#energy += sample * sample;
    if (++this.#count < blockSamples) return;
    this.#judge(this.#keyOfBlock());
    s1.fill(0);
    s2.fill(0);
    this.#energy = 0;
    this.#count = 0;
  }

  #judge(key: string): void {
    if (this.#down === '') {
      this.#hits = key !== '' && key === this.#candidate ? this.#hits + 1 : 1;
      this.#candidate = key;
      if (key === '' || this.#hits < blocksToBegin) return;
      this.#down = key;
      this.#misses = 0;
    } else if (key === this.#down) {
      this.#hits += 1 + this.#misses;
      this.#misses = 0;
    } else if (++this.#misses >= blocksToEnd) {
      this.#tell({
        digit: this.#down,
        durationMs: Math.round((this.#hits * blockSamples * 1000) / sampleRate),
      });
      this.#down = '';
      this.#candidate = key;
      this.#hits = key === '' ? 0 : 1;
    }
  }

  /** The key that sounds in the block, or none. */
  #keyOfBlock(): string {
    const row = this.#strongest(0);
    const column = this.#strongest(groupSize);
    if (row === undefined || column === undefined) return '';
    const twist = row.power / column.power;
    if (twist > mostTwist || twist < 1 / mostTwist) return '';
    // A pure pair of tones has half of N times the energy of the block.
    if (row.power + column.power < (leastShare * this.#energy * blockSamples) / 2) return '';
    return keys[row.index * groupSize + column.index - groupSize] as string;
  }

  #strongest(first: number): { index: number; power: number } | undefined {
    let best = { index: first, power: 0 };
    let second = 0;
    for (let f = first; f < first + groupSize; f++) {
      const [a, b] = [this.#s1[f] as number, this.#s2[f] as number];
      const power = a * a + b * b - (coefficients[f] as number) * a * b;
      if (power > best.power) {
        second = best.power;
        best = { index: f, power };
      } else second = Math.max(second, power);
    }
    return best.power >= leastPower && best.power >= second * standsOut ? best : undefined;
  }
}
