/** Locating SIP servers (RFC 3263 section 4): from a URI to the addresses to try, one after the other. */
import { isIP } from 'node:net';
import { parameterOf } from '../message/parameters.js';
import { type SipUri, transportOf } from '../message/uri.js';
import type { AddressRecord, Family, Resolver, SrvRecord } from './resolver.js';
import { inSrvOrder } from './srv-order.js';
import type { Protocol } from './transport.js';

/** Where a request can be sent. */
export interface Target {
  protocol: Protocol;
  address: string;
  port: number;
}

/** A host and port that serve a protocol. */
interface Server {
  protocol: Protocol;
  host: string;
  port: number;
  /** By its name alone, without a SRV record: then the hosts file of the machine counts, too. */
  plain?: boolean;
}

/** What can be sent over, most liked first, each with the address families it has. */
export type Capabilities = ReadonlyMap<Protocol, readonly Family[]>;

/** Of one name and type; what is beyond is not looked at. */
const maxRecords = 32;
/** Addresses in all that one request is tried at. */
const maxTargets = 16;

/** Those of RFC 3263 section 4.1 and RFC 7118 section 10.3. */
const naptrServices: ReadonlyMap<string, Protocol> = new Map([
  ['SIP+D2U', 'udp'],
  ['SIP+D2T', 'tcp'],
  ['SIPS+D2T', 'tls'],
  ['SIP+D2W', 'ws'],
  ['SIPS+D2W', 'wss'],
]);

/** Names of services (RFC 3263 section 4.1); there are none for WebSocket. */
const srvPrefixes: Partial<Record<Protocol, string>> = {
  udp: '_sip._udp',
  tcp: '_sip._tcp',
  tls: '_sips._tcp',
};

const defaultPorts: Readonly<Record<Protocol, number>> = {
  udp: 5060,
  tcp: 5060,
  tls: 5061,
  ws: 80,
  wss: 443,
};
const isSecure = (protocol: Protocol): boolean => protocol === 'tls' || protocol === 'wss';

/** The host that requests to a URI go to: `maddr` in the place of the host (RFC 3263 section 4). */
export const targetHost = (uri: SipUri): string => {
  const maddr = parameterOf(uri.parameters, 'maddr')?.toLowerCase();
  return maddr === undefined || maddr === '' ? uri.host : maddr.replace(/^\[|\]$/g, '');
};

/** The port of a URI or the one its protocol has. */
export const targetPort = (uri: SipUri, protocol: Protocol): number => uri.port ?? defaultPorts[protocol];

/**
 * The protocol that a URI itself settles (RFC 3263 section 4.1): that of its `transport`, else the usual one where there
 * is nothing to look up. Undefined when DNS is to say. May be one that nobody knows.
 */
export function settledProtocol(uri: SipUri): string | undefined {
  const sips = uri.scheme === 'sips';
  const named = transportOf(uri);
  if (named !== undefined) return sips ? (secured[named] ?? `sips over ${named}`) : named;
  if (uri.host.endsWith('.invalid')) return sips ? 'wss' : 'ws';
  if (isIP(targetHost(uri)) === 0 && uri.port === undefined) return undefined;
  return sips ? 'tls' : 'udp';
}

/** A sips URI names the protocol below TLS (RFC 3261 section 26.2.2); there is none for UDP. */
const secured: Readonly<Record<string, Protocol>> = { tcp: 'tls', tls: 'tls', ws: 'wss', wss: 'wss' };

export class Locator {
  constructor(
    private readonly resolver: Resolver,
    private readonly random: () => number = Math.random,
  ) {}

  /**
   * The targets of a URI in the order in which they are to be tried. Each name is looked up when its turn comes, so
   * that what is never tried is never asked for. No target: nobody knows of any, or nobody could be asked.
   */
  async *targets(uri: SipUri, capabilities: Capabilities): AsyncGenerator<Target, void> {
    let left = maxTargets;
    for await (const { protocol, host, port, plain } of this.#servers(uri, capabilities)) {
      const families = capabilities.get(protocol) ?? [];
      for (const { address } of await this.#addresses(host, families, plain === true)) {
        if (left === 0) return;
        left -= 1;
        yield { protocol, address, port };
      }
    }
  }

