import { houseRate } from './sound.js';

const headerBytes = 44;

/** A WAV file of the house's format: PCM, 8 kHz, one channel, 16 bit (RIFF, "Multimedia Programming Interface" 1.0). */
export function writeWav(samples: Float32Array): Buffer {
  const file = Buffer.alloc(headerBytes + samples.length * 2);
  file.write('RIFF', 0, 'latin1');
  file.writeUInt32LE(file.length - 8, 4);
  file.write('WAVEfmt ', 8, 'latin1');
  file.writeUInt32LE(16, 16);
  file.writeUInt16LE(1, 20);
  file.writeUInt16LE(1, 22);
  file.writeUInt32LE(houseRate, 24);
  file.writeUInt32LE(houseRate * 2, 28);
  file.writeUInt16LE(2, 32);
  file.writeUInt16LE(16, 34);
  file.write('data', 36, 'latin1');
  file.writeUInt32LE(samples.length * 2, 40);
  samples.forEach((sample, index) => {
    const clamped = Math.max(-1, Math.min(1, sample));
    file.writeInt16LE(Math.round(clamped * 32767), headerBytes + index * 2);
  });
  return file;
}
