import { houseRate } from '../../../gateway/prompts/sound/sound.js';
import { flute, Loop, pad, plucked } from './synth.js';

const beatSeconds = 0.75;
const beatSamples = beatSeconds * houseRate;
const beatsPerBar = 4;

/** The order in which a chord's four notes are plucked, an eighth each. */
const pattern = [0, 2, 1, 3, 2, 1, 3, 2] as const;

/** Semitones above middle C. A melody note has its beat and its length in beats. */
const bars: readonly {
  chord: readonly [number, number, number, number];
  melody: readonly (readonly [semitone: number, beat: number, beats: number])[];
}[] = [
  // D major seventh, B minor seventh, G major seventh, A suspended and resolved
  {
    chord: [2, 6, 9, 13],
    melody: [
      [18, 0, 2],
      [21, 2, 1.5],
    ],
  },
  { chord: [-1, 2, 6, 9], melody: [[14, 0, 3]] },
  {
    chord: [-5, 2, 6, 11],
    melody: [
      [16, 0, 1],
      [18, 1, 1],
      [14, 2, 1.8],
    ],
  },
  { chord: [-3, 2, 4, 9], melody: [[16, 0, 3]] },
  // F sharp minor seventh, B minor seventh, E minor seventh, A seventh
  {
    chord: [6, 9, 13, 16],
    melody: [
      [21, 0, 1.5],
      [20, 1.5, 0.5],
      [18, 2, 1.8],
    ],
  },
  {
    chord: [-1, 2, 6, 9],
    melody: [
      [14, 0, 1],
      [18, 1, 2.5],
    ],
  },
  {
    chord: [4, 7, 11, 14],
    melody: [
      [16, 0, 1],
      [19, 1, 1],
      [23, 2, 1.8],
    ],
  },
  { chord: [-3, 1, 7, 9], melody: [[21, 0, 3]] },
  // G major seventh, F sharp minor seventh, E minor seventh with A, D
  {
    chord: [-5, 2, 6, 11],
    melody: [
      [23, 0, 1.5],
      [21, 1.5, 1],
      [18, 2.5, 1.3],
    ],
  },
  {
    chord: [6, 9, 13, 16],
    melody: [
      [21, 0, 2],
      [18, 2, 1.8],
    ],
  },
  {
    chord: [4, 7, 11, 14],
    melody: [
      [16, 0, 1],
      [14, 1, 1],
      [13, 2, 1.8],
    ],
  },
  { chord: [2, 6, 9, 14], melody: [[14, 0, 3.2]] },
];

/** A quiet evening in D: plucked strings over a pad, and a flute now and then. */
export function evening(): Float32Array {
  const loop = new Loop(beatSamples * beatsPerBar * bars.length);
  bars.forEach(({ chord, melody }, bar) => {
    const at = (beat: number) => Math.round((bar * beatsPerBar + beat) * beatSamples);
    for (const semitone of chord)
      loop.play(pad, { start: at(0), seconds: beatsPerBar * beatSeconds, semitone, strength: 0.07 });
    pattern.forEach((index, eighth) => {
      const accent = eighth % 4 === 0 ? 1 : 0.75;
      loop.play(plucked, {
        start: at(eighth / 2),
        seconds: 0,
        semitone: chord[index],
        strength: 0.2 * accent,
      });
    });
    for (const [semitone, beat, beats] of melody)
      loop.play(flute, { start: at(beat), seconds: beats * beatSeconds, semitone, strength: 0.24 });
  });
  return loop.echo(0.3);
}
