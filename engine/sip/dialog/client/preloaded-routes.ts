import { parseNameAddr, splitList } from '../../message/name-addr.js';
import { parseSipUri } from '../../message/uri.js';

/**
 * The route set that an application gives a request outside a dialog, as a Path or Service-Route header field has it
 * (RFC 3327 section 5.3, RFC 3608 section 6.2): values in angle brackets. A bare URI is where to send to, and no route.
 * Undefined when it is not well formed.
 */
export function preloadedRoutes(field: string): { value: string; uri: string }[] | undefined {
  if (!field.includes('<')) return [];
  const routes: { value: string; uri: string }[] = [];
  for (const value of splitList(field)) {
    const uri = parseNameAddr(value)?.uri;
    if (uri === undefined || parseSipUri(uri) === undefined) return undefined;
    routes.push({ value, uri });
  }
  return routes;
}
