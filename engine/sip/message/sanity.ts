/** What a request must have before anybody looks at what it means (RFC 3261 sections 8.1.1, 8.2 and 16.3). */
import type { Problem, SipRequest, SipResponse } from './message.js';
import { parseNameAddr, splitList, tagOf } from './name-addr.js';
import { hasEmptyParameter } from './parameters.js';
import { parseSipUri, schemeOf } from './uri.js';

/** Header fields that may appear once at most: a second one could say something else than the first. */
const single = new Set([
  'call-id',
  'content-length',
  'content-type',
  'cseq',
  'expires',
  'from',
  'max-forwards',
  'min-expires',
  'rack',
  'rseq',
  'to',
]);

const maxSequence = 2 ** 31 - 1;
const bad = (reason: string): Problem => ({ status: 400, reason });

/** Whether it is known where an answer goes; what else there must be is said in that answer. */
export const isAnswerable = (request: SipRequest): boolean => request.via !== undefined;

/** Of the header fields that every message has (RFC 3261 section 8.1.1), the first that is missing or empty. */
function missingField(message: SipRequest | SipResponse): string | undefined {
  if (message.from === '') return 'From';
  if (message.to === '') return 'To';
  if (message.callId === '') return 'Call-ID';
  return message.first('cseq') === undefined ? 'CSeq' : undefined;
}

/** The answer a request deserves that cannot be accepted; undefined when there is nothing wrong with it. */
export function problemOf(request: SipRequest): Problem | undefined {
  if (request.problem !== undefined) return request.problem;
  const missing = missingField(request);
  if (missing !== undefined) return bad(`Missing ${missing}`);
  const repeated = repeatedField(request);
  if (repeated !== undefined) return bad(`Repeated ${repeated}`);
  if (request.via === undefined || hasEmptyParameter(request.via.parameters)) return bad('Bad Via');
  const cseq = request.cseq;
  if (cseq === undefined || cseq.number > maxSequence) return bad('Bad CSeq');
  if (cseq.method !== request.method) return bad('CSeq Method Differs');
  if (!isIdentifier(request.callId)) return bad('Bad Call-ID');
  if (!isParty(request.from)) return bad('Bad From');
  if (!isParty(request.to)) return bad('Bad To');
  const scheme = schemeOf(request.uri);
  if (scheme === 'sip' || scheme === 'sips') {
    const uri = parseSipUri(request.uri);
    // RFC 3261 section 19.1.1: no headers in a Request-URI.
    if (uri === undefined || uri.hasHeaders === true) return bad('Bad Request-URI');
  } else if (scheme !== 'tel') return { status: 416, reason: 'Unsupported URI Scheme' };
  return maxForwardsProblem(request) ?? dateProblem(request) ?? contactProblem(request);
}

/** A response is only dropped, never answered. */
export const isSaneResponse = (response: SipResponse): boolean =>
  response.problem === undefined &&
  response.via !== undefined &&
  missingField(response) === undefined &&
  response.cseq !== undefined &&
  repeatedField(response) === undefined &&
  isParty(response.to);

/**
 * What may be part of a dialog id. More than the grammar allows, for the sake of careless peers, but nothing that
 * would end a field or the line of a control frame.
 */
/** Whether it can be a Call-ID or a tag here: `|` separates the fields of the control protocol. */
export const isIdentifier = (text: string): boolean => !/[\s|]/.test(text);

/** A From or To value (RFC 3261 section 20.20). */
const isParty = (value: string): boolean =>
  parseNameAddr(value) !== undefined && splitList(value).length === 1 && isIdentifier(tagOf(value) ?? '');

function repeatedField(message: SipRequest | SipResponse): string | undefined {
  let seen: string[] | undefined;
  for (const { id, name } of message.fields) {
    if (!single.has(id)) continue;
    if (seen === undefined) seen = [id];
    else if (seen.includes(id)) return name;
    else seen.push(id);
  }
  return undefined;
}

function maxForwardsProblem(request: SipRequest): Problem | undefined {
  const value = request.first('max-forwards');
  if (value === undefined) return undefined;
  // Zero is for proxies to refuse: an endpoint takes it (RFC 3261 section 8.1.1.6, RFC 4475 section 3.3.11).
  return /^\d{1,10}$/.test(value) && Number(value) <= 255 ? undefined : bad('Bad Max-Forwards');
}

/** RFC 3261 section 20.17: no other time zone than GMT. */
function dateProblem(request: SipRequest): Problem | undefined {
  const value = request.first('date');
  return value === undefined || value.endsWith(' GMT') ? undefined : bad('Bad Date');
}

function contactProblem(request: SipRequest): Problem | undefined {
  const contacts = request.all('contact');
  for (const contact of contacts) {
    if (contact === '*') {
      const all = request.method === 'REGISTER' && contacts.length === 1 && request.first('expires') === '0';
      if (!all) return bad('Bad Contact');
      continue;
    }
    for (const item of splitList(contact)) if (parseNameAddr(item) === undefined) return bad('Bad Contact');
  }
  return undefined;
}
