/** Sends a request by a client transaction over whatever route there is, and reports each answer, real or made up. */
import { randomUUID } from 'node:crypto';
import type { SipResponse } from '../message/message.js';
import { madeUpResponse } from '../message/serializer.js';
import type { ClientTransaction } from '../transaction/client-transaction.js';
import type { TransactionLayer } from '../transaction/layer.js';
import type { Route } from '../transport/router.js';
import type { Flow, LocalAddress } from '../transport/transport.js';
import type { BuiltRequest } from './request-builder.js';

/** A response, or what the server made up in its place (RFC 3261 section 8.1.3.1). */
export interface Answer {
  status: number;
  /** As the application gets it. */
  text(): string;
  /** Bytes as received; 0 for a made-up one. */
  size: number;
  flow?: Flow;
  /** Absent for a made-up one. */
  response?: SipResponse;
}

export type Sendable = Exclude<Route, { kind: 'refused' }>;

export interface Sent {
  transactionId: string;
  transaction: ClientTransaction | undefined;
  /** Undefined while the name is being resolved. */
  flow: Flow | undefined;
}

export const localOf = (route: Sendable): LocalAddress =>
  route.kind === 'flow' ? route.flow.local : route.local;

/** Sends what is never answered (an ACK). Nobody would learn that its name has no address, or its connection is gone. */
export function sendUnanswered(route: Sendable, text: string): void {
  if (route.kind === 'flow') route.flow.send(text);
  else if (route.kind === 'name')
    route.resolve().then(
      flow => flow.send(text),
      () => undefined,
    );
}

export const madeUpAnswer = (sentRequest: string, status: number, reason?: string): Answer => ({
  status,
  size: 0,
  text: () => madeUpResponse(sentRequest, status, reason),
});

export class Sender {
  constructor(readonly transactions: TransactionLayer) {}

  /**
   * `answered` is called for each provisional response, once for a final one, and again for each repeated 2xx; never
   * before this function has returned.
   */
  send(request: BuiltRequest, route: Sendable, answered: (answer: Answer) => void): Sent {
    const { text } = request;
    const makeUp = (status: number, reason?: string) =>
      queueMicrotask(() => answered(madeUpAnswer(text, status, reason)));
    const transaction = this.transactions.client({
      method: request.method,
      branch: request.branch,
      text,
      user: {
        response: (response, flow) =>
          answered({
            status: response.status,
            size: response.size,
            text: () => response.delivered(),
            flow,
            response,
          }),
        timeout: () => makeUp(408),
        failed: () => makeUp(503),
      },
    });
    const sent: Sent = { transactionId: randomUUID(), transaction, flow: undefined };
    if (transaction === undefined) makeUp(503, 'Too Many Transactions');
    else if (route.kind === 'flow') {
      sent.flow = route.flow;
      transaction.start(route.flow);
    } else if (route.kind === 'unreachable') {
      transaction.abandon();
      makeUp(503, route.reason);
    } else this.#resolve(transaction, route.resolve, makeUp);
    return sent;
  }

  #resolve(
    transaction: ClientTransaction,
    resolve: () => Promise<Flow>,
    makeUp: (status: number, reason: string) => void,
  ): void {
    resolve().then(
      flow => {
        if (transaction.state !== 'terminated') transaction.start(flow);
      },
      () => {
        if (transaction.state === 'terminated') return;
        transaction.abandon();
        makeUp(503, 'DNS Error');
      },
    );
  }
}
