/**
 * Header field names. Inside the server a header field is known by its id: the full name in lower case, compact forms
 * (RFC 3261 section 7.3.3 and the companions that define one) expanded.
 */
const canonicalNames = [
  'Accept',
  'Accept-Contact',
  'Accept-Encoding',
  'Accept-Language',
  'Alert-Info',
  'Allow',
  'Allow-Events',
  'Authentication-Info',
  'Authorization',
  'Call-ID',
  'Call-Info',
  'Contact',
  'Content-Disposition',
  'Content-Encoding',
  'Content-Language',
  'Content-Length',
  'Content-Type',
  'CSeq',
  'Date',
  'Error-Info',
  'Event',
  'Expires',
  'From',
  'Identity',
  'Identity-Info',
  'In-Reply-To',
  'Join',
  'Max-Forwards',
  'MIME-Version',
  'Min-Expires',
  'Min-SE',
  'Organization',
  'P-Asserted-Identity',
  'P-Preferred-Identity',
  'Path',
  'Priority',
  'Privacy',
  'Proxy-Authenticate',
  'Proxy-Authorization',
  'Proxy-Require',
  'RAck',
  'Reason',
  'Record-Route',
  'Refer-Sub',
  'Refer-To',
  'Referred-By',
  'Reject-Contact',
  'Remote-Party-ID',
  'Replaces',
  'Reply-To',
  'Request-Disposition',
  'Require',
  'Retry-After',
  'Route',
  'RSeq',
  'Server',
  'Service-Route',
  'Session-Expires',
  'SIP-ETag',
  'SIP-If-Match',
  'Subject',
  'Subscription-State',
  'Supported',
  'Timestamp',
  'To',
  'Unsupported',
  'User-Agent',
  'Via',
  'Warning',
  'WWW-Authenticate',
] as const;

const compactForms: Record<string, string> = {
  a: 'accept-contact',
  b: 'referred-by',
  c: 'content-type',
  d: 'request-disposition',
  e: 'content-encoding',
  f: 'from',
  i: 'call-id',
  j: 'reject-contact',
  k: 'supported',
  l: 'content-length',
  m: 'contact',
  n: 'identity-info',
  o: 'event',
  r: 'refer-to',
  s: 'subject',
  t: 'to',
  u: 'allow-events',
  v: 'via',
  x: 'session-expires',
  y: 'identity',
};

const spellings = new Map<string, string>(canonicalNames.map(name => [name.toLowerCase(), name]));

/** From the usual spellings to the id, so that the common case costs one look-up and no lower-casing. */
const ids = new Map<string, string>();
for (const [id, spelling] of spellings) {
  ids.set(spelling, id);
  ids.set(id, id);
}
for (const [short, id] of Object.entries(compactForms)) {
  ids.set(short, id);
  ids.set(short.toUpperCase(), id);
}

/** The id of a header field by its name as written. */
export function headerId(name: string): string {
  const known = ids.get(name);
  if (known !== undefined) return known;
  const lower = name.toLowerCase();
  return ids.get(lower) ?? lower;
}

/** Whether the name is one that RFC 3261 or a companion defines and this server knows by its spelling. */
export const isKnownHeader = (id: string): boolean => spellings.has(id);

/**
 * How a header field that the application set is spelled on the wire: known ones canonically; names that begin with
 * `X-` as given; others with the first letter and each letter after a hyphen in upper case.
 */
export function spelledName(id: string, given: string): string {
  const known = spellings.get(id);
  if (known !== undefined) return known;
  if (given.startsWith('X-') || given.startsWith('x-')) return given;
  return given
    .split('-')
    .map(word => word.charAt(0).toUpperCase() + word.slice(1))
    .join('-');
}

const tokenCharacters = new Uint8Array(256);
for (const character of "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-.!%*_+`'~") {
  tokenCharacters[character.charCodeAt(0)] = 1;
}

/** Whether `text` is a token of RFC 3261 section 25.1. */
export function isToken(text: string): boolean {
  if (text.length === 0) return false;
  for (let i = 0; i < text.length; i += 1) {
    if (tokenCharacters[text.charCodeAt(i)] !== 1) return false;
  }
  return true;
}
