import { randomUUID } from 'node:crypto';
import { FrameClock } from '../media/audio/frame-clock.js';
import { RtpEndpoint } from '../media/endpoint/rtp-endpoint.js';
import { PortPool } from '../media/rtp/port-pool.js';

export interface HandsetSettings {
  /** Address of the RTP sockets, told to callers. */
  address: string;
  rtpPorts: { first: number; last: number };
  /** Silence of RTP and RTCP after which a call is lost. */
  rtpTimeoutMs: number;
}

const sweepMs = 1000;

/** The audio of all phones: the media engine's plain RTP endpoints, with one clock and one range of ports. */
export class Handsets {
  readonly #settings: HandsetSettings;
  readonly #pool: PortPool;
  readonly #clock = new FrameClock();
  readonly #inUse = new Set<RtpEndpoint>();
  readonly #sweeper: NodeJS.Timeout;

  constructor(settings: HandsetSettings) {
    this.#settings = settings;
    this.#pool = new PortPool(settings.address, settings.rtpPorts.first, settings.rtpPorts.last);
    this.#sweeper = setInterval(() => {
      const now = performance.now();
      for (const handset of this.#inUse) handset.sweep(now);
    }, sweepMs);
  }

  get inUse(): number {
    return this.#inUse.size;
  }

  get rtpTimeoutMs(): number {
    return this.#settings.rtpTimeoutMs;
  }

  /** Answers an offer, or makes one when there is none. @throws MediaFault `bad_sdp`, `no_common_codec`, `no_ports` */
  async lift(label: string, offer: string | undefined): Promise<RtpEndpoint> {
    const { address, rtpTimeoutMs } = this.#settings;
    const handset = await RtpEndpoint.create(
      {
        id: randomUUID(),
        kind: 'rtp',
        label,
        rtpTimeoutMs,
        clock: this.#clock,
        pool: this.#pool,
        address,
        externalAddress: address,
      },
      offer,
    );
    this.#inUse.add(handset);
    return handset;
  }

  hangUp(handset: RtpEndpoint): void {
    if (this.#inUse.delete(handset)) handset.destroy();
  }

  close(): void {
    clearInterval(this.#sweeper);
    for (const handset of this.#inUse) this.hangUp(handset);
  }
}
