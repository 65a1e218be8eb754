import { MediaFault } from '../fault.js';

/** SDP as sections of attributes (RFC 8866), as far as one audio stream needs it. */
export interface Attribute {
  name: string;
  value: string;
}

export interface MediaSection {
  type: string;
  port: number;
  protocol: string;
  formats: string[];
  /** Address of the section's own c= line, or of the session's. */
  address: string | undefined;
  attributes: Attribute[];
}

export interface SessionDescription {
  attributes: Attribute[];
  media: MediaSection[];
}

export const maxSdpBytes = 65_536;
const maxLines = 1000;
const maxLineLength = 2048;
const maxSections = 16;
const maxFormats = 64;

/** Reads SDP within limits. @throws MediaFault `bad_sdp` naming the line and what is wrong with it */
export function parseSdp(text: string): SessionDescription {
  if (text.length > maxSdpBytes)
    throw new MediaFault('bad_sdp', `the SDP is larger than ${maxSdpBytes} bytes`);
  const lines = text.split(/\r?\n/);
  if (lines.length > maxLines) throw new MediaFault('bad_sdp', `the SDP has more than ${maxLines} lines`);
  if (lines[0] !== 'v=0') throw new MediaFault('bad_sdp', 'the SDP does not start with v=0');
  const session: SessionDescription = { attributes: [], media: [] };
  let sessionAddress: string | undefined;
  let section: MediaSection | undefined;
  lines.forEach((line, index) => {
    const refuse = (why: string) => new MediaFault('bad_sdp', `SDP line ${index + 1}: ${why}`);
    if (line === '') return;
    if (line.length > maxLineLength) throw refuse(`longer than ${maxLineLength} characters`);
    if (line[1] !== '=' || !/[a-z]/.test(line[0] as string)) throw refuse('not of the form <letter>=<value>');
    const value = line.slice(2);
    switch (line[0]) {
      case 'm':
        if (session.media.length === maxSections) throw refuse(`more than ${maxSections} media sections`);
        section = parseMedia(value, sessionAddress, refuse);
        session.media.push(section);
        break;
      case 'c': {
        const address = parseConnection(value, refuse);
        if (section === undefined) sessionAddress = address;
        else section.address = address;
        break;
      }
      case 'a': {
        const colon = value.indexOf(':');
        const attribute =
          colon < 0
            ? { name: value, value: '' }
            : { name: value.slice(0, colon), value: value.slice(colon + 1) };
        (section ?? session).attributes.push(attribute);
        break;
      }
    }
  });
  return session;
}

/** The value of an attribute: the section's, else the session's. */
export function attributeOf(
  session: SessionDescription,
  section: MediaSection,
  name: string,
): string | undefined {
  const inside = section.attributes.find(attribute => attribute.name === name);
  return (inside ?? session.attributes.find(attribute => attribute.name === name))?.value;
}

function parseMedia(
  value: string,
  address: string | undefined,
  refuse: (why: string) => Error,
): MediaSection {
  const [type, port, protocol, ...formats] = value.trim().split(/ +/);
  if (type === undefined || !/^[a-z]{1,32}$/.test(type)) throw refuse('no media type');
  if (port === undefined || !/^\d{1,5}(\/\d{1,3})?$/.test(port)) throw refuse('no port');
  const number = Number.parseInt(port, 10);
  if (number > 65535) throw refuse('the port is above 65535');
  if (protocol === undefined || !/^[A-Z/]{3,32}$/i.test(protocol)) throw refuse('no transport protocol');
  if (formats.length === 0 || formats.length > maxFormats) throw refuse('no formats, or too many');
  if (formats.some(format => !/^[A-Za-z0-9_-]{1,32}$/.test(format))) throw refuse('a format is no token');
  return { type, port: number, protocol: protocol.toUpperCase(), formats, address, attributes: [] };
}

function parseConnection(value: string, refuse: (why: string) => Error): string {
  const match = /^IN IP[46] ([0-9A-Za-z.:-]{1,255})(?:\/\d+)*$/.exec(value.trim());
  if (match === null) throw refuse('no connection data of the form IN IP4 <address>');
  return match[1] as string;
}
