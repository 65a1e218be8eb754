/** Requests that come by us because we are in their Route (RFC 3261 section 16.4). */
import type { SipRequest } from '../message/message.js';
import { parseNameAddr, splitList } from '../message/name-addr.js';
import { parameterOf } from '../message/parameters.js';
import { parseSipUri, type SipUri } from '../message/uri.js';
import type { OwnAddresses } from './own-addresses.js';
import type { FlowAddress, RouteTokens } from './route-token.js';
import type { Target } from './target-set.js';

/** The Route of a request, without what there is of us at its beginning. */
export interface RemainingRoute {
  own: SipUri[];
  routes: string[];
}

/** A request of a dialog, or an ACK, that only passes through. */
export interface RoutedRequest {
  target: Target;
  routes: string[];
  /** The connection that leads on. */
  flow: FlowAddress | undefined;
}

const uriOf = (route: string): SipUri | undefined => parseSipUri(parseNameAddr(route)?.uri ?? '');

/** Two entries stand for the two sides of one passage (RFC 5658), so all of ours that follow each other are taken. */
export function remainingRoute(values: readonly string[], addresses: OwnAddresses): RemainingRoute {
  const routes = values.flatMap(splitList);
  const own: SipUri[] = [];
  for (const route of routes) {
    const uri = uriOf(route);
    if (uri === undefined || !addresses.hasUri(uri)) break;
    own.push(uri);
  }
  return { own, routes: routes.slice(own.length) };
}

/** Undefined when it does not come by a Route of ours: it is for the user agent. */
export function routedRequest(
  request: SipRequest,
  addresses: OwnAddresses,
  tokens: RouteTokens,
): RoutedRequest | undefined {
  if (request.toTag === undefined) return undefined;
  const values = request.all('route');
  if (values.length === 0) return undefined;
  const restored = strictlyRouted(request, values, addresses);
  const { own, routes } = restored?.remaining ?? remainingRoute(values, addresses);
  const [first] = own;
  if (first === undefined || tokens.read(first, request.callId) === undefined) return undefined;
  // The last one of ours is that of the side where it goes.
  const flow = tokens.read(own.at(-1) as SipUri, request.callId)?.flow;
  return { ...nextTarget(restored?.uri ?? request.uri, routes), flow };
}

/** A strict router before us has put our URI into the Request-URI, and the Request-URI at the end of the Route. */
function strictlyRouted(
  request: SipRequest,
  values: readonly string[],
  addresses: OwnAddresses,
): { uri: string; remaining: RemainingRoute } | undefined {
  const own = parseSipUri(request.uri);
  if (own === undefined || parameterOf(own.parameters, 'lr') === undefined || !addresses.hasUri(own))
    return undefined;
  const routes = values.flatMap(splitList);
  const uri = parseNameAddr(routes.pop() ?? '')?.uri;
  if (uri === undefined) return undefined;
  const remaining = remainingRoute(routes, addresses);
  return { uri, remaining: { own: [own, ...remaining.own], routes: remaining.routes } };
}

/** Section 16.6 items 6 and 7: by the first Route, which takes the place of the Request-URI if it has no `lr`. */
function nextTarget(uri: string, routes: string[]): { target: Target; routes: string[] } {
  const [first] = routes;
  if (first === undefined) return { target: { uri, nextHop: uri }, routes };
  const nextHop = parseNameAddr(first)?.uri ?? '';
  if (parameterOf(parseSipUri(nextHop)?.parameters ?? '', 'lr') !== undefined)
    return { target: { uri, nextHop }, routes };
  return { target: { uri: nextHop, nextHop }, routes: [...routes.slice(1), `<${uri}>`] };
}
