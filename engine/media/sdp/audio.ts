import { isIP } from 'node:net';
import { MediaFault } from '../fault.js';
import { type Direction, directions } from './direction.js';
import type { MediaSection, SessionDescription } from './parse.js';

export interface Codec {
  payloadType: number;
  encoding: 'PCMU' | 'PCMA' | 'telephone-event' | 'CN';
}

/** The audio section of a description, and what every kind of leg needs of it. */
export interface AudioSection {
  session: SessionDescription;
  section: MediaSection;
  /** Place among the media sections. */
  index: number;
  /** Codecs we know, in the peer's order of preference. */
  codecs: Codec[];
  direction: Direction;
}

/** RFC 3551 6: payload types that need no rtpmap. */
const staticTypes: Record<string, Codec['encoding']> = { '0': 'PCMU', '8': 'PCMA', '13': 'CN' };
const encodings: readonly Codec['encoding'][] = ['PCMU', 'PCMA', 'telephone-event', 'CN'];

/**
 * Finds the audio section that is meant for us: the first with a port and a protocol we speak.
 * @throws MediaFault `bad_sdp`, `no_common_codec`
 */
export function readAudio(session: SessionDescription, protocols: readonly string[]): AudioSection {
  const audio = session.media.filter(section => section.type === 'audio' && section.port !== 0);
  const section = audio.find(candidate => protocols.includes(candidate.protocol));
  if (section === undefined) {
    const found = audio.map(candidate => candidate.protocol).join(', ');
    throw new MediaFault(
      'bad_sdp',
      found === ''
        ? 'the SDP has no live audio section'
        : `the SDP has audio over ${found}, not ${protocols.join(' or ')}`,
    );
  }
  const codecs = readCodecs(section);
  if (!codecs.some(({ encoding }) => encoding === 'PCMU' || encoding === 'PCMA')) {
    throw new MediaFault('no_common_codec', 'the peer offers neither PCMU nor PCMA at 8000 Hz');
  }
  const direction = readDirection(session, section);
  return { session, section, index: session.media.indexOf(section), codecs, direction };
}

/** The address and port to send RTP to. `hostless` when the peer gave 0.0.0.0, the hold of RFC 2543. */
export function readTransport(section: MediaSection): { address: string; port: number; hostless: boolean } {
  const { address, port } = section;
  if (address === undefined) throw new MediaFault('bad_sdp', 'the SDP has no c= line');
  if (isIP(address) === 0)
    throw new MediaFault('bad_sdp', 'the c= line has a host name; an IP address is needed');
  return { address, port, hostless: address === '0.0.0.0' || address === '::' };
}

function readCodecs(section: MediaSection): Codec[] {
  const maps = new Map<string, string>();
  for (const { name, value } of section.attributes) {
    const match =
      name === 'rtpmap' ? /^(\d{1,3}) ([A-Za-z0-9-]{1,32})\/(\d{1,6})(?:\/1)?$/.exec(value) : null;
    if (match !== null) maps.set(match[1] as string, `${match[2]}/${match[3]}`);
  }
  const codecs: Codec[] = [];
  for (const format of section.formats) {
    const payloadType = Number(format);
    if (!/^\d{1,3}$/.test(format) || payloadType > 127) continue;
    const [name, rate] = maps.get(format)?.split('/') ?? [staticTypes[format], '8000'];
    const encoding = encodings.find(known => known.toUpperCase() === name?.toUpperCase());
    if (encoding !== undefined && rate === '8000') codecs.push({ payloadType, encoding });
  }
  return codecs;
}

function readDirection(session: SessionDescription, section: MediaSection): Direction {
  const isDirection = ({ name }: { name: string }) => directions.includes(name as Direction);
  const found = section.attributes.find(isDirection) ?? session.attributes.find(isDirection);
  return (found?.name as Direction | undefined) ?? 'sendrecv';
}
