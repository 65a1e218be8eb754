import { readFileSync } from 'node:fs';
import t from 'tap';
import { convertSound } from './convert.js';
import { convertApart } from './converter.js';
import { SoundFault } from './fault.js';
import { measureLevel } from './level.js';
import { houseRate } from './sound.js';
import { wavFile } from './testing/wav-file.js';
import { readWav } from './wav.js';

const speech = { kind: 'speech', maxSeconds: 10 } as const;
/** 0.6 s at 24 kHz: 440 Hz left, 660 Hz right, behind an ID3v2 tag. */
const mp3 = readFileSync(new URL('./testing/tones.mp3', import.meta.url));

/** The level of one frequency, dB of full scale; edges do not count (Hann's window). */
function toneLevel(file: Buffer, hz: number): number {
  const { samples } = readWav(file, 60);
  let [re, im] = [0, 0];
  samples.forEach((value, i) => {
    const sample = value * (1 - Math.cos((2 * Math.PI * i) / samples.length));
    re += sample * Math.cos((2 * Math.PI * hz * i) / houseRate);
    im += sample * Math.sin((2 * Math.PI * hz * i) / houseRate);
  });
  return 20 * Math.log10((2 * Math.hypot(re, im)) / samples.length);
}

t.test('whatever people have becomes the house’s format, level and pitch', async t => {
  const files: [name: string, file: Buffer, description: string][] = [
    ['8 bit', wavFile({ bits: 8 }), 'WAV, 8 bit, 8000 Hz, 1 channel'],
    ['16 bit', wavFile(), 'WAV, 16 bit, 8000 Hz, 1 channel'],
    ['24 bit', wavFile({ bits: 24, rate: 48_000 }), 'WAV, 24 bit, 48000 Hz, 1 channel'],
    ['32 bit', wavFile({ bits: 32, rate: 16_000 }), 'WAV, 32 bit, 16000 Hz, 1 channel'],
    ['float', wavFile({ tag: 3, bits: 32, rate: 44_100 }), 'WAV, 32 bit float, 44100 Hz, 1 channel'],
    ['double', wavFile({ tag: 3, bits: 64, rate: 22_050 }), 'WAV, 64 bit float, 22050 Hz, 1 channel'],
    ['stereo', wavFile({ channels: 2, rate: 44_100 }), 'WAV, 16 bit, 44100 Hz, 2 channels'],
    ['extensible', wavFile({ bits: 24, extensible: true, rate: 96_000 }), 'WAV, 24 bit, 96000 Hz, 1 channel'],
    ['streamed, length unknown', wavFile({ dataLength: 0xffffffff }), 'WAV, 16 bit, 8000 Hz, 1 channel'],
    ['beside its zero line', wavFile({ offset: 0.4 }), 'WAV, 16 bit, 8000 Hz, 1 channel'],
    ['faint', wavFile({ amplitude: 0.01 }), 'WAV, 16 bit, 8000 Hz, 1 channel'],
  ];
  for (const [name, file, description] of files) {
    const { file: made, original, level, durationMs } = await convertSound(file, speech);
    t.equal(original.description, description, name);
    t.ok(Math.abs(durationMs - 500) < 2, `${name}: ${durationMs} ms`);
    t.ok(Math.abs(level.active + 22) < 0.5, `${name}: ${level.active} dBov`);
    // A sine's peak is 3 dB above its mean.
    t.ok(Math.abs(toneLevel(made, 440) + 19) < 1, `${name}: the tone is at ${toneLevel(made, 440)} dB`);
    const written = readWav(made, 60);
    t.equal(written.description, 'WAV, 16 bit, 8000 Hz, 1 channel');
    t.ok(Math.abs((measureLevel(written.samples, houseRate)?.active ?? 0) - level.active) < 0.1);
  }
});

