import libsamplerate from '@alexanderolsen/libsamplerate-js';
import type { Sound } from './sound.js';

/** Seconds that the filter's tail lasts at most: silence is pushed in after the sound until it has come out. */
const tailSeconds = 0.1;

/** The sound at another rate, band-limited (libsamplerate, 97 dB of signal to noise). */
export async function resample({ samples, rate }: Sound, to: number): Promise<Float32Array> {
  if (rate === to) return samples;
  const { create, ConverterType } = libsamplerate;
  const converter = await create(1, rate, to, { converterType: ConverterType.SRC_SINC_MEDIUM_QUALITY });
  try {
    const padded = new Float32Array(samples.length + Math.ceil(tailSeconds * rate));
    padded.set(samples);
    const wanted = Math.round((samples.length * to) / rate);
    return converter.simple(padded).slice(0, wanted);
  } finally {
    converter.destroy();
  }
}
