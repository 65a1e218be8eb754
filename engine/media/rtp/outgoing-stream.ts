import { randomBytes } from 'node:crypto';
import type { RtpPacket } from './packet.js';
import { rtpHeaderLength, sequenceDistance, writeRtpHeader } from './packet.js';

const samplesPerMs = 8;
const frameSamples = 160;
/** A source whose sequence jumps further than this has started anew. */
const sequenceJump = 500;
/** A source whose clock leaves ours by more than this has started anew. */
const clockJumpMs = 2000;

/**
 * The one RTP stream an endpoint sends: its SSRC, sequence and timestamp go on without a seam, whichever source
 * feeds it (bridge, player, digits). Relayed packets keep their distances, so that loss and reordering stay visible
 * to the receiver's jitter buffer.
 */
export class OutgoingStream {
  readonly ssrc = randomBytes(4).readUInt32BE();
  packetsSent = 0;
  octetsSent = 0;
  /** Highest sequence number sent, and the timestamp that belongs to `#timestampAt` on our clock. */
  #sequence = randomBytes(2).readUInt16BE();
  #timestamp = randomBytes(4).readUInt32BE();
  #timestampAt = performance.now();
  #source: object | undefined;
  #sourceSsrc = 0;
  #sourceSequence = 0;
  #sourceTimestamp = 0;
  #sequenceOffset = 0;
  #timestampOffset = 0;

  get lastTimestamp(): number {
    return this.#timestamp;
  }

  /**
   * Writes the header of a relayed packet in front of its payload, over what was there.
   * Returns the offset at which the packet to send starts.
   */
  relay(source: object, packet: RtpPacket, payloadType: number, now: number): number {
    let marker = packet.marker;
    if (this.#isNewSource(source, packet, now)) {
      this.#advanceTo(now);
      this.#source = source;
      this.#sourceSsrc = packet.ssrc;
      this.#sequenceOffset = (this.#sequence + 1 - packet.sequenceNumber) & 0xffff;
      this.#timestampOffset = (this.#timestamp - packet.timestamp) >>> 0;
      marker = true;
    }
    const sequence = (packet.sequenceNumber + this.#sequenceOffset) & 0xffff;
    const timestamp = (packet.timestamp + this.#timestampOffset) >>> 0;
    if (sequenceDistance(this.#sequence, sequence) > 0) {
      this.#sequence = sequence;
      this.#timestamp = timestamp;
      this.#timestampAt = now;
      this.#sourceSequence = packet.sequenceNumber;
      this.#sourceTimestamp = packet.timestamp;
    }
    const start = packet.payloadOffset - rtpHeaderLength;
    writeRtpHeader(packet.buffer, start, payloadType, marker, sequence, timestamp, this.ssrc);
    this.#count(packet.payloadEnd - packet.payloadOffset);
    return start;
  }

  /** Starts a source of our own at this moment and returns its first timestamp. */
  begin(source: object, now: number): number {
    this.#advanceTo(now);
    this.#source = source;
    return this.#timestamp;
  }

  feeds(source: object): boolean {
    return this.#source === source;
  }

  /** Writes the header of a packet of our own source at the start of `buffer`. */
  originate(
    buffer: Buffer,
    payloadLength: number,
    payloadType: number,
    marker: boolean,
    timestamp: number,
    now: number,
  ): void {
    this.#sequence = (this.#sequence + 1) & 0xffff;
    if (timestamp !== this.#timestamp) {
      this.#timestamp = timestamp;
      this.#timestampAt = now;
    }
    writeRtpHeader(buffer, 0, payloadType, marker, this.#sequence, timestamp, this.ssrc);
    this.#count(payloadLength);
  }

  #isNewSource(source: object, packet: RtpPacket, now: number): boolean {
    if (this.#source !== source || this.#sourceSsrc !== packet.ssrc) return true;
    const steps = sequenceDistance(this.#sourceSequence, packet.sequenceNumber);
    if (steps > sequenceJump || steps < -sequenceJump) return true;
    const sourceMs = ((packet.timestamp - this.#sourceTimestamp) | 0) / samplesPerMs;
    return Math.abs(sourceMs - (now - this.#timestampAt)) > clockJumpMs;
  }

  /** Moves the timestamp on by the time that passed, in whole frames and by one at least. */
  #advanceTo(now: number): void {
    const frames = Math.max(1, Math.round(((now - this.#timestampAt) * samplesPerMs) / frameSamples));
    this.#timestamp = (this.#timestamp + frames * frameSamples) >>> 0;
    this.#timestampAt = now;
  }

  #count(octets: number): void {
    this.packetsSent++;
    this.octetsSent += octets;
  }
}
