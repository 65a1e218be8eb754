/**
 * A request to a name, at one target after the other until one serves (RFC 3263 section 4.3). Each try is a client
 * transaction of its own; the application sees the answer of the one that counts.
 */

import type { SipResponse } from '../../message/message.js';
import { newUuid } from '../../message/token.js';
import type { ClientTransaction } from '../../transaction/client-transaction.js';
import type { TimerHandle } from '../../transaction/clock.js';
import type { TransactionLayer } from '../../transaction/layer.js';
import type { Targets } from '../../transport/targets.js';
import type { Flow, LocalAddress } from '../../transport/transport.js';
import { type Answer, type Answered, madeUpAnswer, receivedAnswer, type Sent } from './answer.js';
import { cancelText, type Outgoing, retargeted } from './request-builder.js';

export interface FailoverContext {
  transactions: TransactionLayer;
  /** How long a target may be silent before the next one is tried, when there is a next one. Milliseconds. */
  targetMs: number;
}

/** One try at one target. */
interface Attempt<R extends Outgoing> {
  request: R;
  flow: Flow;
  transaction: ClientTransaction;
  /** Something came back: it is alive, and silence no failure any more. */
  heard: boolean;
  /** What the application gets of it when there is no other target. */
  failure?: Answer;
}

export class Failover<R extends Outgoing> implements Sent<R> {
  readonly transactionId = newUuid();
  #request: R;
  #local: LocalAddress;
  readonly #targets: Targets;
  #attempt: Attempt<R> | undefined;
  /** A target that was asked for and is not wanted yet. */
  #spare: Flow | undefined;
  #asking = false;
  #patience: TimerHandle | undefined;
  /** No other target is to be tried: something has been told that is true of this one only, or it was cancelled. */
  #settled = false;
  #over = false;

  constructor(
    private readonly context: FailoverContext,
    request: R,
    route: { local: LocalAddress; targets: () => Targets },
    private readonly answered: Answered,
  ) {
    this.#request = request;
    this.#local = route.local;
    this.#targets = route.targets();
    this.#next();
  }

  get request(): R {
    return this.#request;
  }

  get flow(): Flow | undefined {
    return this.#attempt?.flow;
  }

  settle(): boolean {
    this.#settled = true;
    this.#over ||= this.#attempt === undefined;
    return !this.#over;
  }

  abandon(): void {
    this.#settled = true;
    this.#over = true;
    this.#stopWaiting();
    this.#attempt?.transaction.abandon();
  }

  /** Asks for another target, once at a time. */
  #next(): void {
    if (this.#asking) return;
    this.#asking = true;
    const found = this.#spare === undefined ? this.#targets.next() : Promise.resolve(this.#spare);
    this.#spare = undefined;
    const arrived = (flow?: Flow) => {
      this.#asking = false;
      this.#arrived(flow);
    };
    void found.then(arrived, (error: unknown) => {
      // An error of our own: the application has its answer, and the process logs what nobody caught.
      arrived();
      throw error;
    });
  }

  #arrived(flow: Flow | undefined): void {
    if (this.#over) return;
    const attempt = this.#attempt;
    if (flow !== undefined && !this.#settled && attempt?.heard !== true) {
      if (attempt !== undefined && attempt.failure === undefined) this.#giveUp(attempt);
      this.#try(flow);
      return;
    }
    this.#spare = flow;
    if (attempt === undefined) this.#end(madeUpAnswer(this.#request.text, 503, 'DNS Error'));
    else if (attempt.failure !== undefined) this.#end(attempt.failure);
  }

  #try(flow: Flow): void {
    const { transactions, targetMs } = this.context;
    if (this.#attempt !== undefined || flow.local !== this.#local)
      this.#request = retargeted(this.#request, this.#local, flow.local);
    this.#local = flow.local;
    const { method, branch, text } = this.#request;
    const user = {
      response: (response: SipResponse, from: Flow) => this.#received(attempt, response, from),
      timeout: () => this.#silent(attempt, 408),
      failed: () => this.#silent(attempt, 503),
    };
    const transaction = transactions.client({ method, branch, text, user });
    if (transaction === undefined) {
      this.#end(madeUpAnswer(text, 503, 'Too Many Transactions'));
      return;
    }
    const attempt: Attempt<R> = { request: this.#request, flow, transaction, heard: false };
    this.#attempt = attempt;
    // Before the start, which fails at once when the connection is known to be closed.
    this.#patience = transactions.clock.after(targetMs, () => this.#next());
    transaction.start(flow);
  }

  #received(attempt: Attempt<R>, response: SipResponse, flow: Flow): void {
    if (attempt !== this.#attempt) {
      this.#late(attempt, response, flow);
      return;
    }
    this.#stopWaiting();
    const answer = receivedAnswer(response, flow);
    if (response.status === 503 && !this.#settled) {
      this.#failed(attempt, answer, retryAfterMs(response));
      return;
    }
    attempt.heard = true;
    if (response.status > 100) this.#settled = true;
    if (response.status >= 200) this.#over = true;
    this.answered(answer);
  }

  /** Neither a final response nor hope for one. */
  #silent(attempt: Attempt<R>, status: number): void {
    if (attempt !== this.#attempt) return;
    this.#stopWaiting();
    const answer = madeUpAnswer(attempt.request.text, status);
    // It may be ringing somewhere: a second one would ring twice.
    if (attempt.heard) this.#end(answer);
    else this.#failed(attempt, answer);
  }

  #failed(attempt: Attempt<R>, answer: Answer, ms?: number): void {
    attempt.failure = answer;
    attempt.heard = false;
    this.#targets.failed(attempt.flow, ms);
    this.#next();
  }

  /** Silent for too long, and there is another: an INVITE may be answered yet, anything else is done with. */
  #giveUp(attempt: Attempt<R>): void {
    this.#stopWaiting();
    this.#targets.failed(attempt.flow);
    if (attempt.request.method === 'INVITE') attempt.transaction.stopRepeating();
    else attempt.transaction.abandon();
  }

  /** An INVITE that was given up reached its target after all: it is cancelled, a 2xx is for the user to end. */
  #late(attempt: Attempt<R>, response: SipResponse, flow: Flow): void {
    if (response.status >= 300) return;
    if (response.status >= 200) {
      this.answered({ ...receivedAnswer(response, flow), late: true });
      return;
    }
    if (attempt.heard) return;
    attempt.heard = true;
    const { transactions } = this.context;
    const { clock, timers } = transactions;
    const user = { response: ignore, timeout: ignore, failed: ignore };
    const { branch, text } = attempt.request;
    const cancel = { method: 'CANCEL', branch, text: cancelText(text, undefined), user };
    transactions.client(cancel)?.start(attempt.flow);
    // RFC 3261 section 9.1: without a final response in 64*T1 the INVITE counts as cancelled.
    clock.after(64 * timers.T1, () => attempt.transaction.abandon());
  }

  #end(answer: Answer): void {
    if (this.#over) return;
    this.#over = true;
    this.answered(answer);
  }

  #stopWaiting(): void {
    if (this.#patience !== undefined) this.context.transactions.clock.cancel(this.#patience);
    this.#patience = undefined;
  }
}

const ignore = (): void => undefined;

/** The delay that a response asks for, in milliseconds (RFC 3261 section 20.33). */
function retryAfterMs(response: SipResponse): number | undefined {
  const match = /^\s*(\d{1,9})/.exec(response.first('retry-after') ?? '');
  return match === null ? undefined : Number(match[1]) * 1_000;
}
