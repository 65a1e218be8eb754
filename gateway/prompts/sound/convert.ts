import { SoundFault } from './fault.js';
import { highPass } from './high-pass.js';
import { type Level, measureLevel, normalise, type SoundKind } from './level.js';
import { looksLikeMp3, readMp3 } from './mp3.js';
import { resample } from './resample.js';
import { houseRate } from './sound.js';
import { looksLikeWav, readWav } from './wav.js';
import { writeWav } from './wav-writer.js';

/** An uploaded sound, as the house plays it. */
export interface ConvertedSound {
  /** A WAV file: 8 kHz, one channel, 16 bit. */
  file: Buffer;
  durationMs: number;
  /** As it was uploaded: the format for people, and how loud it was. */
  original: { description: string } & Level;
  /** How loud it is now. */
  level: Level;
}

/**
 * Makes any WAV or MP3 file, told by its content, a sound of the house at the house's level.
 * @throws SoundFault
 */
export async function convertSound(
  upload: Buffer,
  { kind, maxSeconds }: { kind: SoundKind; maxSeconds: number },
): Promise<ConvertedSound> {
  const sound = await readSound(upload, maxSeconds);
  const samples = await resample({ ...sound, samples: highPass(sound.samples, sound.rate) }, houseRate);
  const original = measureLevel(samples, houseRate);
  if (original === undefined) throw new SoundFault('sound_silent');
  const normalised = normalise(samples, original, kind);
  const level = measureLevel(normalised, houseRate);
  if (level === undefined) throw new SoundFault('sound_silent');
  return {
    file: writeWav(normalised),
    durationMs: Math.round((normalised.length * 1000) / houseRate),
    original: { description: sound.description, ...original },
    level,
  };
}

async function readSound(upload: Buffer, maxSeconds: number) {
  if (looksLikeWav(upload)) return readWav(upload, maxSeconds);
  if (looksLikeMp3(upload)) return await readMp3(upload, maxSeconds);
  throw new SoundFault('sound_not_recognised');
}
