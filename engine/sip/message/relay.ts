/**
 * Messages of others on their way through: what a proxy has to change is changed, all else passes as it was written
 * (RFC 3261 section 16.6: bodies and unknown header fields are not looked at).
 */
import { headerId, spelledName } from './header-names.js';
import { flowMarker, type HeaderField, type SipRequest, type SipResponse } from './message.js';
import { reasonPhrase } from './status.js';
import type { TemplateField } from './template.js';

export interface RequestChanges {
  uri: string;
  /** Ours, which goes in front. */
  via: string;
  /** All that is left of the Route, and what was added to it. */
  routes: readonly string[];
  maxForwards: number;
  /** Put in front of what the request has of the same name. */
  inserted: readonly TemplateField[];
  /** Put behind all others. One that may be there once only takes the place of the request's own. */
  added: readonly TemplateField[];
}

/** Written anew by the server. */
const rewritten = new Set(['via', 'route', 'max-forwards', 'content-length', flowMarker]);
/** Spelled out, because ACK and CANCEL are made from the lines of the request. */
const spelledOut = new Set(['from', 'to', 'call-id', 'cseq', 'authorization', 'proxy-authorization']);
/** What is said once, or is vouched for by who says it: the last to speak wins. */
const replaceable = new Set([
  'p-asserted-identity',
  'p-preferred-identity',
  'remote-party-id',
  'max-breadth',
  'priority',
  'privacy',
  'subject',
  'organization',
  'user-agent',
  'session-expires',
  'min-se',
  'expires',
]);

const line = (name: string, value: string): string => `${name}: ${value}\r\n`;

const asWritten = (text: string, { start, end }: HeaderField): string => text.slice(start, end);

/** A request as it goes on. */
export function relayedRequest(request: SipRequest, changes: RequestChanges): string {
  let text = `${request.method} ${changes.uri} SIP/2.0\r\n${line('Via', changes.via)}`;
  for (const { id, value } of request.fields) if (id === 'via') text += line('Via', value);
  for (const route of changes.routes) text += line('Route', route);
  text += line('Max-Forwards', String(changes.maxForwards));
  for (const { name, value } of changes.inserted) text += line(name, value);
  const replaced = new Set(changes.added.map(({ id }) => id).filter(id => replaceable.has(id)));
  for (const field of request.fields) {
    const { id, name, value } = field;
    if (rewritten.has(id) || replaced.has(id)) continue;
    text += spelledOut.has(id)
      ? line(spelledName(headerId(id), name), value)
      : asWritten(request.text, field);
  }
  for (const { name, value } of changes.added) text += line(name, value);
  return withBody(text, request.body);
}

/**
 * A response as it goes back: with the Via of the request it answers, whatever became of them on the way.
 * @param added fields put behind all others
 */
export function relayedResponse(
  response: SipResponse,
  request: SipRequest,
  added: readonly TemplateField[] = [],
): string {
  let text = `SIP/2.0 ${response.status} ${response.reason || reasonPhrase(response.status)}\r\n`;
  for (const { id, value } of request.fields) if (id === 'via') text += line('Via', value);
  for (const field of response.fields) {
    const { id } = field;
    if (id !== 'via' && id !== 'content-length' && id !== flowMarker) text += asWritten(response.text, field);
  }
  for (const { name, value } of added) text += line(name, value);
  return withBody(text, response.body);
}

const withBody = (head: string, body: string): string =>
  `${head}Content-Length: ${body.length}\r\n\r\n${body}`;
