// Makes prompts/: the clips of both languages, the hold music, and a manifest each. The same programs give the same bytes.
import { mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  clips,
  type Manifest,
  type ManifestEntry,
  type Pack,
  packs,
  soundKindOf,
} from '../../gateway/prompts/packs.js';
import { highPass } from '../../gateway/prompts/sound/high-pass.js';
import { type Level, measureLevel, normalise } from '../../gateway/prompts/sound/level.js';
import { resample } from '../../gateway/prompts/sound/resample.js';
import { houseRate } from '../../gateway/prompts/sound/sound.js';
import { trim } from '../../gateway/prompts/sound/trim.js';
import { writeWav } from '../../gateway/prompts/sound/wav-writer.js';
import { SetupError } from '../setup-error.js';
import { evening } from './music/evening.js';
import { waltz } from './music/waltz.js';
import { speakAloud } from './voices.js';

const composed: Readonly<Record<string, () => Float32Array>> = {
  'hold-music-1': waltz,
  'hold-music-2': evening,
};

async function render(pack: Pack, key: string, text: string, scratch: string): Promise<Float32Array> {
  if (pack === 'music') return (composed[key] as () => Float32Array)();
  const spoken = speakAloud(pack, text, scratch);
  return trim(highPass(await resample(spoken, houseRate), houseRate), houseRate);
}

async function makeClip(
  pack: Pack,
  key: string,
  text: string,
  scratch: string,
): Promise<[Buffer, ManifestEntry]> {
  const raw = await render(pack, key, text, scratch);
  const samples = normalise(raw, levelOf(raw, text), soundKindOf(pack));
  const durationMs = Math.round((samples.length * 1000) / houseRate);
  const level = Math.round(levelOf(samples, text).active * 10) / 10;
  return [writeWav(samples), { text, durationMs, level }];
}

function levelOf(samples: Float32Array, text: string): Level {
  const level = measureLevel(samples, houseRate);
  if (level === undefined) throw new Error(`nothing is heard of ${JSON.stringify(text)}`);
  return level;
}

async function makePack(folder: string, pack: Pack, scratch: string): Promise<number> {
  const manifest: Record<string, ManifestEntry> = {};
  mkdirSync(folder, { recursive: true });
  let bytes = 0;
  for (const [key, text] of Object.entries(clips[pack])) {
    const [file, entry] = await makeClip(pack, key, text, scratch);
    writeFileSync(join(folder, `${key}.wav`), file);
    manifest[key] = entry;
    bytes += file.length;
  }
  for (const file of readdirSync(folder))
    if (file.endsWith('.wav') && !Object.hasOwn(manifest, file.slice(0, -4))) rmSync(join(folder, file));
  writeFileSync(join(folder, 'manifest.json'), `${JSON.stringify(manifest satisfies Manifest, null, 2)}\n`);
  return bytes;
}

const scratch = mkdtempSync(join(tmpdir(), 'ringbridge-prompts-'));
try {
  for (const pack of packs) {
    const bytes = await makePack(join('prompts', pack), pack, scratch);
    console.log(`prompts/${pack}: ${Object.keys(clips[pack]).length} clips, ${(bytes / 1e6).toFixed(1)} MB`);
  }
} catch (error) {
  if (!(error instanceof SetupError)) throw error;
  console.error(error.message);
  process.exitCode = 1;
} finally {
  rmSync(scratch, { recursive: true, force: true });
}
