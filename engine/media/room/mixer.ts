import { type Clip, frameSamples } from '../audio/clip.js';
import type { FrameClock, Ticking } from '../audio/frame-clock.js';
import { decodeTable, encodeInto, type Law } from '../audio/g711.js';
import { type PlayEnd, Playlist } from '../endpoint/playlist.js';
import type { Seat } from './seat.js';

const laws: readonly Law[] = ['PCMU', 'PCMA'];

/** The 20 ms of a room: takes a frame of everybody who is heard in a mix, and sends each one the sum of the others. */
export class Mixer implements Ticking {
  readonly #clock: FrameClock;
  readonly #seats: () => Iterable<Seat>;
  readonly #announcementEnded: () => void;
  readonly #total = new Int32Array(frameSamples);
  readonly #mix = new Int16Array(frameSamples);
  readonly #encoded = Buffer.alloc(frameSamples);
  /** What those hear who are no part of the sum themselves: encoded once for all of them. */
  readonly #common: Record<Law, Buffer> = {
    PCMU: Buffer.alloc(frameSamples),
    PCMA: Buffer.alloc(frameSamples),
  };
  readonly #commonDone: Record<Law, boolean> = { PCMU: false, PCMA: false };
  #announcement: Playlist | undefined;

  constructor(clock: FrameClock, seats: () => Iterable<Seat>, announcementEnded: () => void) {
    this.#clock = clock;
    this.#seats = seats;
    this.#announcementEnded = announcementEnded;
  }

  get announces(): boolean {
    return this.#announcement !== undefined;
  }

  announce(clips: readonly Clip[]): Promise<PlayEnd> {
    return new Promise(resolve => {
      this.#announcement?.end({ reason: 'replaced' });
      this.#announcement = new Playlist(clips, {}, resolve);
    });
  }

  run(needed: boolean): void {
    if (needed) this.#clock.add(this);
    else this.#clock.remove(this);
  }

  close(): void {
    this.#clock.remove(this);
    this.#announcement?.end({ reason: 'stopped' });
    this.#announcement = undefined;
  }

  tick(now: number): void {
    const total = this.#total.fill(0);
    for (const law of laws) this.#commonDone[law] = false;
    for (const seat of this.#seats()) {
      seat.hasSound = seat.buffer?.take(seat.frame, now) ?? false;
      if (seat.hasSound && seat.speaks && seat.audible) add(total, seat.frame);
    }
    const announcementOver = this.#addAnnouncement(total);
    for (const seat of this.#seats()) if (seat.mixed) this.#send(seat, now);
    if (announcementOver) this.#endAnnouncement();
  }

  #send(seat: Seat, now: number): void {
    const format = seat.endpoint.mixFormat;
    if (format === undefined) return;
    const own = seat.hasSound && seat.speaks && seat.audible;
    const whispers = seat.hears.filter(other => !other.speaks && other.hasSound);
    if (!own && whispers.length === 0) {
      seat.endpoint.sendMixed(this.#commonFrame(format.law), format, now);
      return;
    }
    const mix = this.#mix;
    for (let i = 0; i < frameSamples; i++) {
      let sample = this.#total[i] as number;
      if (own) sample -= seat.frame[i] as number;
      for (const { frame } of whispers) sample += frame[i] as number;
      mix[i] = clamped(sample);
    }
    encodeInto(format.law, mix, this.#encoded, 0);
    seat.endpoint.sendMixed(this.#encoded, format, now);
  }

  #commonFrame(law: Law): Buffer {
    const encoded = this.#common[law];
    if (this.#commonDone[law]) return encoded;
    this.#commonDone[law] = true;
    for (let i = 0; i < frameSamples; i++) this.#mix[i] = clamped(this.#total[i] as number);
    encodeInto(law, this.#mix, encoded, 0);
    return encoded;
  }

  /** Returns whether that was the last of it. */
  #addAnnouncement(total: Int32Array): boolean {
    if (this.#announcement === undefined) return false;
    const last = this.#announcement.takeFrame('PCMU', this.#encoded, 0);
    const table = decodeTable('PCMU');
    for (let i = 0; i < frameSamples; i++) {
      total[i] = (total[i] as number) + (table[this.#encoded[i] as number] as number);
    }
    return last;
  }

  #endAnnouncement(): void {
    const announcement = this.#announcement;
    this.#announcement = undefined;
    announcement?.end({ reason: 'finished' });
    this.#announcementEnded();
  }
}

function add(total: Int32Array, frame: Int16Array): void {
  for (let i = 0; i < frameSamples; i++) total[i] = (total[i] as number) + (frame[i] as number);
}

function clamped(sample: number): number {
  return sample > 32_767 ? 32_767 : sample < -32_768 ? -32_768 : sample;
}
