import { type Clip, clipOf, frameMs, frameSamples } from '../audio/clip.js';
import type { FrameClock, Ticking } from '../audio/frame-clock.js';
import { dtmfSamples } from '../audio/tones.js';
import { eventOfKey, eventPayloadLength, writeEvent } from '../dtmf.js';
import type { OutgoingStream } from '../rtp/outgoing-stream.js';
import { rtpHeaderLength } from '../rtp/packet.js';
import type { LegFormat } from './format.js';
import { PacketBuffers } from './packet-buffers.js';
import { type PlayEnd, Playlist, type PlayOptions } from './playlist.js';

const endPackets = 3;

interface KeyPress {
  key: string;
  toneMs: number;
  gapMs: number;
}

interface Dialing {
  presses: KeyPress[];
  /** Milliseconds since the press at the head began. */
  elapsedMs: number;
  startTimestamp: number;
  endsSent: number;
  finished: () => void;
}

/**
 * What an endpoint sends of its own accord: digits before a prompt before hold music. While it has something to send,
 * nothing is relayed to the peer.
 */
export class Playout implements Ticking {
  readonly #clock: FrameClock;
  readonly #stream: OutgoingStream;
  readonly #send: (packet: Buffer, now: number) => void;
  readonly #format: () => LegFormat | undefined;
  readonly #buffers = new PacketBuffers();
  #prompt: Playlist | undefined;
  /** What is still being read. It may be over before it began. */
  #reading: { over?: PlayEnd } | undefined;
  #background: Playlist | undefined;
  #backgroundClip: Clip | undefined;
  #dialing: Dialing | undefined;
  #timestamp = 0;
  #fresh = true;

  constructor(
    clock: FrameClock,
    stream: OutgoingStream,
    format: () => LegFormat | undefined,
    send: (packet: Buffer, now: number) => void,
  ) {
    this.#clock = clock;
    this.#stream = stream;
    this.#format = format;
    this.#send = send;
  }

  /** Whether the stream belongs to the playout now. */
  active = false;

  /**
   * Plays clips one after the other; the promise settles when all is over, with the reason. What is stopped or replaced
   * while it is being read is not played: it would be heard over what came after it.
   */
  async play(clips: readonly Clip[] | Promise<readonly Clip[]>, options: PlayOptions): Promise<PlayEnd> {
    this.#endReading({ reason: 'replaced' });
    const reading: { over?: PlayEnd } = {};
    this.#reading = reading;
    const read = await clips;
    if (reading.over) return reading.over;
    this.#reading = undefined;
    return await new Promise(resolve => {
      this.#prompt?.end({ reason: 'replaced' });
      this.#prompt = new Playlist(read, options, resolve);
      this.#update();
    });
  }

  stop(): void {
    this.#endReading({ reason: 'stopped' });
    this.#endPrompt({ reason: 'stopped' });
  }

