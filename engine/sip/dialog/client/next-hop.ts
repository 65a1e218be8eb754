import { parseNameAddr } from '../../message/name-addr.js';
import type { Route, Router } from '../../transport/router.js';
import type { Dialog } from '../dialog.js';

/** Where the next request of a dialog goes (RFC 3261 section 12.2.1.1, with the rule for peers behind a NAT). */
export class NextHop {
  constructor(
    private readonly router: Router,
    private readonly natRule: boolean,
  ) {}

  of(dialog: Dialog): Route {
    const { flow } = dialog;
    // A peer that came over a connection is reached over that connection. When it is gone, the peer may have
    // registered its Contact over a new one.
    if (flow.connected && flow.open) return { kind: 'flow', flow };
    const route = dialog.routeSet[0] === undefined ? undefined : parseNameAddr(dialog.routeSet[0])?.uri;
    if (route === undefined && !flow.connected && this.natRule) return { kind: 'flow', flow };
    const found = this.router.route(route ?? dialog.remoteTarget);
    if (found.kind !== 'refused') return found;
    return flow.connected
      ? { kind: 'unreachable', local: flow.local, reason: 'Service Unavailable' }
      : { kind: 'flow', flow };
  }
}
