import { sequenceDistance } from './packet.js';

const clockRateKhz = 8;
/** A sequence that jumps further has started anew (RFC 3550 A.1, MAX_DROPOUT). */
const maxDropout = 3000;

/** What a receiver knows of one incoming stream: loss and jitter after RFC 3550 A.1, A.3 and A.8. */
export class Reception {
  ssrc = 0;
  packetsReceived = 0;
  #started = false;
  #base = 0;
  #highest = 0;
  #cycles = 0;
  #receivedOfStream = 0;
  #lostOfEarlierStreams = 0;
  #transit = 0;
  #jitter = 0;
  #expectedAtReport = 0;
  #receivedAtReport = 0;

  /** Counts a packet. `now` in milliseconds. `timed` is false where the timestamp says nothing about arrival (RFC 4733). */
  update(ssrc: number, sequenceNumber: number, timestamp: number, now: number, timed: boolean): void {
    const step = sequenceDistance(this.#highest, sequenceNumber);
    if (!this.#started || ssrc !== this.ssrc || step > maxDropout || step < -maxDropout) {
      this.#restart(ssrc, sequenceNumber);
    } else if (step > 0) {
      if (sequenceNumber < this.#highest) this.#cycles += 0x10000;
      this.#highest = sequenceNumber;
    }
    this.packetsReceived++;
    this.#receivedOfStream++;
    if (!timed) return;
    const transit = now * clockRateKhz - timestamp;
    if (this.#receivedOfStream > 1) {
      // The difference of two 32-bit clocks: wraps like them.
      const difference = Math.abs(Math.round(transit - this.#transit) | 0);
      this.#jitter += (difference - this.#jitter) / 16;
    }
    this.#transit = transit;
  }

  get extendedHighestSequence(): number {
    return (this.#cycles + this.#highest) >>> 0;
  }

  get jitterTimestampUnits(): number {
    return Math.floor(this.#jitter);
  }

  get jitterMs(): number {
    return this.#jitter / clockRateKhz;
  }

  get packetsLost(): number {
    return this.#lostOfEarlierStreams + this.#lostOfStream();
  }

  /** Fraction lost since the last call, in 1/256 (RFC 3550 6.4.1). */
  takeFractionLost(): number {
    const expected = this.#expected();
    const expectedInterval = expected - this.#expectedAtReport;
    const lostInterval = expectedInterval - (this.#receivedOfStream - this.#receivedAtReport);
    this.#expectedAtReport = expected;
    this.#receivedAtReport = this.#receivedOfStream;
    if (expectedInterval <= 0 || lostInterval <= 0) return 0;
    return Math.min(255, Math.floor((lostInterval * 256) / expectedInterval));
  }

  #expected(): number {
    return this.#started ? this.#cycles + this.#highest - this.#base + 1 : 0;
  }

  #lostOfStream(): number {
    return Math.max(0, this.#expected() - this.#receivedOfStream);
  }

  #restart(ssrc: number, sequenceNumber: number): void {
    this.#lostOfEarlierStreams += this.#lostOfStream();
    this.#started = true;
    this.ssrc = ssrc;
    this.#base = sequenceNumber;
    this.#highest = sequenceNumber;
    this.#cycles = 0;
    this.#receivedOfStream = 0;
    this.#expectedAtReport = 0;
    this.#receivedAtReport = 0;
  }
}
