import { MediaError } from '../port.js';
import type { FreeswitchEndpoint } from './endpoint.js';
import { Playback } from './playback.js';
import { soundsOf } from './sounds.js';

const lookAgainMs = 500;

/**
 * What an endpoint hears while its partner's peer holds: the partner's music, unless a telephone system holds that sends
 * music of its own. FreeSWITCH's own hold is off: it would not tell those apart, and ends what else is played.
 */
export class HoldMusic {
  readonly #endpoint: FreeswitchEndpoint;
  #playback: Playback | undefined;
  #paused = false;
  #watching = false;

  constructor(endpoint: FreeswitchEndpoint) {
    this.#endpoint = endpoint;
  }

  /** To be called when the partner, or its state, has changed. */
  update(): void {
    if (this.#holder() === undefined) void this.stop();
    else void this.#watch();
  }

  /** Something else is played, or is about to be. */
  async pause(): Promise<void> {
    this.#paused = true;
    await this.stop();
  }

  resume(): void {
    this.#paused = false;
    this.update();
  }

  /** The partner that holds, if one does. */
  #holder(): FreeswitchEndpoint | undefined {
    const { partner } = this.#endpoint.joins;
    return partner?.holding ? partner : undefined;
  }

  async #watch(): Promise<void> {
    if (this.#watching) return;
    this.#watching = true;
    try {
      for (let holder = this.#holder(); holder !== undefined; holder = this.#holder()) {
        // A browser goes on sending while it holds, and what it sends is not meant to be heard.
        const silent = holder.kind === 'webrtc' || !(await holder.hears());
        if (this.#holder() !== holder) continue;
        if (silent) this.#start(holder);
        else await this.stop();
        await new Promise(resolve => setTimeout(resolve, lookAgainMs));
      }
    } catch (error) {
      if (!(error instanceof MediaError)) throw error;
    } finally {
      this.#watching = false;
      await this.stop();
    }
  }

  #start(holder: FreeswitchEndpoint): void {
    if (this.#playback !== undefined || this.#paused) return;
    const music = soundsOf({ music: 'default' }, holder.holdMusicFile);
    const playback = new Playback(this.#endpoint.stage, music, 1);
    this.#playback = playback;
    const over = () => {
      if (this.#playback === playback) this.#playback = undefined;
    };
    playback.ended.then(over, over);
  }

  async stop(): Promise<void> {
    await this.#playback?.end({ reason: 'stopped' });
  }
}
