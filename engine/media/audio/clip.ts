import { encodeG711, type Law, silence } from './g711.js';

/** Sound ready to be sent: 8 kHz mono in both laws, so that playing costs a copy of 160 bytes per frame. */
export interface Clip {
  readonly encoded: Record<Law, Buffer>;
  /** How often it is heard before what follows it; `Infinity` for tones and music. */
  readonly times: number;
}

export const sampleRate = 8000;
export const frameSamples = 160;
export const frameMs = 20;

/** Makes a clip of linear samples, padded with silence to whole frames. */
export function clipOf(samples: Int16Array, times = 1): Clip {
  const whole = Math.ceil(samples.length / frameSamples) * frameSamples;
  const padded = new Int16Array(whole);
  padded.set(samples);
  return { encoded: { PCMU: encodeG711('PCMU', padded), PCMA: encodeG711('PCMA', padded) }, times };
}

const silentFrame = {
  PCMU: Buffer.alloc(frameSamples, silence.PCMU),
  PCMA: Buffer.alloc(frameSamples, silence.PCMA),
};

/** Silence of a length, rounded up to whole frames. */
export function silentClip(ms: number): Clip {
  return { encoded: silentFrame, times: Math.ceil(ms / frameMs) };
}

/** The same sound, over and over. */
export function looped(clip: Clip): Clip {
  return { encoded: clip.encoded, times: Number.POSITIVE_INFINITY };
}
