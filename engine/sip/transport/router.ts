/** Where a request goes: from a URI to flows (RFC 3263 for servers, RFC 7118 section 5 for registered connections). */
import { isIP } from 'node:net';
import { parseSipUri, type SipUri, transportOf } from '../message/uri.js';
import type { FailedTargets } from './failed-targets.js';
import type { FlowTable } from './flow-table.js';
import {
  type Capabilities,
  type Locator,
  settledProtocol,
  type Target,
  targetHost,
  targetPort,
  usualProtocol,
} from './locator.js';
import type { Family } from './resolver.js';
import { StreamFirst } from './stream-first.js';
import { LocatedTargets, type Targets } from './targets.js';
import { type Flow, type LocalAddress, openable, type Protocol, type Transport } from './transport.js';

/** How a request goes that is too large for a datagram; absent where the URI insists on UDP, or nothing else is there. */
type Large = (targets: Targets) => Targets;

/**
 * The way to a URI. `flow`: ready. `name`: a name that stands for any number of targets; `local` is where a request
 * will most likely leave from. `unreachable`: a connection that does not exist. `refused`: not something this server can
 * send to.
 */
export type Route =
  | { kind: 'flow'; flow: Flow; large?: Large }
  | { kind: 'name'; local: LocalAddress; targets: () => Targets; large?: Large }
  | { kind: 'unreachable'; local: LocalAddress; reason: string }
  | { kind: 'refused'; reason: 'invalid' | 'self' | 'transport' };

export interface Router {
  readonly locals: readonly LocalAddress[];
  route(uri: string): Route;
  /** A flow to where a flow went in an earlier run; undefined when nothing listens that it could leave from. */
  again(protocol: Protocol, address: string, port: number, domain?: string): Flow | undefined;
}

/** A URI says `ws` of both (RFC 7118 section 5.2.2), and some write `wss` where a proxy in between does the TLS. */
const uriTransport = (protocol: string): string => (protocol === 'wss' ? 'ws' : protocol);

export class TransportRouter implements Router {
  readonly #transports: Transport[] = [];
  #capabilities: Capabilities = new Map();
  constructor(
    private readonly flows: FlowTable,
    private readonly locator: Locator,
    private readonly failedTargets: FailedTargets,
  ) {}

  add(transport: Transport): void {
    this.#transports.push(transport);
    this.#capabilities = capabilitiesOf(this.#transports);
  }

  get locals(): LocalAddress[] {
    return this.#transports.map(({ local }) => local);
  }

  route(text: string): Route {
    const uri = parseSipUri(text);
    if (uri === undefined) return { kind: 'refused', reason: 'invalid' };
    const settled = settledProtocol(uri);
    const registered = this.flows.ofContact(uri);
    // Whoever registers the address of a trunk as a Contact over a WebSocket must not get the calls to that trunk.
    if (registered !== undefined && uriTransport(registered.protocol) === uriTransport(settled ?? 'udp'))
      return { kind: 'flow', flow: registered };
    const protocol = settled ?? usualProtocol(uri, this.#capabilities);
    const first = protocol === undefined ? undefined : this.#listening(protocol);
    if (first === undefined) return { kind: 'refused', reason: 'transport' };
    const { local } = first;
    const target = {
      protocol: local.protocol,
      address: targetHost(uri),
      port: targetPort(uri, local.protocol),
    };
    if (this.#isOwn(target)) return { kind: 'refused', reason: 'self' };
    const openable = this.#capabilities.has(local.protocol);
    const large = local.protocol === 'udp' && transportOf(uri) === undefined ? this.#large : undefined;
    if (isIP(target.address) === 0 && openable) {
      return { kind: 'name', local, targets: () => this.#targets(uri), large };
    }
    const flow = this.#open(target, uri.host);
    if (flow !== undefined) return { kind: 'flow', flow, large };
    if (openable) return { kind: 'refused', reason: 'transport' };
    return { kind: 'unreachable', local, reason: 'Service Unavailable' };
  }

  again(protocol: Protocol, address: string, port: number, domain = address): Flow | undefined {
    return this.#open({ protocol, address, port }, domain);
  }

  #listening(protocol: string): Transport | undefined {
    const transports = this.#transports;
    return (
      transports.find(({ local }) => local.protocol === protocol) ??
      transports.find(({ local }) => uriTransport(local.protocol) === uriTransport(protocol))
    );
  }

  #targets(uri: SipUri): Targets {
    const open = (target: Target) => (this.#isOwn(target) ? undefined : this.#open(target, uri.host));
    return new LocatedTargets(this.locator.targets(uri, this.#capabilities), open, this.failedTargets);
  }

  readonly #large: Large = targets =>
    new StreamFirst(targets, flow => this.#streamTo(flow), this.failedTargets);

  #streamTo({ remoteAddress: address, remotePort: port }: Flow): Flow | undefined {
    const target: Target = { protocol: 'tcp', address, port };
    return this.#capabilities.has('tcp') && !this.failedTargets.has(target) && !this.#isOwn(target)
      ? this.#open(target, address)
      : undefined;
  }

  #isOwn({ protocol, address, port }: Target): boolean {
    return this.#transports.some(
      ({ local }) =>
        local.protocol === protocol &&
        local.port === port &&
        (local.address === address || local.advertisedHost === address),
    );
  }

  #open({ protocol, address, port }: Target, domain: string): Flow | undefined {
    if (!this.#capabilities.has(protocol)) return this.flows.ofAddress(protocol, address, port);
    return this.#nearest(protocol, address)?.flowTo(address, port, domain);
  }

  /** A socket on the loopback interface reaches that only, and nothing there is reached from elsewhere for certain. */
  #nearest(protocol: Protocol, address: string): Transport | undefined {
    const family = isIP(address);
    const candidates = this.#transports.filter(
      ({ local }) => local.protocol === protocol && isIP(local.address) === family,
    );
    const loopback = isLoopback(address);
    return candidates.find(({ local }) => isLoopback(local.address) === loopback) ?? candidates[0];
  }
}

const isLoopback = (address: string): boolean => address === '::1' || address.startsWith('127.');

function capabilitiesOf(transports: readonly Transport[]): Capabilities {
  const families = (protocol: Protocol) => {
    const found = transports.filter(({ local }) => local.protocol === protocol);
    return [...new Set(found.map(({ local }) => isIP(local.address) as Family))];
  };
  return new Map(
    openable.map(protocol => [protocol, families(protocol)] as const).filter(([, found]) => found.length > 0),
  );
}
