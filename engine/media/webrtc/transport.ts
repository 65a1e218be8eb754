import { randomBytes } from 'node:crypto';
import { isIP } from 'node:net';
import { MediaFault } from '../fault.js';
import type { AudioSection } from '../sdp/audio.js';
import { attributeOf } from '../sdp/parse.js';
import { isMid } from '../sdp/write.js';

export const webrtcProtocols = ['UDP/TLS/RTP/SAVPF', 'UDP/TLS/RTP/SAVP'];

/** A host or reflexive candidate, rebuilt from checked parts. */
export interface Candidate {
  foundation: string;
  priority: number;
  address: string;
  port: number;
  type: string;
}

/** ICE and DTLS parameters of one side (RFC 8839, RFC 8842). */
export interface IceDtlsParameters {
  ufrag: string;
  pwd: string;
  fingerprint: { algorithm: string; value: string };
  setup: 'active' | 'passive' | 'actpass';
  candidates: Candidate[];
}

const maxCandidates = 64;
/** Hash lengths in bytes of RFC 8122 that are still fit for use. */
const hashBytes: Record<string, number> = { 'sha-256': 32, 'sha-384': 48, 'sha-512': 64 };

/** Reads the transport of an audio section. @throws MediaFault `bad_sdp` naming what is missing or wrong */
export function readParameters({ session, section }: AudioSection): IceDtlsParameters & { mid: string } {
  const need = (name: string, form: RegExp): string => {
    const value = attributeOf(session, section, name);
    if (value === undefined) throw new MediaFault('bad_sdp', `the SDP has no a=${name}, which WebRTC needs`);
    if (!form.test(value)) throw new MediaFault('bad_sdp', `a=${name} is malformed`);
    return value;
  };
  const mid = attributeOf(session, section, 'mid') ?? '0';
  if (!isMid(mid)) throw new MediaFault('bad_sdp', 'a=mid is malformed');
  if (attributeOf(session, section, 'rtcp-mux') === undefined) {
    throw new MediaFault('bad_sdp', 'the SDP has no a=rtcp-mux, which WebRTC needs');
  }
  const [algorithm, value] = need('fingerprint', /^[A-Za-z0-9-]{1,16} [0-9A-Fa-f:]{1,255}$/).split(' ') as [
    string,
    string,
  ];
  const bytes = hashBytes[algorithm.toLowerCase()];
  if (bytes === undefined || !new RegExp(`^([0-9A-F]{2}:){${bytes - 1}}[0-9A-F]{2}$`, 'i').test(value)) {
    throw new MediaFault('bad_sdp', 'a=fingerprint is no SHA-256, SHA-384 or SHA-512 fingerprint');
  }
  return {
    mid,
    ufrag: need('ice-ufrag', /^[A-Za-z0-9+/]{4,256}$/),
    pwd: need('ice-pwd', /^[A-Za-z0-9+/]{22,256}$/),
    fingerprint: { algorithm: algorithm.toLowerCase(), value: value.toUpperCase() },
    setup: need('setup', /^(active|passive|actpass)$/) as IceDtlsParameters['setup'],
    candidates: readCandidates(
      section.attributes.filter(({ name }) => name === 'candidate').map(a => a.value),
    ),
  };
}

/**
 * Candidates we can use: UDP, first component, an IP address. Names (mDNS) and TCP are passed over: such a browser
 * reaches us and is then known by where its checks come from (RFC 8445 7.3.1.3).
 */
function readCandidates(values: readonly string[]): Candidate[] {
  if (values.length > maxCandidates) throw new MediaFault('bad_sdp', `more than ${maxCandidates} candidates`);
  return values.flatMap(value => {
    const parts = value.trim().split(/ +/);
    const [foundation, component, protocol, priority, address, port, typ, type] = parts;
    if (component !== '1' || protocol?.toLowerCase() !== 'udp' || typ !== 'typ') return [];
    if (!/^[A-Za-z0-9+/]{1,32}$/.test(foundation ?? '') || isIP(address ?? '') === 0) return [];
    if (!/^\d{1,10}$/.test(priority ?? '') || !/^\d{1,5}$/.test(port ?? '')) return [];
    if (!/^(host|srflx|prflx|relay)$/.test(type ?? '') || Number(port) < 1 || Number(port) > 65535) return [];
    return [
      {
        foundation: foundation as string,
        priority: Math.min(Number(priority), 0xffffffff),
        address: address as string,
        port: Number(port),
        type: type as string,
      },
    ];
  });
}

/** Host candidates of ours for one port, the first preferred (RFC 8445 5.1.2.1). */
export function hostCandidates(addresses: readonly string[], port: number): Candidate[] {
  return addresses.map((address, index) => ({
    foundation: String(index + 1),
    priority: 126 * 2 ** 24 + (65_535 - index) * 2 ** 8 + 255,
    address,
    port,
    type: 'host',
  }));
}

/** New ICE credentials of ours: 48 and 144 random bits (RFC 8445 5.3 wants 24 and 128). */
export function makeCredentials(): { ufrag: string; pwd: string } {
  return { ufrag: randomBytes(6).toString('base64'), pwd: randomBytes(18).toString('base64') };
}

export function candidateValue({ foundation, priority, address, port, type }: Candidate): string {
  const related = type === 'host' ? '' : ' raddr 0.0.0.0 rport 0';
  return `candidate:${foundation} 1 UDP ${priority} ${address} ${port} typ ${type}${related}`;
}
