/** What flags take. Each throws an Error that says what was expected. */
import { readFileSync } from 'node:fs';
import { isIP } from 'node:net';
import { pino } from 'pino';
import { TrustedSources } from '../guard/trusted-sources.js';
import type { ListenAddress } from '../options.js';

export function address(text: string): ListenAddress {
  const match = /^(\[[0-9A-Fa-f:.]+\]|[A-Za-z0-9._-]+):(\d{1,5})$/.exec(text);
  const port = Number(match?.[2]);
  if (match === null || port > 65_535) throw new Error(`expected HOST:PORT, got ${text}`);
  return { host: (match[1] as string).replace(/^\[|\]$/g, ''), port };
}

/** A name server cannot be looked up. */
export function numericAddress(text: string): ListenAddress {
  const found = address(text);
  if (isIP(found.host) === 0) throw new Error(`expected a numeric address with a port, got ${text}`);
  return found;
}

/** `HOST:PORT`, or `HOST:PORT/EXTERNAL` with what peers are told in the place of HOST. */
export function listener(text: string): ListenAddress {
  const slash = text.indexOf('/');
  if (slash < 0) return address(text);
  return { ...address(text.slice(0, slash)), externalHost: hostName(text.slice(slash + 1)) };
}

export function count(text: string): number {
  const number = Number(text);
  if (!/^\d{1,9}$/.test(text) || number < 1) throw new Error(`expected a number above zero, got ${text}`);
  return number;
}

export function countOrNone(text: string): number {
  return text === '0' ? 0 : count(text);
}

/** A piece of a name: one that is nearly in every name would refuse everybody. */
export function namePiece(text: string): string {
  if (!/^[\x20-\x7e]{3,64}$/.test(text)) throw new Error(`expected 3 to 64 characters, got "${text}"`);
  return text;
}

/** A final status of SIP that says no. */
export function refusal(text: string): number {
  if (!/^[4-6]\d\d$/.test(text)) throw new Error(`expected a status from 400 to 699, got ${text}`);
  return Number(text);
}

/** An address, or a network with its prefix length. */
export function network(text: string): string {
  new TrustedSources([text]);
  return text;
}

/** In milliseconds. */
export const seconds = (text: string): number => count(text) * 1_000;

export function hostName(text: string): string {
  if (!/^[A-Za-z0-9._:-]+$/.test(text)) throw new Error(`expected a host name or an address, got ${text}`);
  return text;
}

/** The text of a PEM file. */
export function pem(path: string): string {
  let text: string;
  try {
    text = readFileSync(path, 'utf8');
  } catch (error) {
    throw new Error(`cannot read the file: ${(error as Error).message}`);
  }
  if (!text.includes('-----BEGIN ')) throw new Error(`expected a PEM file, ${path} is none`);
  return text;
}

export function logLevel(text: string): string {
  if (!(text in pino.levels.values)) throw new Error(`there is no level ${text}`);
  return text;
}
