import { MPEGDecoder } from 'mpg123-decoder';
import { SoundFault } from './fault.js';
import type { Sound } from './sound.js';

/** Fed in pieces, so that a file of hours is noticed before it is all decoded. */
const pieceBytes = 32 * 1024;

export interface Mp3File extends Sound {
  /** For people: "MP3, 44100 Hz, 2 channels". */
  description: string;
}

/** An ID3v2 tag (id3.org, ID3v2.4.0 section 3), or a frame header of MPEG audio layer III (ISO/IEC 11172-3, 2.4.1.3). */
export function looksLikeMp3(file: Buffer): boolean {
  return file.toString('latin1', 0, 3) === 'ID3' || isFrameHeader(file);
}

function isFrameHeader(file: Buffer): boolean {
  if (file.length < 4) return false;
  const header = file.readUInt32BE(0);
  const [sync, version, layer] = [header >>> 21, (header >>> 19) & 3, (header >>> 17) & 3];
  const [bitrate, rate] = [(header >>> 12) & 15, (header >>> 10) & 3];
  return sync === 0x7ff && version !== 1 && layer === 1 && bitrate !== 0 && bitrate !== 15 && rate !== 3;
}

/** Where the sound begins: after an ID3v2 tag (its length has seven bits in each byte) and the zeros that follow some. */
function firstFrame(file: Buffer): number {
  if (file.length < 10 || file.toString('latin1', 0, 3) !== 'ID3') return 0;
  let at = 10 + [6, 7, 8, 9].reduce((sum, byte) => (sum << 7) | (file.readUInt8(byte) & 0x7f), 0);
  while (file[at] === 0) at++;
  return at;
}

/** Where it ends: before the tags that are put there, ID3v1 and APEv2, which a decoder takes for damage. */
function endOfFrames(file: Buffer): number {
  let end = file.length;
  if (file.toString('latin1', end - 128, end - 125) === 'TAG') end -= 128;
  if (end >= 32 && file.toString('latin1', end - 32, end - 24) === 'APETAGEX') {
    const hasHeader = file.readUInt32LE(end - 12) >>> 31;
    end -= file.readUInt32LE(end - 20) + hasHeader * 32;
  }
  return end;
}

/**
 * Reads an MP3 file.
 * @throws SoundFault sound_damaged, sound_too_long
 */
export async function readMp3(file: Buffer, maxSeconds: number): Promise<Mp3File> {
  const frames = file.subarray(firstFrame(file), Math.max(0, endOfFrames(file)));
  if (!isFrameHeader(frames)) throw new SoundFault('sound_damaged');
  const decoder = new MPEGDecoder();
  await decoder.ready;
  const pieces: Float32Array[] = [];
  let [length, rate, channels, errors] = [0, 0, 0, 0];
  try {
    for (let at = 0; at < frames.length; at += pieceBytes) {
      const piece = decoder.decode(frames.subarray(at, at + pieceBytes));
      errors += piece.errors.length;
      if (piece.samplesDecoded === 0) continue;
      if (rate !== 0 && piece.sampleRate !== rate) throw new SoundFault('sound_damaged');
      [rate, channels] = [piece.sampleRate, piece.channelData.length];
      pieces.push(oneChannel(piece.channelData, piece.samplesDecoded));
      length += piece.samplesDecoded;
      if (length > maxSeconds * rate) throw new SoundFault('sound_too_long', { seconds: maxSeconds });
    }
  } finally {
    decoder.free();
  }
  if (length === 0 || errors > 0) throw new SoundFault('sound_damaged');
  const samples = new Float32Array(length);
  let at = 0;
  for (const piece of pieces) {
    samples.set(piece, at);
    at += piece.length;
  }
  const description = `MP3, ${rate} Hz, ${channels === 1 ? '1 channel' : `${channels} channels`}`;
  return { samples, rate, description };
}

function oneChannel(channels: readonly Float32Array[], length: number): Float32Array {
  const mixed = new Float32Array(length);
  for (const channel of channels)
    for (let i = 0; i < length; i++)
      mixed[i] = (mixed[i] as number) + (channel[i] as number) / channels.length;
  return mixed;
}
