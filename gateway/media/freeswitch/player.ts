import { MediaError, type PlayEnd, type PlayOptions, type PlaySource } from '../port.js';
import type { FreeswitchEndpoint } from './endpoint.js';
import { HoldMusic } from './hold-music.js';
import { Playback } from './playback.js';
import { type Sounds, soundsOf } from './sounds.js';

/** What an endpoint's peer hears that is no talk: what was asked for, or the music of a partner who holds. */
export class Player {
  readonly music: HoldMusic;
  readonly #endpoint: FreeswitchEndpoint;
  readonly #houseMusic: string;
  #playback: Playback | undefined;
  #endOnDigit = '';

  constructor(endpoint: FreeswitchEndpoint, houseMusic: string) {
    this.#endpoint = endpoint;
    this.#houseMusic = houseMusic;
    this.music = new HoldMusic(endpoint);
  }

  /** @throws MediaError `bad_request` */
  async play(source: PlaySource | readonly PlaySource[], options: PlayOptions): Promise<PlayEnd> {
    const { times = 1, endOnDigit = '', signal } = options;
    const sounds = soundsOf(source, this.#houseMusic);
    await this.#checkFiles(sounds);
    if (signal?.aborted) return { reason: 'stopped' };
    await this.#playback?.end({ reason: 'replaced' });
    await this.music.pause();
    const playback = new Playback(this.#endpoint.stage, sounds, times);
    this.#playback = playback;
    this.#endOnDigit = endOnDigit;
    const stop = () => void playback.end({ reason: 'stopped' });
    signal?.addEventListener('abort', stop, { once: true });
    try {
      return await playback.ended;
    } finally {
      signal?.removeEventListener('abort', stop);
      if (this.#playback === playback) {
        this.#playback = undefined;
        this.music.resume();
      }
    }
  }

  async stop(): Promise<void> {
    await this.#playback?.end({ reason: 'stopped' });
  }

  /** Ends what plays, before the endpoint is joined to something else. */
  async silence(): Promise<void> {
    await this.stop();
    await this.music.stop();
  }

  digit(digit: string): void {
    if (this.#endOnDigit === 'any' || this.#endOnDigit.includes(digit))
      void this.#playback?.end({ reason: 'digit', digit });
  }

  /** The endpoint has left its bridge. */
  unbridged(): void {
    this.music.update();
    void this.#playback?.unbridged();
  }

  async #checkFiles({ files }: Sounds): Promise<void> {
    const { channel } = this.#endpoint;
    await Promise.all(
      files.map(async file => {
        if ((await channel.api(`file_exists ${file}`)).trim() !== 'true')
          throw new MediaError('bad_request', `FreeSWITCH has no file ${file}`);
      }),
    );
  }
}