t.test('A-law and µ-law files are understood', async t => {
  // 0xd5 and 0xff are digital silence; 0x2a and 0x80 the loudest codes of the two laws, 0xaa and 0x00 their opposites.
  for (const [tag, high, low, name] of [
    [6, 0xaa, 0x2a, 'A-law'],
    [7, 0x80, 0x00, 'µ-law'],
  ] as const) {
    const file = wavFile({ tag, bits: 8 });
    const data = file.subarray(file.length - 4000);
    for (let i = 0; i < data.length; i++) data[i] = Math.floor(i / 8) % 2 === 0 ? high : low;
    const { original } = await convertSound(file, speech);
    t.match(original.description, name);
    t.ok(original.peak > -3, `a square wave of 500 Hz at full scale: ${original.peak} dBov`);
  }
});

t.test('what no telephone carries is not folded down into what it does', async t => {
  const both = wavFile({ rate: 48_000, hz: 6000, amplitude: 0.5 });
  const low = wavFile({ rate: 48_000, hz: 1000, amplitude: 0.05 });
  for (let at = low.length - 48_000; at < low.length; at += 2)
    low.writeInt16LE(low.readInt16LE(at) + both.readInt16LE(at), at);
  const { file } = await convertSound(low, speech);
  t.ok(toneLevel(file, 2000) < toneLevel(file, 1000) - 60, 'where 6000 Hz would fold to: nothing');
});

t.test('an MP3 file, with its tags', async t => {
  for (const [name, file] of [
    ['behind ID3v2', mp3],
    ['before ID3v1', Buffer.concat([mp3, Buffer.from('TAG'.padEnd(128, 'x'))])],
    ['before APEv2', Buffer.concat([mp3, apeTag()])],
  ] as const) {
    const { file: made, original, level, durationMs } = await convertSound(file, speech);
    t.equal(original.description, 'MP3, 24000 Hz, 2 channels', name);
    t.ok(Math.abs(durationMs - 600) < 60, `${durationMs} ms`);
    t.ok(Math.abs(level.active + 22) < 0.5);
    t.ok(Math.abs(toneLevel(made, 440) - toneLevel(made, 660)) < 2, 'both channels are heard');
  }
});

function apeTag(): Buffer {
  const footer = Buffer.alloc(32);
  footer.write('APETAGEX', 'latin1');
  footer.writeUInt32LE(2000, 8);
  footer.writeUInt32LE(32 + 500, 12);
  return Buffer.concat([Buffer.alloc(500, 'artist'), footer]);
}

t.test('music is quieter than speech, and nothing is pushed into full scale', async t => {
  const { level } = await convertSound(wavFile(), { kind: 'music', maxSeconds: 10 });
  t.ok(Math.abs(level.active + 28) < 0.5);
  const spiky = wavFile({ amplitude: 0.002, seconds: 1 });
  for (let i = 0; i < 8; i++) spiky.writeInt16LE(i % 2 ? -20_000 : 20_000, spiky.length - 8000 + i * 2);
  t.ok((await convertSound(spiky, speech)).level.peak <= -2.9);
});

