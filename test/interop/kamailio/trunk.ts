/** The carrier's switch behind Kamailio: a SIP peer that keeps to the route set of its calls (RFC 3261 12.2.1.1). */
import type { SipRequest } from '../../../engine/sip/message/message.js';
import { randomToken } from '../../../engine/sip/message/token.js';
import { type Header, type Peer, peerRequest } from '../../../engine/sip/testing/peer.js';

const bracketed = /<[^>]*>/g;

/** The route set that a request or a response with Record-Route gives. */
export const recordedRoutes = (message: { all(id: string): string[] }): string[] =>
  message.all('record-route').flatMap(value => value.match(bracketed) ?? []);

/** A call to the trunk. */
export class TrunkCall {
  readonly routes: string[];
  readonly #tag = randomToken(4);
  #sequence = 0;
  constructor(
    private readonly peer: Peer,
    readonly invite: SipRequest,
  ) {
    this.routes = recordedRoutes(invite);
  }

  /** The next call that comes in over the peer. */
  static async next(peer: Peer): Promise<TrunkCall> {
    return new TrunkCall(peer, await peer.request('INVITE'));
  }

  answer(status: number, body = ''): void {
    this.peer.respond(this.invite, status, { tag: this.#tag, body });
  }

  send(method: string, parts: { body?: string; headers?: Header[] } = {}): void {
    // The ACK goes with the INVITE before it.
    if (method !== 'ACK') this.#sequence += 1;
    const { body = '', headers = [] } = parts;
    const [target = ''] = this.invite.first('contact')?.match(bracketed) ?? [];
    const text = peerRequest(this.peer, {
      method,
      uri: target.slice(1, -1),
      callId: this.invite.callId,
      from: `${this.invite.to};tag=${this.#tag}`,
      to: this.invite.from,
      sequence: this.#sequence,
      headers: [
        ...this.routes.map((route): Header => ['Route', route]),
        ['Contact', `<${this.peer.contact}>`],
        ...headers,
      ],
      body,
    });
    this.peer.sendText(text);
  }
}
