import { randomUUID } from 'node:crypto';
import type { Logger } from 'pino';
import { MediaError, type PlayEnd, type PlayOptions, type PlaySource } from '../port.js';
import { type Ari, AriError, ignoreGone } from './ari.js';
import { checkSound, soundOf } from './sound.js';
import type { Stage } from './stage.js';
import { beepFile, silenceFile, toneFile } from './tones.js';
import type { Waiters } from './waiters.js';

/** One request to Asterisk: media that follow each other without a gap, or one that goes on until it is stopped. */
interface Piece {
  media: string[];
  /** For what would not end by itself. */
  stopAfterMs?: number;
}

/** How often music or a tone is in one request: often enough to be asked for seldom. */
const repeats = 50;

export interface Stopped {
  reason: 'stopped' | 'replaced' | 'digit';
  digit?: string;
}

/** @throws MediaError `bad_request` */
async function check(sources: readonly PlaySource[]): Promise<void> {
  if (sources.length === 0) throw new MediaError('bad_request', 'there is nothing to play');
  for (const source of sources) {
    if ('file' in source) await checkSound(source.file);
    if ('silenceMs' in source && !(source.silenceMs >= 0))
      throw new MediaError('bad_request', `silence of ${source.silenceMs} ms cannot be`);
  }
}

/** Where the house's sounds are, on Asterisk's machine as on ours. */
export interface HouseSounds {
  /** The hold music. */
  music: string;
  /** The folder of the tones. */
  tones: string;
}

function pieceOf(source: PlaySource, { music, tones }: HouseSounds): Piece {
  const endless = (sound: string): Piece => ({
    media: Array(repeats).fill(sound),
    stopAfterMs: Number.POSITIVE_INFINITY,
  });
  if ('file' in source) return { media: [soundOf(source.file)] };
  if ('silenceMs' in source)
    return { media: Array(repeats).fill(`sound:${silenceFile(tones)}`), stopAfterMs: source.silenceMs };
  if ('music' in source) return endless(soundOf(music));
  if (source.tone === 'beep') return { media: [`sound:${beepFile(tones)}`] };
  return endless(`sound:${toneFile(tones, source.tone, source.country)}`);
}

/** Files in a row are one piece. */
function piecesOf(sources: readonly PlaySource[], house: HouseSounds): Piece[] {
  const pieces: Piece[] = [];
  for (const source of sources) {
    const piece = pieceOf(source, house);
    const last = pieces.at(-1);
    if (last && last.stopAfterMs === undefined && piece.stopAfterMs === undefined)
      last.media.push(...piece.media);
    else pieces.push(piece);
  }
  return pieces;
}

/** One thing that is being played, until it is over or stopped. */
export class Playing {
  readonly #ari: Ari;
  readonly #waiters: Waiters;
  readonly #open: () => Promise<Stage>;
  #stopped: Stopped | undefined;
  #playing: string | undefined;

  /** @param open is asked once, when it is sure that something is to be played */
  constructor(ari: Ari, waiters: Waiters, open: () => Promise<Stage>) {
    this.#ari = ari;
    this.#waiters = waiters;
    this.#open = open;
  }

  /** @throws MediaError `bad_request` when a file cannot be played */
  async play(
    sources: readonly PlaySource[],
    times: number | 'forever',
    house: HouseSounds,
  ): Promise<PlayEnd> {
    await check(sources);
    const stage = await this.#open();
    try {
      return await this.#play(piecesOf(sources, house), times, stage);
    } finally {
      await stage.close();
    }
  }

