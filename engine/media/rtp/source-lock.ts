/**
 * Symmetric RTP: which source is the peer. The signalled address is the peer at once and always; before it has spoken,
 * another source becomes the peer after a run of packets of one stream, because peers behind NAT signal an address
 * that they do not send from. Once locked, every other source is a stranger: that is what stops RTP bleed and
 * injection by whoever sprays packets over our port range.
 */
export interface Source {
  address: string;
  port: number;
}

/** Packets in a row from one unsignalled source and one SSRC until it is taken for the peer. */
const runFromSignalledHost = 2;
const runFromElsewhere = 5;

export class SourceLock {
  #signalled: Source | undefined;
  #locked: Source | undefined;
  #candidate: Source | undefined;
  #candidateSsrc = 0;
  #run = 0;

  /** Where to send: the locked source, before that the signalled one. */
  get target(): Source | undefined {
    return this.#locked ?? this.#signalled;
  }

  get locked(): boolean {
    return this.#locked !== undefined;
  }

  /** Takes the address of an SDP. A changed one starts the learning anew. */
  signal(source: Source): void {
    if (this.#signalled !== undefined && same(this.#signalled, source.address, source.port)) return;
    this.#signalled = source;
    this.#locked = undefined;
    this.#candidate = undefined;
  }

  /** Whether a packet of this source is the peer's. */
  admits(address: string, port: number, ssrc: number): boolean {
    const locked = this.#locked;
    if (locked !== undefined && locked.port === port && locked.address === address) return true;
    if (this.#signalled === undefined) return false;
    if (same(this.#signalled, address, port)) {
      this.#locked = this.#signalled;
      return true;
    }
    if (locked !== undefined) return false;
    return this.#learn(address, port, ssrc);
  }

  #learn(address: string, port: number, ssrc: number): boolean {
    if (
      this.#candidate !== undefined &&
      same(this.#candidate, address, port) &&
      ssrc === this.#candidateSsrc
    ) {
      this.#run++;
    } else {
      this.#candidate = { address, port };
      this.#candidateSsrc = ssrc;
      this.#run = 1;
    }
    const needed = address === this.#signalled?.address ? runFromSignalledHost : runFromElsewhere;
    if (this.#run < needed) return false;
    this.#locked = this.#candidate;
    return true;
  }
}

function same(source: Source, address: string, port: number): boolean {
  return source.port === port && source.address === address;
}
