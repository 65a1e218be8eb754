import { networkInterfaces } from 'node:os';

export const isWildcard = (address: string): boolean => address === '0.0.0.0' || address === '::';

/** The host that peers are told: the configured one, else the bound one, else this machine's first real address. */
export function advertisedHost(external: string | undefined, bound: string): string {
  if (external !== undefined) return external;
  if (!isWildcard(bound)) return bound;
  const family = bound === '::' ? 'IPv6' : 'IPv4';
  const addresses = Object.values(networkInterfaces()).flatMap(list => list ?? []);
  const real = addresses.find(entry => entry.family === family && !entry.internal);
  return real?.address ?? (family === 'IPv6' ? '::1' : '127.0.0.1');
}
