import type { FailedTargets } from './failed-targets.js';
import type { Target } from './locator.js';
import type { Flow } from './transport.js';

/** The flows that one request can be sent over, one after the other (RFC 3263 section 4.3). */
export interface Targets {
  /** The next one; undefined when there is none left. Never rejects. */
  next(): Promise<Flow | undefined>;
  /**
   * What was sent over that flow was not served.
   * @param ms for how long it will be so, where that is known
   */
  failed(flow: Flow, ms?: number): void;
}

/** Those of a name. Targets that failed a short while ago come last. */
export class LocatedTargets implements Targets {
  readonly #flows: AsyncGenerator<Flow, void>;

  /** @param open the flow to a target; undefined when it cannot be reached */
  constructor(
    located: AsyncIterable<Target>,
    open: (target: Target) => Flow | undefined,
    private readonly failedTargets: FailedTargets,
  ) {
    this.#flows = inOrder(located, open, failedTargets);
  }

  async next(): Promise<Flow | undefined> {
    const { value } = await this.#flows.next();
    return value ?? undefined;
  }

  failed({ protocol, remoteAddress, remotePort }: Flow, ms?: number): void {
    this.failedTargets.add({ protocol, address: remoteAddress, port: remotePort }, ms);
  }
}

/** A single flow, as soon as it may be used. */
export function soleTarget(flow: Flow, ready: Promise<void>): Targets {
  const flows = [flow];
  return { next: () => ready.then(() => flows.shift()), failed: () => undefined };
}

async function* inOrder(
  located: AsyncIterable<Target>,
  open: (target: Target) => Flow | undefined,
  failedTargets: FailedTargets,
): AsyncGenerator<Flow, void> {
  const last: Target[] = [];
  for await (const target of located) {
    if (failedTargets.has(target)) {
      last.push(target);
      continue;
    }
    const flow = open(target);
    if (flow !== undefined) yield flow;
  }
  for (const target of last) {
    const flow = open(target);
    if (flow !== undefined) yield flow;
  }
}
