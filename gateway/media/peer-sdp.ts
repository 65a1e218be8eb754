import { isIP } from 'node:net';
import { type MediaDescription, parse, type SessionDescription } from 'sdp-transform';
import { type EndpointKind, MediaError } from './port.js';

/** Which way media flows, seen from the side that says it (RFC 3264 5.1). */
export type Direction = 'sendrecv' | 'sendonly' | 'recvonly' | 'inactive';

/** What the gateway itself has to know of a peer's SDP before an engine gets it. */
export interface PeerSdp {
  direction: Direction;
  /** G.711 as the peer lists it, the preferred first. */
  codecs: ('PCMU' | 'PCMA')[];
}

const maxLength = 65_536;
const maxLines = 1000;
const maxLineLength = 2048;
const maxCandidates = 64;

const protocols: Record<EndpointKind, RegExp> = {
  rtp: /^RTP\/AVPF?$/,
  webrtc: /^UDP\/TLS\/RTP\/SAVPF?$/,
};
/** RFC 3551 6: payload types that need no rtpmap. */
const staticCodecs: Record<number, string> = { 0: 'PCMU', 8: 'PCMA' };
/** Hash lengths in bytes of RFC 8122 that are still fit for use. */
const hashBytes: Record<string, number> = { 'sha-256': 32, 'sha-384': 48, 'sha-512': 64 };

const refuse = (why: string) => new MediaError('bad_sdp', why);

/**
 * Checks a peer's SDP before it goes to an engine of others, whose own words for what is wrong differ, or which takes
 * what it should not. @throws MediaError `bad_sdp`, `no_common_codec`
 */
export function readPeerSdp(kind: EndpointKind, text: string): PeerSdp {
  const session = parse(limited(text));
  const audio = audioOf(session, kind);
  if (kind === 'webrtc') checkTransport(session, audio);
  else checkAddress(session, audio);
  const codecs = codecsOf(audio);
  if (codecs.length === 0) {
    throw new MediaError('no_common_codec', 'the peer offers neither PCMU nor PCMA at 8000 Hz');
  }
  const direction = (audio.direction ?? session.direction ?? 'sendrecv') as Direction;
  // The hold of RFC 2543, an address of zeros: nobody can be sent anything there.
  const zero = kind === 'rtp' && /^(0\.0\.0\.0|::)$/.test((audio.connection ?? session.connection)?.ip ?? '');
  return { direction: zero ? 'inactive' : direction, codecs };
}

function limited(text: string): string {
  if (text.length > maxLength) throw refuse(`the SDP is longer than ${maxLength} characters`);
  const lines = text.split(/\r?\n/);
  if (lines.length > maxLines) throw refuse(`the SDP has more than ${maxLines} lines`);
  if (lines[0] !== 'v=0') throw refuse('the SDP does not start with v=0');
  const bad = lines.findIndex(line => line !== '' && !/^[a-z]=/.test(line));
  if (bad >= 0) throw refuse(`SDP line ${bad + 1}: not of the form <letter>=<value>`);
  if (lines.some(line => line.length > maxLineLength))
    throw refuse(`an SDP line is longer than ${maxLineLength} characters`);
  return text;
}

/** The first audio section that is alive and of our protocol. */
function audioOf(session: SessionDescription, kind: EndpointKind): MediaDescription {
  const audio = (session.media ?? []).filter(({ type, port }) => type === 'audio' && port !== 0);
  const section = audio.find(({ protocol }) => protocols[kind].test(protocol));
  if (section === undefined) {
    const found = audio.map(({ protocol }) => protocol).join(', ');
    throw refuse(
      found === ''
        ? 'the SDP has no live audio section'
        : `the SDP has audio over ${found}, which is not ${kind}`,
    );
  }
  if (!Number.isInteger(section.port) || section.port < 0 || section.port > 65_535)
    throw refuse('the port is above 65535');
  return section;
}

function checkAddress(session: SessionDescription, audio: MediaDescription): void {
  const address = (audio.connection ?? session.connection)?.ip;
  if (address === undefined) throw refuse('the SDP has no c= line');
  if (isIP(address) === 0) throw refuse('the c= line has no IP address');
}

/** What ICE and DTLS need (RFC 8839, RFC 8842, RFC 8834 for rtcp-mux). */
function checkTransport(session: SessionDescription, audio: MediaDescription): void {
  const fingerprint = audio.fingerprint ?? session.fingerprint;
  const bytes = hashBytes[fingerprint?.type.toLowerCase() ?? ''];
  const hash = new RegExp(`^([0-9A-F]{2}:){${(bytes ?? 1) - 1}}[0-9A-F]{2}$`, 'i');
  if (fingerprint === undefined || bytes === undefined || !hash.test(fingerprint.hash))
    throw refuse('the SDP has no SHA-256, SHA-384 or SHA-512 fingerprint');
  if (!/^[A-Za-z0-9+/]{4,256}$/.test(String(audio.iceUfrag ?? session.iceUfrag ?? '')))
    throw refuse('the SDP has no a=ice-ufrag, or one that is malformed');
  if (!/^[A-Za-z0-9+/]{22,256}$/.test(String(audio.icePwd ?? session.icePwd ?? '')))
    throw refuse('the SDP has no a=ice-pwd, or one that is malformed');
  if (!/^(active|passive|actpass)$/.test(audio.setup ?? session.setup ?? ''))
    throw refuse('the SDP has no a=setup, or one that is malformed');
  if (audio.rtcpMux === undefined) throw refuse('the SDP has no a=rtcp-mux, which WebRTC needs');
  if (!/^[A-Za-z0-9_.+!#$%&'*^`{|}~-]{1,32}$/.test(String(audio.mid ?? '0')))
    throw refuse('a=mid is malformed');
  if ((audio.candidates?.length ?? 0) > maxCandidates) throw refuse(`more than ${maxCandidates} candidates`);
}

function codecsOf(audio: MediaDescription): PeerSdp['codecs'] {
  const named = new Map(audio.rtp.map(({ payload, codec, rate }) => [payload, { codec, rate }]));
  return String(audio.payloads ?? '')
    .split(' ')
    .map(Number)
    .flatMap(type => {
      const { codec, rate } = named.get(type) ?? { codec: staticCodecs[type], rate: 8000 };
      const name = codec?.toUpperCase();
      return (name === 'PCMU' || name === 'PCMA') && rate === 8000 ? [name] : [];
    });
}
