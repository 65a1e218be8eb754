/**
 * Audio for tests: tones that are sent, and detected by frequency where they arrive. It has its own G.711, so that
 * an engine's is measured and not repeated.
 */
import { createSocket, type RemoteInfo, type Socket } from 'node:dgram';
import { EventEmitter, once } from 'node:events';
import { isIPv6 } from 'node:net';

export const sampleRate = 8000;
export const frameSamples = 160;
/** Sound is judged over the last 200 ms. */
const windowSamples = 1600;
const defaultWaitMs = 45_000;
const loopback = '127.0.0.1';

export type Law = 'PCMU' | 'PCMA';
const payloadTypes: Record<Law, number> = { PCMU: 0, PCMA: 8 };

/** One G.711 code as a linear sample (ITU-T G.711 tables 1a and 2a). */
export function decodeSample(law: Law, code: number): number {
  if (law === 'PCMU') {
    const bits = ~code & 0xff;
    const value = (2 * (bits & 0x0f) + 33) * 2 ** ((bits >> 4) & 7) - 33;
    return (bits & 0x80 ? -value : value) * 4;
  }
  const bits = code ^ 0x55;
  const segment = (bits >> 4) & 7;
  const value = segment === 0 ? 2 * (bits & 0x0f) + 1 : (2 * (bits & 0x0f) + 33) * 2 ** (segment - 1);
  return (bits & 0x80 ? value : -value) * 8;
}

const encodeTables = new Map<Law, Uint8Array>();

/** The code whose value is nearest: slow to build, plain to see that it is right. */
function encodeTable(law: Law): Uint8Array {
  const known = encodeTables.get(law);
  if (known !== undefined) return known;
  const codes = Array.from({ length: 256 }, (_, code) => ({ code, value: decodeSample(law, code) }));
  codes.sort((a, b) => a.value - b.value);
  const table = new Uint8Array(65536);
  let at = 0;
  for (let sample = -32768; sample < 32768; sample++) {
    while (at < 255 && Math.abs(codes[at + 1]!.value - sample) <= Math.abs(codes[at]!.value - sample)) at++;
    table[sample + 32768] = codes[at]!.code;
  }
  encodeTables.set(law, table);
  return table;
}

/** 20 ms of tones sounding together as G.711, at frame `from` of endless ones. No frequency at all is silence. */
export function toneFrame(law: Law, frequencies: readonly number[], from: number, amplitude = 8000): Buffer {
  const table = encodeTable(law);
  const frame = Buffer.alloc(frameSamples);
  for (let i = 0; i < frameSamples; i++) {
    let sample = 0;
    for (const frequency of frequencies) {
      sample += Math.sin((2 * Math.PI * frequency * (from * frameSamples + i)) / sampleRate) * amplitude;
    }
    frame[i] = table[Math.round(sample) + 32768]!;
  }
  return frame;
}

const dtmfRows = [697, 770, 852, 941];
const dtmfColumns = [1209, 1336, 1477, 1633];

/** The two frequencies of a key (ITU-T Q.23). */
export function dtmfFrequencies(key: string): [number, number] {
  const index = '123A456B789C*0#D'.indexOf(key);
  return [dtmfRows[index >> 2]!, dtmfColumns[index & 3]!];
}

/** A WAV file of a tone: 8 kHz mono, PCM 16 bit. */
export function toneWav(frequency: number, durationMs: number): Buffer {
  const samples = (durationMs * sampleRate) / 1000;
  const file = Buffer.alloc(44 + samples * 2);
  file.write('RIFF', 0);
  file.writeUInt32LE(36 + samples * 2, 4);
  file.write('WAVEfmt ', 8);
  file.writeUInt32LE(16, 16);
  file.writeUInt16LE(1, 20);
  file.writeUInt16LE(1, 22);
  file.writeUInt32LE(sampleRate, 24);
  file.writeUInt32LE(sampleRate * 2, 28);
  file.writeUInt16LE(2, 32);
  file.writeUInt16LE(16, 34);
  file.write('data', 36);
  file.writeUInt32LE(samples * 2, 40);
  for (let i = 0; i < samples; i++) {
    file.writeInt16LE(Math.round(Math.sin((2 * Math.PI * frequency * i) / sampleRate) * 8000), 44 + i * 2);
  }
  return file;
}

