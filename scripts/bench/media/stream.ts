/** One direction of a call: packets that know when they were sent. */
const headerLength = 12;
const frameSamples = 160;
const frameMs = 20;

/** Where the moment of sending stands in the payload. G.711 passes every value of a byte, so engines that do not transcode do. */
const stampAt = headerLength + 8;
const markAt = stampAt + 8;
const mark = 0x52_42_6d_65;

/** What a stream of packets has come to. */
export interface Tally {
  sent: number;
  received: number;
  /** Milliseconds from the sending to the arrival. */
  delays: number[];
}

/** Sends packets of 20 ms, and takes those of its partner in. */
export class Stream {
  readonly #packet = Buffer.alloc(headerLength + frameSamples, 0xff);
  #send: (packet: Buffer) => void = () => undefined;
  #sequence = 0;
  #timestamp = 0;
  #measuring = false;
  #tally: Tally = { sent: 0, received: 0, delays: [] };

  constructor() {
    this.#packet[0] = 0x80;
    this.#packet[1] = 0;
    this.#packet.writeUInt32BE(Math.floor(Math.random() * 2 ** 32), 8);
    this.#packet.writeUInt32BE(mark, markAt);
  }

  sendBy(send: (packet: Buffer) => void): void {
    this.#send = send;
  }

  /** From now on packets count; those that are under way do not. */
  measure(): void {
    this.#measuring = true;
    this.#tally = { sent: 0, received: 0, delays: [] };
  }

  /** What was sent from now on does not count; what is under way still arrives. */
  pause(): void {
    this.#measuring = false;
  }

  get tally(): Tally {
    return this.#tally;
  }

  next(): void {
    const packet = this.#packet;
    this.#sequence = (this.#sequence + 1) & 0xffff;
    this.#timestamp = (this.#timestamp + frameSamples) >>> 0;
    packet.writeUInt16BE(this.#sequence, 2);
    packet.writeUInt32BE(this.#timestamp, 4);
    // The sign says whether it counts where it arrives.
    const now = performance.now();
    packet.writeDoubleBE(this.#measuring ? now : -now, stampAt);
    if (this.#measuring) this.#tally.sent++;
    // The socket keeps the buffer until the kernel has taken it.
    this.#send(Buffer.from(packet));
  }

  /** A packet of the partner. */
  receive(packet: Buffer): void {
    if (packet.length !== headerLength + frameSamples || packet.readUInt32BE(markAt) !== mark) return;
    const sentAt = packet.readDoubleBE(stampAt);
    if (sentAt < 0) return;
    this.#tally.received++;
    this.#tally.delays.push(performance.now() - sentAt);
  }
}

const phases = 5;

/** Lets streams send every 20 ms, in phases of 4 ms, so that they do not all come at the same moment. */
export class Pacer {
  readonly #phases: Stream[][] = Array.from({ length: phases }, () => []);
  #added = 0;
  #timer: NodeJS.Timeout | undefined;

  add(stream: Stream): void {
    this.#phases[this.#added++ % phases]?.push(stream);
  }

  remove(streams: readonly Stream[]): void {
    const gone = new Set(streams);
    for (const [index, members] of this.#phases.entries())
      this.#phases[index] = members.filter(member => !gone.has(member));
  }

  start(): void {
    const startedAt = performance.now();
    let step = 0;
    const tick = () => {
      for (const stream of this.#phases[step % phases] ?? []) stream.next();
      step++;
      this.#timer = setTimeout(tick, Math.max(0, startedAt + step * (frameMs / phases) - performance.now()));
    };
    tick();
  }

  stop(): void {
    clearTimeout(this.#timer);
  }
}
