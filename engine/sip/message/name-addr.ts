import { endOfQuoted, hasEmptyParameter, parameterOf } from './parameters.js';

/** The value of From, To, Contact, Route and their like (RFC 3261 section 20.10). */
export interface NameAddr {
  /** As written, with its quotes; empty when there is none. */
  display: string;
  uri: string;
  /** Header parameters, `;name=value…`, or empty. */
  parameters: string;
}

/** One name-addr or addr-spec with its parameters; undefined when it is not well formed. */
export function parseNameAddr(value: string): NameAddr | undefined {
  const text = value.trim();
  let at = 0;
  if (text.charCodeAt(0) === 0x22) {
    at = endOfQuoted(text, 0);
    if (at < 0) return undefined;
  }
  const open = text.indexOf('<', at);
  if (open < 0) return at > 0 ? undefined : addrSpec(text);
  const between = text.slice(at, open);
  if (at > 0 ? between.trim() !== '' : /[",;:@<>]/.test(between)) {
    // A semicolon before the bracket belongs to an addr-spec whose parameters hold a bracket: not well formed either.
    return undefined;
  }
  const close = text.indexOf('>', open);
  if (close < 0) return undefined;
  const parameters = text.slice(close + 1).trim();
  if (parameters !== '' && (parameters.charCodeAt(0) !== 0x3b || hasEmptyParameter(parameters)))
    return undefined;
  const uri = text.slice(open + 1, close);
  if (uri === '' || /\s/.test(uri)) return undefined;
  return { display: text.slice(0, open).trim(), uri, parameters };
}

/** Without brackets every parameter belongs to the header field, and the URI may hold no comma or question mark. */
function addrSpec(text: string): NameAddr | undefined {
  const semicolon = text.indexOf(';');
  const uri = (semicolon < 0 ? text : text.slice(0, semicolon)).trim();
  if (uri === '' || /[\s,?"]/.test(uri) || !uri.includes(':')) return undefined;
  const parameters = semicolon < 0 ? '' : text.slice(semicolon);
  return hasEmptyParameter(parameters) ? undefined : { display: '', uri, parameters };
}

/** The tag of a From or To value; undefined when there is none. */
export function tagOf(value: string): string | undefined {
  const tag = parameterOf(headerParameters(value), 'tag');
  return tag === '' ? undefined : tag;
}

/** The same as `parseNameAddr` finds them; quicker where no quoted string can hide a bracket or a semicolon. */
function headerParameters(value: string): string {
  if (value.includes('"')) return parseNameAddr(value)?.parameters ?? '';
  const semicolon = value.indexOf(';', Math.max(value.indexOf('>'), 0));
  return semicolon < 0 ? '' : value.slice(semicolon);
}

/** The items of a comma-separated header field value, commas in quotes and in angle brackets left alone. */
export function splitList(value: string): string[] {
  if (!value.includes(',')) return [value.trim()];
  const items: string[] = [];
  let start = 0;
  let inBrackets = false;
  for (let i = 0; i < value.length; i += 1) {
    const code = value.charCodeAt(i);
    if (code === 0x22 && !inBrackets) {
      const end = endOfQuoted(value, i);
      if (end < 0) break;
      i = end - 1;
    } else if (code === 0x3c) inBrackets = true;
    else if (code === 0x3e) inBrackets = false;
    else if (code === 0x2c && !inBrackets) {
      items.push(value.slice(start, i).trim());
      start = i + 1;
    }
  }
  items.push(value.slice(start).trim());
  return items.filter(item => item !== '');
}