  async #play(pieces: readonly Piece[], times: number | 'forever', stage: Stage): Promise<PlayEnd> {
    for (let round = 0; times === 'forever' || round < times; round++) {
      for (const piece of pieces) {
        do {
          if (!this.#stopped) await this.#piece(piece, stage);
          if (this.#stopped) return this.#stopped as PlayEnd;
        } while (piece.stopAfterMs === Number.POSITIVE_INFINITY);
      }
    }
    return { reason: 'finished' };
  }

  async stop(how: Stopped): Promise<void> {
    if (this.#stopped) return;
    this.#stopped = how;
    if (this.#playing) await this.#end(this.#playing);
  }

  async #piece({ media, stopAfterMs }: Piece, { path }: Stage): Promise<void> {
    const id = randomUUID();
    const finished = this.#waiters.wait(`playback ${id}`);
    this.#playing = id;
    let timer: NodeJS.Timeout | undefined;
    try {
      await this.#ari.request('POST', `${path}/play`, { media, playbackId: id });
      if (this.#stopped) await this.#end(id);
      if (stopAfterMs !== undefined && stopAfterMs < Number.POSITIVE_INFINITY)
        timer = setTimeout(() => void this.#end(id), stopAfterMs);
      if ((await finished) === 'failed' && !this.#stopped)
        throw new MediaError('bad_request', `Asterisk cannot play ${media.join(', ')}`);
    } catch (error) {
      // The channel is gone: whoever owns it is told so.
      if (!(error instanceof AriError && error.status === 404)) throw error;
      this.#stopped ??= { reason: 'stopped' };
    } finally {
      clearTimeout(timer);
      this.#playing = undefined;
      this.#waiters.forget(`playback ${id}`);
    }
  }

  async #end(id: string): Promise<void> {
    await this.#ari.request('DELETE', `playbacks/${id}`).catch(ignoreGone);
  }
}

/**
 * What the peer of one endpoint hears besides its bridge: a prompt, which was asked for; behind it music, for as long as
 * the partner in the bridge holds.
 */
export class Player {
  readonly #make: (what: 'prompt' | 'music') => Playing;
  readonly #house: HouseSounds;
  readonly #logger: Logger;
  #prompt: { playing: Playing; keys: string | undefined } | undefined;
  #background: { file: string; playing: Playing } | undefined;
  #music: string | undefined;

  constructor(
    make: (what: 'prompt' | 'music') => Playing,
    { house, logger }: { house: HouseSounds; logger: Logger },
  ) {
    this.#make = make;
    this.#house = house;
    this.#logger = logger;
  }

  async play(sources: readonly PlaySource[], options: PlayOptions): Promise<PlayEnd> {
    const { times = 1, endOnDigit, signal } = options;
    if (signal?.aborted) return { reason: 'stopped' };
    const mine = { playing: this.#make('prompt'), keys: endOnDigit };
    const earlier = this.#prompt;
    this.#prompt = mine;
    await Promise.all([earlier?.playing.stop({ reason: 'replaced' }), this.#pauseMusic()]);
    const stop = () => void mine.playing.stop({ reason: 'stopped' });
    signal?.addEventListener('abort', stop, { once: true });
    try {
      return await mine.playing.play(sources, times, this.#house);
    } finally {
      signal?.removeEventListener('abort', stop);
      if (this.#prompt === mine) {
        this.#prompt = undefined;
        this.#resumeMusic();
      }
    }
  }

  async stop(): Promise<void> {
    await this.#prompt?.playing.stop({ reason: 'stopped' });
  }

  /** Ends everything. */
  async close(): Promise<void> {
    await Promise.all([this.setMusic(undefined), this.stop()]);
  }

  async digit(digit: string): Promise<void> {
    const keys = this.#prompt?.keys;
    if (keys === 'any' || keys?.includes(digit)) await this.#prompt?.playing.stop({ reason: 'digit', digit });
  }

  /** Music until told otherwise, when nothing was asked for. */
  async setMusic(file: string | undefined): Promise<void> {
    if (this.#music === file) return;
    this.#music = file;
    await this.#pauseMusic();
    this.#resumeMusic();
  }

  #resumeMusic(): void {
    if (this.#music === undefined || this.#prompt || this.#background) return;
    const mine = { file: this.#music, playing: this.#make('music') };
    this.#background = mine;
    mine.playing
      .play(Array(repeats).fill({ file: mine.file }), 'forever', this.#house)
      // Music that cannot be played must not end a talk: the peer hears silence.
      .catch(error => this.#logger.warn({ err: error }, 'hold music is not heard'))
      .finally(() => {
        if (this.#background === mine) this.#background = undefined;
      });
  }

  async #pauseMusic(): Promise<void> {
    const playing = this.#background;
    this.#background = undefined;
    await playing?.playing.stop({ reason: 'stopped' });
  }
}
