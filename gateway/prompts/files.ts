import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Locale } from '../errors.js';
import type { PlaySource } from '../media/index.js';
import type { Sql } from '../store/index.js';
import { SoundCache } from './cache.js';
import { defaultMusic, type MusicKey } from './music.js';
import { isOfHouse, type Pack } from './packs.js';
import { type ClipName, recordedClips, recordedSound, stillRecorded } from './recordings.js';
import { pause, type Spoken } from './spoken.js';
import { speak, type Utterance } from './utterance.js';

/** As long as people pause between the groups of a telephone number. */
const pauseMs = 240;

/** Something said, ready for `Endpoint.play`. */
export interface Announcement {
  /** For screens and logs. */
  text: string;
  sources: PlaySource[];
}

/** From what is to be said to the files that say it: the tenant's own recordings, else the house's. */
export class PromptFiles {
  readonly #sql: Sql;
  readonly #shipped: string;
  readonly #cache: SoundCache;

  constructor({ sql, promptsDir, promptCacheDir }: { sql: Sql; promptsDir: string; promptCacheDir: string }) {
    this.#sql = sql;
    this.#shipped = promptsDir;
    this.#cache = new SoundCache(promptCacheDir);
  }

  /** @throws RangeError for what the language has no words for */
  async announce(
    tenantId: string,
    language: Locale,
    utterances: readonly Utterance[],
  ): Promise<Announcement> {
    const { text, clips } = speak(language, utterances);
    return { text, sources: await this.#sources(tenantId, language, clips) };
  }

  /** A name that the company may have recorded for itself: what says it, which is nothing where it has not. */
  async named(tenantId: string, language: Locale, own: string): Promise<Utterance[]> {
    const recorded = await recordedClips(this.#sql, tenantId, language, [own]);
    return recorded.has(own) ? [{ own }] : [];
  }

  /**
   * A piece of music as callers of the tenant hear it: a source for `Endpoint.play` with `times: 'forever'`, and in
   * `file` what an endpoint's `holdMusic` is.
   */
  async music(tenantId: string, key: MusicKey = defaultMusic): Promise<{ file: string }> {
    const files = await this.#files(tenantId, 'music', [key]);
    return { file: files.get(key) as string };
  }

  /** The music that media servers play when they are told no other. */
  get houseMusic(): string {
    return this.#shippedFile('music', defaultMusic);
  }

  /** The bytes of one clip, as callers of the tenant hear it. Undefined: neither the tenant nor the house has it. */
  async sound(name: ClipName): Promise<Buffer | undefined> {
    const own = await recordedSound(this.#sql, name);
    if (own) return own.sound;
    return isOfHouse(name.pack, name.clip)
      ? await readFile(this.#shippedFile(name.pack, name.clip))
      : undefined;
  }

  /** Tidies the cache up; for the start of a gateway. */
  async sweep(): Promise<number> {
    return await this.#cache.sweep(hashes => stillRecorded(this.#sql, hashes));
  }

  async #sources(tenantId: string, language: Locale, clips: Spoken['clips']): Promise<PlaySource[]> {
    const names = new Set(clips.filter(clip => clip !== pause));
    const files = await this.#files(tenantId, language, [...names]);
    return clips.map(clip => (clip === pause ? { silenceMs: pauseMs } : { file: files.get(clip) as string }));
  }

  async #files(tenantId: string, pack: Pack, names: readonly string[]): Promise<Map<string, string>> {
    const recorded = await recordedClips(this.#sql, tenantId, pack, names);
    const files = new Map<string, string>();
    for (const clip of names) {
      const sha256 = recorded.get(clip);
      files.set(
        clip,
        sha256 ? await this.#ownFile({ tenantId, pack, clip }, sha256) : this.#shippedFile(pack, clip),
      );
    }
    return files;
  }

  /** Replaced or removed since we looked: whatever is there now is right, too. */
  async #ownFile(name: ClipName, sha256: string): Promise<string> {
    if (await this.#cache.has(sha256)) return this.#cache.path(sha256);
    const recording = await recordedSound(this.#sql, name);
    if (recording === undefined) return this.#shippedFile(name.pack, name.clip);
    await this.#cache.put(recording.sha256, recording.sound);
    return this.#cache.path(recording.sha256);
  }

  #shippedFile(pack: Pack, clip: string): string {
    return join(this.#shipped, pack, `${clip}.wav`);
  }
}