  /** Section 4.2: hosts and ports, by SRV records where there are any, else by what the URI says. */
  async *#servers(uri: SipUri, capabilities: Capabilities): AsyncGenerator<Server, void> {
    const host = targetHost(uri);
    const settled = settledProtocol(uri) as Protocol | undefined;
    const preferred = settled ?? usualProtocol(uri, capabilities);
    if (preferred === undefined) return;
    let known = false;
    if (isIP(host) === 0 && uri.port === undefined) {
      const services = await this.#services(uri, settled, capabilities);
      const answers = services.map(async ({ protocol, name }) => ({
        protocol,
        records: await this.#srv(name),
      }));
      for await (const { protocol, records } of answers) {
        known ||= records.length > 0;
        for (const { target, port } of inSrvOrder(records, this.random))
          if (target !== '' && target !== '.') yield { protocol, host: target, port };
      }
    }
    if (!known) yield { protocol: preferred, host, port: targetPort(uri, preferred), plain: true };
  }

  /** Section 4.1: the protocols to use and the SRV names for them. */
  async #services(
    uri: SipUri,
    settled: Protocol | undefined,
    capabilities: Capabilities,
  ): Promise<{ protocol: Protocol; name: string }[]> {
    const host = targetHost(uri);
    const named = (protocol: Protocol) => {
      const prefix = srvPrefixes[protocol];
      return prefix === undefined ? [] : [{ protocol, name: `${prefix}.${host}` }];
    };
    if (settled !== undefined) return named(settled);
    const sips = uri.scheme === 'sips';
    const offered = (await this.#naptr(host)).flatMap(({ service, replacement }) => {
      const protocol = naptrServices.get(service.toUpperCase());
      if (protocol === undefined || !capabilities.has(protocol) || (sips && !isSecure(protocol))) return [];
      return [{ protocol, name: replacement }];
    });
    if (offered.length > 0) return offered;
    // Without NAPTR records `_sip` is asked for a sip URI and `_sips` for a sips URI.
    return [...capabilities.keys()].filter(protocol => isSecure(protocol) === sips).flatMap(named);
  }

  /** Those that lead to SRV records, in their order. */
  async #naptr(name: string): Promise<{ service: string; replacement: string }[]> {
    if (!isName(name)) return [];
    const { records } = await this.resolver.naptr(name).catch(unanswered);
    return records
      .slice(0, maxRecords)
      .filter(
        ({ flags, regexp, replacement }) =>
          flags.toLowerCase() === 's' && regexp === '' && isName(replacement),
      )
      .sort((a, b) => a.order - b.order || a.preference - b.preference);
  }

  async #srv(name: string): Promise<SrvRecord[]> {
    if (!isName(name)) return [];
    const { records } = await this.resolver.srv(name).catch(unanswered);
    return records.slice(0, maxRecords);
  }

  /** Both families side by side, IPv6 first (RFC 7984 section 4.1, RFC 6724). */
  async #addresses(host: string, families: readonly Family[], plain: boolean): Promise<AddressRecord[]> {
    const numeric = isIP(host);
    if (numeric !== 0)
      return families.filter(family => family === numeric).map(family => ({ address: host, family }));
    if (!isName(host)) return [];
    const queries = plain
      ? [this.resolver.host(host)]
      : [
          ...(families.includes(6) ? [this.resolver.aaaa(host)] : []),
          ...(families.includes(4) ? [this.resolver.a(host)] : []),
        ];
    const answers = await Promise.all(queries.map(query => query.catch(unanswered)));
    return answers
      .flatMap(({ records }) => records.slice(0, maxRecords))
      .filter(({ family }) => families.includes(family));
  }
}

/** Without any record: UDP for sip and TLS for sips, or what there is of that kind (RFC 3263 section 4.1). */
export const usualProtocol = (uri: SipUri, capabilities: Capabilities): Protocol | undefined =>
  [...capabilities.keys()].find(protocol => isSecure(protocol) === (uri.scheme === 'sips'));

/** Who cannot be asked tells nothing: the next step of the procedure may still lead somewhere. */
const unanswered = (): { records: [] } => ({ records: [] });

/** Whether a name can be asked for at all (RFC 1035 section 2.3.4); a dot at its end is left. */
const isName = (name: string): boolean =>
  name.length > 0 && name.length <= 254 && /^(?:[A-Za-z0-9_-]{1,63}\.)*[A-Za-z0-9_-]{1,63}\.?$/.test(name);
