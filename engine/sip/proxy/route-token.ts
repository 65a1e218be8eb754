/**
 * The URIs that this proxy puts in Record-Route and Path, and knows again in Route. Their user part is a token: proof that
 * we made it, for this Call-ID, and over which connection the peer on that side is reached (RFC 5626 section 5.2). So
 * nobody can use us to send requests to strangers, nothing is kept in memory for the length of a call, and calls outlive
 * a restart.
 */
import { createHmac, timingSafeEqual } from 'node:crypto';
import { hostPort, type SipUri } from '../message/uri.js';
import type { Flow, LocalAddress } from '../transport/transport.js';

const macDigits = 24;
const tokenPattern = /^([0-9a-f]{24})(?:\.((?:[0-9a-f]{2}){1,80}))?$/;

/** The remote end of a connection. */
export interface FlowAddress {
  protocol: string;
  address: string;
  port: number;
}

export class RouteTokens {
  /** @param key known to this server only, and the same after a restart */
  constructor(private readonly key: Buffer) {}

  /**
   * The URI by which requests of a dialog come back to us.
   * @param secure the request has a SIPS URI, and so has to have its way (RFC 3261 section 16.6 item 4)
   */
  uri(side: { local: LocalAddress; flow: Flow | undefined }, callId: string, secure: boolean): string {
    const { local, flow } = side;
    const peer = flow?.connected
      ? Buffer.from(`${flow.protocol} ${flow.remoteAddress} ${flow.remotePort}`, 'latin1').toString('hex')
      : '';
    const token = `${this.#mac(callId, peer)}${peer === '' ? '' : `.${peer}`}`;
    const transport = local.protocol === 'udp' ? '' : `;transport=${local.protocol}`;
    return `${secure ? 'sips' : 'sip'}:${token}@${hostPort(local.advertisedHost, local.port)}${transport};lr`;
  }

  /** What the token of a URI says; undefined when it is none of ours for that Call-ID. */
  read(uri: SipUri, callId: string): { flow: FlowAddress | undefined } | undefined {
    const match = tokenPattern.exec(uri.user ?? '');
    if (match === null) return undefined;
    const peer = match[2] ?? '';
    const given = Buffer.from(match[1] as string, 'latin1');
    if (!timingSafeEqual(given, Buffer.from(this.#mac(callId, peer), 'latin1'))) return undefined;
    const [protocol = '', address = '', port] = Buffer.from(peer, 'hex').toString('latin1').split(' ');
    return { flow: peer === '' ? undefined : { protocol, address, port: Number(port) } };
  }

  #mac(callId: string, peer: string): string {
    return createHmac('sha256', this.key)
      .update(`${peer} ${callId}`, 'latin1')
      .digest('hex')
      .slice(0, macDigits);
  }
}
