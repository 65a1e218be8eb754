/** Where a request goes: from a URI to a flow (RFC 3263 as far as addresses go, RFC 7118 section 5 for connections). */
import { isIP } from 'node:net';
import { parseSipUri, type SipUri, transportOf } from '../message/uri.js';
import type { FlowTable } from './flow-table.js';
import type { Resolver } from './resolver.js';
import type { Flow, LocalAddress, Transport } from './transport.js';

/**
 * The way to a URI. `flow`: ready. `name`: a name that `resolve` turns into a flow; `local` is where it will leave from.
 * `unreachable`: a connection that does not exist. `refused`: not something this server can send to.
 */
export type Route =
  | { kind: 'flow'; flow: Flow }
  | { kind: 'name'; local: LocalAddress; resolve: () => Promise<Flow> }
  | { kind: 'unreachable'; local: LocalAddress; reason: string }
  | { kind: 'refused'; reason: 'invalid' | 'self' | 'transport' };

export interface Router {
  readonly locals: readonly LocalAddress[];
  route(uri: string): Route;
}

const defaultPort = 5060;

/** A URI says `ws` of both (RFC 7118 section 5.2.2), and some write `wss` where a proxy in between does the TLS. */
const uriTransport = (protocol: string): string => (protocol === 'wss' ? 'ws' : protocol);

export class TransportRouter implements Router {
  readonly #transports: Transport[] = [];
  constructor(
    private readonly flows: FlowTable,
    private readonly resolver: Resolver,
  ) {}

  add(transport: Transport): void {
    this.#transports.push(transport);
  }

  get locals(): LocalAddress[] {
    return this.#transports.map(({ local }) => local);
  }

  route(text: string): Route {
    const uri = parseSipUri(text);
    if (uri === undefined) return { kind: 'refused', reason: 'invalid' };
    const protocol =
      transportOf(uri) ?? (uri.scheme === 'sips' ? 'tls' : uri.host.endsWith('.invalid') ? 'ws' : 'udp');
    const registered = this.flows.ofContact(uri);
    // Whoever registers the address of a trunk as a Contact over a WebSocket must not get the calls to that trunk.
    if (registered !== undefined && uriTransport(registered.protocol) === uriTransport(protocol))
      return { kind: 'flow', flow: registered };
    const candidates = this.#transports.filter(({ local }) => local.protocol === protocol);
    if (candidates.length === 0) return { kind: 'refused', reason: 'transport' };
    if (this.#isOwn(uri, protocol)) return { kind: 'refused', reason: 'self' };
    return protocol === 'udp' ? this.#datagram(uri, candidates) : this.#connection(uri, protocol, candidates);
  }

  #isOwn(uri: SipUri, protocol: string): boolean {
    const port = uri.port ?? defaultPort;
    return this.#transports.some(
      ({ local }) =>
        local.protocol === protocol &&
        local.port === port &&
        (local.address === uri.host || local.advertisedHost === uri.host),
    );
  }

  /** Connections are opened by the peers; all that can be done is to find the one that is meant. */
  #connection(uri: SipUri, protocol: string, candidates: Transport[]): Route {
    const flow = uri.port === undefined ? undefined : this.flows.ofAddress(protocol, uri.host, uri.port);
    if (flow !== undefined) return { kind: 'flow', flow };
    const { local } = candidates[0] as Transport;
    return { kind: 'unreachable', local, reason: 'Service Unavailable' };
  }

  #datagram(uri: SipUri, candidates: Transport[]): Route {
    const port = uri.port ?? defaultPort;
    const family = isIP(uri.host);
    if (family !== 0) {
      const flow = transportOfFamily(candidates, family)?.flowTo(uri.host, port);
      return flow === undefined ? { kind: 'refused', reason: 'transport' } : { kind: 'flow', flow };
    }
    return {
      kind: 'name',
      local: (candidates[0] as Transport).local,
      resolve: () => this.#resolve(uri.host, port, candidates),
    };
  }

  async #resolve(host: string, port: number, candidates: Transport[]): Promise<Flow> {
    for (const { address, family } of await this.resolver.resolve(host)) {
      // The message already names the first address as the one it leaves from, so that one is tried first.
      const flow = transportOfFamily(candidates, family)?.flowTo(address, port);
      if (flow !== undefined) return flow;
    }
    throw new Error(`${host} has no address of a family that is listened on`);
  }
}

/** The transport that can reach an address of that family; a loopback socket cannot be told apart and is taken too. */
const transportOfFamily = (transports: Transport[], family: number): Transport | undefined =>
  transports.find(({ local }) => isIP(local.address) === family);
