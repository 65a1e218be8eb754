/** Whether a sound is part of another. */
import { frameSamples } from './audio.js';

/** Signal to noise of a piece of what was heard against what was to be heard, in dB, at the offset where they fit best. */
export function likeness(heard: ArrayLike<number>, wanted: ArrayLike<number>): number {
  let best = Number.NEGATIVE_INFINITY;
  for (let offset = 0; offset + wanted.length <= heard.length; offset += frameSamples) {
    let [signal, noise] = [0, 0];
    for (let i = 0; i < wanted.length; i++) {
      signal += (wanted[i] as number) ** 2;
      noise += ((wanted[i] as number) - (heard[offset + i] as number)) ** 2;
    }
    best = Math.max(best, 10 * Math.log10(signal / noise));
  }
  return best;
}
