/** ITU-T G.711 by table: both laws to and from 16-bit linear, and one law to the other. */
export type Law = 'PCMU' | 'PCMA';

const ulawBias = 0x84;
const ulawClip = 32635;

function ulawToLinear(code: number): number {
  const inverted = ~code & 0xff;
  const magnitude = ((((inverted & 0x0f) << 3) + ulawBias) << ((inverted & 0x70) >> 4)) - ulawBias;
  return (inverted & 0x80) !== 0 ? -magnitude : magnitude;
}

function linearToUlaw(sample: number): number {
  const sign = sample < 0 ? 0x80 : 0;
  const magnitude = Math.min(Math.abs(sample), ulawClip) + ulawBias;
  const exponent = 31 - Math.clz32(magnitude) - 7;
  const mantissa = (magnitude >> (exponent + 3)) & 0x0f;
  return ~(sign | (exponent << 4) | mantissa) & 0xff;
}

function alawToLinear(code: number): number {
  const toggled = code ^ 0x55;
  const exponent = (toggled & 0x70) >> 4;
  const mantissa = (toggled & 0x0f) << 4;
  const magnitude = exponent === 0 ? mantissa + 8 : (mantissa + 0x108) << (exponent - 1);
  return (toggled & 0x80) !== 0 ? magnitude : -magnitude;
}

function linearToAlaw(sample: number): number {
  const sign = sample >= 0 ? 0x80 : 0;
  // One's complement for the negative side: A-law has no code for zero itself.
  const magnitude = Math.min(sample >= 0 ? sample : ~sample, 32767) >> 3;
  const exponent = magnitude < 32 ? 0 : 31 - Math.clz32(magnitude) - 4;
  const mantissa = (exponent < 2 ? magnitude >> 1 : magnitude >> exponent) & 0x0f;
  return (sign | (exponent << 4) | mantissa) ^ 0x55;
}

function table256(entry: (code: number) => number): Int16Array {
  return Int16Array.from({ length: 256 }, (_, code) => entry(code));
}

const decode: Record<Law, Int16Array> = { PCMU: table256(ulawToLinear), PCMA: table256(alawToLinear) };

/** For mixing, which encodes every frame: all samples of a law, by their 16 bits. */
const encodeTable: Record<Law, Uint8Array> = { PCMU: encodings(linearToUlaw), PCMA: encodings(linearToAlaw) };

function encodings(encode: (sample: number) => number): Uint8Array {
  return Uint8Array.from({ length: 65_536 }, (_, bits) => encode((bits << 16) >> 16));
}

const toOtherLaw: Record<Law, Uint8Array> = {
  PCMU: Uint8Array.from({ length: 256 }, (_, code) => linearToAlaw(ulawToLinear(code))),
  PCMA: Uint8Array.from({ length: 256 }, (_, code) => linearToUlaw(alawToLinear(code))),
};

/** Rewrites `buffer[start, end)` from the law it is in to the other one. */
export function transcodeInPlace(from: Law, buffer: Buffer, start: number, end: number): void {
  const table = toOtherLaw[from];
  for (let i = start; i < end; i++) buffer[i] = table[buffer[i] as number] as number;
}

/** 16-bit linear samples as G.711. */
export function encodeG711(law: Law, samples: Int16Array): Buffer {
  const encoded = Buffer.allocUnsafe(samples.length);
  encodeInto(law, samples, encoded, 0);
  return encoded;
}

/** 16-bit linear samples as G.711, into a buffer. */
export function encodeInto(law: Law, samples: Int16Array, buffer: Buffer, offset: number): void {
  const table = encodeTable[law];
  for (let i = 0; i < samples.length; i++) {
    buffer[offset + i] = table[(samples[i] as number) & 0xffff] as number;
  }
}

/** The 256 values of a law. */
export function decodeTable(law: Law): Int16Array {
  return decode[law];
}

/** G.711 as 16-bit linear samples. */
export function decodeG711(law: Law, encoded: Buffer): Int16Array {
  const table = decode[law];
  const samples = new Int16Array(encoded.length);
  for (let i = 0; i < encoded.length; i++) samples[i] = table[encoded[i] as number] as number;
  return samples;
}

/** The code of digital silence. */
export const silence: Record<Law, number> = { PCMU: linearToUlaw(0), PCMA: linearToAlaw(0) };
