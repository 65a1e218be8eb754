/** Reads what an engine recorded, with a reader of its own, and says what is heard where. */
import { readFile } from 'node:fs/promises';
import { decodeSample, sampleRate, toneShare } from './audio.js';

export interface RecordedSound {
  channels: Int16Array[];
  durationMs: number;
}

const windowMs = 100;

/** A WAV file of 8 kHz: PCM 16 bit, A-law or µ-law, one or two channels. Its header has to be right. */
export async function readRecording(path: string): Promise<RecordedSound> {
  return parseRecording(await readFile(path), path);
}

/** For how many milliseconds a tone makes up most of what is heard in a WAV file of one channel. */
export function heardIn(file: Buffer, frequency: number): number {
  const sound = parseRecording(file, 'the file');
  return windowsWith(sound, 0, frequency).filter(Boolean).length * windowMs;
}

/** Of what part of a channel a tone makes up most, 0 to 1. */
export function heardShare(sound: RecordedSound, channel: number, frequency: number): number {
  const windows = windowsWith(sound, channel, frequency);
  return windows.filter(Boolean).length / Math.max(1, windows.length);
}

/** Whether a tone makes up most of it, for each tenth of a second. */
function windowsWith(sound: RecordedSound, channel: number, frequency: number): boolean[] {
  const count = Math.floor(sound.durationMs / windowMs);
  return Array.from({ length: count }, (_, i) => heardAt(sound, channel, frequency, (i + 0.5) * windowMs));
}

function parseRecording(bytes: Buffer, path: string): RecordedSound {
  const text = (at: number) => bytes.toString('latin1', at, at + 4);
  if (text(0) !== 'RIFF' || text(8) !== 'WAVE') throw new Error(`${path} is no WAV file`);
  if (bytes.readUInt32LE(4) !== bytes.length - 8) throw new Error(`${path} does not say how long it is`);
  let [format, count, bits] = [0, 0, 0];
  for (let at = 12; at + 8 <= bytes.length; ) {
    const [id, length, start] = [text(at), bytes.readUInt32LE(at + 4), at + 8];
    if (id === 'fmt ') {
      format = bytes.readUInt16LE(start);
      count = bytes.readUInt16LE(start + 2);
      bits = bytes.readUInt16LE(start + 14);
      if (bytes.readUInt32LE(start + 4) !== sampleRate) throw new Error(`${path} is not of 8000 Hz`);
    } else if (id === 'data') {
      if (start + length > bytes.length) throw new Error(`${path} is shorter than it says`);
      return split(bytes.subarray(start, start + length), format, count, bits);
    }
    at = start + length + (length % 2);
  }
  throw new Error(`${path} has no sound`);
}

function split(data: Buffer, format: number, count: number, bits: number): RecordedSound {
  const width = bits / 8;
  const frames = Math.floor(data.length / (width * count));
  const channels = Array.from({ length: count }, () => new Int16Array(frames));
  for (let i = 0; i < frames; i++) {
    for (let c = 0; c < count; c++) {
      const at = (i * count + c) * width;
      channels[c]![i] =
        format === 1 ? data.readInt16LE(at) : decodeSample(format === 7 ? 'PCMU' : 'PCMA', data[at]!);
    }
  }
  return { channels, durationMs: (frames / sampleRate) * 1000 };
}

/** Whether a tone makes up most of the tenth of a second around a moment of one channel. */
export function heardAt(sound: RecordedSound, channel: number, frequency: number, atMs: number): boolean {
  const middle = Math.round((atMs / 1000) * sampleRate);
  const half = ((windowMs / 2) * sampleRate) / 1000;
  const samples = sound.channels[channel]!.subarray(Math.max(0, middle - half), middle + half);
  return toneShare(samples, frequency) > 0.7;
}
