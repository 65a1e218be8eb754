import { type Clip, frameSamples } from '../audio/clip.js';
import type { Law } from '../audio/g711.js';

/** Why a prompt is over. */
export type PlayEnd = { reason: 'finished' | 'stopped' | 'replaced' } | { reason: 'digit'; digit: string };

export interface PlayOptions {
  /** How often the whole is played; `Infinity` until stopped. */
  times?: number;
  /** Keys that end it. */
  endKeys?: string;
}

/** Clips in a row, taken frame by frame. */
export class Playlist {
  readonly #clips: readonly Clip[];
  readonly #endKeys: string;
  readonly #over: (end: PlayEnd) => void;
  #timesLeft: number;
  #index = 0;
  #clipTimesLeft: number;
  #offset = 0;

  constructor(
    clips: readonly Clip[],
    { times = 1, endKeys = '' }: PlayOptions,
    over: (end: PlayEnd) => void,
  ) {
    this.#clips = clips;
    this.#endKeys = endKeys;
    this.#over = over;
    this.#timesLeft = times;
    this.#clipTimesLeft = this.#clip.times;
  }

  endsBy(key: string): boolean {
    return this.#endKeys.includes(key);
  }

  /** To be called once, by whoever takes it away. */
  end(end: PlayEnd): void {
    this.#over(end);
  }

  /** Copies the next frame. Returns whether it was the last one. */
  takeFrame(law: Law, into: Buffer, at: number): boolean {
    const encoded = this.#clip.encoded[law];
    encoded.copy(into, at, this.#offset, this.#offset + frameSamples);
    this.#offset += frameSamples;
    return this.#offset >= encoded.length && !this.#next();
  }

  get #clip(): Clip {
    return this.#clips[this.#index] as Clip;
  }

  #next(): boolean {
    this.#offset = 0;
    if (--this.#clipTimesLeft > 0) return true;
    if (++this.#index === this.#clips.length) {
      if (--this.#timesLeft <= 0) return false;
      this.#index = 0;
    }
    this.#clipTimesLeft = this.#clip.times;
    return true;
  }
}
