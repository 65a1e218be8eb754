/** Everything that somebody hears, kept to be looked at: was it ever silent, was a clip in it. */
import { EventEmitter, once } from 'node:events';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import {
  decodeSample,
  frameSamples,
  type Law,
  type Listener,
  loudness,
  RtpPeer,
  sampleRate,
} from './audio.js';
import { likeness } from './likeness.js';

const rtpHeaderBytes = 12;
const wavHeaderBytes = 44;
/** More than the two times G.711 takes away. */
const likeDb = 20;
/** Quieter than this is silence: the least that music and speech have over 100 ms is far above it. */
const silent = 30;
const stepSamples = sampleRate / 10;
/** Longer than any gap within a sound. */
const quietMs = 250;

interface Teardown {
  teardown(fn: () => unknown): unknown;
}

/** A clip of prompts/. */
function clipSamples(pack: string, clip: string): Int16Array {
  const data = readFileSync(join('prompts', pack, `${clip}.wav`)).subarray(wavHeaderBytes);
  return Int16Array.from({ length: data.length / 2 }, (_, i) => data.readInt16LE(2 * i));
}

export class Tape {
  readonly samples: number[] = [];
  readonly #growth = new EventEmitter<{ grown: [] }>();

  /** A telephone whose audio is on tape. */
  static async phone(t: Teardown, law: Law = 'PCMA'): Promise<{ phone: RtpPeer; tape: Tape }> {
    const phone = await RtpPeer.open([law]);
    t.teardown(() => phone.close());
    return { phone, tape: Tape.of(phone.listener) };
  }

  /** What somebody hears from now on. */
  static of(listener: Listener): Tape {
    const tape = new Tape();
    listener.on('packet', packet => {
      const code = packet[1]! & 0x7f;
      if (code === 0 || code === 8)
        for (const sample of packet.subarray(rtpHeaderBytes))
          tape.samples.push(decodeSample(code === 0 ? 'PCMU' : 'PCMA', sample));
      tape.#growth.emit('grown');
    });
    return tape;
  }

  /** Where the tape is now, to look at what comes after. */
  get position(): number {
    return this.samples.length;
  }

  hasClip(pack: string, clip: string, from = 0): boolean {
    return likeness(this.samples.slice(from), clipSamples(pack, clip)) > likeDb;
  }

  /** Resolves with where the tape is when a clip of prompts/ was heard on it, behind `from`. */
  async heard(pack: string, clip: string, from = 0, waitMs = 90_000): Promise<number> {
    const late = AbortSignal.timeout(waitMs);
    const { length } = clipSamples(pack, clip);
    for (let looked = from; !this.hasClip(pack, clip, looked); ) {
      if (late.aborted) throw new Error(`"${clip}" (${pack}) was not heard`);
      // Where it can still begin, on the frames of the tape.
      looked = Math.max(looked, Math.floor((this.samples.length - length) / frameSamples) * frameSamples);
      await this.#halfSecond(late);
    }
    return this.samples.length;
  }

  /** Resolves when half a second more is on the tape, or nothing comes any more: silence need not be sent. */
  async #halfSecond(late: AbortSignal): Promise<void> {
    for (const until = this.samples.length + sampleRate / 2; this.samples.length < until; ) {
      const quiet = AbortSignal.timeout(quietMs);
      const signal = AbortSignal.any([late, quiet]);
      await once(this.#growth, 'grown', { signal }).catch(error => {
        if (!signal.aborted) throw error;
      });
      if (signal.aborted) return;
    }
  }

  /** The longest time without a sound, milliseconds. */
  longestSilenceMs(from = 0, to = this.samples.length): number {
    let [longest, run] = [0, 0];
    for (let at = from; at + stepSamples <= to; at += stepSamples) {
      run = loudness(this.samples.slice(at, at + stepSamples)) < silent ? run + 100 : 0;
      longest = Math.max(longest, run);
    }
    return longest;
  }
}
