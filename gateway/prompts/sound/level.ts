/** How loud a sound is, in dBov: full scale is 0 (ITU-T G.100.1). */
export interface Level {
  /** Of the parts that are active. */
  active: number;
  /** Of the loudest sample. */
  peak: number;
}

/** 20 ms at the house's rate, and a fitting length at others. */
const framesPerSecond = 50;
/** Below this a frame is silence. */
const silenceDb = -60;
/** Pauses between words do not count: a frame this far below the mean of the others is one (as in ITU-R BS.1770's gating). */
const gateDb = 10;

const db = (power: number) => 10 * Math.log10(power);

/** The mean level of the active parts, so that pauses make nothing quieter. `undefined` for a sound without any. */
export function measureLevel(samples: Float32Array, rate: number): Level | undefined {
  const length = Math.max(1, Math.round(rate / framesPerSecond));
  const powers: number[] = [];
  let peak = 0;
  for (let start = 0; start < samples.length; start += length) {
    const frame = samples.subarray(start, start + length);
    let sum = 0;
    for (const sample of frame) {
      sum += sample * sample;
      peak = Math.max(peak, Math.abs(sample));
    }
    powers.push(sum / frame.length);
  }
  const audible = powers.filter(power => db(power) > silenceDb);
  if (audible.length === 0) return undefined;
  const gate = mean(audible) / 10 ** (gateDb / 10);
  return { active: db(mean(audible.filter(power => power >= gate))), peak: db(peak * peak) };
}

function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}

/**
 * Speech is brought to -22 dBov: talkers arrive at a nominal -26 (ITU-T P.56 and G.111), and a prompt has to be
 * understood on a street. Music stays below the talk that it waits for.
 */
export const targets = { speech: -22, music: -28 } as const;

export type SoundKind = keyof typeof targets;

/** No sample comes nearer to full scale: G.711 and codecs behind it need the room. */
export const highestPeak = -3;

/** The sound at the level of its kind, or as loud as its highest peak allows. */
export function normalise(samples: Float32Array, level: Level, kind: SoundKind): Float32Array {
  const gain = 10 ** (Math.min(targets[kind] - level.active, highestPeak - level.peak) / 20);
  return samples.map(sample => sample * gain);
}
