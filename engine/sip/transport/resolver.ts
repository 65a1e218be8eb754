import { lookup } from 'node:dns/promises';

export interface ResolvedAddress {
  address: string;
  family: 4 | 6;
}

/** From a host name to addresses (the A and AAAA part of RFC 3263). Tests put their own in its place. */
export interface Resolver {
  /** @throws when the name has no address */
  resolve(host: string): Promise<ResolvedAddress[]>;
}

export const systemResolver: Resolver = {
  resolve: async host => {
    const found = await lookup(host, { all: true, order: 'verbatim' });
    return found.map(({ address, family }) => ({ address, family: family === 6 ? 6 : 4 }));
  },
};
