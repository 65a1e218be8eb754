import { randomUUID } from 'node:crypto';
import { access, mkdir, open, readdir, rename, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';

const extension = '.wav';
/** A file that nobody names any more may still be playing somewhere. */
const keptMs = 24 * 60 * 60 * 1000;

/**
 * Uploaded sounds as files, for media servers to open. A file's name is the hash of its sound: it never changes, two
 * gateways that write it write the same, and the folder may be lost at any time.
 */
export class SoundCache {
  readonly #folder: string;

  constructor(folder: string) {
    this.#folder = folder;
  }

  path(sha256: string): string {
    return join(this.#folder, sha256 + extension);
  }

  async has(sha256: string): Promise<boolean> {
    return await access(this.path(sha256)).then(
      () => true,
      () => false,
    );
  }

  /** Writes the file beside its place and moves it there: it is whole as soon as it has its name. */
  async put(sha256: string, sound: Buffer): Promise<void> {
    await mkdir(this.#folder, { recursive: true });
    const draft = join(this.#folder, `.${sha256}.${randomUUID()}.tmp`);
    const file = await open(draft, 'wx');
    try {
      await file.writeFile(sound);
      await file.sync();
    } finally {
      await file.close();
    }
    await rename(draft, this.path(sha256));
  }

  /** Removes what has been there for a day and is not needed, and what a crash has left half written. */
  async sweep(needed: (hashes: string[]) => Promise<ReadonlySet<string>>, now = Date.now()): Promise<number> {
    const names = await readdir(this.#folder).catch((error: NodeJS.ErrnoException) => {
      if (error.code === 'ENOENT') return [];
      throw error;
    });
    const ours = names.filter(name => /^\.?[0-9a-f]{64}\./.test(name));
    const hashOf = (name: string) => name.replace(/^\./, '').slice(0, 64);
    const keep = await needed(ours.filter(name => name.endsWith(extension)).map(hashOf));
    let removed = 0;
    for (const name of ours) {
      if (name.endsWith(extension) && keep.has(hashOf(name))) continue;
      const path = join(this.#folder, name);
      // Another gateway may sweep the same folder.
      const age = await stat(path).then(
        ({ mtimeMs }) => now - mtimeMs,
        () => 0,
      );
      if (age < keptMs) continue;
      await rm(path, { force: true });
      removed++;
    }
    return removed;
  }
}
