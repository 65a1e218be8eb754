import { MediaError, type PlayEnd } from '../port.js';
import type { Channel } from './channel.js';
import type { Sounds } from './sounds.js';

/** Plays sounds on a channel, item by item and round by round, until they are over or it is told to end. */
export class Playback {
  /** Resolves when nothing of it is heard any more. @throws MediaError `bad_request` a file that is no sound */
  readonly ended: Promise<PlayEnd>;
  readonly #channel: Channel;
  readonly #sounds: Sounds;
  readonly #rounds: number;
  #ending: PlayEnd | undefined;
  #settled: Promise<unknown>;

  constructor(channel: Channel, sounds: Sounds, times: number | 'forever') {
    this.#channel = channel;
    this.#sounds = sounds;
    this.#rounds = times === 'forever' ? Number.POSITIVE_INFINITY : times;
    this.ended = this.#play();
    this.#settled = this.ended.catch(() => undefined);
  }

  /** Ends it; resolves when it is silent. The first reason counts. */
  async end(reason: PlayEnd): Promise<void> {
    this.#ending ??= reason;
    await this.#channel.stopPlaying(this.#settled);
  }

  async #play(): Promise<PlayEnd> {
    for (let round = 0; round < this.#rounds; round++) {
      for (const { sound, forever } of this.#sounds.items) {
        do {
          if (this.#ending) return this.#ending;
          const end = await this.#channel.run('playback', sound);
          if (this.#ending) return this.#ending;
          if (end === 'gone') return { reason: 'stopped' };
          if (end !== 'done') throw new MediaError('bad_request', `FreeSWITCH cannot play ${sound}: ${end}`);
        } while (forever);
      }
    }
    return { reason: 'finished' };
  }
}
