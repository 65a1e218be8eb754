import { decodeTable, type Law } from '../audio/g711.js';
import type { RtpPacket } from '../rtp/packet.js';

export type Activity = 'sound' | 'silence' | 'no_rtp';

export interface ActivityLimits {
  silenceMs: number;
  noRtpMs: number;
}

/** Mean square above which a packet has sound in it: about -42 dBm0, over the noise of a quiet line. */
const soundPower = 200 * 200;
const checkMs = 50;

/** Watches what a peer sends: sound, packets without sound for a while, no packets for a while. Tells each change. */
export class ActivityWatch {
  readonly #limits: ActivityLimits;
  readonly #tell: (activity: Activity) => void;
  readonly #timer: NodeJS.Timeout;
  #state: Activity | undefined;
  #soundAt: number;
  #packetAt: number;
  #checkedAt: number;

  constructor(limits: ActivityLimits, tell: (activity: Activity) => void) {
    this.#limits = limits;
    this.#tell = tell;
    this.#soundAt = this.#packetAt = this.#checkedAt = performance.now();
    this.#timer = setInterval(() => this.#check(performance.now()), checkMs);
  }

  hear(packet: RtpPacket, law: Law, now: number): void {
    this.#packetAt = now;
    if (meanSquare(packet, law) >= soundPower) {
      this.#soundAt = now;
      this.#become('sound');
    } else if (now - this.#soundAt >= this.#limits.silenceMs) this.#become('silence');
  }

  close(): void {
    clearInterval(this.#timer);
  }

  #check(now: number): void {
    // While this process stood still it could hear nothing: what came meanwhile is read after this.
    const stood = now - this.#checkedAt - checkMs;
    this.#checkedAt = now;
    if (stood > checkMs) this.#packetAt = Math.min(now, this.#packetAt + stood);
    if (now - this.#packetAt >= this.#limits.noRtpMs) this.#become('no_rtp');
  }

  /** A peer that sounds at first is what everybody expects: nothing to tell. */
  #become(state: Activity): void {
    const before = this.#state ?? 'sound';
    this.#state = state;
    if (state !== before) this.#tell(state);
  }
}

function meanSquare({ buffer, payloadOffset, payloadEnd }: RtpPacket, law: Law): number {
  const table = decodeTable(law);
  let sum = 0;
  for (let i = payloadOffset; i < payloadEnd; i++) {
    const sample = table[buffer[i] as number] as number;
    sum += sample * sample;
  }
  return sum / Math.max(1, payloadEnd - payloadOffset);
}
