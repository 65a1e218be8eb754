import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import t from 'tap';
import { locales } from '../errors.js';
import { clips, packs, readManifest, shippedFolder, soundKindOf } from './packs.js';
import { highestPeak, measureLevel, targets } from './sound/level.js';
import { houseRate } from './sound/sound.js';
import { readWav } from './sound/wav.js';
import { largest } from './speech.js';
import { pause, type Spoken } from './spoken.js';
import { promptKeys } from './texts.js';
import { speeches } from './utterance.js';

const longestSeconds = 60;

/** A file of the house's format, sample by sample. */
function samplesOf(file: string): Float32Array {
  const bytes = readFileSync(file);
  const { samples, rate, description } = readWav(bytes, longestSeconds);
  if (rate !== houseRate || description !== 'WAV, 16 bit, 8000 Hz, 1 channel')
    throw new Error(`${file} is ${description}`);
  return samples;
}

/** Power between two frequencies, of all there is: a Goertzel filter every 100 Hz. */
function shareOfBand(samples: Float32Array, from: number, to: number): number {
  let [inside, all] = [0, 0];
  for (let hz = 50; hz < houseRate / 2; hz += 100) {
    const turn = 2 * Math.cos((2 * Math.PI * hz) / houseRate);
    let [a, b] = [0, 0];
    for (const sample of samples) [a, b] = [sample + turn * a - b, a];
    const power = a * a + b * b - turn * a * b;
    all += power;
    if (hz >= from && hz <= to) inside += power;
  }
  return inside / all;
}

/** Milliseconds at either end where nothing is to be heard. */
function silences(samples: Float32Array): [before: number, after: number] {
  const audible = (sample: number) => Math.abs(sample) > 0.003;
  const last = samples.findLastIndex(audible);
  return [samples.findIndex(audible) / 8, (samples.length - 1 - last) / 8];
}

for (const pack of packs) {
  t.test(`prompts/${pack}: manifest, files and vocabulary agree`, async t => {
    const folder = join(shippedFolder, pack);
    const manifest = readManifest(shippedFolder, pack);
    t.same(Object.keys(manifest), Object.keys(clips[pack]), 'every clip, and no other');
    t.same(
      readdirSync(folder).sort(),
      [...Object.keys(manifest).map(key => `${key}.wav`), 'manifest.json'].sort(),
    );
    const target = targets[soundKindOf(pack)];
    for (const [key, { text, durationMs, level }] of Object.entries(manifest)) {
      const samples = samplesOf(join(folder, `${key}.wav`));
      const measured = measureLevel(samples, houseRate);
      if (measured === undefined) throw new Error(`${pack}/${key} is silent`);
      const problems = [
        text !== clips[pack][key] && 'another text',
        Math.abs(durationMs - samples.length / 8) > 1 && 'another duration',
        Math.abs(measured.active - level) > 0.1 && 'another level',
        (measured.active > target + 1 ||
          (measured.active < target - 1 && measured.peak < highestPeak - 0.5)) &&
          'not at the level of its kind',
        measured.peak > highestPeak + 0.1 && 'too near to full scale',
      ];
      t.same(problems.filter(Boolean), [], `${pack}/${key}`);
    }
  });
}

t.test(
  'spoken clips are whole: sound in the band of the telephone, and no silence to wait through',
  async t => {
    for (const pack of locales)
      for (const key of Object.keys(clips[pack])) {
        const samples = samplesOf(join(shippedFolder, pack, `${key}.wav`));
        const [before, after] = silences(samples);
        const syllables = (clips[pack][key] as string).replace(/[^가-힣aeiouy]+/gi, '').length;
        const problems = [
          before > 80 && `${before} ms of silence before`,
          after > 300 && `${after} ms of silence after`,
          Math.abs(samples[0] as number) > 0.01 && 'begins with a click',
          Math.abs(samples.at(-1) as number) > 0.01 && 'ends with a click',
          samples.length / houseRate < 0.15 + 0.06 * syllables && 'too short for its text',
          shareOfBand(samples, 150, 3500) < 0.7 && 'little of it passes a telephone',
        ];
        t.same(problems.filter(Boolean), [], `${pack}/${key}`);
      }
  },
);

t.test('the music goes round without a seam, in whole packets', async t => {
  for (const key of Object.keys(clips.music)) {
    const samples = samplesOf(join(shippedFolder, 'music', `${key}.wav`));
    t.equal(samples.length % 160, 0, 'whole frames of 20 ms: an engine adds no silence');
    t.ok(samples.length / houseRate >= 30, 'not the same again too soon');
    const steps = samples.map((sample, i) => Math.abs(sample - (samples[i - 1] ?? sample)));
    const largestStep = steps.reduce((most, step) => Math.max(most, step), 0);
    const seam = Math.abs((samples[0] as number) - (samples.at(-1) as number));
    t.ok(seam <= largestStep, `the seam is a step of ${seam}, others reach ${largestStep}`);
    t.ok(shareOfBand(samples.subarray(0, 4 * houseRate), 200, 3500) > 0.8, 'within the band of a telephone');
    for (let at = 0; at < samples.length; at += houseRate / 2)
      if (!measureLevel(samples.subarray(at, at + houseRate / 2), houseRate))
        t.fail(`silent at ${at / houseRate} s`);
  }
});

t.test('every clip that can ever be named is in its pack, and none is there for nothing', async t => {
  for (const language of locales) {
    const speech = speeches[language];
    const named = new Set<string | typeof pause>(promptKeys);
    const hear = ({ clips }: Spoken) => {
      for (const clip of clips) if (clip !== pause) named.add(clip);
    };
    for (let n = 1; n < 10_000; n++)
      for (const what of ['cardinal', 'counting', 'ordinal', 'people', 'won', 'position'] as const)
        hear(speech[what](n));
    for (const n of [0, 1e4, 1e6, 1e8, 1e9, largest]) hear(speech.cardinal(n));
    for (const n of [1e4, 1e6, 1e8, 1e9, largest]) hear(speech.ordinal(n));
    for (let minute = 0; minute < 1440; minute++)
      hear(speech.clock({ hour: Math.floor(minute / 60), minute: minute % 60 }));
    for (let minutes = 0; minutes < 6000; minutes++)
      hear(speech.estimatedWait(minutes, Math.min(5999, minutes + 5)));
    for (let month = 1; month <= 12; month++)
      for (let day = 1; day <= (month === 2 ? 29 : 30); day++) hear(speech.date({ month, day }));
    for (let year = 1000; year < 3000; year++) hear(speech.date({ year, month: 1, day: 31 }));
    for (let weekday = 1; weekday <= 7; weekday++)
      hear(speech.opensAt({ day: { weekday }, hour: 9, minute: 5 }));
    for (const day of ['today', 'tomorrow'] as const) hear(speech.opensAt({ day, hour: 9, minute: 5 }));
    hear(speech.digits('0123456789*#'));
    hear(speech.phoneNumber(['82'], true));
    const files = new Set<string | typeof pause>(Object.keys(readManifest(shippedFolder, language)));
    t.same(
      [...named].filter(clip => !files.has(clip)),
      [],
      `${language}: all have a file`,
    );
    t.same(
      [...files].filter(clip => !named.has(clip)),
      [],
      `${language}: all are used`,
    );
  }
});
