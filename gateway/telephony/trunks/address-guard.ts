import { lookup, resolveNaptr, resolveSrv } from 'node:dns/promises';
import { isIP } from 'node:net';
import { AddressList } from '../dialplan/address-list.js';
import { partsOf, type Trunk } from '../dialplan/trunk.js';

/** Networks that are nobody's on the internet (RFC 6890), or lead into another family (RFC 6052, RFC 3056). */
const networks = [
  ...['0.0.0.0/8', '10.0.0.0/8', '100.64.0.0/10', '127.0.0.0/8', '169.254.0.0/16', '172.16.0.0/12'],
  ...['192.0.0.0/24', '192.168.0.0/16', '198.18.0.0/15', '224.0.0.0/4', '240.0.0.0/4'],
  ...[
    '::/96',
    '::ffff:0:0/96',
    '64:ff9b::/96',
    '64:ff9b:1::/48',
    '2002::/16',
    'fc00::/7',
    'fe80::/10',
    'ff00::/8',
  ],
];
// Apart: an IPv4 address counts as its mapped form in a list that has both (RFC 4291 2.5.5.2).
const [notPublic4, notPublic6] = [new AddressList(), new AddressList()];
for (const network of networks) (network.includes(':') ? notPublic6 : notPublic4).add(network);

export function isPublic(address: string): boolean {
  const family = isIP(address);
  return family !== 0 && !(family === 6 ? notPublic6 : notPublic4).includes(address);
}

/** How long what a name stands for is believed. */
const believedMs = 30_000;
const maxNames = 1_000;

const services = { udp: '_sip._udp', tcp: '_sip._tcp', tls: '_sips._tcp' } as const;

/** What a name may lead to, as far as it is known: those who cannot be asked say nothing. */
export interface NameServer {
  addresses(name: string): Promise<string[]>;
  srv(name: string): Promise<string[]>;
  naptr(name: string): Promise<string[]>;
}

const none = () => [];
const system: NameServer = {
  addresses: name => lookup(name, { all: true }).then(found => found.map(({ address }) => address), none),
  srv: name => resolveSrv(name).then(found => found.map(record => record.name), none),
  naptr: name => resolveNaptr(name).then(found => found.map(record => record.replacement), none),
};

export type Bar = { why: 'private'; address: string } | { why: 'unknown' };

/**
 * Keeps trunks of companies out of the operator's own networks: their calls go to public addresses only. A name is
 * followed as the SIP server will (RFC 3263 4), and looked at again before each use: it may lead elsewhere by then.
 */
export class AddressGuard {
  readonly #anywhere: boolean;
  readonly #names: NameServer;
  readonly #believed = new Map<string, { until: number; bar: Promise<Bar | undefined> }>();

  /** @param anywhere the operator lets them lead everywhere */
  constructor(anywhere: boolean, names: NameServer = system) {
    this.#anywhere = anywhere;
    this.#names = names;
  }

  /** What stands against sending to a trunk; undefined: nothing. The operator's own may lead where he wants. */
  async bar(trunk: Pick<Trunk, 'hostPort' | 'transport' | 'tenantId'>): Promise<Bar | undefined> {
    if (this.#anywhere || trunk.tenantId === undefined) return undefined;
    const { host, port } = partsOf(trunk);
    if (isIP(host) !== 0) return isPublic(host) ? undefined : { why: 'private', address: host };
    const key = `${trunk.transport} ${trunk.hostPort}`;
    const now = performance.now();
    const known = this.#believed.get(key);
    if (known && known.until > now) return await known.bar;
    const bar = this.#look(host, port === undefined ? services[trunk.transport] : undefined);
    this.#believed.delete(key);
    this.#believed.set(key, { until: now + believedMs, bar });
    const [oldest] = this.#believed.keys();
    if (this.#believed.size > maxNames && oldest !== undefined) this.#believed.delete(oldest);
    return await bar;
  }

  async #look(host: string, service: string | undefined): Promise<Bar | undefined> {
    const servers =
      service === undefined
        ? []
        : (await this.#names.naptr(host)).concat(`${service}.${host}`).map(name => this.#names.srv(name));
    const hosts = [host, ...(await Promise.all(servers)).flat()];
    const addresses = (await Promise.all(hosts.map(name => this.#names.addresses(name)))).flat();
    if (addresses.length === 0) return { why: 'unknown' };
    const address = addresses.find(found => !isPublic(found));
    return address === undefined ? undefined : { why: 'private', address };
  }
}
