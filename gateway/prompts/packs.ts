import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { vocabulary as english } from './english/vocabulary.js';
import { vocabulary as korean } from './korean/vocabulary.js';
import { music } from './music.js';
import type { SoundKind } from './sound/level.js';
import type { Vocabulary } from './spoken.js';
import { promptKeys } from './texts.js';

/** A folder of clips: a language's, or the music, which is of none. */
export const packs = ['en', 'ko', 'music'] as const;
export type Pack = (typeof packs)[number];

/** Every clip of every pack, with what is heard in it. */
export const clips: Readonly<Record<Pack, Vocabulary>> = { en: english, ko: korean, music };

/** What a pack's manifest.json says of each clip; written by `npm run prompts`, checked by a test. */
export interface ManifestEntry {
  text: string;
  durationMs: number;
  /** Mean of the active parts, dBov. */
  level: number;
}
export type Manifest = Readonly<Record<string, ManifestEntry>>;

/** Where the clips that come with Ringbridge lie: prompts/ beside dist/. */
export const shippedFolder = fileURLToPath(new URL('../../../prompts', import.meta.url));

export function readManifest(folder: string, pack: Pack): Manifest {
  return JSON.parse(readFileSync(join(folder, pack, 'manifest.json'), 'utf8')) as Manifest;
}

/** Whether a clip may be uploaded under a name: one of the house's, or one that a company has for itself, `own-…`. */
export function isClip(pack: Pack, key: string): boolean {
  return isOfHouse(pack, key) || (pack !== 'music' && /^own-[a-z0-9-]{1,56}$/.test(key));
}

export function isOfHouse(pack: Pack, key: string): boolean {
  return Object.hasOwn(clips[pack], key);
}

/** A sentence, a part of one, or music. */
export type ClipKind = 'prompt' | 'part' | 'music';

export function kindOf(pack: Pack, key: string): ClipKind {
  if (pack === 'music') return 'music';
  return (promptKeys as readonly string[]).includes(key) || !isOfHouse(pack, key) ? 'prompt' : 'part';
}

/** The level that a pack's clips are brought to. */
export function soundKindOf(pack: Pack): SoundKind {
  return pack === 'music' ? 'music' : 'speech';
}
