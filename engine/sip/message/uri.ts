import { parameterOf } from './parameters.js';

/** A SIP or SIPS URI in its parts (RFC 3261 section 19.1). Parts are as written; nothing is unescaped. */
export interface SipUri {
  scheme: 'sip' | 'sips';
  /** Without the password; absent when there is none. */
  user?: string;
  /** A name, an IPv4 address, or an IPv6 address without its brackets. */
  host: string;
  port?: number;
  /** `;name=value…`, or empty. */
  parameters: string;
  /** There is a `?name=value…` behind them. */
  hasHeaders?: true;
}

const hostPattern = /^[A-Za-z0-9._-]+$/;
const ipv6Pattern = /^[0-9A-Fa-f:.]+$/;

/** The scheme in lower case, or undefined when there is no `scheme:`. */
export function schemeOf(uri: string): string | undefined {
  const colon = uri.indexOf(':');
  if (colon <= 0) return undefined;
  const scheme = uri.slice(0, colon);
  return /^[A-Za-z][A-Za-z0-9+.-]*$/.test(scheme) ? scheme.toLowerCase() : undefined;
}

/** A sip: or sips: URI; undefined when it is another scheme or not well formed. */
export function parseSipUri(text: string): SipUri | undefined {
  const scheme = schemeOf(text);
  if (scheme !== 'sip' && scheme !== 'sips') return undefined;
  for (let i = 0; i < text.length; i += 1) {
    const code = text.charCodeAt(i);
    if (code <= 0x20 || code === 0x3c || code === 0x3e || code === 0x22 || code === 0x7f) return undefined;
  }
  let at = scheme.length + 1;
  const uri: SipUri = { scheme, host: '', parameters: '' };
  const userEnd = text.indexOf('@', at);
  if (userEnd >= 0) {
    const info = text.slice(at, userEnd);
    const password = info.indexOf(':');
    uri.user = password < 0 ? info : info.slice(0, password);
    if (uri.user === '') return undefined;
    at = userEnd + 1;
  }
  at = readHost(text, at, uri);
  if (at < 0) return undefined;
  if (text.charCodeAt(at) === 0x3a) {
    const start = at + 1;
    at = start;
    while (at < text.length && isDigit(text.charCodeAt(at))) at += 1;
    const port = Number(text.slice(start, at));
    if (at === start || at - start > 5 || port > 65_535) return undefined;
    uri.port = port;
  }
  if (at === text.length) return uri;
  const next = text.charCodeAt(at);
  if (next !== 0x3b && next !== 0x3f) return undefined;
  const headers = text.indexOf('?', at);
  uri.parameters = headers < 0 ? text.slice(at) : text.slice(at, headers);
  if (headers >= 0) uri.hasHeaders = true;
  return uri;
}

/** Reads the host at `at` into `uri`; the position after it, or -1. */
function readHost(text: string, at: number, uri: SipUri): number {
  if (text.charCodeAt(at) === 0x5b) {
    const close = text.indexOf(']', at);
    if (close < 0) return -1;
    uri.host = text.slice(at + 1, close).toLowerCase();
    return ipv6Pattern.test(uri.host) && uri.host.includes(':') ? close + 1 : -1;
  }
  let end = at;
  for (; end < text.length; end += 1) {
    const code = text.charCodeAt(end);
    if (code === 0x3a || code === 0x3b || code === 0x3f) break;
  }
  uri.host = text.slice(at, end).toLowerCase();
  return hostPattern.test(uri.host) ? end : -1;
}

const isDigit = (code: number): boolean => code >= 0x30 && code <= 0x39;

/** Host and port as they are written in a URI or a Via: IPv6 in brackets. */
export function hostPort(host: string, port?: number): string {
  const name = host.includes(':') ? `[${host}]` : host;
  return port === undefined ? name : `${name}:${port}`;
}

/** The transport parameter in lower case, or undefined. */
export const transportOf = (uri: SipUri): string | undefined =>
  parameterOf(uri.parameters, 'transport')?.toLowerCase();

/** `user@host[:port]`: what two URIs of one registered user agent have in common, whatever their parameters. */
export const contactKey = (uri: SipUri): string => `${uri.user ?? ''}@${hostPort(uri.host, uri.port)}`;
