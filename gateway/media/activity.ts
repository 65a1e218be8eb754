import type { Activity } from './port.js';

export interface ActivityLimits {
  /** Infinite where nothing tells silence from sound: packets are sound then. */
  silenceMs: number;
  noRtpMs: number;
}

/**
 * What a peer sends, out of what an engine tells: that somebody begins or ends to talk, and how many packets have come.
 * A state machine of two facts; times are the caller's.
 */
export class ActivityWatch {
  readonly #limits: ActivityLimits;
  readonly #tell: (activity: Activity) => void;
  #told: Activity | undefined;
  #talking = false;
  #packets = 0;
  #packetsSince: number;
  #quietSince: number;

  constructor(limits: ActivityLimits, now: number, tell: (activity: Activity) => void) {
    this.#limits = limits;
    this.#tell = tell;
    this.#packetsSince = now;
    this.#quietSince = now;
  }

  talking(on: boolean, now: number): void {
    this.#talking = on;
    if (on) this.#say('sound');
    else {
      // The engine itself has waited for the silence to last.
      this.#quietSince = now - this.#limits.silenceMs;
      if (this.#told !== 'no_rtp') this.#say('silence');
    }
  }

  packets(count: number, now: number): void {
    const { silenceMs, noRtpMs } = this.#limits;
    if (count !== this.#packets) {
      if (this.#told === 'no_rtp') this.#quietSince = now;
      this.#packets = count;
      this.#packetsSince = now;
      if (this.#told === 'no_rtp' && this.#talking) this.#say('sound');
      else if (silenceMs === Number.POSITIVE_INFINITY) this.#say('sound');
      else if (!this.#talking && now - this.#quietSince >= silenceMs) this.#say('silence');
    } else if (now - this.#packetsSince >= noRtpMs) this.#say('no_rtp');
  }

  #say(activity: Activity): void {
    if (this.#told === activity) return;
    this.#told = activity;
    this.#tell(activity);
  }
}
