/**
 * From bytes to a message: one pass over the head, no backtracking, header fields kept as slices and understood only
 * when somebody asks. What is wrong is noted as the message's `problem`, so that a request can still be answered.
 */
import { headerId, isToken } from './header-names.js';
import type { MessageLimits } from './limits.js';
import {
  flowMarker,
  type HeaderField,
  type MessageParts,
  type Problem,
  SipRequest,
  SipResponse,
} from './message.js';
import { schemeOf } from './uri.js';

/** After so many bad lines nobody looks for good ones. */
const maxBadFields = 16;
const versionPattern = /^SIP\/\d+\.\d+$/i;
const otherVersionCase = /^sip\/2\.0(?= )|(?<= )sip\/2\.0$/i;

const badRequest = (reason: string): Problem => ({ status: 400, reason });

/**
 * @param received the whole message as a binary string
 * @returns undefined when it is not SIP at all: no start line that could be answered or matched
 */
export function parseMessage(received: string, limits: MessageLimits): SipRequest | SipResponse | undefined {
  let text = received;
  let start = 0;
  // RFC 3261 section 7.5: line ends before the start line are ignored.
  while (text.charCodeAt(start) === 0x0d && text.charCodeAt(start + 1) === 0x0a) start += 2;
  const lineEnd = text.indexOf('\r\n', start);
  if (lineEnd < 0 || lineEnd - start > limits.maxHeaderBytes) return undefined;
  let line = text.slice(start, lineEnd);
  if (!line.endsWith(' SIP/2.0') && !line.startsWith('SIP/2.0 ')) {
    // RFC 3261 section 7.1: the version in any case. From here on it is written as everybody writes it.
    line = line.replace(otherVersionCase, version => version.toUpperCase());
    text = text.slice(0, start) + line + text.slice(lineEnd);
  }
  const parts = parseHead(text, start, lineEnd + 2, limits);
  return line.startsWith('SIP/') ? response(line, parts) : request(line, parts);
}

function response(line: string, parts: MessageParts): SipResponse | undefined {
  const match = /^SIP\/2\.0 ([1-6]\d\d)(?: (.*))?$/s.exec(line);
  return match === null ? undefined : new SipResponse(Number(match[1]), match[2] ?? '', parts);
}

