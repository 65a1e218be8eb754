import { isIPv6 } from 'node:net';

/** Connections by where they come from, all listeners together: one address must not take the places of all. */
export class SourceCounts {
  readonly #counts = new Map<string, number>();
  constructor(private readonly maxPerSource: number) {}

  /** False, and not counted, when the source has as many as it may. */
  add(address: string): boolean {
    const source = sourceOf(address);
    const count = this.#counts.get(source) ?? 0;
    if (count >= this.maxPerSource) return false;
    this.#counts.set(source, count + 1);
    return true;
  }

  remove(address: string): void {
    const source = sourceOf(address);
    const count = this.#counts.get(source) ?? 0;
    if (count > 1) this.#counts.set(source, count - 1);
    else this.#counts.delete(source);
  }
}

/** An IPv6 host has a whole /64 to come from (RFC 4291 section 2.5.1). */
function sourceOf(address: string): string {
  if (!isIPv6(address)) return address;
  const [head = '', tail] = address.split('::');
  const left = head === '' ? [] : head.split(':');
  if (tail === undefined) return left.slice(0, 4).join(':');
  const right = tail === '' ? [] : tail.split(':');
  const zeros = Array.from({ length: 8 - left.length - right.length }, () => '0');
  return [...left, ...zeros, ...right].slice(0, 4).join(':');
}
