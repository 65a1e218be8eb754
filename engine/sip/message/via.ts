import { isToken } from './header-names.js';
import { splitList } from './name-addr.js';
import { parameterOf } from './parameters.js';
import { hostPort } from './uri.js';

/** The first value of a Via header field (RFC 3261 section 20.42). */
export interface Via {
  /** Upper case: UDP, WS … */
  transport: string;
  host: string;
  port?: number;
  /** `;branch=…`, as written. */
  parameters: string;
  branch?: string;
  /** Present, with or without a value (RFC 3581). */
  rport: boolean;
  /** How many characters of the header field value this first one takes. */
  length: number;
}

const sentByPattern = /^(\[[0-9A-Fa-f:.]+\]|[A-Za-z0-9._-]+)[ \t]*(?::[ \t]*(\d{1,5}))?$/;

/** The topmost Via of a header field value; undefined when it is not well formed. */
export function parseVia(value: string): Via | undefined {
  const comma = endOfFirst(value);
  const first = comma < value.length ? value.slice(0, comma) : value;
  const slash1 = first.indexOf('/');
  const slash2 = first.indexOf('/', slash1 + 1);
  if (slash1 < 0 || slash2 < 0) return undefined;
  // Of any version: a request of another one is answered all the same (RFC 4475 section 3.1.2.16).
  if (first.slice(0, slash1).trim().toUpperCase() !== 'SIP') return undefined;
  if (!isToken(first.slice(slash1 + 1, slash2).trim())) return undefined;
  let at = slash2 + 1;
  while (isSpace(first.charCodeAt(at))) at += 1;
  const transportStart = at;
  while (at < first.length && !isSpace(first.charCodeAt(at))) at += 1;
  const transport = first.slice(transportStart, at).toUpperCase();
  const semicolon = first.indexOf(';', at);
  const sentBy = sentByPattern.exec((semicolon < 0 ? first.slice(at) : first.slice(at, semicolon)).trim());
  if (transport === '' || sentBy === null) return undefined;
  const port = sentBy[2] === undefined ? undefined : Number(sentBy[2]);
  if (port !== undefined && port > 65_535) return undefined;
  const parameters = semicolon < 0 ? '' : first.slice(semicolon);
  const host = sentBy[1] as string;
  return {
    transport,
    host: (host.startsWith('[') ? host.slice(1, -1) : host).toLowerCase(),
    port,
    parameters,
    branch: parameterOf(parameters, 'branch') || undefined,
    rport: parameterOf(parameters, 'rport') !== undefined,
    length: comma,
  };
}

/** How many hops the Via header fields of a message name. */
export const viaCount = (values: readonly string[]): number =>
  values.reduce((count, value) => count + splitList(value).length, 0);

/** Where the first of the comma-separated values ends. */
function endOfFirst(value: string): number {
  const comma = value.indexOf(',');
  if (comma < 0) return value.length;
  const quote = value.indexOf('"');
  if (quote < 0 || quote > comma) return comma;
  let quoted = false;
  for (let i = 0; i < value.length; i += 1) {
    const code = value.charCodeAt(i);
    if (quoted && code === 0x5c) i += 1;
    else if (code === 0x22) quoted = !quoted;
    else if (code === 0x2c && !quoted) return i;
  }
  return value.length;
}

const isSpace = (code: number): boolean => code === 0x20 || code === 0x09;

/**
 * The Via value with `received` (RFC 3261 section 18.2.1) and `rport` (RFC 3581 section 4) filled in by what the
 * message's source really was. Unchanged when neither applies.
 */
export function stampedVia(value: string, via: Via, address: string, port: number): string {
  if (!via.rport && via.host === address) return value;
  const stamped = via.parameters
    .split(';')
    .filter(parameter => parameterName(parameter) !== 'received')
    .map(parameter => (parameterName(parameter) === 'rport' ? `rport=${port}` : parameter))
    .join(';');
  const head = value.slice(0, via.length - via.parameters.length);
  return `${head}${stamped};received=${address}${value.slice(via.length)}`;
}

const parameterName = (parameter: string): string => {
  const equals = parameter.indexOf('=');
  return (equals < 0 ? parameter : parameter.slice(0, equals)).trim().toLowerCase();
};

/** A Via for a request of ours; `rport` asks the peer for the port it sees. */
export const newVia = (transport: string, host: string, port: number, branch: string): string =>
  `SIP/2.0/${transport.toUpperCase()} ${hostPort(host, port)};rport;branch=${branch}`;
