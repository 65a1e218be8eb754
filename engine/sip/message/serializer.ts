/** From parts to the text of a message. The one place where lines of SIP are put together. */
import type { SipRequest } from './message.js';
import { parseNameAddr, tagOf } from './name-addr.js';
import { reasonPhrase } from './status.js';
import { orderedFields, type Template, type TemplateField } from './template.js';
import { hostPort } from './uri.js';

export interface RequestParts {
  method: string;
  uri: string;
  via: string;
  routes: readonly string[];
  maxForwards: number;
  from: string;
  to: string;
  callId: string;
  sequence: number;
  contact?: string;
  fields: readonly TemplateField[];
  body: string;
}

export function requestText(parts: RequestParts): string {
  let text = `${parts.method} ${parts.uri} SIP/2.0\r\nVia: ${parts.via}\r\n`;
  for (const route of parts.routes) text += `Route: ${route}\r\n`;
  text +=
    `Max-Forwards: ${parts.maxForwards}\r\nFrom: ${parts.from}\r\nTo: ${parts.to}\r\n` +
    `Call-ID: ${parts.callId}\r\nCSeq: ${parts.sequence} ${parts.method}\r\n`;
  if (parts.contact !== undefined) text += `Contact: ${parts.contact}\r\n`;
  return text + fieldsAndBody(parts.fields, parts.body);
}

export interface ResponseParts {
  status: number;
  reason?: string;
  /** The tag that the To of the request gets when it has none. */
  toTag?: string;
  /** Copy Record-Route: in responses that make a dialog (RFC 3261 section 12.1.1). */
  recordRoute?: boolean;
  contact?: string;
  fields?: readonly TemplateField[];
  body?: string;
}

/** A response to `request` (RFC 3261 section 8.2.6). */
export function responseText(request: SipRequest, parts: ResponseParts): string {
  let text = `SIP/2.0 ${parts.status} ${parts.reason || reasonPhrase(parts.status)}\r\n`;
  let routes = '';
  for (const { id, value } of request.fields) {
    if (id === 'via') text += `Via: ${value}\r\n`;
    else if (id === 'record-route' && parts.recordRoute === true) routes += `Record-Route: ${value}\r\n`;
  }
  const to =
    parts.toTag !== undefined && tagOf(request.to) === undefined
      ? `${request.to};tag=${parts.toTag}`
      : request.to;
  // What a request that is refused for it does not have is left out.
  const cseq = request.first('cseq');
  text += routes;
  if (request.from !== '') text += `From: ${request.from}\r\n`;
  if (request.to !== '') text += `To: ${to}\r\n`;
  if (request.callId !== '') text += `Call-ID: ${request.callId}\r\n`;
  if (cseq !== undefined) text += `CSeq: ${cseq}\r\n`;
  const timestamp = parts.status === 100 ? request.first('timestamp') : undefined;
  if (timestamp !== undefined) text += `Timestamp: ${timestamp}\r\n`;
  if (parts.contact !== undefined) text += `Contact: ${parts.contact}\r\n`;
  return text + fieldsAndBody(parts.fields ?? [], parts.body ?? '');
}

function fieldsAndBody(fields: readonly TemplateField[], body: string): string {
  let text = '';
  for (const { name, value } of orderedFields(fields)) text += `${name}: ${value}\r\n`;
  return `${text}Content-Length: ${body.length}\r\n\r\n${body}`;
}

/**
 * A response that the server makes up for its own application, as if the far end of `requestText` had sent it
 * (RFC 3261 section 8.1.3.1).
 */
export function madeUpResponse(sentRequest: string, status: number, reason = reasonPhrase(status)): string {
  const head = sentRequest.slice(0, sentRequest.indexOf('\r\n\r\n')).split('\r\n');
  const wanted = /^(?:Via|From|To|Call-ID|CSeq):/;
  const lines = head.slice(1).filter(line => wanted.test(line));
  return [`SIP/2.0 ${status} ${reason}`, ...lines, 'Content-Length: 0', '', ''].join('\r\n');
}

/** The fields that the server itself writes, taken away from what the application gave. */
export function without(template: Template, ...ids: string[]): TemplateField[] {
  return template.fields.filter(({ id }) => !ids.includes(id));
}

const localhostPattern = /(sips?:(?:[^@\s<>]*@)?)localhost(?::\d{1,5})?(?![A-Za-z0-9.@-])/i;

/**
 * `localhost` in the host part of an address that the application set stands for the address the message leaves
 * from. Display name and parameters are kept; an addr-spec gets its brackets.
 */
export function withLocalAddress(value: string, host: string, port: number): string {
  if (!localhostPattern.test(value)) return value;
  const address = parseNameAddr(value);
  if (address === undefined) return value.replace(localhostPattern, `$1${hostPort(host, port)}`);
  const uri = address.uri.replace(localhostPattern, `$1${hostPort(host, port)}`);
  return `${address.display === '' ? '' : `${address.display} `}<${uri}>${address.parameters}`;
}
