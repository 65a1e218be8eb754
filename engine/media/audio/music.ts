import type { Clip } from './clip.js';
import { clipOf, looped, sampleRate } from './clip.js';

/**
 * The hold music of the house, composed and synthesised here so that it is ours to ship: a slow music-box waltz over
 * eight bars, made for the 300-3400 Hz of a telephone, without a seam where it starts again.
 */
const beatSeconds = 0.66;
const beatsPerBar = 3;
/** Semitones above middle C: bass note, the arpeggio's three notes, and the melody, one note per beat (null rests). */
const bars: readonly { bass: number; chord: readonly number[]; melody: readonly (number | null)[] }[] = [
  { bass: -7, chord: [5, 9, 12], melody: [21, null, 17] },
  { bass: -10, chord: [2, 5, 9], melody: [19, 17, 14] },
  { bass: -2, chord: [2, 5, 10], melody: [17, null, 14] },
  { bass: 0, chord: [4, 7, 10], melody: [16, 14, 12] },
  { bass: -3, chord: [4, 9, 12], melody: [16, null, 21] },
  { bass: -10, chord: [2, 5, 9], melody: [17, 16, 14] },
  { bass: -5, chord: [2, 7, 10], melody: [14, 17, 19] },
  { bass: 0, chord: [4, 7, 10], melody: [16, null, 12] },
  { bass: -7, chord: [5, 9, 12], melody: [17, 21, 24] },
  { bass: -3, chord: [4, 9, 12], melody: [21, null, 16] },
  { bass: -2, chord: [2, 5, 10], melody: [22, 21, 17] },
  { bass: 0, chord: [4, 7, 12], melody: [19, null, 16] },
  { bass: -10, chord: [2, 5, 9], melody: [21, 17, 14] },
  { bass: -2, chord: [2, 5, 10], melody: [17, 14, 10] },
  { bass: 0, chord: [4, 7, 10], melody: [12, 16, 19] },
  { bass: -7, chord: [5, 9, 12], melody: [17, null, null] },
];
const middleC = 261.626;
/** Harmonics of a struck bar: relative strength, and how much faster the higher ones fade. */
const harmonics = [
  { multiple: 1, strength: 1, fade: 1 },
  { multiple: 2, strength: 0.28, fade: 1.7 },
  { multiple: 3, strength: 0.1, fade: 2.6 },
] as const;
const highestHz = 3300;
/** Loudness in the mix: peaks stay near -9 dBFS, which a caller can bear for ten minutes. */
const peakLevel = 11_000;

let rendered: Clip | undefined;

/** The music, rendered at the first call (some 100 ms of work) and shared afterwards. */
export function holdMusic(): Clip {
  rendered ??= looped(clipOf(compose()));
  return rendered;
}

function compose(): Int16Array {
  const barSamples = Math.round(beatSeconds * beatsPerBar * sampleRate);
  const mix = new Float64Array(barSamples * bars.length);
  bars.forEach((bar, index) => {
    const start = index * barSamples;
    const beat = barSamples / beatsPerBar;
    strike(mix, start, bar.bass, 0.34, 1.6);
    bar.chord.forEach((note, i) => {
      strike(mix, start + Math.round(i * beat), note, 0.22, 1.2);
    });
    bar.melody.forEach((note, i) => {
      if (note !== null) strike(mix, start + Math.round(i * beat), note, 0.42, 1.1);
    });
  });
  let loudest = 0;
  for (const value of mix) loudest = Math.max(loudest, Math.abs(value));
  return Int16Array.from(mix, value => Math.round((value / loudest) * peakLevel));
}

/** Adds one note that rings out over the end into the beginning. */
function strike(
  mix: Float64Array,
  start: number,
  semitone: number,
  strength: number,
  ringSeconds: number,
): void {
  const frequency = middleC * 2 ** (semitone / 12);
  const attack = Math.round(0.012 * sampleRate);
  for (const { multiple, strength: share, fade } of harmonics) {
    if (frequency * multiple > highestHz) continue;
    const decay = Math.exp((-3 * fade) / (ringSeconds * sampleRate));
    const length = Math.round(ringSeconds * 2 * sampleRate);
    // A rotating pair instead of a sine per sample: a tenth of the work.
    const angle = (2 * Math.PI * frequency * multiple) / sampleRate;
    const [turnCos, turnSin] = [Math.cos(angle), Math.sin(angle)];
    let [x, y, level] = [1, 0, strength * share];
    for (let i = 0; i < length; i++) {
      const at = (start + i) % mix.length;
      mix[at] = (mix[at] as number) + y * level * Math.min(1, i / attack);
      [x, y] = [x * turnCos - y * turnSin, x * turnSin + y * turnCos];
      level *= decay;
    }
  }
}
