/** WAV files of whatever encoding, and broken ones, for tests. */
export interface WavOptions {
  tag?: number;
  bits?: number;
  channels?: number;
  rate?: number;
  seconds?: number;
  hz?: number;
  /** Of full scale. */
  amplitude?: number;
  /** WAVEFORMATEXTENSIBLE. */
  extensible?: boolean;
  /** What the data chunk's header says, if not the truth. */
  dataLength?: number;
  offset?: number;
}

const writers: Record<string, (data: Buffer, at: number, value: number) => void> = {
  '1/8': (data, at, value) => data.writeUInt8(Math.round(value * 127) + 128, at),
  '1/16': (data, at, value) => data.writeInt16LE(Math.round(value * 32767), at),
  '1/24': (data, at, value) => data.writeIntLE(Math.round(value * 8388607), at, 3),
  '1/32': (data, at, value) => data.writeInt32LE(Math.round(value * 2147483647), at),
  '3/32': (data, at, value) => data.writeFloatLE(value, at),
  '3/64': (data, at, value) => data.writeDoubleLE(value, at),
};

export function wavFile(options: WavOptions = {}): Buffer {
  const { tag = 1, bits = 16, channels = 1, rate = 8000, seconds = 0.5, hz = 440, amplitude = 0.3 } = options;
  const { extensible = false, offset = 0 } = options;
  const width = bits / 8;
  const frames = Math.round(seconds * rate);
  const data = Buffer.alloc(frames * channels * width);
  const write = writers[`${tag}/${bits}`];
  for (let i = 0; i < frames; i++)
    for (let channel = 0; channel < channels; channel++)
      write?.(
        data,
        (i * channels + channel) * width,
        offset + amplitude * Math.sin((2 * Math.PI * hz * i) / rate),
      );
  const format = Buffer.alloc(extensible ? 40 : 16);
  format.writeUInt16LE(extensible ? 0xfffe : tag, 0);
  format.writeUInt16LE(channels, 2);
  format.writeUInt32LE(rate, 4);
  format.writeUInt32LE(rate * channels * width, 8);
  format.writeUInt16LE(channels * width, 12);
  format.writeUInt16LE(bits, 14);
  if (extensible) format.writeUInt16LE(tag, 24);
  // A chunk in between, of odd length and padded, as sound editors write them.
  const chunks = [
    chunk('LIST', Buffer.from('INFOx')),
    chunk('fmt ', format),
    chunk('data', data, options.dataLength),
  ];
  const body = Buffer.concat([Buffer.from('WAVE'), ...chunks]);
  return Buffer.concat([chunk('RIFF', body)]);
}

function chunk(id: string, body: Buffer, length = body.length): Buffer {
  const header = Buffer.alloc(8);
  header.write(id, 'latin1');
  header.writeUInt32LE(length, 4);
  return Buffer.concat([header, body, Buffer.alloc(body.length % 2)]);
}
