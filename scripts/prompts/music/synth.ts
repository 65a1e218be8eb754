import { houseRate } from '../../../gateway/prompts/sound/sound.js';

/** Everything above is cut by the telephone anyway; harmonics beyond are not even made. */
const highestHz = 3300;
const middleC = 261.626;

/** A partial of a tone: how strong, and how much faster than the lowest it fades. */
interface Partial {
  multiple: number;
  strength: number;
  fade: number;
}

/** How a tone begins and ends, and what it is made of. */
export interface Instrument {
  attackSeconds: number;
  /** A struck tone fades by itself, to a twentieth in this time. */
  ringSeconds?: number;
  /** A held tone stays for its length, and then takes this long to go. */
  releaseSeconds?: number;
  partials: readonly Partial[];
}

export const musicBox: Instrument = {
  attackSeconds: 0.008,
  ringSeconds: 1.2,
  partials: [
    { multiple: 1, strength: 1, fade: 1 },
    { multiple: 2, strength: 0.28, fade: 1.7 },
    { multiple: 3, strength: 0.1, fade: 2.6 },
  ],
};

export const plucked: Instrument = {
  attackSeconds: 0.004,
  ringSeconds: 0.9,
  partials: [1, 2, 3, 4, 5].map(multiple => ({
    multiple,
    strength: 1 / multiple ** 1.4,
    fade: multiple ** 0.8,
  })),
};

export const pad: Instrument = {
  attackSeconds: 0.9,
  releaseSeconds: 1.4,
  partials: [
    { multiple: 1, strength: 1, fade: 0 },
    // A little beside the octave, so that it breathes.
    { multiple: 2.003, strength: 0.3, fade: 0 },
    { multiple: 2.997, strength: 0.12, fade: 0 },
  ],
};

export const flute: Instrument = {
  attackSeconds: 0.09,
  releaseSeconds: 0.35,
  partials: [
    { multiple: 1, strength: 1, fade: 0 },
    { multiple: 2, strength: 0.22, fade: 0 },
    { multiple: 3, strength: 0.07, fade: 0 },
  ],
};

export interface Note {
  /** Samples from the beginning. */
  start: number;
  seconds: number;
  /** Semitones above middle C. */
  semitone: number;
  strength: number;
}

/** A piece that is heard in a circle: what rings on over its end is heard at its beginning. */
export class Loop {
  readonly samples: Float32Array;

  constructor(length: number) {
    this.samples = new Float32Array(length);
  }

  play({ attackSeconds, ringSeconds, releaseSeconds = 0, partials }: Instrument, note: Note): void {
    const { start, seconds, semitone, strength } = note;
    const frequency = middleC * 2 ** (semitone / 12);
    const length = Math.round(
      (ringSeconds === undefined ? seconds + releaseSeconds : ringSeconds * 2) * houseRate,
    );
    for (const { multiple, strength: share, fade } of partials) {
      if (frequency * multiple > highestHz) continue;
      const decay = ringSeconds === undefined ? 0 : (-3 * fade) / ringSeconds;
      for (let i = 0; i < length; i++) {
        const at = i / houseRate;
        const held = ringSeconds === undefined ? Math.min(1, (length - i) / (releaseSeconds * houseRate)) : 1;
        const envelope = smooth(Math.min(1, at / attackSeconds)) * smooth(held) * Math.exp(decay * at);
        const value = Math.sin(2 * Math.PI * frequency * multiple * at) * envelope * strength * share;
        const index = (start + i) % this.samples.length;
        this.samples[index] = (this.samples[index] as number) + value;
      }
    }
  }

  /** A small room around it. The sound goes round twice, so that the beginning has the echoes of the end. */
  echo(share: number): Float32Array {
    const { samples } = this;
    const room = new Float32Array(samples.length);
    for (const { delay, feedback } of echoes) {
      const line = new Float32Array(Math.round(delay * houseRate));
      for (let i = 0; i < samples.length * 2; i++) {
        const index = i % samples.length;
        const out = line[i % line.length] as number;
        line[i % line.length] = (samples[index] as number) + out * feedback;
        if (i >= samples.length) room[index] = (room[index] as number) + out / echoes.length;
      }
    }
    return samples.map((sample, index) => sample + share * (room[index] as number));
  }
}

/** Delays without a common measure, as in Schroeder's reverberator (1962). */
const echoes = [
  { delay: 0.0437, feedback: 0.68 },
  { delay: 0.0531, feedback: 0.62 },
  { delay: 0.0671, feedback: 0.57 },
] as const;

/** From 0 to 1 without a corner. */
function smooth(x: number): number {
  return (1 - Math.cos(Math.PI * Math.max(0, x))) / 2;
}
