/** Requests of ours: what the application gave, completed (RFC 3261 sections 8.1.1 and 12.2.1.1). */
import { parseNameAddr, tagOf } from '../../message/name-addr.js';
import { parameterOf } from '../../message/parameters.js';
import { isIdentifier } from '../../message/sanity.js';
import { type RequestParts, requestText, withLocalAddress, without } from '../../message/serializer.js';
import {
  type RequestLine,
  type Template,
  type TemplateField,
  templateValue,
} from '../../message/template.js';
import { detached, newBranch, newSequence, newTag, randomToken } from '../../message/token.js';
import { hostPort, parseSipUri, schemeOf } from '../../message/uri.js';
import { newVia } from '../../message/via.js';
import type { LocalAddress } from '../../transport/transport.js';
import type { Dialog } from '../dialog.js';

const defaultMaxForwards = 70;
/** The requests of ours that must have a Contact (RFC 3261 section 8.1.1.8, RFC 6665 section 8.4, RFC 3515 section 2.2). */
const contactMethods = new Set(['INVITE', 'SUBSCRIBE', 'NOTIFY', 'REFER']);

/** A request ready to go. */
export interface Outgoing {
  method: string;
  branch: string;
  text: string;
  /** A Contact of ours. */
  contact: string | undefined;
}

/** A request ready to go, with what has to be remembered of it. */
export interface BuiltRequest extends Outgoing {
  callId: string;
  localTag: string;
  from: string;
  to: string;
  sequence: number;
  credentials: TemplateField[];
}

/**
 * Where the peer's requests are to go.
 * @param uri the Request-URI: the answer to `sips` is `sips` (RFC 3261 sections 8.1.1.8 and 12.1.1)
 */
export const localContact = ({ protocol, advertisedHost, port }: LocalAddress, uri = ''): string => {
  const address = hostPort(advertisedHost, port);
  // RFC 7118 section 5.2.2 has one name in URIs for both.
  const transport = protocol === 'wss' ? 'ws' : protocol;
  if (schemeOf(uri) === 'sips') return `<sips:${address}${transport === 'ws' ? ';transport=ws' : ''}>`;
  return `<sip:${address}${transport === 'udp' ? '' : `;transport=${transport}`}>`;
};

/** Whether the body can be understood by its receiver: a type is given, or it is plainly SDP. */
export const hasContentType = ({ fields, body }: Template): boolean =>
  body === '' || body.startsWith('v=0') || fields.some(({ id }) => id === 'content-type');

/** The type of a body that is plainly SDP, and addresses of ours put in the place of `localhost`. */
export function completedFields(fields: TemplateField[], body: string, local: LocalAddress): TemplateField[] {
  const completed = fields.map(field =>
    field.id === 'p-asserted-identity' ? { ...field, value: localAddressIn(field.value, local) } : field,
  );
  if (body.startsWith('v=0') && !fields.some(({ id }) => id === 'content-type')) {
    completed.push({ id: 'content-type', name: 'Content-Type', value: 'application/sdp' });
  }
  return completed;
}

export const localAddressIn = (value: string, local: LocalAddress): string =>
  withLocalAddress(value, local.advertisedHost, local.port);

/** Kept as long as the dialog, and so without the message they were in. */
const credentialsOf = (template: Template): TemplateField[] =>
  template.fields
    .filter(({ id }) => id === 'authorization' || id === 'proxy-authorization')
    .map(field => ({ ...field, value: detached(field.value) }));

/**
 * A request outside a dialog; a string says what is wrong with what the application gave.
 * @param routeSet a route set from before there is a dialog (RFC 3261 section 8.1.1.1)
 */
export function newRequest(
  line: RequestLine,
  template: Template,
  local: LocalAddress,
  routeSet: readonly string[] = [],
): BuiltRequest | string {
  const givenFrom = templateValue(template, 'from') ?? localContact(local);
  const from = localAddressIn(givenFrom, local);
  if (parseNameAddr(from) === undefined) return `invalid from value provided by client: ${givenFrom}`;
  const tag = tagOf(from) ?? newTag();
  if (!isIdentifier(tag)) return `invalid from value provided by client: ${givenFrom}`;
  const callId = templateValue(template, 'call-id') || randomToken(16);
  if (!isIdentifier(callId)) return `invalid call-id provided by client: ${callId}`;
  const to = localAddressIn(templateValue(template, 'to') ?? `<${line.uri}>`, local);
  const givenContact = templateValue(template, 'contact');
  const defaultContact = contactMethods.has(line.method) ? localContact(local, line.uri) : undefined;
  const contact = givenContact === undefined ? defaultContact : localAddressIn(givenContact, local);
  const branch = newBranch();
  const parts = {
    method: line.method,
    ...routed(line.uri, routeSet),
    via: newVia(local.protocol, local.advertisedHost, local.port, branch),
    maxForwards: maxForwards(template),
    from: tagOf(from) === undefined ? `${bracketed(from)};tag=${tag}` : from,
    to: bracketed(to),
    callId,
    sequence: givenSequence(template) ?? newSequence(),
    contact,
    fields: completedFields(
      without(template, 'from', 'to', 'call-id', 'cseq', 'max-forwards', 'contact'),
      template.body,
      local,
    ),
    body: template.body,
  };
  return built(parts, branch, tag, template);
}

