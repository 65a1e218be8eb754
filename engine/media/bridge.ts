import type { Endpoint, Sink } from './endpoint/endpoint.js';
import type { RtpPacket } from './rtp/packet.js';

/** Packets a holding peer sends before they count as its own hold music and not as a rest of the talk: half a second. */
const ownMusicPackets = 25;

/**
 * Joins two endpoints, packet by packet. While the peer of one holds, the other hears hold music: the house's, or the
 * holder's own when it is a telephone system that sends some. (A browser on hold sends the silence of a muted
 * microphone, which is no music.)
 */
export class Bridge implements Sink {
  readonly #first: Endpoint;
  readonly #second: Endpoint;
  #packetsOnHold = 0;
  #parted = false;

  private constructor(first: Endpoint, second: Endpoint) {
    this.#first = first;
    this.#second = second;
  }

  /** Bridges two endpoints; replaces what they were joined to and stops what they play. */
  static join(first: Endpoint, second: Endpoint): Bridge {
    const bridge = new Bridge(first, second);
    first.attach(bridge);
    second.attach(bridge);
    first.stop();
    second.stop();
    bridge.#setMusic();
    return bridge;
  }

  receive(from: Endpoint, packet: RtpPacket, kind: number, now: number): void {
    const to = this.#otherThan(from);
    if (from.held) {
      if (from.kind === 'webrtc' || !from.peerSendsOnHold) return;
      this.#packetsOnHold++;
      if (this.#packetsOnHold < ownMusicPackets) return;
      if (this.#packetsOnHold === ownMusicPackets) to.setBackground(undefined);
    }
    to.relay(from, packet, kind, now);
  }

  holdChanged(): void {
    this.#packetsOnHold = 0;
    this.#setMusic();
  }

  /** One endpoint goes: the other stays, joined to nothing. */
  leave(): void {
    this.part();
  }

  part(): void {
    if (this.#parted) return;
    this.#parted = true;
    for (const endpoint of [this.#first, this.#second]) {
      endpoint.detach(this);
      endpoint.setBackground(undefined);
    }
  }

  #setMusic(): void {
    this.#first.setBackground(this.#second.held ? this.#second.holdMusic : undefined);
    this.#second.setBackground(this.#first.held ? this.#first.holdMusic : undefined);
  }

  #otherThan(endpoint: Endpoint): Endpoint {
    return endpoint === this.#first ? this.#second : this.#first;
  }
}