t.test('what cannot be used is refused by name', async t => {
  const good = wavFile();
  const fmt = good.indexOf('fmt ');
  const changed = (at: number, value: number) => {
    const file = Buffer.from(good);
    file.writeUInt32LE(value, at);
    return file;
  };
  const tagEnd = 10 + mp3.readUInt8(8) * 128 + mp3.readUInt8(9);
  const cases: [name: string, file: Buffer, code: string][] = [
    ['nothing', Buffer.alloc(0), 'sound_not_recognised'],
    ['three bytes', Buffer.from('RIF'), 'sound_not_recognised'],
    ['a text', Buffer.from('Thank you for calling.'.repeat(100)), 'sound_not_recognised'],
    ['a picture', Buffer.from('\x89PNG\r\n\x1a\n'.padEnd(500, 'x'), 'latin1'), 'sound_not_recognised'],
    ['a RIFF file that is a film', Buffer.from('RIFFxxxxAVI LIST'.padEnd(500)), 'sound_not_recognised'],
    ['noise that happens to begin with eleven ones', Buffer.alloc(5000, 0xff), 'sound_not_recognised'],
    ['a WAV header and nothing else', good.subarray(0, 12), 'sound_damaged'],
    ['a WAV file cut off in its format', good.subarray(0, fmt + 12), 'sound_damaged'],
    ['a WAV file cut off in its sound', good.subarray(0, good.length - 1000), 'sound_damaged'],
    ['a chunk of four gigabytes', changed(fmt + 4, 0xfffffff0), 'sound_damaged'],
    ['sound of two gigabytes', wavFile({ dataLength: 0x7fffffff }), 'sound_damaged'],
    ['no channel', changed(fmt + 8, 1), 'sound_damaged'],
    ['a million channels', changed(fmt + 8, 0xffff0001), 'sound_damaged'],
    ['no sampling rate', changed(fmt + 12, 0), 'sound_damaged'],
    ['four billion samples a second', changed(fmt + 12, 0xffffffff), 'sound_damaged'],
    ['sound before its format', wavFile().subarray(0, 12), 'sound_damaged'],
    ['ADPCM', wavFile({ tag: 2, bits: 4 }), 'sound_encoding_unknown'],
    ['12 bit', wavFile({ bits: 12 }), 'sound_encoding_unknown'],
    ['digital silence', wavFile({ amplitude: 0 }), 'sound_silent'],
    ['an offset and no sound', wavFile({ amplitude: 0, offset: 0.3, seconds: 2 }), 'sound_silent'],
    ['no samples', wavFile({ seconds: 0, dataLength: 0 }), 'sound_silent'],
    ['floats that are no numbers', wavFile({ tag: 3, bits: 32, amplitude: Number.NaN }), 'sound_silent'],
    ['eleven seconds', wavFile({ seconds: 11 }), 'sound_too_long'],
    ['ID3 and no sound', mp3.subarray(0, tagEnd), 'sound_damaged'],
    [
      'ID3 and garbage',
      Buffer.concat([mp3.subarray(0, tagEnd), Buffer.alloc(9000, 'xyz!')]),
      'sound_damaged',
    ],
    [
      'a tag longer than the file',
      Buffer.from('ID3\x04\0\0\x7f\x7f\x7f\x7f'.padEnd(900), 'latin1'),
      'sound_damaged',
    ],
    ['MP3 that turns into garbage', Buffer.concat([mp3, Buffer.alloc(40_000, 'garbage')]), 'sound_damaged'],
  ];
  for (const [name, file, code] of cases) {
    const fault = await convertSound(file, speech).catch((error: unknown) => error);
    t.match(fault, { code }, name);
    t.ok(fault instanceof SoundFault, name);
  }
  const long = Buffer.concat(Array.from({ length: 12 }, () => mp3.subarray(tagEnd)));
  await t.rejects(convertSound(long, { kind: 'speech', maxSeconds: 3 }), { code: 'sound_too_long' });
});

t.test('broken files of every kind end as a sound or as a named fault', async t => {
  let state = 20_261_130;
  const random = (below: number) => {
    state = (Math.imul(state, 1_103_515_245) + 12_345) & 0x7fffffff;
    return state % below;
  };
  const others: unknown[] = [];
  const seeds = [
    wavFile({ seconds: 0.05 }),
    wavFile({ seconds: 0.05, extensible: true, bits: 24 }),
    mp3.subarray(0, 3000),
  ];
  for (let round = 0; round < 150; round++) {
    const file = Buffer.from(seeds[round % seeds.length] as Buffer);
    for (let i = 0; i < 4; i++) file[random(round % 2 ? 80 : file.length)] = random(256);
    const cut = random(4) === 0 ? file.subarray(0, random(file.length)) : file;
    await convertSound(cut, speech).catch((error: unknown) => {
      if (!(error instanceof SoundFault)) others.push(error);
    });
  }
  t.same(others, []);
});

t.test('a conversion in a thread of its own gives the same', async t => {
  const [apart, here] = [await convertApart({ upload: mp3, ...speech }), await convertSound(mp3, speech)];
  t.same(apart, here);
  await t.rejects(
    convertApart({ upload: Buffer.from('no sound'), ...speech }),
    new SoundFault('sound_not_recognised'),
  );
  const long = await convertApart({ upload: wavFile({ seconds: 11 }), ...speech }).catch(
    (error: unknown) => error,
  );
  t.match(long, { code: 'sound_too_long', params: { seconds: 10 } });
});
