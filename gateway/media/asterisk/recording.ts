import { createWriteStream } from 'node:fs';
import { access, constants, rename, rm, stat } from 'node:fs/promises';
import { dirname, isAbsolute } from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import type { ReadableStream } from 'node:stream/web';
import type { Logger } from 'pino';
import { MediaError, type Recording, type RecordingResult, type RecordRequest } from '../port.js';
import { type Ari, ignoreGone } from './ari.js';
import { Snoop } from './snoop.js';
import type { Waiters } from './waiters.js';
import { durationOf, interleave } from './wav.js';

/** @throws MediaError `bad_request` */
async function checkPath(file: string): Promise<void> {
  if (!isAbsolute(file) || !file.endsWith('.wav'))
    throw new MediaError('bad_request', `${file} is not the absolute path of a .wav file`);
  await access(dirname(file), constants.W_OK).catch(error => {
    throw new MediaError('bad_request', `${dirname(file)} cannot be written to (${error.code})`);
  });
  const taken = await stat(file).catch(() => undefined);
  if (taken) throw new MediaError('bad_request', `${file} is there already`);
}

/** One side of a channel, recorded by Asterisk through a channel that spies on it. */
class Side {
  readonly #ari: Ari;
  readonly #waiters: Waiters;
  readonly #snoop: Snoop;
  readonly #done: Promise<string>;

  private constructor(ari: Ari, waiters: Waiters, snoop: Snoop) {
    this.#ari = ari;
    this.#waiters = waiters;
    this.#snoop = snoop;
    this.#done = waiters.wait(`recording ${snoop.id}`);
  }

  static async open(ari: Ari, waiters: Waiters, channel: string, spy: 'in' | 'out'): Promise<Side> {
    return new Side(ari, waiters, await Snoop.open(ari, waiters, channel, { spy }));
  }

  async start(): Promise<void> {
    const request = { name: this.#snoop.id, format: 'wav', ifExists: 'fail' };
    await this.#ari.request('POST', `channels/${this.#snoop.id}/record`, request);
  }

  async mute(on: boolean): Promise<void> {
    await this.#ari.request(on ? 'POST' : 'DELETE', `recordings/live/${this.#snoop.id}/mute`);
  }

  async stop(): Promise<void> {
    await this.#ari.request('POST', `recordings/live/${this.#snoop.id}/stop`).catch(ignoreGone);
  }

  /** Resolves when Asterisk has written its file, for whatever reason it ended. */
  async ended(): Promise<void> {
    await this.#done;
  }

  async fetchInto(file: string): Promise<void> {
    const { body } = await this.#ari.fetch('GET', `recordings/stored/${this.#snoop.id}/file`);
    await pipeline(Readable.fromWeb(body as ReadableStream), createWriteStream(file, { flags: 'wx' }));
  }

  async close(): Promise<void> {
    this.#waiters.forget(`recording ${this.#snoop.id}`);
    await this.#snoop.close();
    await this.#ari.request('DELETE', `recordings/stored/${this.#snoop.id}`).catch(ignoreGone);
  }
}

/** Asterisk records each side; what it wrote is fetched and joined here when the recording ends. */
export class AsteriskRecording implements Recording {
  readonly id: string;
  readonly ended: Promise<RecordingResult>;
  readonly #logger: Logger;
  readonly #request: RecordRequest;
  readonly #sides: readonly Side[];
  readonly #limit: NodeJS.Timeout | undefined;
  #reason: RecordingResult['reason'] | undefined;

  private constructor(request: RecordRequest, sides: readonly Side[], logger: Logger) {
    this.id = request.file;
    this.#logger = logger;
    this.#request = request;
    this.#sides = sides;
    this.ended = this.#finish();
    if (request.maxMs !== undefined) this.#limit = setTimeout(() => void this.end('limit'), request.maxMs);
  }

  /** @throws MediaError `bad_request`; AriError 404 when there is no such channel */
  static async start(
    { ari, waiters, logger }: { ari: Ari; waiters: Waiters; logger: Logger },
    channel: string,
    request: RecordRequest,
  ): Promise<AsteriskRecording> {
    await checkPath(request.file);
    const spies = request.sides === 'both' ? (['in', 'out'] as const) : (['in'] as const);
    const sides = await Promise.all(spies.map(spy => Side.open(ari, waiters, channel, spy)));
    try {
      // At the same moment: nothing else lines the two up.
      await Promise.all(sides.map(side => side.start()));
    } catch (error) {
      await Promise.all(sides.map(side => side.close()));
      throw error;
    }
    return new AsteriskRecording(request, sides, logger);
  }

  async pause(): Promise<void> {
    await Promise.all(this.#sides.map(side => side.mute(true)));
  }

  async resume(): Promise<void> {
    await Promise.all(this.#sides.map(side => side.mute(false)));
  }

  async stop(): Promise<RecordingResult> {
    return await this.end('stopped');
  }

  async end(reason: RecordingResult['reason']): Promise<RecordingResult> {
    this.#reason ??= reason;
    await Promise.all(this.#sides.map(side => side.stop()));
    return await this.ended;
  }

  async #finish(): Promise<RecordingResult> {
    const { file } = this.#request;
    await Promise.all(this.#sides.map(side => side.ended()));
    // Nobody asked for the end: its channel went away.
    this.#reason ??= 'endpoint_gone';
    clearTimeout(this.#limit);
    const parts = this.#sides.map((_, index) => `${file}.${index}`);
    try {
      await Promise.all(this.#sides.map((side, index) => side.fetchInto(parts[index] as string)));
      const [left, right] = parts as [string, string?];
      if (right === undefined) await rename(left, file);
      else await interleave(left, right, file);
      const channels = this.#sides.length as 1 | 2;
      return { file, durationMs: durationOf((await stat(file)).size, channels), reason: this.#reason };
    } catch (error) {
      this.#logger.error({ err: error, file }, 'recording lost');
      return { file, durationMs: 0, reason: 'failed' };
    } finally {
      await Promise.all(parts.map(part => rm(part, { force: true })));
      await Promise.allSettled(this.#sides.map(side => side.close()));
    }
  }
}