  /** The peer pressed a key. */
  keyPressed(digit: string): void {
    if (this.#prompt?.endsBy(digit)) this.#endPrompt({ reason: 'digit', digit });
  }

  /** What is heard when nothing else plays; `undefined` ends it. */
  setBackground(clip: Clip | undefined): void {
    if (this.#backgroundClip === clip) return;
    this.#backgroundClip = clip;
    this.#background = clip === undefined ? undefined : new Playlist([clip], {}, () => undefined);
    this.#update();
  }

  /** Sends key presses, after those still being sent. The promise settles when the last has ended. */
  async dial(keys: string, toneMs: number, gapMs: number): Promise<void> {
    if (this.#format()?.eventType === undefined) return this.#dialInBand(keys, toneMs, gapMs);
    const presses = [...keys].map(key => ({ key, toneMs, gapMs }));
    return new Promise(resolve => {
      const dialing = this.#dialing;
      if (dialing === undefined) {
        this.#dialing = { presses, elapsedMs: 0, startTimestamp: 0, endsSent: 0, finished: resolve };
      } else {
        const earlier = dialing.finished;
        dialing.presses.push(...presses);
        dialing.finished = () => {
          earlier();
          resolve();
        };
      }
      this.#update();
    });
  }

  close(): void {
    this.#endReading({ reason: 'stopped' });
    this.#prompt?.end({ reason: 'stopped' });
    this.#dialing?.finished();
    this.#prompt = undefined;
    this.#dialing = undefined;
    this.#backgroundClip = undefined;
    this.#background = undefined;
    this.#update();
  }

  tick(now: number): void {
    const format = this.#format();
    if (format === undefined) return;
    const begins = this.#fresh || !this.#stream.feeds(this);
    this.#fresh = false;
    if (begins) this.#timestamp = this.#stream.begin(this, now);
    else this.#timestamp = (this.#timestamp + frameSamples) >>> 0;
    if (this.#dialing !== undefined) this.#sendEvent(this.#dialing, format, now);
    else this.#sendFrame(format, begins, now);
  }

  /** Sound of all keys in one prompt: for peers that did not agree to telephone-event. */
  async #dialInBand(keys: string, toneMs: number, gapMs: number): Promise<void> {
    const parts = [...keys].map(key => dtmfSamples(key, toneMs, gapMs));
    const whole = new Int16Array(parts.reduce((sum, part) => sum + part.length, 0));
    let at = 0;
    for (const part of parts) {
      whole.set(part, at);
      at += part.length;
    }
    await this.play([clipOf(whole)], {});
  }

  #endReading(end: PlayEnd): void {
    if (this.#reading) this.#reading.over = end;
    this.#reading = undefined;
  }

  #endPrompt(end: PlayEnd): void {
    const prompt = this.#prompt;
    this.#prompt = undefined;
    this.#update();
    prompt?.end(end);
  }

  #update(): void {
    const before = this.active;
    this.active = this.#prompt !== undefined || this.#background !== undefined || this.#dialing !== undefined;
    if (this.active && !before) {
      this.#fresh = true;
      this.#clock.add(this);
    } else if (!this.active) this.#clock.remove(this);
  }

  #sendFrame(format: LegFormat, marker: boolean, now: number): void {
    const playing = this.#prompt ?? this.#background;
    if (playing === undefined) return;
    const buffer = this.#buffers.take();
    const last = playing.takeFrame(format.law, buffer, rtpHeaderLength);
    this.#stream.originate(buffer, frameSamples, format.audioType, marker, this.#timestamp, now);
    this.#send(buffer, now);
    if (last && playing === this.#prompt) this.#endPrompt({ reason: 'finished' });
  }

  /** One packet each 20 ms with the duration so far; the end three times in three frames (RFC 4733 2.5.1). */
  #sendEvent(dialing: Dialing, format: LegFormat, now: number): void {
    const press = dialing.presses[0];
    if (press === undefined || format.eventType === undefined) {
      this.#endDialing(dialing);
      return;
    }
    const first = dialing.elapsedMs === 0;
    if (first) {
      dialing.startTimestamp = this.#timestamp;
      dialing.endsSent = 0;
    }
    dialing.elapsedMs += frameMs;
    const ending = dialing.elapsedMs >= press.toneMs;
    if (dialing.endsSent < endPackets) {
      const duration = Math.min(dialing.elapsedMs, press.toneMs) * (frameSamples / frameMs);
      const buffer = this.#buffers.take().subarray(0, rtpHeaderLength + eventPayloadLength);
      writeEvent(buffer, rtpHeaderLength, eventOfKey(press.key), ending, duration);
      this.#stream.originate(
        buffer,
        eventPayloadLength,
        format.eventType,
        first,
        dialing.startTimestamp,
        now,
      );
      this.#send(buffer, now);
      if (ending) dialing.endsSent++;
    }
    if (dialing.endsSent < endPackets || dialing.elapsedMs < press.toneMs + press.gapMs) return;
    dialing.presses.shift();
    dialing.elapsedMs = 0;
    if (dialing.presses.length === 0) this.#endDialing(dialing);
  }

  #endDialing(dialing: Dialing): void {
    this.#dialing = undefined;
    dialing.finished();
    this.#update();
  }
}
