import { houseRate } from '../../../gateway/prompts/sound/sound.js';
import { Loop, musicBox } from './synth.js';

const beatSamples = 0.66 * houseRate;
const beatsPerBar = 3;

/** Semitones above middle C: the bass, the three notes of the broken chord, and a melody note per beat (null rests). */
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

/** A slow waltz for a music box, in F. */
export function waltz(): Float32Array {
  const loop = new Loop(beatSamples * beatsPerBar * bars.length);
  bars.forEach(({ bass, chord, melody }, bar) => {
    const beat = (n: number) => Math.round((bar * beatsPerBar + n) * beatSamples);
    loop.play(musicBox, { start: beat(0), seconds: 0, semitone: bass, strength: 0.34 });
    chord.forEach((semitone, i) => {
      loop.play(musicBox, { start: beat(i), seconds: 0, semitone, strength: 0.22 });
    });
    melody.forEach((semitone, i) => {
      if (semitone !== null) loop.play(musicBox, { start: beat(i), seconds: 0, semitone, strength: 0.42 });
    });
  });
  return loop.echo(0.25);
}
