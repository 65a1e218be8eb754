import { stat } from 'node:fs/promises';
import { MediaFault } from '../fault.js';
import type { Clip } from './clip.js';
import { readWav } from './wav.js';

interface Known {
  clip: Clip;
  modifiedAt: number;
  size: number;
}

/** Prompts and music that are played again and again are read and encoded once. About an hour of sound. */
const maxBytes = 64 * 1024 * 1024;

const bytesOf = ({ encoded }: Clip) => encoded.PCMU.length + encoded.PCMA.length;

/** Sound files by path, those used last kept in memory. A file that has changed is read again. */
export class SoundFiles {
  readonly #known = new Map<string, Known>();
  #bytes = 0;

  /** @throws MediaFault `bad_request` naming what is wrong with the file */
  async read(path: string): Promise<Clip> {
    const { mtimeMs, size } = await stat(path).catch((error: NodeJS.ErrnoException) => {
      throw new MediaFault(
        'bad_request',
        `cannot open the sound file ${path}: ${error.code ?? error.message}`,
      );
    });
    const known = this.#known.get(path);
    if (known !== undefined) {
      this.#forget(path, known);
      if (known.modifiedAt === mtimeMs && known.size === size) return this.#remember(path, known);
    }
    return this.#remember(path, { clip: await readWav(path), modifiedAt: mtimeMs, size });
  }

  /** The map's order is that of use: the last one is at its end. */
  #remember(path: string, known: Known): Clip {
    const before = this.#known.get(path);
    if (before !== undefined) this.#forget(path, before);
    this.#known.set(path, known);
    this.#bytes += bytesOf(known.clip);
    for (const [oldest, entry] of this.#known) {
      if (this.#bytes <= maxBytes) break;
      this.#forget(oldest, entry);
    }
    return known.clip;
  }

  #forget(path: string, known: Known): void {
    this.#known.delete(path);
    this.#bytes -= bytesOf(known.clip);
  }
}
