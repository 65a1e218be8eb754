/**
 * What the application sends: a start line, the header fields it wants to set, a body. The server completes it.
 */

import { headerId, isKnownHeader, isToken, spelledName } from './header-names.js';
import { dialogsMarker, flowMarker } from './message.js';

export interface TemplateField {
  id: string;
  /** As it goes on the wire. */
  name: string;
  value: string;
}

export interface RequestLine {
  method: string;
  uri: string;
}

export interface StatusLine {
  status: number;
  reason: string;
}

export interface Template {
  startLine: string;
  fields: TemplateField[];
  /** Everything behind the first empty line. */
  body: string;
}

/** Header fields that are the server's business alone. */
const neverSettable = new Set([
  'via',
  'route',
  'rseq',
  'record-route',
  'content-length',
  flowMarker,
  dialogsMarker,
]);

/** Reads an application's message. Lines that are not `name: value` are left out, as the real server does. */
export function parseTemplate(text: string): Template {
  const headEnd = text.indexOf('\r\n\r\n');
  const lines = (headEnd < 0 ? text : text.slice(0, headEnd)).split('\r\n');
  const fields: TemplateField[] = [];
  let current: TemplateField | undefined;
  for (let i = 1; i < lines.length; i += 1) {
    const line = lines[i] as string;
    if (line.startsWith(' ') || line.startsWith('\t')) {
      if (current !== undefined) current.value += ` ${line.trim()}`;
      continue;
    }
    current = templateField(line);
    if (current !== undefined) fields.push(current);
  }
  return {
    startLine: lines[0] as string,
    // A lone line end would begin a header field of its own at a careless peer.
    fields: fields.filter(({ id, value }) => !neverSettable.has(id) && !/[\r\n\0]/.test(value)),
    body: headEnd < 0 ? '' : text.slice(headEnd + 4),
  };
}

function templateField(line: string): TemplateField | undefined {
  const colon = line.indexOf(':');
  const name = line.slice(0, Math.max(colon, 0)).trim();
  if (!isToken(name)) return undefined;
  const id = headerId(name);
  return { id, name: spelledName(id, name), value: line.slice(colon + 1).trim() };
}

export const isStatusLine = (startLine: string): boolean => startLine.startsWith('SIP/');

/** Undefined when it is no status line with a code from 100 to 699. */
export function parseStatusLine(startLine: string): StatusLine | undefined {
  const match = /^SIP\/2\.0 ([1-6]\d\d)(?: ([^\r\n\0]*))?$/.exec(startLine);
  return match === null ? undefined : { status: Number(match[1]), reason: match[2] ?? '' };
}

/** Undefined when it is no request line. The URI is not looked at. */
export function parseRequestLine(startLine: string): RequestLine | undefined {
  const match = /^(\S+) ([\x21-\x7e\x80-\xff]+) SIP\/2\.0$/.exec(startLine);
  if (match === null || !isToken(match[1] as string)) return undefined;
  return { method: match[1] as string, uri: match[2] as string };
}

/** The value of the first field of that id. */
export const templateValue = (template: Template, id: string): string | undefined =>
  template.fields.find(field => field.id === id)?.value;

/** Known header fields first, then the application's own, each group in the order given. */
export function orderedFields(fields: readonly TemplateField[]): TemplateField[] {
  return [...fields.filter(({ id }) => isKnownHeader(id)), ...fields.filter(({ id }) => !isKnownHeader(id))];
}
