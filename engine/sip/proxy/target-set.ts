/** Where a request may go (RFC 3261 section 16.5): each target once, in order, and no more than there may be. */
import type { SipResponse } from '../message/message.js';
import { parseNameAddr, splitList } from '../message/name-addr.js';
import { parameterOf } from '../message/parameters.js';
import { parseSipUri } from '../message/uri.js';

export interface Target {
  /** The Request-URI it is sent with. */
  uri: string;
  /** The URI that says where it is sent to. */
  nextHop: string;
}

export class TargetSet {
  #waiting: Target[] = [];
  readonly #seen = new Set<string>();
  constructor(private readonly maxTargets: number) {}

  get waiting(): number {
    return this.#waiting.length;
  }

  /** Puts targets in front of those that wait. What has been there before, and what is too many, is left out. */
  add(targets: readonly Target[]): number {
    const fresh = targets.filter(({ nextHop }) => {
      if (this.#seen.has(nextHop) || this.#seen.size >= this.maxTargets) return false;
      this.#seen.add(nextHop);
      return true;
    });
    this.#waiting = [...fresh, ...this.#waiting];
    return fresh.length;
  }

  next(): Target | undefined {
    return this.#waiting.shift();
  }

  clear(): void {
    this.#waiting = [];
  }
}

/**
 * The Contacts of a redirection, the one with the highest q first (RFC 3261 sections 8.1.3.4 and 16.7 item 4).
 * @param secure the request has a SIPS URI: it must not go on by a lesser one
 */
export function redirectTargets(response: SipResponse, secure: boolean): Target[] {
  return response
    .all('contact')
    .flatMap(splitList)
    .map(contact => parseNameAddr(contact))
    .flatMap(address => {
      const scheme = address === undefined ? undefined : parseSipUri(address.uri)?.scheme;
      if (address === undefined || scheme === undefined || (secure && scheme !== 'sips')) return [];
      const uri = address.uri.split('?')[0] as string;
      return [{ target: { uri, nextHop: uri }, q: qOf(address.parameters) }];
    })
    .sort((a, b) => b.q - a.q)
    .map(({ target }) => target);
}

/** 1 when there is none, or none that can be read. */
function qOf(parameters: string): number {
  const value = parameterOf(parameters, 'q') ?? '';
  return /^(?:0(?:\.\d{0,3})?|1(?:\.0{0,3})?)$/.test(value) ? Number(value) : 1;
}
