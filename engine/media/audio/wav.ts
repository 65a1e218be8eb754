import { open } from 'node:fs/promises';
import { MediaFault } from '../fault.js';
import { type Clip, clipOf, sampleRate } from './clip.js';
import { decodeG711 } from './g711.js';

const formats = { 1: 'PCM', 6: 'PCMA', 7: 'PCMU' } as const;
/** Half an hour of 16-bit sound. */
const maxBytes = 30 * 60 * sampleRate * 2 + 65_536;
const maxChunks = 64;

/** Reads a WAV file: 8 kHz mono, PCM 16 bit, A-law or µ-law. @throws MediaFault `bad_request` naming what is wrong */
export async function readWav(path: string): Promise<Clip> {
  const handle = await open(path, 'r').catch((error: NodeJS.ErrnoException) => {
    throw new MediaFault('bad_request', `cannot open the sound file ${path}: ${error.code ?? error.message}`);
  });
  try {
    const { size } = await handle.stat();
    if (size > maxBytes) throw new MediaFault('bad_request', `${path} is longer than half an hour`);
    return clipOf(parseWav(await handle.readFile(), path));
  } finally {
    await handle.close();
  }
}

/** The samples of a WAV file's bytes. `name` is used in errors. */
export function parseWav(bytes: Buffer, name: string): Int16Array {
  const refuse = (why: string) => new MediaFault('bad_request', `${name} is no usable WAV file: ${why}`);
  if (
    bytes.length < 12 ||
    bytes.toString('latin1', 0, 4) !== 'RIFF' ||
    bytes.toString('latin1', 8, 12) !== 'WAVE'
  ) {
    throw refuse('it does not start with RIFF and WAVE');
  }
  let format: number | undefined;
  let bits = 0;
  let offset = 12;
  for (let chunk = 0; chunk < maxChunks && offset + 8 <= bytes.length; chunk++) {
    const id = bytes.toString('latin1', offset, offset + 4);
    const length = bytes.readUInt32LE(offset + 4);
    const start = offset + 8;
    if (id === 'fmt ') {
      if (length < 16 || start + 16 > bytes.length) throw refuse('its format chunk is too short');
      format = bytes.readUInt16LE(start);
      bits = bytes.readUInt16LE(start + 14);
      if (bytes.readUInt16LE(start + 2) !== 1) throw refuse('it is not mono');
      if (bytes.readUInt32LE(start + 4) !== sampleRate) throw refuse('its sampling rate is not 8000 Hz');
    } else if (id === 'data') {
      // Recorders that were cut off leave a length larger than the file.
      return decodeData(bytes.subarray(start, Math.min(bytes.length, start + length)), format, bits, refuse);
    }
    offset = start + length + (length % 2);
  }
  throw refuse('it has no sound data');
}

function decodeData(
  data: Buffer,
  format: number | undefined,
  bits: number,
  refuse: (why: string) => Error,
): Int16Array {
  const encoding = formats[format as keyof typeof formats];
  if (encoding === undefined) throw refuse('its encoding is neither PCM, A-law nor µ-law');
  if (encoding !== 'PCM') return decodeG711(encoding, data);
  if (bits !== 16) throw refuse(`its samples have ${bits} bits, not 16`);
  const samples = new Int16Array(data.length >> 1);
  for (let i = 0; i < samples.length; i++) samples[i] = data.readInt16LE(i * 2);
  return samples;
}
