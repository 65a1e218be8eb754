/** What is kept before and after: an edge cut at the first loud sample clicks, and eats a soft consonant. */
const marginSeconds = 0.05;
/** A sample this far below the loudest is silence. */
const floor = 10 ** (-36 / 20);
const fadeSeconds = 0.005;

/** The sound without the silence at its ends, and with soft edges. */
export function trim(samples: Float32Array, rate: number): Float32Array {
  const loudest = samples.reduce((most, sample) => Math.max(most, Math.abs(sample)), 0);
  const audible = (sample: number) => Math.abs(sample) > loudest * floor;
  const margin = Math.round(marginSeconds * rate);
  const first = Math.max(0, samples.findIndex(audible) - margin);
  const last = Math.min(samples.length, samples.findLastIndex(audible) + 1 + margin);
  const trimmed = samples.slice(first, last);
  const fade = Math.min(Math.round(fadeSeconds * rate), trimmed.length >> 1);
  for (let i = 0; i < fade; i++) {
    trimmed[i] = (trimmed[i] as number) * (i / fade);
    const end = trimmed.length - 1 - i;
    trimmed[end] = (trimmed[end] as number) * (i / fade);
  }
  return trimmed;
}