/** A request inside a dialog. Counts the dialog's CSeq on, but for ACK, which has that of its INVITE. */
export function dialogRequest(
  dialog: Dialog,
  line: RequestLine,
  template: Template,
  local: LocalAddress,
  ack?: { sequence: number; credentials: TemplateField[] },
): BuiltRequest {
  const given = templateValue(template, 'contact');
  const contact =
    given !== undefined
      ? localAddressIn(given, local)
      : contactMethods.has(line.method)
        ? dialog.localContact
        : undefined;
  const target = line.uri === 'sip:placeholder' || line.method === 'ACK' ? dialog.remoteTarget : line.uri;
  const { uri, routes } = routed(target, dialog.routeSet);
  if (ack === undefined) dialog.localSequence += 1;
  const branch = newBranch();
  const fields = without(template, 'from', 'to', 'call-id', 'cseq', 'max-forwards', 'contact');
  const parts = {
    method: line.method,
    uri,
    via: newVia(local.protocol, local.advertisedHost, local.port, branch),
    routes,
    maxForwards: maxForwards(template),
    from: dialog.local,
    to: dialog.remote,
    callId: dialog.callId,
    sequence: ack?.sequence ?? dialog.localSequence,
    contact,
    fields: completedFields([...fields, ...(ack?.credentials ?? [])], template.body, local),
    body: template.body,
  };
  return built(parts, branch, dialog.localTag, template);
}

/** What has to be remembered: not the fields and the body, which would keep the application's frame. */
function built(parts: RequestParts, branch: string, localTag: string, template: Template): BuiltRequest {
  const { method, callId, from, to, sequence, contact } = parts;
  const credentials = credentialsOf(template);
  const text = requestText(parts);
  return { method, branch, text, callId, localTag, from, to, sequence, contact, credentials };
}

/**
 * The same request for another target (RFC 3263 section 4.3): with another branch, and with the address that it leaves
 * from now in Via and Contact.
 */
export function retargeted<R extends Outgoing>(request: R, before: LocalAddress, now: LocalAddress): R {
  // What stands behind a dot is the mark by which a proxy finds loops.
  const branch = newBranch() + request.branch.replace(/^[^.]*/, '');
  const via = newVia(now.protocol, now.advertisedHost, now.port, branch);
  let text = request.text.replace(/\r\nVia: [^\r]*/, () => `\r\nVia: ${via}`);
  const contact = request.contact === undefined ? undefined : moved(request.contact, before, now);
  if (contact !== request.contact) {
    text = text.replace(`\r\nContact: ${request.contact}\r\n`, () => `\r\nContact: ${contact}\r\n`);
  }
  return { ...request, branch, text, contact };
}

/** A Contact of ours, with another address of ours in it. */
function moved(contact: string, before: LocalAddress, now: LocalAddress): string {
  if (contact === localContact(before)) return localContact(now);
  const address = (local: LocalAddress) => hostPort(local.advertisedHost, local.port);
  return contact.replace(address(before), () => address(now));
}

/** The CANCEL of an INVITE: same Request-URI, branch, Route, From, To, Call-ID and CSeq number (section 9.1). */
export function cancelText(invite: string, template: Template | undefined): string {
  const lines = invite.slice(0, invite.indexOf('\r\n\r\n')).split('\r\n');
  // Only the first Via is that of the INVITE's transaction; a forwarded one has those of its way so far behind it.
  const kept = lines.slice(2).filter(line => /^(?:Route|Max-Forwards|From|To|Call-ID):/.test(line));
  const sequence = lines.find(line => line.startsWith('CSeq: '))?.split(' ')[1];
  const ignored = [
    'from',
    'to',
    'contact',
    'p-asserted-identity',
    'call-id',
    'cseq',
    'max-forwards',
    'content-type',
  ];
  const own = template === undefined ? [] : without(template, ...ignored);
  return [
    `CANCEL ${(lines[0] as string).split(' ')[1]} SIP/2.0`,
    lines[1] as string,
    ...kept,
    `CSeq: ${sequence} CANCEL`,
    ...own.map(({ name, value }) => `${name}: ${value}`),
    'Content-Length: 0',
    '',
    '',
  ].join('\r\n');
}

/** RFC 3261 section 12.2.1.1: a first route without `lr` is a strict router and becomes the Request-URI. */
function routed(target: string, routeSet: readonly string[]): { uri: string; routes: readonly string[] } {
  const first = routeSet[0] === undefined ? undefined : parseNameAddr(routeSet[0])?.uri;
  if (first === undefined) return { uri: target, routes: routeSet };
  const parameters = parseSipUri(first)?.parameters ?? '';
  if (parameterOf(parameters, 'lr') !== undefined) return { uri: target, routes: routeSet };
  return { uri: first, routes: [...routeSet.slice(1), `<${target}>`] };
}

/** An addr-spec in its brackets, so that what follows belongs to the header field and not to the URI. */
function bracketed(value: string): string {
  if (value.includes('<')) return value;
  const address = parseNameAddr(value);
  return address === undefined ? `<${value}>` : `<${address.uri}>${address.parameters}`;
}

function givenSequence(template: Template): number | undefined {
  const match = /^(\d{1,10})(?:\s|$)/.exec(templateValue(template, 'cseq') ?? '');
  const number = match === null ? Number.NaN : Number(match[1]);
  return number < 2 ** 31 ? number : undefined;
}

function maxForwards(template: Template): number {
  const given = templateValue(template, 'max-forwards');
  return given !== undefined && /^\d{1,3}$/.test(given) && Number(given) <= 255
    ? Number(given)
    : defaultMaxForwards;
}
