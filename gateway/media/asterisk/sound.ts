import { open } from 'node:fs/promises';
import { isAbsolute } from 'node:path';
import { MediaError } from '../port.js';

const refuse = (file: string, why: string) => new MediaError('bad_request', `${file} ${why}`);

/**
 * Whether Asterisk can play a file; it would pass over one that it cannot. Prompts and music have to be in a folder that is
 * the same for both of us.
 * @throws MediaError `bad_request`
 */
export async function checkSound(file: string): Promise<void> {
  if (!isAbsolute(file) || !file.endsWith('.wav'))
    throw refuse(file, 'is not the absolute path of a .wav file');
  const input = await open(file).catch(error => {
    throw refuse(file, `cannot be read (${error.code})`);
  });
  try {
    const header = Buffer.alloc(36);
    await input.read(header, 0, header.length, 0);
    const chunks = header.toString('latin1', 0, 4) + header.toString('latin1', 8, 16);
    if (chunks !== 'RIFFWAVEfmt ') throw refuse(file, 'is no WAV file');
    const [format, channels] = [header.readUInt16LE(20), header.readUInt16LE(22)];
    const [rate, bits] = [header.readUInt32LE(24), header.readUInt16LE(34)];
    if (format !== 1 || channels !== 1 || rate !== 8000 || bits !== 16)
      throw refuse(file, 'is not 8 kHz mono PCM of 16 bit, which is what Asterisk plays');
  } finally {
    await input.close();
  }
}

/** The URI of a file that was checked: Asterisk adds the ending itself. */
export const soundOf = (file: string): string => `sound:${file.slice(0, -'.wav'.length)}`;
