import { mkdir, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { beep, type Cadence, cadenceOf, toneCountries } from '../tones.js';
import { wavOf } from './wav.js';

const samplesPerMs = 8;
/** Peak of each frequency: two together stay near -13 dBm0, the usual level of tones. */
const peak = 5000;
const silence: Cadence = { frequencies: [], onOffMs: [0, 10_000] };

function render({ frequencies, onOffMs }: Cadence): Int16Array {
  const samples = new Int16Array(onOffMs.reduce((sum, ms) => sum + ms, 0) * samplesPerMs);
  let at = 0;
  for (const [index, ms] of onOffMs.entries()) {
    const end = at + ms * samplesPerMs;
    for (; at < end; at++) {
      if (index % 2 === 1) continue;
      const angle = (2 * Math.PI * at) / (1000 * samplesPerMs);
      samples[at] = frequencies.reduce((sum, frequency) => sum + Math.sin(angle * frequency) * peak, 0);
    }
  }
  return samples;
}

/** Without its ending, as Asterisk wants it. */
export function toneFile(folder: string, tone: 'ringback' | 'busy', country: string | undefined): string {
  const { frequencies, onOffMs } = cadenceOf(tone, country);
  return join(folder, `${frequencies.join('+')}-${onOffMs.join('-')}`);
}
export const beepFile = (folder: string): string => join(folder, 'beep');
export const silenceFile = (folder: string): string => join(folder, 'silence');

/**
 * Writes the tones into a folder that Asterisk sees. It has tones of its own, but while it plays them it does not listen:
 * what the peer says meanwhile would be in no recording.
 */
export async function writeTones(folder: string): Promise<void> {
  await mkdir(folder, { recursive: true, mode: 0o755 });
  const files = new Map([
    [beepFile(folder), beep],
    [silenceFile(folder), silence],
  ]);
  for (const country of toneCountries) {
    for (const tone of ['ringback', 'busy'] as const)
      files.set(toneFile(folder, tone, country), cadenceOf(tone, country));
  }
  for (const [path, tone] of files) {
    // Beside it first: another gateway may be playing it.
    const draft = `${path}.${process.pid}.tmp`;
    await writeFile(draft, wavOf(render(tone)), { mode: 0o644 });
    await rename(draft, `${path}.wav`);
  }
}
