import { encodeG711, type Law } from './g711.js';

/** Sound ready to be sent: 8 kHz mono in both laws, so that playing costs a copy of 160 bytes per frame. */
export interface Clip {
  readonly encoded: Record<Law, Buffer>;
  readonly loops: boolean;
}

export const sampleRate = 8000;
export const frameSamples = 160;
export const frameMs = 20;

/** Makes a clip of linear samples, padded with silence to whole frames. */
export function clipOf(samples: Int16Array, loops: boolean): Clip {
  const whole = Math.ceil(samples.length / frameSamples) * frameSamples;
  const padded = new Int16Array(whole);
  padded.set(samples);
  return { encoded: { PCMU: encodeG711('PCMU', padded), PCMA: encodeG711('PCMA', padded) }, loops };
}
