import { BlockList, isIP, isIPv4 } from 'node:net';

/** A set of addresses and networks. */
export class TrustedSources {
  readonly #list = new BlockList();

  /** @throws Error for what is neither an address nor a network */
  constructor(entries: readonly string[]) {
    for (const entry of entries) this.#add(entry);
  }

  #add(entry: string): void {
    const [address = '', prefix, more] = entry.split('/');
    const family = isIPv4(address) ? 'ipv4' : 'ipv6';
    const longest = family === 'ipv4' ? 32 : 128;
    const bits = prefix === undefined ? longest : /^\d{1,3}$/.test(prefix) ? Number(prefix) : Number.NaN;
    if (isIP(address) === 0 || more !== undefined || !(bits <= longest))
      throw new Error(`expected an address or a network such as 192.0.2.0/24, got ${entry}`);
    this.#list.addSubnet(address, bits, family);
  }

  has(address: string): boolean {
    return this.#list.check(address, isIPv4(address) ? 'ipv4' : 'ipv6');
  }
}
