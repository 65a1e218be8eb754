import { isIPv6 } from 'node:net';
import type {
  AddressRecord,
  Family,
  NaptrRecord,
  Records,
  Resolver,
  SrvRecord,
} from '../transport/resolver.js';

/** The records of one name; in the place of records, what goes wrong when they are asked for. */
export interface ZoneName {
  naptr?: NaptrRecord[] | Error;
  srv?: SrvRecord[] | Error;
  /** Of both families. */
  host?: string[] | Error;
  /** Seconds. */
  ttl?: number;
}

/** A resolver that knows a table of names, and keeps what it was asked. */
export class ZoneResolver implements Resolver {
  /** As `type name`, in order. */
  readonly asked: string[] = [];
  constructor(readonly names: Record<string, ZoneName>) {}

  naptr(name: string): Promise<Records<NaptrRecord>> {
    return this.#answer('NAPTR', name, ({ naptr }) => naptr);
  }

  srv(name: string): Promise<Records<SrvRecord>> {
    return this.#answer('SRV', name, ({ srv }) => srv);
  }

  a(name: string): Promise<Records<AddressRecord>> {
    return this.#answer('A', name, ({ host }) => addresses(host, 4));
  }

  aaaa(name: string): Promise<Records<AddressRecord>> {
    return this.#answer('AAAA', name, ({ host }) => addresses(host, 6));
  }

  host(name: string): Promise<Records<AddressRecord>> {
    return this.#answer('host', name, ({ host }) => addresses(host));
  }

  async #answer<R>(
    type: string,
    name: string,
    of: (found: ZoneName) => R[] | Error | undefined,
  ): Promise<Records<R>> {
    this.asked.push(`${type} ${name}`);
    const found = this.names[name] ?? {};
    const records = of(found) ?? [];
    if (records instanceof Error) throw records;
    return { records, ttl: found.ttl };
  }
}

const addresses = (host: ZoneName['host'], only?: Family): AddressRecord[] | Error | undefined =>
  Array.isArray(host)
    ? host
        .map(address => ({ address, family: isIPv6(address) ? (6 as const) : (4 as const) }))
        .filter(({ family }) => only === undefined || family === only)
    : host;

export const naptr = (
  order: number,
  preference: number,
  service: string,
  replacement: string,
): NaptrRecord => ({
  order,
  preference,
  flags: 's',
  service,
  regexp: '',
  replacement,
});

export const srv = (priority: number, weight: number, target: string, port: number): SrvRecord => ({
  priority,
  weight,
  target,
  port,
});
