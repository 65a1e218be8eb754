import { SoundFault } from './fault.js';
import type { Sound } from './sound.js';

const limits = { chunks: 64, channels: 8, slowest: 4000, fastest: 192_000 } as const;

/** Format tags of WAVEFORMATEX (Microsoft, mmreg.h). */
const tags = { pcm: 1, float: 3, alaw: 6, mulaw: 7, extensible: 0xfffe } as const;

interface Format {
  tag: number;
  channels: number;
  rate: number;
  bits: number;
}

/** Writers that stream cannot know the length and leave one of these: then the sound goes to the end of the file. */
const unknownLengths: ReadonlySet<number> = new Set([0, 0xffffffff]);

export interface WavFile extends Sound {
  /** For people: "WAV, 24 bit, 44100 Hz, 2 channels". */
  description: string;
}

export function looksLikeWav(file: Buffer): boolean {
  return file.toString('latin1', 0, 4) === 'RIFF' && file.toString('latin1', 8, 12) === 'WAVE';
}

/**
 * Reads a WAV file of whatever encoding people have: PCM of 8 to 32 bit, float, A-law and µ-law; any usual rate;
 * several channels become one.
 * @throws SoundFault sound_damaged, sound_encoding_unknown, sound_too_long
 */
export function readWav(file: Buffer, maxSeconds: number): WavFile {
  let format: Format | undefined;
  let offset = 12;
  for (let chunk = 0; chunk < limits.chunks && offset + 8 <= file.length; chunk++) {
    const id = file.toString('latin1', offset, offset + 4);
    const length = file.readUInt32LE(offset + 4);
    const start = offset + 8;
    if (id === 'data') {
      if (format === undefined) break;
      const end = unknownLengths.has(length) ? file.length : start + length;
      if (end > file.length) break;
      return decode(file.subarray(start, end), format, maxSeconds);
    }
    if (start + length > file.length) break;
    if (id === 'fmt ') format = readFormat(file.subarray(start, start + length));
    offset = start + length + (length % 2);
  }
  throw new SoundFault('sound_damaged');
}

function readFormat(chunk: Buffer): Format {
  if (chunk.length < 16) throw new SoundFault('sound_damaged');
  let tag = chunk.readUInt16LE(0);
  const [channels, rate, bits] = [chunk.readUInt16LE(2), chunk.readUInt32LE(4), chunk.readUInt16LE(14)];
  // WAVEFORMATEXTENSIBLE: the tag proper begins the sub-format's GUID.
  if (tag === tags.extensible && chunk.length >= 26) tag = chunk.readUInt16LE(24);
  if (channels < 1 || channels > limits.channels) throw new SoundFault('sound_damaged');
  if (rate < limits.slowest || rate > limits.fastest) throw new SoundFault('sound_damaged');
  return { tag, channels, rate, bits };
}

function decode(data: Buffer, { tag, channels, rate, bits }: Format, maxSeconds: number): WavFile {
  const encoding = encodings.find(known => known.tag === tag && known.bits === bits);
  if (encoding === undefined)
    throw new SoundFault('sound_encoding_unknown', { encoding: `0x${tag.toString(16)}, ${bits} bit` });
  const width = bits / 8;
  const length = Math.floor(data.length / (width * channels));
  if (length > maxSeconds * rate) throw new SoundFault('sound_too_long', { seconds: maxSeconds });
  const samples = new Float32Array(length);
  for (let i = 0; i < length; i++) {
    let sum = 0;
    for (let channel = 0; channel < channels; channel++)
      sum += encoding.read(data, (i * channels + channel) * width);
    // A file of floats may hold anything, also what is no number.
    samples[i] = Number.isFinite(sum) ? Math.max(-1, Math.min(1, sum / channels)) : 0;
  }
  const description = `WAV, ${encoding.name}, ${rate} Hz, ${channels === 1 ? '1 channel' : `${channels} channels`}`;
  return { samples, rate, description };
}

interface Encoding {
  tag: number;
  bits: number;
  name: string;
  read(data: Buffer, at: number): number;
}

const encodings: readonly Encoding[] = [
  { tag: tags.pcm, bits: 8, name: '8 bit', read: (data, at) => (data.readUInt8(at) - 128) / 128 },
  { tag: tags.pcm, bits: 16, name: '16 bit', read: (data, at) => data.readInt16LE(at) / 2 ** 15 },
  { tag: tags.pcm, bits: 24, name: '24 bit', read: (data, at) => data.readIntLE(at, 3) / 2 ** 23 },
  { tag: tags.pcm, bits: 32, name: '32 bit', read: (data, at) => data.readInt32LE(at) / 2 ** 31 },
  { tag: tags.float, bits: 32, name: '32 bit float', read: (data, at) => data.readFloatLE(at) },
  { tag: tags.float, bits: 64, name: '64 bit float', read: (data, at) => data.readDoubleLE(at) },
  { tag: tags.alaw, bits: 8, name: 'A-law', read: (data, at) => alaw(data.readUInt8(at)) },
  { tag: tags.mulaw, bits: 8, name: 'µ-law', read: (data, at) => mulaw(data.readUInt8(at)) },
];

/** ITU-T G.711, one code to a linear sample. */
function mulaw(code: number): number {
  const inverted = ~code & 0xff;
  const magnitude = ((((inverted & 0x0f) << 3) + 0x84) << ((inverted & 0x70) >> 4)) - 0x84;
  return ((inverted & 0x80) !== 0 ? -magnitude : magnitude) / 2 ** 15;
}

function alaw(code: number): number {
  const toggled = code ^ 0x55;
  const exponent = (toggled & 0x70) >> 4;
  const mantissa = (toggled & 0x0f) << 4;
  const magnitude = exponent === 0 ? mantissa + 8 : (mantissa + 0x108) << (exponent - 1);
  return ((toggled & 0x80) !== 0 ? magnitude : -magnitude) / 2 ** 15;
}
