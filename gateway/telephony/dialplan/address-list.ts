import { BlockList, isIP } from 'node:net';

/** Addresses and networks (CIDR). */
export class AddressList {
  readonly #list = new BlockList();

  /** False for what is neither. */
  add(source: string): boolean {
    const [address = '', length] = source.split('/');
    const family = isIP(address);
    const bits = family === 6 ? 128 : 32;
    const prefix = length === undefined ? bits : Number(length);
    if (family === 0 || prefix > bits) return false;
    this.#list.addSubnet(address, prefix, family === 6 ? 'ipv6' : 'ipv4');
    return true;
  }

  includes(address: string): boolean {
    return isIP(address) !== 0 && this.#list.check(address, isIP(address) === 6 ? 'ipv6' : 'ipv4');
  }
}
