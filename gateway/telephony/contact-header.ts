/** The Contact header of a REGISTER (RFC 3261 20.10), read with limits: what is bound here becomes a Request-URI later. */

export interface RegisterContact {
  uri: string;
  host: string;
  /** Lower case; undefined when the URI names none. */
  transport?: string;
  /** The `expires` parameter, seconds; undefined when absent or unreadable (RFC 3261 10.3 step 7). */
  expires?: number;
}

export class ContactError extends Error {
  override readonly name = 'ContactError';
}

const maxHeaderLength = 4096;
const maxUriLength = 512;
const maxContacts = 10;

// userinfo without separators that could end the URI elsewhere; host name, IPv4 or IPv6 reference; URI parameters.
const sipUri =
  /^sips?:(?:[^\s@<>",;?]{1,128}@)?((?:[A-Za-z0-9-]+\.)*[A-Za-z0-9-]+\.?|\[[0-9A-Fa-f:.]+\])(?::(\d{1,5}))?((?:;[^\s<>",;?@]+)*)$/;

/** Splits at the commas that are neither in quotes nor in angle brackets. */
export function splitList(header: string): string[] {
  const parts: string[] = [];
  let start = 0;
  let quoted = false;
  let bracketed = false;
  for (let i = 0; i < header.length; i++) {
    const char = header[i];
    if (quoted) {
      if (char === '\\') i++;
      else if (char === '"') quoted = false;
    } else if (char === '"') quoted = true;
    else if (char === '<') bracketed = true;
    else if (char === '>') bracketed = false;
    else if (char === ',' && !bracketed) {
      parts.push(header.slice(start, i));
      start = i + 1;
    }
  }
  parts.push(header.slice(start));
  return parts.map(part => part.trim()).filter(part => part !== '');
}

function parseContact(text: string): RegisterContact {
  // Without brackets every parameter belongs to the header, not to the URI (RFC 3261 20).
  const match =
    /^(?:(?:"(?:[^"\\]|\\.)*"|[^<"]*)\s*)?<([^>]*)>\s*((?:;.*)?)$/.exec(text) ??
    /^([^\s;<>"]+)\s*((?:;.*)?)$/.exec(text);
  const uri = match?.[1]?.trim() ?? '';
  const parsed = uri.length <= maxUriLength ? sipUri.exec(uri) : null;
  if (!parsed || Number(parsed[2] ?? 0) > 65_535) throw new ContactError('Contact is not a SIP URI');
  const transport = /;transport=([a-z]+)(?:;|$)/i.exec(parsed[3] ?? '')?.[1]?.toLowerCase();
  const expires = /;\s*expires\s*=\s*(\d{1,10})\s*(?:;|$)/i.exec(match?.[2] ?? '')?.[1];
  return { uri, host: parsed[1]!, transport, expires: expires === undefined ? undefined : Number(expires) };
}

/** @throws ContactError with a phrase for the client */
export function parseContacts(header: string | undefined): RegisterContact[] | '*' {
  if (header === undefined) return [];
  if (header.length > maxHeaderLength) throw new ContactError('Contact too long');
  if (header.trim() === '*') return '*';
  const parts = splitList(header);
  if (parts.length > maxContacts) throw new ContactError('Too many contacts');
  const contacts = parts.map(parseContact);
  if (new Set(contacts.map(contact => contact.uri)).size < contacts.length)
    throw new ContactError('Contact repeated');
  return contacts;
}

/** User and host of a To or From header, or of a bare URI; host in lower case. Undefined when it is no SIP URI. */
export function parseAddress(text: string | undefined): { user: string; host: string } | undefined {
  if (text === undefined || text.length > 1024) return undefined;
  const uri = /<([^>]*)>/.exec(text)?.[1] ?? text;
  const match =
    /^\s*sips?:(?:([^\s@:;?]*)(?::[^\s@]*)?@)?(\[[0-9a-f:.]+\]|[a-z0-9.-]+)(?::\d+)?(?:[;?].*)?$/i.exec(uri);
  return match ? { user: match[1] ?? '', host: match[2]!.toLowerCase() } : undefined;
}
