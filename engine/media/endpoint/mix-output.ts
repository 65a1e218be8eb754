import { frameSamples } from '../audio/clip.js';
import type { OutgoingStream } from '../rtp/outgoing-stream.js';
import { rtpHeaderLength } from '../rtp/packet.js';
import type { LegFormat } from './format.js';
import { PacketBuffers } from './packet-buffers.js';

/** An endpoint's stream fed by a mixer: the same SSRC, sequence and time axis as when it is fed by anything else. */
export class MixOutput {
  readonly #stream: OutgoingStream;
  readonly #send: (packet: Buffer, now: number) => void;
  readonly #buffers = new PacketBuffers();
  #timestamp = 0;

  constructor(stream: OutgoingStream, send: (packet: Buffer, now: number) => void) {
    this.#stream = stream;
    this.#send = send;
  }

  /** Sends a frame of G.711 in the law of the format. */
  sendFrame(encoded: Buffer, format: LegFormat, now: number): void {
    const begins = !this.#stream.feeds(this);
    this.#timestamp = begins ? this.#stream.begin(this, now) : (this.#timestamp + frameSamples) >>> 0;
    const packet = this.#buffers.take();
    encoded.copy(packet, rtpHeaderLength, 0, frameSamples);
    this.#stream.originate(packet, frameSamples, format.audioType, begins, this.#timestamp, now);
    this.#send(packet, now);
  }
}
