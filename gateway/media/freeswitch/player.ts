import { MediaError, type PlayEnd, type PlayOptions, type PlaySource } from '../port.js';
import type { FreeswitchEndpoint } from './endpoint.js';
import { HoldMusic } from './hold-music.js';
import { Playback } from './playback.js';
import { type Sounds, soundsOf } from './sounds.js';

/** One thing that was asked for: it can be over before it is heard, while FreeSWITCH still looks for its files. */
class Request {
  /** The keys that end it. */
  readonly #endOnDigit: string;
  #ending: PlayEnd | undefined;
  #playback: Playback | undefined;

  constructor(endOnDigit: string) {
    this.#endOnDigit = endOnDigit;
  }

  /** How it was ended. */
  get ending(): PlayEnd | undefined {
    return this.#ending;
  }

  begins(playback: Playback): void {
    this.#playback = playback;
  }

  /** Resolves when it is silent. */
  async end(reason: PlayEnd): Promise<void> {
    this.#ending ??= reason;
    await this.#playback?.end(reason);
  }

  digit(digit: string): void {
    if (this.#endOnDigit === 'any' || this.#endOnDigit.includes(digit))
      void this.end({ reason: 'digit', digit });
  }

  unbridged(): void {
    void this.#playback?.unbridged();
  }
}

/** What an endpoint's peer hears that is no talk: what was asked for, or the music of a partner who holds. */
export class Player {
  readonly music: HoldMusic;
  readonly #endpoint: FreeswitchEndpoint;
  readonly #houseMusic: string;
  /** In the order of the asking. */
  readonly #requests = new Set<Request>();

  constructor(endpoint: FreeswitchEndpoint, houseMusic: string) {
    this.#endpoint = endpoint;
    this.#houseMusic = houseMusic;
    this.music = new HoldMusic(endpoint);
  }

  /** @throws MediaError `bad_request` */
  async play(source: PlaySource | readonly PlaySource[], options: PlayOptions): Promise<PlayEnd> {
    const { times = 1, endOnDigit = '', signal } = options;
    const sounds = soundsOf(source, this.#houseMusic);
    if (signal?.aborted) return { reason: 'stopped' };
    const earlier = [...this.#requests];
    const request = new Request(endOnDigit);
    this.#requests.add(request);
    const stop = () => void request.end({ reason: 'stopped' });
    signal?.addEventListener('abort', stop, { once: true });
    try {
      await this.#checkFiles(sounds);
      if (request.ending) return request.ending;
      await Promise.all(earlier.map(one => one.end({ reason: 'replaced' })));
      await this.music.pause();
      if (request.ending) return request.ending;
      const playback = new Playback(this.#endpoint.stage, sounds, times);
      request.begins(playback);
      return await playback.ended;
    } finally {
      signal?.removeEventListener('abort', stop);
      this.#requests.delete(request);
      if (this.#requests.size === 0) this.music.resume();
    }
  }

  async stop(): Promise<void> {
    await Promise.all([...this.#requests].map(request => request.end({ reason: 'stopped' })));
  }

  /** Ends what plays, before the endpoint is joined to something else. */
  async silence(): Promise<void> {
    await this.stop();
    await this.music.stop();
  }

  digit(digit: string): void {
    for (const request of this.#requests) request.digit(digit);
  }

  /** The endpoint has left its bridge. */
  unbridged(): void {
    this.music.update();
    for (const request of this.#requests) request.unbridged();
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
