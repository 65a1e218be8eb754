import { frameSamples } from '../audio/clip.js';
import { rtpHeaderLength } from '../rtp/packet.js';

/** A socket may keep a buffer until the kernel takes it: so many packets may be on their way at once. */
const ringSize = 8;

/** Buffers for packets of our own, used in turn. */
export class PacketBuffers {
  readonly #buffers: Buffer[] = [];
  #next = 0;

  take(): Buffer {
    this.#next = (this.#next + 1) % ringSize;
    this.#buffers[this.#next] ??= Buffer.alloc(rtpHeaderLength + frameSamples);
    return this.#buffers[this.#next] as Buffer;
  }
}
