/** Who is asked about a new request, or connected to for it: one `METHOD=URL` of the command line. */

/** Where an application listens for connections of the server. */
export interface Listener {
  host: string;
  port: number;
  /** TLS. */
  secure: boolean;
}

export type RequestHandler = {
  /** Upper case; `*` for all that have none of their own. */
  method: string;
} & ({ kind: 'direct'; listener: Listener } | { kind: 'http'; url: string; verb: 'GET' | 'POST' });

const expected = 'expected METHOD=URL with tcp://, tls://, http://, https:// or POST:http…';

/** @throws Error that says what was expected */
export function parseRequestHandler(text: string): RequestHandler {
  const match = /^(\*|[A-Za-z]{1,32})=(POST:|GET:)?(.+)$/.exec(text);
  const [, method = '', prefix, address = ''] = match ?? [];
  const url = URL.canParse(address) ? new URL(address) : undefined;
  if (url === undefined || url.search !== '' || url.hash !== '') throw new Error(`${expected}, got ${text}`);
  const handler = { method: method.toUpperCase() };
  if (url.protocol === 'http:' || url.protocol === 'https:') {
    const verb = prefix === 'POST:' ? 'POST' : 'GET';
    return { ...handler, kind: 'http', url: address.replace(/\/+$/, ''), verb };
  }
  const listener = /^(tcp|tls):\/\//.test(address) && prefix === undefined ? address.slice(6) : '';
  const found = parseListener(listener.replace(/\/$/, ''), url.protocol === 'tls:');
  if (found === undefined) throw new Error(`${expected}, got ${text}`);
  return { ...handler, kind: 'direct', listener: found };
}

/** `host:port[;transport=tcp|tls]`; undefined for anything else. */
export function parseListener(text: string, secure = false): Listener | undefined {
  const match = /^(\[[0-9A-Fa-f:.]+\]|[A-Za-z0-9._-]{1,255}):(\d{1,5})(?:;transport=(tcp|tls))?$/.exec(text);
  const port = Number(match?.[2]);
  if (match === null || port < 1 || port > 65_535) return undefined;
  const host = (match[1] as string).replace(/^\[|\]$/g, '');
  return { host, port, secure: match[3] === undefined ? secure : match[3] === 'tls' };
}
