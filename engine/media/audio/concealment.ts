/** Samples that are dealt with at once: 10 ms, as in G.711 Appendix I. */
export const blockSamples = 80;

const historySamples = 400;
/** Pitch of a voice: 66 to 200 Hz. */
const shortestPeriod = 40;
const longestPeriod = 120;
const correlatedSamples = 160;
/** After 60 ms there is nothing left to guess. */
const longestLoss = 6;
const fadePerBlock = 0.2;
const overlapSamples = 32;

/**
 * Fills in for lost packets by going on with the last pitch period, softer and softer: the waveform substitution of
 * G.711 Appendix I. Fed with every block that was heard, so that it knows what came before a loss.
 */
export class Concealer {
  readonly #history = new Int16Array(historySamples);
  /** Nothing was heard yet: nothing to go on with. */
  #lostBlocks = longestLoss + 1;
  #period = longestPeriod;
  #phase = 0;

  /** A block that was there. Smooths, in place, the step from what was made up to what is real again. */
  heard(block: Int16Array): void {
    if (this.#lostBlocks > 0 && this.#lostBlocks <= longestLoss) {
      const gain = this.#gain(this.#lostBlocks);
      for (let i = 0; i < overlapSamples; i++) {
        const real = i / overlapSamples;
        block[i] = Math.round((block[i] as number) * real + this.#repeated() * gain * (1 - real));
      }
    }
    this.#lostBlocks = 0;
    this.#history.copyWithin(0, blockSamples);
    this.#history.set(block, historySamples - blockSamples);
  }

  /** Makes up a block. Returns false, with silence in it, once too much is missing. */
  conceal(block: Int16Array): boolean {
    if (this.#lostBlocks >= longestLoss) {
      block.fill(0);
      // The past is too far away to be gone on with.
      if (this.#lostBlocks === longestLoss) this.#history.fill(0);
      this.#lostBlocks = longestLoss + 1;
      return false;
    }
    if (this.#lostBlocks === 0) {
      this.#period = this.#findPeriod();
      this.#phase = 0;
    }
    const [from, to] = [this.#gain(this.#lostBlocks), this.#gain(this.#lostBlocks + 1)];
    for (let i = 0; i < blockSamples; i++) {
      block[i] = Math.round(this.#repeated() * (from + ((to - from) * i) / blockSamples));
    }
    this.#lostBlocks++;
    return true;
  }

  /** The first block keeps its loudness. */
  #gain(lostBlocks: number): number {
    return Math.max(0, 1 - Math.max(0, lostBlocks - 1) * fadePerBlock);
  }

  #repeated(): number {
    const sample = this.#history[historySamples - this.#period + this.#phase] as number;
    this.#phase = (this.#phase + 1) % this.#period;
    return sample;
  }

  /** The lag at which the last 20 ms are most like what came before them. */
  #findPeriod(): number {
    const history = this.#history;
    const start = historySamples - correlatedSamples;
    let best = longestPeriod;
    let bestScore = 0;
    for (let lag = shortestPeriod; lag <= longestPeriod; lag++) {
      let product = 0;
      let energy = 1;
      for (let i = start; i < historySamples; i++) {
        const earlier = history[i - lag] as number;
        product += (history[i] as number) * earlier;
        energy += earlier * earlier;
      }
      const score = product > 0 ? (product * product) / energy : 0;
      if (score > bestScore) {
        bestScore = score;
        best = lag;
      }
    }
    return best;
  }
}
