import { open } from 'node:fs/promises';

export const headerBytes = 44;
const sampleRate = 8000;
const chunkBytes = 65_536;

/** A WAV header for PCM, 8 kHz, 16 bit. */
function header(channels: 1 | 2, dataBytes: number): Buffer {
  const bytes = Buffer.alloc(headerBytes);
  bytes.write('RIFF', 0, 'latin1');
  bytes.writeUInt32LE(headerBytes - 8 + dataBytes, 4);
  bytes.write('WAVEfmt ', 8, 'latin1');
  bytes.writeUInt32LE(16, 16);
  bytes.writeUInt16LE(1, 20);
  bytes.writeUInt16LE(channels, 22);
  bytes.writeUInt32LE(sampleRate, 24);
  bytes.writeUInt32LE(sampleRate * 2 * channels, 28);
  bytes.writeUInt16LE(2 * channels, 32);
  bytes.writeUInt16LE(16, 34);
  bytes.write('data', 36, 'latin1');
  bytes.writeUInt32LE(dataBytes, 40);
  return bytes;
}

/** Samples as a WAV file. */
export function wavOf(samples: Int16Array): Buffer {
  const data = Buffer.alloc(2 * samples.length);
  samples.forEach((sample, index) => {
    data.writeInt16LE(sample, 2 * index);
  });
  return Buffer.concat([header(1, data.length), data]);
}

/**
 * Writes two mono files side by side into one stereo file, the shorter filled up with silence. All of them are WAV with
 * Asterisk's header of 44 bytes.
 */
export async function interleave(left: string, right: string, into: string): Promise<void> {
  const inputs = await Promise.all([open(left), open(right)]);
  try {
    const sizes = await Promise.all(inputs.map(async input => (await input.stat()).size - headerBytes));
    const dataBytes = Math.max(0, ...sizes) & ~1;
    const output = await open(into, 'wx');
    try {
      await output.write(header(2, 2 * dataBytes));
      for (let at = 0; at < dataBytes; at += chunkBytes) {
        const length = Math.min(chunkBytes, dataBytes - at);
        const sides = [Buffer.alloc(length), Buffer.alloc(length)];
        await Promise.all(inputs.map((input, side) => input.read(sides[side]!, 0, length, headerBytes + at)));
        const both = Buffer.alloc(2 * length);
        for (let sample = 0; sample < length; sample += 2) {
          both.writeInt16LE(sides[0]!.readInt16LE(sample), 2 * sample);
          both.writeInt16LE(sides[1]!.readInt16LE(sample), 2 * sample + 2);
        }
        await output.write(both);
      }
    } finally {
      await output.close();
    }
  } finally {
    await Promise.all(inputs.map(input => input.close()));
  }
}

export const durationOf = (fileBytes: number, channels: 1 | 2): number =>
  Math.max(0, fileBytes - headerBytes) / (2 * channels) / (sampleRate / 1000);