function request(line: string, parts: MessageParts): SipRequest | undefined {
  const methodEnd = line.indexOf(' ');
  const versionStart = line.trimEnd().lastIndexOf(' ');
  if (methodEnd <= 0 || versionStart <= methodEnd) return undefined;
  const method = line.slice(0, methodEnd);
  const version = line.slice(versionStart + 1);
  if (!isToken(method) || !versionPattern.test(version.trimEnd())) return undefined;
  const uri = line.slice(methodEnd + 1, versionStart);
  if (version.toUpperCase() !== 'SIP/2.0') {
    parts.problem ??=
      version.trimEnd() === version
        ? { status: 505, reason: 'Version Not Supported' }
        : badRequest('Bad Start Line');
  } else if (/[\s<>"]/.test(uri) || schemeOf(uri) === undefined)
    parts.problem ??= badRequest('Bad Request-URI');
  return new SipRequest(method, uri, parts);
}

function parseHead(text: string, start: number, firstField: number, limits: MessageLimits): MessageParts {
  const fields: HeaderField[] = [];
  let problem: Problem | undefined;
  let at = firstField;
  let bodyStart = -1;
  let badFields = 0;
  while (at < text.length) {
    if (text.charCodeAt(at) === 0x0d && text.charCodeAt(at + 1) === 0x0a) {
      bodyStart = at + 2;
      break;
    }
    if (fields.length >= limits.maxHeaderFields) {
      problem = { status: 513, reason: 'Too Many Header Fields' };
      break;
    }
    const field = readField(text, at, limits);
    if (typeof field === 'string') {
      problem ??= badRequest(field);
      badFields += 1;
      if (badFields > maxBadFields) break;
      const next = text.indexOf('\r\n', at);
      if (next < 0) break;
      at = next + 2;
      continue;
    }
    fields.push(field);
    at = field.end;
  }
  if (bodyStart < 0) {
    problem ??= badRequest('Missing Empty Line');
    bodyStart = text.length;
  }
  const parts: MessageParts = { text, fields, start, bodyStart, bodyEnd: text.length, problem };
  const nul = text.indexOf('\0', start);
  if (nul >= 0 && nul < bodyStart && hasBareNul(text, start, bodyStart))
    parts.problem ??= badRequest('NUL In Header');
  measureBody(parts);
  return parts;
}

/** One header field with its folded lines, or what is wrong with it. */
function readField(text: string, at: number, limits: MessageLimits): HeaderField | string {
  let end = lineEndOf(text, at);
  if (end < 0) return 'Bad Line End';
  let folded = false;
  for (let next = text.charCodeAt(end + 2); next === 0x20 || next === 0x09; next = text.charCodeAt(end + 2)) {
    end = lineEndOf(text, end + 2);
    if (end < 0) return 'Bad Line End';
    if (end - at > limits.maxHeaderBytes) return 'Header Field Too Long';
    folded = true;
  }
  if (end - at > limits.maxHeaderBytes) return 'Header Field Too Long';
  const colon = text.indexOf(':', at);
  if (colon < 0 || colon >= end) return 'Bad Header Field';
  let nameEnd = colon;
  while (nameEnd > at && isSpace(text.charCodeAt(nameEnd - 1))) nameEnd -= 1;
  const name = text.slice(at, nameEnd);
  let id = headerId(name);
  if (!isToken(id)) return 'Bad Header Name';
  // Nothing unescapes names (RFC 4475 section 3.1.1.5) but drachtio-srf: it must not find our own mark behind one.
  if (name.includes('%') && unescaped(name).toLowerCase() === flowMarker) id = flowMarker;
  let valueStart = colon + 1;
  while (valueStart < end && isSpace(text.charCodeAt(valueStart))) valueStart += 1;
  let valueEnd = end;
  while (valueEnd > valueStart && isSpace(text.charCodeAt(valueEnd - 1))) valueEnd -= 1;
  let value = text.slice(valueStart, valueEnd);
  if (folded) value = unfolded(value);
  return { id, name, value, start: at, end: end + 2 };
}

const unescaped = (name: string): string =>
  name.replace(/%(?:u([0-9a-f]{4})|([0-9a-f]{2}))/gi, (_, wide?: string, byte?: string) =>
    String.fromCharCode(Number.parseInt(wide ?? byte ?? '', 16)),
  );

/** Whether a head holds a NUL that is not a quoted pair in a quoted string (RFC 3261 section 25.1). */
function hasBareNul(text: string, start: number, end: number): boolean {
  let quoted = false;
  for (let i = start; i < end; i += 1) {
    const code = text.charCodeAt(i);
    if (code === 0) return true;
    if (code === 0x22) quoted = !quoted;
    else if (quoted && code === 0x5c && text.charCodeAt(i + 1) !== 0x0d) i += 1;
    else if (code === 0x0a && !isSpace(text.charCodeAt(i + 1))) quoted = false;
  }
  return false;
}

/** RFC 3261 section 7.3.1: a line end followed by white space is a space. */
const unfolded = (value: string): string =>
  value
    .split('\r\n')
    .map(line => line.trim())
    .join(' ')
    .trim();

/** The position of the CRLF that ends the line at `at`; -1 when a lone CR or LF comes first, or nothing. */
function lineEndOf(text: string, at: number): number {
  const cr = text.indexOf('\r', at);
  if (cr < 0 || text.charCodeAt(cr + 1) !== 0x0a) return -1;
  const lf = text.indexOf('\n', at);
  return lf === cr + 1 ? cr : -1;
}

const isSpace = (code: number): boolean => code === 0x20 || code === 0x09;

/** RFC 3261 section 18.3: bytes behind Content-Length are dropped, fewer than it says are an error. */
function measureBody(parts: MessageParts): void {
  const field = parts.fields.find(({ id }) => id === 'content-length');
  if (field === undefined) return;
  const length = /^\d{1,9}$/.test(field.value) ? Number(field.value) : -1;
  const available = parts.text.length - parts.bodyStart;
  if (length < 0) parts.problem ??= badRequest('Bad Content-Length');
  else if (length > available) parts.problem ??= badRequest('Body Shorter Than Content-Length');
  else parts.bodyEnd = parts.bodyStart + length;
}