/** Share of the samples' energy that is at `frequency`, 0 to 1 (Goertzel). Silence has none. */
export function toneShare(samples: ArrayLike<number>, frequency: number): number {
  const coefficient = 2 * Math.cos((2 * Math.PI * frequency) / sampleRate);
  let [s1, s2, energy] = [0, 0, 0];
  for (let i = 0; i < samples.length; i++) {
    const sample = samples[i]!;
    energy += sample * sample;
    [s1, s2] = [sample + coefficient * s1 - s2, s1];
  }
  if (energy < samples.length * 100) return 0;
  const power = s1 * s1 + s2 * s2 - coefficient * s1 * s2;
  return power / ((energy * samples.length) / 2);
}

/** Root mean square of samples. */
export function loudness(samples: ArrayLike<number>): number {
  let energy = 0;
  for (let i = 0; i < samples.length; i++) energy += samples[i]! ** 2;
  return Math.sqrt(energy / Math.max(1, samples.length));
}

/** The last 200 ms of what somebody hears, and promises about it. Fed frame by frame. */
export class Ear extends EventEmitter<{ frame: [] }> {
  readonly #window = new Int16Array(windowSamples);

  hear(law: Law, encoded: Uint8Array): void {
    const added = encoded.subarray(-windowSamples);
    this.#window.copyWithin(0, added.length);
    const start = windowSamples - added.length;
    for (let i = 0; i < added.length; i++) this.#window[start + i] = decodeSample(law, added[i]!);
    this.emit('frame');
  }

