import { type Direction, readPeerSdp } from '../peer-sdp.js';
import type { EndpointKind } from '../port.js';

/** What is to be remembered of an SDP exchange. */
export interface Negotiated {
  /** How FreeSWITCH's side of the stream has to answer the peer's (RFC 3264 6.1). */
  answer: Direction;
  holds: boolean;
  /** Names the DTLS association and ICE session: another one is another peer (RFC 8842 5.1). */
  association: string;
  /** Our part in the DTLS handshake, which no later exchange of the same association may change. */
  role: 'active' | 'passive' | undefined;
  /** telephone-event was agreed. */
  events: boolean;
}

const answers: Record<Direction, Direction> = {
  sendrecv: 'sendrecv',
  sendonly: 'recvonly',
  recvonly: 'sendonly',
  inactive: 'inactive',
};

const attribute = (sdp: string, name: string) => new RegExp(`^a=${name}:(.*?)\\r?$`, 'm').exec(sdp)?.[1];

/** Reads a peer's SDP beside FreeSWITCH's. @throws MediaError `bad_sdp`, `no_common_codec` */
export function readOffer(kind: EndpointKind, sdp: string, ours: string | undefined): Negotiated {
  const { direction } = readPeerSdp(kind, sdp);
  const setup = attribute(ours ?? '', 'setup');
  return {
    answer: answers[direction],
    holds: direction === 'sendonly' || direction === 'inactive',
    association:
      kind === 'webrtc'
        ? ['fingerprint', 'ice-ufrag', 'ice-pwd'].map(name => attribute(sdp, name)).join(' ')
        : '',
    role: setup === 'active' || setup === 'passive' ? setup : roleBeside(attribute(sdp, 'setup')),
    events: /^a=rtpmap:\d+ telephone-event\/8000/m.test(sdp),
  };
}

/** RFC 8842 5.3: who answers a passive side is active, and the other way round. */
function roleBeside(peer: string | undefined): 'active' | 'passive' | undefined {
  if (peer === 'active') return 'passive';
  return peer === 'passive' ? 'active' : undefined;
}

/** FreeSWITCH's offer as a browser wants to see it: it leaves DTLS out of the name of the profile (RFC 5764 8). */
export function ownOffer(offer: string): string {
  return offer.replace(/^(m=audio \d+ )RTP\/SAVPF/m, '$1UDP/TLS/RTP/SAVPF');
}

/**
 * FreeSWITCH's answer as the peer has to see it: it is not told of a hold and so answers as if there were none, and in
 * an answer to a re-INVITE it offers its DTLS role anew, which is none (RFC 8842 5.3).
 */
export function reanswer(answer: string, { answer: direction, role }: Negotiated): string {
  const directed = answer.replace(/^a=(sendrecv|sendonly|recvonly|inactive)\r?\n/gm, '');
  const withDirection = `${directed.trimEnd()}\r\na=${direction}\r\n`;
  return role === undefined ? withDirection : withDirection.replace(/^a=setup:.*$/m, `a=setup:${role}`);
}
