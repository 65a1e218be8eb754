import { hostPort } from '../message/uri.js';
import type { Clock } from '../transaction/clock.js';

const maxTargets = 1_000;
/** How long a target that did not serve comes last, unless it says for how long itself. */
const avoidMs = 30_000;
const longestMs = 300_000;

/** Targets that failed a short while ago: with others to choose from, those are tried first. */
export class FailedTargets {
  readonly #until = new Map<string, number>();
  constructor(private readonly clock: Clock) {}

  /** @param ms as the target asked for by Retry-After (RFC 3261 section 21.5.4) */
  add(target: Endpoint, ms = avoidMs): void {
    const key = keyOf(target);
    this.#until.delete(key);
    this.#until.set(key, this.clock.now() + Math.min(ms, longestMs));
    for (const oldest of this.#until.keys()) {
      if (this.#until.size <= maxTargets) break;
      this.#until.delete(oldest);
    }
  }

  has(target: Endpoint): boolean {
    const until = this.#until.get(keyOf(target));
    if (until === undefined) return false;
    if (until > this.clock.now()) return true;
    this.#until.delete(keyOf(target));
    return false;
  }
}

interface Endpoint {
  protocol: string;
  address: string;
  port: number;
}

const keyOf = ({ protocol, address, port }: Endpoint): string => `${protocol}/${hostPort(address, port)}`;
