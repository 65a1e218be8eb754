/** A request on its way to one target (RFC 3261 section 16.6). */
import type { Outgoing } from '../dialog/client/request-builder.js';
import { localOf, type Sendable } from '../dialog/client/sender.js';
import type { SipRequest } from '../message/message.js';
import { relayedRequest } from '../message/relay.js';
import type { TemplateField } from '../message/template.js';
import { newVia } from '../message/via.js';
import type { Router } from '../transport/router.js';
import type { Flow } from '../transport/transport.js';
import { branchOf } from './loop.js';
import type { RouteTokens } from './route-token.js';
import type { Target } from './target-set.js';

export interface ForwardingParts {
  request: SipRequest;
  /** Where it came from. */
  inbound: Flow;
  /** What is left of its Route. */
  routes: readonly string[];
  digest: string;
  maxForwards: number;
  /** What each branch is given of it. */
  maxBreadth: number;
  /** Requests of its dialog, or for its contact, are to come by here too. */
  recordRoute: boolean;
  /** Of the application. */
  added: readonly TemplateField[];
  /** A connection that leads to the target, if there is one. */
  flow?: Flow | undefined;
}

export class Forwarding {
  constructor(
    private readonly parts: ForwardingParts,
    private readonly router: Router,
    private readonly tokens: RouteTokens,
  ) {}

  /** Undefined when there is no way to such a target. */
  to(
    target: Target,
    branch = branchOf(this.parts.digest),
  ): { route: Sendable; request: Outgoing } | undefined {
    const { flow } = this.parts;
    const route = flow?.open ? { kind: 'flow' as const, flow } : this.router.route(target.nextHop);
    if (route.kind === 'refused') return undefined;
    const { method } = this.parts.request;
    return {
      route,
      request: { method, branch, text: this.#text(target, route, branch), contact: undefined },
    };
  }

  #text(target: Target, route: Sendable, branch: string): string {
    const { request, routes, maxForwards, maxBreadth, added } = this.parts;
    const local = localOf(route);
    const breadth = { id: 'max-breadth', name: 'Max-Breadth', value: String(maxBreadth) };
    return relayedRequest(request, {
      uri: target.uri,
      via: newVia(local.protocol, local.advertisedHost, local.port, branch),
      routes,
      maxForwards,
      inserted: this.parts.recordRoute ? this.#recordRoutes(route) : [],
      added: [breadth, ...added],
    });
  }

  /**
   * One entry, or two where the two sides reach us by different addresses or connections: then each side has its own in
   * its Route (RFC 5658 section 3.1). In a REGISTER it is a Path (RFC 3327).
   */
  #recordRoutes(route: Sendable): TemplateField[] {
    const { request, inbound } = this.parts;
    const secure = request.uri.startsWith('sips:');
    const outbound = { local: localOf(route), flow: route.kind === 'flow' ? route.flow : undefined };
    const far = this.tokens.uri(outbound, request.callId, secure);
    const near = this.tokens.uri({ local: inbound.local, flow: inbound }, request.callId, secure);
    if (request.method === 'REGISTER') {
      return [
        { id: 'path', name: 'Path', value: `<${near}>` },
        { id: 'require', name: 'Require', value: 'path' },
      ];
    }
    return (far === near ? [far] : [far, near]).map(uri => ({
      id: 'record-route',
      name: 'Record-Route',
      value: `<${uri}>`,
    }));
  }
}
