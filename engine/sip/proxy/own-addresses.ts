import { type SipUri, transportOf } from '../message/uri.js';
import type { Via } from '../message/via.js';
import type { LocalAddress } from '../transport/transport.js';

const defaultPorts: Record<string, number> = { tls: 5061, ws: 80, wss: 443 };

const portOf = (protocol: string, port: number | undefined): number => port ?? defaultPorts[protocol] ?? 5060;

/** Whether an address is one that this server listens on, by what it is bound to or what peers are told. */
export class OwnAddresses {
  /** @param router what knows them; transports may come after this */
  constructor(private readonly router: { readonly locals: readonly LocalAddress[] }) {}

  /** A URI without a transport parameter is ours over any transport that listens on its port. */
  hasUri(uri: SipUri): boolean {
    const transport = transportOf(uri) ?? (uri.scheme === 'sips' ? 'tls' : undefined);
    return this.router.locals.some(
      local =>
        isHost(local, uri.host) &&
        local.port === portOf(transport ?? 'udp', uri.port) &&
        (transport === undefined || transport === local.protocol || isWebSocket(transport, local)),
    );
  }

  /** Whether a Via is one that we have put in. */
  hasSentBy(via: Via): boolean {
    const protocol = via.transport.toLowerCase();
    return this.router.locals.some(
      local =>
        local.protocol === protocol && isHost(local, via.host) && local.port === portOf(protocol, via.port),
    );
  }
}

const isHost = (local: LocalAddress, host: string): boolean =>
  local.address === host || local.advertisedHost.toLowerCase() === host;

/** A URI says `ws` of both (RFC 7118 section 5.2.2). */
const isWebSocket = (transport: string, { protocol }: LocalAddress): boolean =>
  transport === 'ws' && protocol === 'wss';
