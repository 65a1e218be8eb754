import type { RtpPacket } from '../rtp/packet.js';
import { Timeline } from '../rtp/timeline.js';
import { frameSamples } from './clip.js';
import { blockSamples, Concealer } from './concealment.js';
import type { Law } from './g711.js';
import { SampleRing } from './sample-ring.js';

const samplesPerMs = 8;
const leastDelay = 40 * samplesPerMs;
const mostDelay = 160 * samplesPerMs;
const delayStep = 20 * samplesPerMs;
/** So many late packets within a second are borne; more make the buffer hold back more. */
const tolerableLate = 3;
const secondMs = 1000;

/**
 * Makes an even stream of what arrives unevenly, for a mixer that asks every 20 ms: packets are put on a time axis and
 * read a little behind the clock; what is missing is concealed; comfort noise is made where the peer asks for it
 * (RFC 3389). It holds back more when packets come too late.
 */
export class JitterBuffer {
  readonly #timeline = new Timeline();
  readonly #ring = new SampleRing();
  readonly #concealer = new Concealer();
  readonly #block = new Int16Array(blockSamples);
  #delay = leastDelay;
  #readPosition: number | undefined;
  #noiseLevel = 0;
  #late = 0;
  #lateSince = 0;

  put(packet: RtpPacket, law: Law, now: number): void {
    const position = this.#timeline.place(packet.ssrc, packet.timestamp, now);
    this.#noiseLevel = 0;
    if (this.#readPosition !== undefined && position < this.#readPosition) this.#cameLate(now);
    this.#ring.put(position, law, packet.buffer, packet.payloadOffset, packet.payloadEnd);
  }

  /** The peer says that it says nothing, and how its silence sounds: in -dBov. */
  comfortNoise(level: number): void {
    this.#noiseLevel = 32_768 * 10 ** (-(level & 0x7f) / 20);
  }

  /** Fills a frame with what belongs to this moment. Returns false when there is no sound in it. */
  take(frame: Int16Array, now: number): boolean {
    const due = Math.floor((now * samplesPerMs - this.#delay) / blockSamples) * blockSamples;
    let position = this.#readPosition ?? due;
    // The mixer's clock is ours: only a stall, or a changed delay, makes them differ.
    if (Math.abs(position - due) > frameSamples) position = due;
    let sound = false;
    for (let at = 0; at < frameSamples; at += blockSamples, position += blockSamples) {
      if (this.#takeBlock(position)) sound = true;
      frame.set(this.#block, at);
    }
    this.#readPosition = position;
    return sound;
  }

  #takeBlock(position: number): boolean {
    const block = this.#block;
    if (this.#ring.has(position)) {
      this.#ring.copy(position, block);
      this.#concealer.heard(block);
      return true;
    }
    if (this.#noiseLevel > 0) {
      for (let i = 0; i < blockSamples; i++) block[i] = (Math.random() * 2 - 1) * this.#noiseLevel;
      this.#concealer.heard(block);
      return true;
    }
    return this.#concealer.conceal(block);
  }

  #cameLate(now: number): void {
    if (now - this.#lateSince > secondMs) {
      this.#lateSince = now;
      this.#late = 0;
    }
    if (++this.#late <= tolerableLate) return;
    this.#late = 0;
    // A way that has become longer than we ever hold back is a new beginning.
    if (this.#delay === mostDelay) this.#timeline.restart();
    this.#delay = Math.min(mostDelay, this.#delay + delayStep);
    this.#readPosition = undefined;
  }
}
