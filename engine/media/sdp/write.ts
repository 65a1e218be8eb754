import { randomInt } from 'node:crypto';
import { isIPv6 } from 'node:net';
import type { Codec } from './audio.js';
import type { Direction } from './direction.js';
import { attributeOf, type SessionDescription } from './parse.js';

/** Identity of our descriptions in one dialog: the version grows with each (RFC 3264 5). */
export class Origin {
  readonly #sessionId = randomInt(2 ** 47);
  #version = 0;

  /** Version 0 first, one more with every call. */
  line(address: string): string {
    return `o=- ${this.#sessionId} ${this.#version++} IN ${netAddress(address)}`;
  }
}

export interface LocalAudio {
  address: string;
  port: number;
  protocol: string;
  codecs: readonly Codec[];
  direction: Direction;
  /** Transport attributes, without `a=`. */
  attributes: readonly string[];
}

/** Our offer: one audio section. */
export function writeOffer(origin: Origin, audio: LocalAudio, sessionAttributes: readonly string[]): string {
  return join([...head(origin, audio, sessionAttributes), ...audioLines(audio)]);
}

/** Our answer: every section of the offer in its place, all but the audio one refused with port 0 (RFC 3264 6). */
export function writeAnswer(
  origin: Origin,
  audio: LocalAudio,
  sessionAttributes: readonly string[],
  offer: SessionDescription,
  index: number,
): string {
  const sections = offer.media.flatMap((section, i) => {
    if (i === index) return audioLines(audio);
    const mid = attributeOf(offer, section, 'mid');
    const refused = [
      `m=${section.type} 0 ${section.protocol} ${section.formats[0]}`,
      'c=IN IP4 0.0.0.0',
      'a=inactive',
    ];
    return mid !== undefined && isMid(mid) ? [...refused, `a=mid:${mid}`] : refused;
  });
  return join([...head(origin, audio, sessionAttributes), ...sections]);
}

/** RFC 8843's token, as short as it is ever seen. */
export function isMid(mid: string): boolean {
  return /^[A-Za-z0-9!#$%&'*+.^_`{|}~-]{1,32}$/.test(mid);
}

function head(origin: Origin, { address }: LocalAudio, attributes: readonly string[]): string[] {
  return ['v=0', origin.line(address), 's=-', 't=0 0', ...attributes.map(attribute => `a=${attribute}`)];
}

function audioLines({ address, port, protocol, codecs, direction, attributes }: LocalAudio): string[] {
  const types = codecs.map(({ payloadType }) => payloadType).join(' ');
  return [
    `m=audio ${port} ${protocol} ${types}`,
    `c=IN ${netAddress(address)}`,
    ...codecs.flatMap(({ payloadType, encoding }) => {
      const map = `a=rtpmap:${payloadType} ${encoding}/8000`;
      return encoding === 'telephone-event' ? [map, `a=fmtp:${payloadType} 0-15`] : [map];
    }),
    'a=ptime:20',
    `a=${direction}`,
    ...attributes.map(attribute => `a=${attribute}`),
  ];
}

function netAddress(address: string): string {
  return `IP${isIPv6(address) ? 6 : 4} ${address}`;
}

function join(lines: readonly string[]): string {
  return `${lines.join('\r\n')}\r\n`;
}
