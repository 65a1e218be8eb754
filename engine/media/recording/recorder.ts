import { blockSamples } from '../audio/concealment.js';
import type { Law } from '../audio/g711.js';
import { type RtpPacket, rtpHeaderLength } from '../rtp/packet.js';
import { Track } from './track.js';
import { WavWriter } from './wav-writer.js';

export type RecordingEnd = 'stopped' | 'limit' | 'endpoint_gone' | 'failed';

export interface RecordingResult {
  file: string;
  durationMs: number;
  reason: RecordingEnd;
}

export interface RecorderSettings {
  file: string;
  sides: 'peer' | 'both';
  maxMs: number | undefined;
  /** Milliseconds of the clock that packets are timed by; for tests. */
  now?: () => number;
}

const samplesPerMs = 8;
const bytesPerSample = 2;
const pieceMs = 500;
/** What is written is so old that late packets have come. */
const holdBackMs = 600;

/**
 * Records an endpoint: what its peer says, and beside it what its peer hears. Both are put on the time axis of this
 * machine, so they stay aligned whatever is lost, late, or not sent at all.
 */
export class Recorder {
  readonly ended: Promise<RecordingResult>;
  readonly #settings: RecorderSettings;
  readonly #writer: WavWriter;
  readonly #now: () => number;
  readonly #said = new Track();
  readonly #heard: Track | undefined;
  readonly #block = new Int16Array(blockSamples);
  readonly #start: number;
  readonly #timer: NodeJS.Timeout;
  readonly #limit: NodeJS.Timeout | undefined;
  /** The next block to write. */
  #position: number;
  /** Where pauses begin and end; the last one may be open. */
  #pauses: { from: number; to: number }[] = [];
  #ending: Promise<void> | undefined;
  #resolve: (result: RecordingResult) => void = () => undefined;

  private constructor(settings: RecorderSettings, writer: WavWriter) {
    this.#settings = settings;
    this.#writer = writer;
    this.#heard = settings.sides === 'both' ? new Track() : undefined;
    this.#now = settings.now ?? (() => performance.now());
    this.#start = positionOf(this.#now());
    this.#position = this.#start;
    this.ended = new Promise(resolve => {
      this.#resolve = resolve;
    });
    this.#timer = setInterval(() => this.#write(positionOf(this.#now() - holdBackMs)), pieceMs);
    if (settings.maxMs !== undefined) this.#limit = setTimeout(() => void this.end('limit'), settings.maxMs);
  }

  /** @throws MediaFault `bad_request` when the file cannot be made */
  static async start(settings: RecorderSettings): Promise<Recorder> {
    return new Recorder(settings, await WavWriter.create(settings.file, settings.sides === 'both' ? 2 : 1));
  }

  hear({ buffer, payloadOffset, payloadEnd, ssrc, timestamp }: RtpPacket, law: Law, now: number): void {
    this.#said.put(law, buffer, payloadOffset, payloadEnd, ssrc, timestamp, now);
  }

  /** A packet that goes to the peer: plain header, then sound. */
  sent(packet: Buffer, law: Law, ssrc: number, now: number): void {
    const timestamp = packet.readUInt32BE(4);
    this.#heard?.put(law, packet, rtpHeaderLength, packet.length, ssrc, timestamp, now);
  }

  pause(): void {
    if (this.#pauses.at(-1)?.to === Number.POSITIVE_INFINITY) return;
    this.#pauses.push({ from: positionOf(this.#now()), to: Number.POSITIVE_INFINITY });
  }

  resume(): void {
    const last = this.#pauses.at(-1);
    if (last?.to === Number.POSITIVE_INFINITY) last.to = positionOf(this.#now()) + blockSamples;
  }

  /** Writes what is there and closes the file. Safe to call more than once: the first reason counts. */
  async end(reason: RecordingEnd): Promise<RecordingResult> {
    this.#ending ??= this.#finish(reason);
    await this.#ending;
    return this.ended;
  }

  async #finish(reason: RecordingEnd): Promise<void> {
    clearInterval(this.#timer);
    clearTimeout(this.#limit);
    const { file, maxMs } = this.#settings;
    const now = positionOf(this.#now());
    this.#write(maxMs === undefined ? now : Math.min(now, this.#start + maxMs * samplesPerMs));
    let how = reason;
    try {
      await this.#writer.close();
    } catch {
      // The disk's refusal: what could be written is a whole file all the same.
      how = 'failed';
    }
    this.#resolve({ file, durationMs: Math.round(this.#writer.durationMs), reason: how });
  }

  /** Writes every block before a position. */
  #write(until: number): void {
    const blocks = Math.floor((until - this.#position) / blockSamples);
    if (blocks <= 0) return;
    const channels = this.#heard === undefined ? 1 : 2;
    const piece = Buffer.alloc(blocks * blockSamples * channels * bytesPerSample);
    for (let i = 0; i < blocks; i++, this.#position += blockSamples) {
      const at = i * blockSamples * channels * bytesPerSample;
      if (this.#isPaused(this.#position)) {
        this.#said.forget();
        this.#heard?.forget();
        continue;
      }
      this.#copy(this.#said, piece, at, channels);
      if (this.#heard !== undefined) this.#copy(this.#heard, piece, at + bytesPerSample, channels);
    }
    this.#pauses = this.#pauses.filter(({ to }) => to > this.#position);
    this.#writer.append(piece).catch(() => void this.end('failed'));
  }

  #copy(track: Track, piece: Buffer, at: number, channels: number): void {
    const block = this.#block;
    track.read(this.#position, block);
    for (let i = 0; i < blockSamples; i++) {
      piece.writeInt16LE(block[i] as number, at + i * channels * bytesPerSample);
    }
  }

  #isPaused(position: number): boolean {
    return this.#pauses.some(({ from, to }) => position >= from && position < to);
  }
}

/** A moment on the axis of both tracks, on the edge of a block. */
function positionOf(now: number): number {
  return Math.floor((now * samplesPerMs) / blockSamples) * blockSamples;
}
