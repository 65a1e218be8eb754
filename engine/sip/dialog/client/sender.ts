/** Sends a request by a client transaction over whatever route there is, and reports each answer, real or made up. */
import { newUuid } from '../../message/token.js';
import type { TransactionLayer } from '../../transaction/layer.js';
import type { Route } from '../../transport/router.js';
import { maxDatagramBytes } from '../../transport/stream-first.js';
import { soleTarget, type Targets } from '../../transport/targets.js';
import type { LocalAddress } from '../../transport/transport.js';
import { type Answered, madeUpAnswer, receivedAnswer, type Sent } from './answer.js';
import { Failover } from './failover.js';
import type { Outgoing } from './request-builder.js';

export type Sendable = Exclude<Route, { kind: 'refused' }>;

export const localOf = (route: Sendable): LocalAddress =>
  route.kind === 'flow' ? route.flow.local : route.local;

/** Sends what is never answered (an ACK). Nobody would learn that its name has no address, or its connection is gone. */
export function sendUnanswered(route: Sendable, text: string): void {
  if (route.kind === 'flow') route.flow.send(text);
  else if (route.kind === 'name')
    void route
      .targets()
      .next()
      .then(flow => flow?.send(text));
}

/** Where there is more than one flow to try, or it is not known yet. */
function targetsOf(route: Sendable, size: number): (() => Targets) | undefined {
  if (route.kind === 'unreachable') return undefined;
  const large = size > maxDatagramBytes ? route.large : undefined;
  if (route.kind === 'flow') {
    const { flow } = route;
    return large && (() => large(soleTarget(flow, Promise.resolve())));
  }
  return large === undefined ? route.targets : () => large(route.targets());
}

export class Sender {
  /** @param targetMs how long one of several targets may be silent before the next is tried */
  constructor(
    readonly transactions: TransactionLayer,
    private readonly targetMs: number,
  ) {}

  /**
   * `answered` is called for each provisional response, once for a final one, and again for each repeated 2xx; never
   * before this function has returned.
   */
  send<R extends Outgoing>(request: R, route: Sendable, answered: Answered): Sent<R> {
    const { text } = request;
    const targets = targetsOf(route, text.length);
    if (targets !== undefined) {
      const { transactions, targetMs } = this;
      return new Failover({ transactions, targetMs }, request, { local: localOf(route), targets }, answered);
    }
    const makeUp = (status: number, reason?: string) =>
      queueMicrotask(() => answered(madeUpAnswer(text, status, reason)));
    const transaction = this.transactions.client({
      method: request.method,
      branch: request.branch,
      text,
      user: {
        response: (response, flow) => answered(receivedAnswer(response, flow)),
        timeout: () => makeUp(408),
        failed: () => makeUp(503),
      },
    });
    const sent = {
      transactionId: newUuid(),
      request,
      flow: route.kind === 'flow' ? route.flow : undefined,
      settle: () => true,
      abandon: () => transaction?.abandon(),
    };
    if (transaction === undefined) makeUp(503, 'Too Many Transactions');
    else if (route.kind === 'flow') transaction.start(route.flow);
    else if (route.kind === 'unreachable') {
      transaction.abandon();
      makeUp(503, route.reason);
    }
    return sent;
  }
}