  /** Calls `look` with the last 200 ms at each frame. Returns what ends it. */
  watch(look: (samples: Int16Array) => void): () => void {
    const listener = () => look(this.#window);
    this.on('frame', listener);
    return () => this.off('frame', listener);
  }

  /** What is judged: a copy. */
  lastSamples(): Int16Array {
    return this.#window.slice();
  }

  /** Resolves when the tone makes up most of what is heard; rejects after `waitMs`, saying what was heard. */
  tone(frequency: number, waitMs?: number): Promise<void> {
    return this.until(samples => toneShare(samples, frequency) > 0.8, `a tone of ${frequency} Hz`, waitMs);
  }

  /** Resolves when all of the frequencies are in what is heard, and together make up most of it. */
  tones(frequencies: readonly number[], waitMs?: number): Promise<void> {
    const matches = (samples: Int16Array) => {
      const shares = frequencies.map(frequency => toneShare(samples, frequency));
      return shares.every(share => share > 0.25) && shares.reduce((sum, share) => sum + share, 0) > 0.8;
    };
    return this.until(matches, `tones of ${frequencies.join(' and ')} Hz`, waitMs);
  }

  /** Resolves when something is heard of which none of the given tones is a part worth mentioning. */
  soundWithout(frequencies: readonly number[], waitMs?: number): Promise<void> {
    const matches = (samples: Int16Array) =>
      loudness(samples) > 200 && frequencies.every(frequency => toneShare(samples, frequency) < 0.1);
    return this.until(matches, `sound without ${frequencies.join(' or ')} Hz`, waitMs);
  }

  /** Resolves when the last 200 ms were silence. */
  quiet(waitMs?: number): Promise<void> {
    return this.until(samples => loudness(samples) < 50, 'silence', waitMs);
  }

  /** Resolves at the first frame at which `matches` holds for the last 200 ms. */
  async until(
    matches: (samples: Int16Array) => boolean,
    what: string,
    waitMs = defaultWaitMs,
  ): Promise<void> {
    const signal = AbortSignal.timeout(waitMs);
    try {
      do await once(this, 'frame', { signal });
      while (!matches(this.#window));
    } catch (error) {
      if (!signal.aborted) throw error;
      const level = Math.round(loudness(this.#window));
      throw new Error(`${what} was not heard in ${waitMs} ms; the last 200 ms had a loudness of ${level}`);
    }
  }
}

/** What makes RTP of a tone or of silence, every 20 ms, and key presses between. Where it goes is up to `send`. */
export class Mouth {
  readonly ssrc = Math.floor(Math.random() * 2 ** 32);
  law: Law = 'PCMU';
  eventType = 101;
  /** Every so many packets one is not sent; 0 sends all. */
  losesEvery = 0;
  readonly #send: (packet: Buffer) => void;
  #sequence = Math.floor(Math.random() * 2 ** 16);
  #timestamp = Math.floor(Math.random() * 2 ** 32);
  #frequency: number | undefined;
  #frames = 0;
  /** Keys said as sound: their frequencies, or none for the pause after each, and the frames that are left of it. */
  #sounds: { frequencies: readonly number[]; frames: number; done?: () => void }[] = [];
  #timer: NodeJS.Timeout | undefined;
  #keys: { event: number; elapsed: number; start: number; done: () => void }[] = [];

  constructor(send: (packet: Buffer) => void) {
    this.#send = send;
  }

  /** Speaks a tone, or silence when no frequency is given, until changed or closed. */
  speak(frequency?: number): void {
    this.#frequency = frequency;
    if (this.#timer !== undefined) return;
    const startedAt = performance.now();
    let step = 0;
    const next = () => {
      this.#frame();
      step++;
      this.#timer = setTimeout(next, Math.max(0, startedAt + step * 20 - performance.now()));
    };
    next();
  }

  /** Goes on with what it speaks; begins with silence if that is nothing yet. */
  wake(): void {
    this.speak(this.#frequency);
  }

  /** Presses a key for 100 ms (RFC 4733); resolves when its last packet was sent. Speaks silence if nothing yet. */
  press(key: string): Promise<void> {
    this.wake();
    const event = '0123456789*#ABCD'.indexOf(key);
    return new Promise(done => this.#keys.push({ event, elapsed: 0, start: 0, done }));
  }

  /** Presses keys as sound, as a telephone without RFC 4733 does; resolves when the last was heard. */
  sing(keys: string, toneMs = 100, gapMs = 100): Promise<void> {
    this.speak(this.#frequency);
    return new Promise(done => {
      for (const key of keys) {
        this.#sounds.push({ frequencies: dtmfFrequencies(key), frames: toneMs / 20 });
        this.#sounds.push({ frequencies: [], frames: gapMs / 20 });
      }
      this.#sounds.at(-1)!.done = done;
    });
  }

  /** So many key presses at once, none of which ever ends (RFC 4733). */
  floodEvents(count: number): void {
    for (let i = 0; i < count; i++) {
      this.#timestamp = (this.#timestamp + frameSamples) % 2 ** 32;
      this.#packet(this.eventType, true, this.#timestamp, Buffer.from([i % 16, 0x0a, 0, 160]));
    }
  }

  close(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
  }

  #frame(): void {
    this.#timestamp = (this.#timestamp + frameSamples) % 2 ** 32;
    const key = this.#keys[0];
    if (key !== undefined) {
      if (key.elapsed === 0) key.start = this.#timestamp;
      key.elapsed += frameSamples;
      const duration = Math.min(key.elapsed, 800);
      const payload = Buffer.from([
        key.event,
        key.elapsed >= 800 ? 0x8a : 0x0a,
        duration >> 8,
        duration & 0xff,
      ]);
      this.#packet(this.eventType, key.elapsed === frameSamples, key.start, payload);
      if (key.elapsed < 800 + 2 * frameSamples) return;
      this.#keys.shift();
      key.done();
      return;
    }
    const sound = this.#sounds[0];
    const speech = this.#frequency === undefined ? [] : [this.#frequency];
    const payload = toneFrame(this.law, sound?.frequencies ?? speech, this.#frames++);
    if (sound !== undefined && --sound.frames <= 0) {
      this.#sounds.shift();
      sound.done?.();
    }
    this.#packet(payloadTypes[this.law], false, this.#timestamp, payload);
  }

  #packet(type: number, marker: boolean, timestamp: number, payload: Buffer): void {
    this.#sequence = (this.#sequence + 1) & 0xffff;
    if (this.losesEvery > 0 && this.#sequence % this.losesEvery === 0) return;
    const header = Buffer.alloc(12);
    header[0] = 0x80;
    header[1] = type | (marker ? 0x80 : 0);
    header.writeUInt16BE(this.#sequence, 2);
    header.writeUInt32BE(timestamp, 4);
    header.writeUInt32BE(this.ssrc, 8);
    this.#send(Buffer.concat([header, payload]));
  }
}

/** Reads RTP into an ear, and key presses (one per timestamp) into events. Also watches that the stream is seamless. */
export class Listener extends EventEmitter<{ key: [string]; packet: [Buffer] }> {
  readonly ear = new Ear();
  eventType = 101;
  readonly keys: string[] = [];
  readonly ssrcs = new Set<number>();
  packets = 0;
  /** Times the sequence number did not go up by one. */
  sequenceGaps = 0;
  #sequence: number | undefined;
  #lastKeyTimestamp: number | undefined;

  receive(packet: Buffer): void {
    const type = packet[1]! & 0x7f;
    if (packet.length < 12 || (packet[1]! >= 192 && packet[1]! <= 223)) return;
    this.packets++;
    this.ssrcs.add(packet.readUInt32BE(8));
    const sequence = packet.readUInt16BE(2);
    if (this.#sequence !== undefined && sequence !== ((this.#sequence + 1) & 0xffff)) this.sequenceGaps++;
    this.#sequence = sequence;
    if (type === 0) this.ear.hear('PCMU', packet.subarray(12));
    else if (type === 8) this.ear.hear('PCMA', packet.subarray(12));
    else if (type === this.eventType) this.#event(packet);
    this.emit('packet', packet);
  }

  /** Resolves when so many keys have come in all. */
  async keyCount(count: number, waitMs = defaultWaitMs): Promise<string> {
    const signal = AbortSignal.timeout(waitMs);
    while (this.keys.length < count) await once(this, 'key', { signal });
    return this.keys.join('');
  }

  #event(packet: Buffer): void {
    const timestamp = packet.readUInt32BE(4);
    const ended = (packet[13]! & 0x80) !== 0;
    if (!ended || timestamp === this.#lastKeyTimestamp) return;
    this.#lastKeyTimestamp = timestamp;
    const key = '0123456789*#ABCD'[packet[12]!]!;
    this.keys.push(key);
    this.emit('key', key);
  }
}

export interface RtpPeerOptions {
  /** Its address; 127.0.0.1 by default. */
  host?: string;
  /** Whether it agrees to telephone-event; true by default. */
  events?: boolean;
  /** Answers sender reports with what it claims to have lost and seen of jitter. */
  reports?: { lost: number; jitterMs: number };
  /** Takes what comes, instead of the listener. */
  receive?: (packet: Buffer) => void;
}

/** A telephone over plain RTP on this machine. */
export class RtpPeer {
  readonly listener = new Listener();
  readonly mouth: Mouth;
  readonly port: number;
  readonly #socket: Socket;
  #target: { address: string; port: number } | undefined;
  readonly #laws: readonly Law[];
  readonly #events: boolean;
  readonly #host: string;
  readonly #reporter: Socket | undefined;

  private constructor(
    socket: Socket,
    reporter: Socket | undefined,
    laws: readonly Law[],
    { events = true, reports, receive, host = loopback }: RtpPeerOptions,
  ) {
    this.#socket = socket;
    this.#laws = laws;
    this.#events = events;
    this.#host = host;
    this.#reporter = reporter;
    reporter?.on('message', (report: Buffer, { address, port }: RemoteInfo) => {
      const reply = receiverReport(report, this.mouth.ssrc, reports!);
      if (reply !== undefined) reporter.send(reply, port, address);
    });
    this.port = socket.address().port;
    this.mouth = new Mouth(packet => this.send(packet));
    this.mouth.law = laws[0]!;
    const take = receive ?? (packet => this.listener.receive(packet));
    socket.on('message', (packet: Buffer, { address, port }: RemoteInfo) => {
      // A phone that was told no address speaks to where it is spoken to from.
      this.#target ??= { address, port };
      take(packet);
    });
  }

  static async open(laws: readonly Law[] = ['PCMU', 'PCMA'], options: RtpPeerOptions = {}): Promise<RtpPeer> {
    const { host = loopback, reports } = options;
    if (reports === undefined) return new RtpPeer(await bound(0, host), undefined, laws, options);
    // RTCP has the port above: take pairs until one is free.
    for (;;) {
      const socket = await bound(0, host);
      const reporter = await bound(socket.address().port + 1, host).catch(() => undefined);
      if (reporter !== undefined) return new RtpPeer(socket, reporter, laws, options);
      socket.close();
    }
  }

  get ear(): Ear {
    return this.listener.ear;
  }

  /** Our offer or answer. `port` other than our own: the address a peer behind NAT would signal. */
  sdp(direction = 'sendrecv', version = 1, port = this.port): string {
    const event = this.mouth.eventType;
    const address = `IP${isIPv6(this.#host) ? 6 : 4} ${this.#host}`;
    const types = [...this.#laws.map(law => payloadTypes[law]), ...(this.#events ? [event] : [])].join(' ');
    const maps = this.#laws.map(law => `a=rtpmap:${payloadTypes[law]} ${law}/8000`);
    if (this.#events) maps.push(`a=rtpmap:${event} telephone-event/8000`, `a=fmtp:${event} 0-15`);
    const lines = [
      'v=0',
      `o=- 4711 ${version} IN ${address}`,
      's=-',
      `c=IN ${address}`,
      't=0 0',
      `m=audio ${port} RTP/AVP ${types}`,
      ...maps,
      `a=${direction}`,
    ];
    return `${lines.join('\r\n')}\r\n`;
  }

  /** Takes the other side's SDP: where to send, and the law it chose. */
  connect(sdp: string): this {
    const media = /m=audio (\d+) RTP\/AVPF? (\d+)/.exec(sdp);
    const address = /c=IN IP[46] (\S+)/.exec(sdp)?.[1];
    if (media === null || address === undefined) throw new Error(`no audio to send to in:\n${sdp}`);
    this.#target = { address, port: Number(media[1]) };
    const law = this.#laws.find(candidate => payloadTypes[candidate] === Number(media[2]));
    if (law !== undefined) this.mouth.law = law;
    return this;
  }

  send(packet: Buffer): void {
    if (this.#target !== undefined) this.#socket.send(packet, this.#target.port, this.#target.address);
  }

  close(): void {
    this.mouth.close();
    this.#socket.close();
    this.#reporter?.close();
  }
}

async function bound(port: number, host: string): Promise<Socket> {
  const socket = createSocket(isIPv6(host) ? 'udp6' : 'udp4');
  socket.bind(port, host);
  await once(socket, 'listening');
  return socket;
}

/** An RR about the stream of a sender report that has just come (RFC 3550 6.4.2), or nothing if it was none. */
function receiverReport(
  report: Buffer,
  ssrc: number,
  { lost, jitterMs }: { lost: number; jitterMs: number },
): Buffer | undefined {
  if (report[1] !== 200) return undefined;
  const reply = Buffer.alloc(32);
  reply.writeUInt32BE(0x81c90007, 0);
  reply.writeUInt32BE(ssrc, 4);
  reply.writeUInt32BE(report.readUInt32BE(4), 8);
  reply.writeUIntBE(lost, 13, 3);
  reply.writeUInt32BE(Math.round((jitterMs * sampleRate) / 1000), 20);
  // LSR: the middle 32 bits of its NTP time. We answer at once, so there is no delay to tell.
  reply.writeUInt32BE(report.readUInt32BE(10), 24);
  return reply;
}
