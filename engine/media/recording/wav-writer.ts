import { type FileHandle, open } from 'node:fs/promises';
import { sampleRate } from '../audio/clip.js';
import { MediaFault } from '../fault.js';

const headerBytes = 44;
const bytesPerSample = 2;
const pcm = 1;

/**
 * Writes a WAV file of 16-bit PCM. The lengths in its header are put right after every piece, so that what a process
 * leaves behind that is killed is a whole file up to the last piece.
 */
export class WavWriter {
  readonly #handle: FileHandle;
  readonly #channels: number;
  #dataBytes = 0;
  /** Pieces are written one after the other. */
  #writing: Promise<void> = Promise.resolve();

  private constructor(handle: FileHandle, channels: number) {
    this.#handle = handle;
    this.#channels = channels;
  }

  /** Makes the file. @throws MediaFault `bad_request` when the path is taken or cannot be written */
  static async create(path: string, channels: number): Promise<WavWriter> {
    const handle = await open(path, 'wx').catch((error: NodeJS.ErrnoException) => {
      throw new MediaFault('bad_request', `cannot record to ${path}: ${error.code ?? error.message}`);
    });
    const writer = new WavWriter(handle, channels);
    await handle.write(writer.#header(), 0, headerBytes, 0);
    return writer;
  }

  get durationMs(): number {
    return (this.#dataBytes / (bytesPerSample * this.#channels) / sampleRate) * 1000;
  }

  /** Appends interleaved samples. Rejects when the disk does; so does every call after that. */
  append(samples: Buffer): Promise<void> {
    this.#writing = this.#writing.then(async () => {
      await this.#handle.write(samples, 0, samples.length, headerBytes + this.#dataBytes);
      this.#dataBytes += samples.length;
      await this.#handle.write(this.#header(), 0, headerBytes, 0);
    });
    return this.#writing;
  }

  /** Waits for what is being written, and closes. */
  async close(): Promise<void> {
    try {
      await this.#writing;
    } finally {
      await this.#handle.close();
    }
  }

  #header(): Buffer {
    const header = Buffer.alloc(headerBytes);
    const frameBytes = bytesPerSample * this.#channels;
    header.write('RIFF', 0, 'latin1');
    header.writeUInt32LE(headerBytes - 8 + this.#dataBytes, 4);
    header.write('WAVEfmt ', 8, 'latin1');
    header.writeUInt32LE(16, 16);
    header.writeUInt16LE(pcm, 20);
    header.writeUInt16LE(this.#channels, 22);
    header.writeUInt32LE(sampleRate, 24);
    header.writeUInt32LE(sampleRate * frameBytes, 28);
    header.writeUInt16LE(frameBytes, 32);
    header.writeUInt16LE(bytesPerSample * 8, 34);
    header.write('data', 36, 'latin1');
    header.writeUInt32LE(this.#dataBytes, 40);
    return header;
  }
}
