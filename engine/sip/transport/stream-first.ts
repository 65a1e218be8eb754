import type { FailedTargets } from './failed-targets.js';
import type { Targets } from './targets.js';
import type { Flow } from './transport.js';

/** More does not go into a datagram for certain: the path's MTU is not known (RFC 3261 section 18.1.1). Bytes. */
export const maxDatagramBytes = 1_300;
/** How long a peer that refused TCP is not asked again: most that do not serve it never will. */
const refusedMs = 300_000;

/**
 * The targets of a request that is too large for a datagram: TCP to each before UDP, which is left for those that take
 * no connection.
 */
export class StreamFirst implements Targets {
  #tried: { stream: Flow; datagram: Flow } | undefined;

  /** @param streamTo the same peer over TCP; undefined when it cannot be reached so */
  constructor(
    private readonly targets: Targets,
    private readonly streamTo: (datagram: Flow) => Flow | undefined,
    private readonly failedTargets: FailedTargets,
  ) {}

  async next(): Promise<Flow | undefined> {
    const tried = this.#tried;
    // A connection that stands has got the request: whatever is wrong then, a second copy mends nothing.
    if (tried !== undefined && !tried.stream.open) {
      this.#tried = undefined;
      return tried.datagram;
    }
    const flow = await this.targets.next();
    if (flow === undefined) return undefined;
    const stream = flow.protocol === 'udp' ? this.streamTo(flow) : undefined;
    if (stream === undefined) return flow;
    this.#tried = { stream, datagram: flow };
    return stream;
  }

  failed(flow: Flow, ms?: number): void {
    const { protocol, remoteAddress: address, remotePort: port, open } = flow;
    if (flow === this.#tried?.stream && !open) this.failedTargets.add({ protocol, address, port }, refusedMs);
    else this.targets.failed(flow, ms);
  }
}
