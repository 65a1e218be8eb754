/** Sends a request by a client transaction over whatever route there is, and reports each answer, real or made up. */
import { randomUUID } from 'node:crypto';
import type { TransactionLayer } from '../transaction/layer.js';
import type { Route } from '../transport/router.js';
import type { LocalAddress } from '../transport/transport.js';
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
    if (route.kind === 'name') {
      const { transactions, targetMs } = this;
      return new Failover({ transactions, targetMs }, request, route, answered);
    }
    const { text } = request;
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
      transactionId: randomUUID(),
      request,
      flow: route.kind === 'flow' ? route.flow : undefined,
      settle: () => true,
      abandon: () => transaction?.abandon(),
    };
    if (transaction === undefined) makeUp(503, 'Too Many Transactions');
    else if (route.kind === 'flow') transaction.start(route.flow);
    else {
      transaction.abandon();
      makeUp(503, route.reason);
    }
    return sent;
  }
}
