/** Session-Expires and Min-SE (RFC 4028 sections 4 and 5), and what two sides agree on by them (tables 1 and 2). */
import type { SipRequest, SipResponse } from '../../message/message.js';
import { listing, lists } from '../../message/option-tags.js';
import { parameterOf } from '../../message/parameters.js';
import { type Template, type TemplateField, templateValue } from '../../message/template.js';

/** Seconds; shorter ones are refused, ours are never shorter (section 5). */
export const leastInterval = 90;

/** By the roles in the transaction that carries it, not in the dialog. */
export type Refresher = 'uac' | 'uas';

export interface SessionExpires {
  seconds: number;
  refresher: Refresher | undefined;
}

/** What holds for a session from its last 2xx on. */
export interface Terms {
  seconds: number;
  weRefresh: boolean;
}

const optionTag = 'timer';

/** Undefined when it is absent or not well formed. */
export function parseSessionExpires(value: string | undefined): SessionExpires | undefined {
  const seconds = deltaSeconds(value);
  if (value === undefined || seconds === undefined) return undefined;
  const refresher = parameterOf(value, 'refresher')?.toLowerCase();
  return { seconds, refresher: refresher === 'uac' || refresher === 'uas' ? refresher : undefined };
}

/** Undefined when it is absent or not well formed. */
export function deltaSeconds(value: string | undefined): number | undefined {
  const match = /^\s*(\d{1,9})\s*(?:;|$)/.exec(value ?? '');
  return match === null ? undefined : Number(match[1]);
}

const supportsTimers = (message: SipRequest | SipResponse): boolean =>
  lists(message.all('supported'), optionTag) || lists(message.all('require'), optionTag);

/** Section 9: what asks for less than the least may be refused with 422, if its sender understands that. */
export function isTooShort(request: SipRequest): boolean {
  const offered = parseSessionExpires(request.first('session-expires'));
  return offered !== undefined && offered.seconds < leastInterval && supportsTimers(request);
}

export interface Agreement {
  seconds: number;
  refresher: Refresher;
  /** The peer has to understand the answer: its Require lists `timer` (section 9). */
  require: boolean;
}

/**
 * What our 2xx to an INVITE or UPDATE says (section 9, table 2); undefined when the session has no limit.
 * @param wanted of the application's answer
 * @param current what holds in the dialog so far
 */
export function agree(
  request: SipRequest,
  wanted: SessionExpires | undefined,
  current: Terms | undefined,
): Agreement | undefined {
  const offered = parseSessionExpires(request.first('session-expires'));
  const supported = supportsTimers(request);
  const refresher = refresherOf(offered, wanted, current, supported);
  if (refresher === undefined) return undefined;
  const least = Math.max(leastInterval, deltaSeconds(request.first('min-se')) ?? 0);
  // The offer may be made shorter, but not longer.
  const most = offered?.seconds ?? Number.POSITIVE_INFINITY;
  const asked = wanted?.seconds ?? offered?.seconds ?? current?.seconds ?? least;
  const seconds = Math.max(Math.min(asked, most), least);
  return { seconds, refresher, require: refresher === 'uac' || supported };
}

function refresherOf(
  offered: SessionExpires | undefined,
  wanted: SessionExpires | undefined,
  current: Terms | undefined,
  supported: boolean,
): Refresher | undefined {
  if (offered?.refresher !== undefined) return offered.refresher;
  if (wanted !== undefined) return supported ? (wanted.refresher ?? 'uac') : 'uas';
  // Nothing is armed unless one side asks for it; what is armed keeps its roles.
  if (current === undefined) return undefined;
  if (current.weRefresh) return 'uas';
  return offered === undefined ? undefined : 'uac';
}

export const sessionExpires = (seconds: number, refresher: Refresher): TemplateField => ({
  id: 'session-expires',
  name: 'Session-Expires',
  value: `${seconds};refresher=${refresher}`,
});

export const minSe = (seconds: number): TemplateField => ({
  id: 'min-se',
  name: 'Min-SE',
  value: String(seconds),
});

/** The same fields, with `timer` listed in Supported or Require. */
export const listingTimer = (
  fields: readonly TemplateField[],
  id: 'supported' | 'require',
): TemplateField[] => listing(fields, id, optionTag);

/** What a 2xx to a request of ours means for us; undefined when the session has no limit (section 7.2). */
export function termsOf(response: SipResponse): Terms | undefined {
  const agreed = parseSessionExpires(response.first('session-expires'));
  if (agreed === undefined) return undefined;
  return { seconds: Math.max(agreed.seconds, leastInterval), weRefresh: agreed.refresher !== 'uas' };
}

export const givenSessionExpires = (template: Template): SessionExpires | undefined =>
  parseSessionExpires(templateValue(template, 'session-expires'));
