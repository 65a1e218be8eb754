/** Requests from the network that wait for an application's answer. */

import type { SipRequest } from '../../message/message.js';
import { newUuid } from '../../message/token.js';
import type { Clock, TimerHandle } from '../../transaction/clock.js';
import type { ServerTransaction } from '../../transaction/server-transaction.js';
import type { Flow } from '../../transport/transport.js';
import type { Application } from '../application.js';
import type { Call } from '../call-events.js';
import type { Dialog } from '../dialog.js';
import type { Terms } from '../session-timer/session-expires.js';

export interface NewExchange {
  request: SipRequest;
  flow: Flow;
  application: Application;
  /** Absent for a notice that the server made itself: its answer goes to `answered` alone. */
  transaction?: ServerTransaction;
  /** What a notice does with the status of its final answer; 408 when there is none. */
  answered?: (status: number) => void;
  /** What is recorded of the call that it may begin, where calls are recorded. */
  call?: Call;
  dialog?: Dialog;
  /** The INVITE that an UPDATE in its early dialog came after; both have one transaction id. */
  invite?: Exchange | undefined;
}

export class Exchange {
  /** The transaction id that the application answers with. */
  readonly id: string;
  readonly request: SipRequest;
  /** Who is to answer; changed by `ExchangeTable.hand` alone. */
  application: Application;
  readonly transaction: ServerTransaction | undefined;
  readonly answered: ((status: number) => void) | undefined;
  readonly call: Call | undefined;
  /** The dialog it came in, or the one its first answer made. */
  dialog: Dialog | undefined;
  /** Whether it came inside a dialog. */
  readonly inDialog: boolean;
  /** The tag of every answer to it. */
  localTag: string | undefined;
  readonly invite: Exchange | undefined;
  /** The limit that its 2xx puts to the session. */
  terms: Terms | undefined;
  /** A provisional answer has been given. */
  progressed = false;
  readonly #flow: Flow;

  /** @param since when it came, on the server's clock */
  constructor(
    parts: NewExchange,
    readonly since: number,
  ) {
    this.id = parts.invite?.id ?? newUuid();
    this.request = parts.request;
    this.application = parts.application;
    this.transaction = parts.transaction;
    this.answered = parts.answered;
    this.call = parts.call;
    this.dialog = parts.dialog;
    this.inDialog = parts.dialog !== undefined;
    this.localTag = undefined;
    this.invite = parts.invite;
    this.terms = undefined;
    this.#flow = parts.flow;
  }

  /** Where its answers go: the transaction knows another way when the connection of the request is gone. */
  get flow(): Flow {
    return this.transaction?.flow ?? this.#flow;
  }
}

/** What is remembered beside the exchange: its timer, and what to do when it fires. */
interface Patience {
  timer: TimerHandle;
  expired: (exchange: Exchange) => void;
}

export class ExchangeTable {
  readonly #byId = new Map<string, Exchange>();
  /** UPDATEs in early dialogs. */
  readonly #early = new Map<string, Exchange>();
  readonly #byTransaction = new Map<ServerTransaction, Exchange>();
  readonly #patience = new Map<Exchange, Patience>();
  readonly #counts = new Map<Application, number>();
  constructor(
    private readonly clock: Clock,
    /** How long an INVITE may go on ringing after each provisional response. */
    private readonly ringMs: number,
  ) {}

  get size(): number {
    return this.#byId.size + this.#early.size;
  }

  /** How many wait for that application. */
  countOf(application: Application): number {
    return this.#counts.get(application) ?? 0;
  }

  /** @param expired called when nobody has answered within `limitMs` */
  add(parts: NewExchange, limitMs: number, expired: (exchange: Exchange) => void): Exchange {
    const exchange = new Exchange(parts, this.clock.now());
    this.#patience.set(exchange, { timer: this.clock.after(limitMs, () => expired(exchange)), expired });
    this.#count(exchange.application, 1);
    if (exchange.dialog !== undefined) exchange.dialog.waiting += 1;
    (parts.invite === undefined ? this.#byId : this.#early).set(exchange.id, exchange);
    if (parts.transaction !== undefined) this.#byTransaction.set(parts.transaction, exchange);
    return exchange;
  }

  /** @param method of the CSeq of the answer, if it has one */
  ofId(id: string, method?: string): Exchange | undefined {
    return (method === 'UPDATE' ? this.#early.get(id) : undefined) ?? this.#byId.get(id);
  }

  ofTransaction(transaction: ServerTransaction): Exchange | undefined {
    return this.#byTransaction.get(transaction);
  }

  /** It has a provisional answer. An INVITE rings: the time counts anew, and is another one. */
  progressed(exchange: Exchange): void {
    exchange.progressed = true;
    const patience = this.#patience.get(exchange);
    if (patience === undefined || exchange.request.method !== 'INVITE') return;
    this.clock.cancel(patience.timer);
    patience.timer = this.clock.after(this.ringMs, () => patience.expired(exchange));
  }

  /** From now on it is for another application to answer. */
  hand(exchange: Exchange, application: Application): void {
    this.#count(exchange.application, -1);
    exchange.application = application;
    this.#count(application, 1);
  }

  /** It has its final answer. */
  remove(exchange: Exchange): void {
    const table = this.#early.get(exchange.id) === exchange ? this.#early : this.#byId;
    if (!table.delete(exchange.id)) return;
    const patience = this.#patience.get(exchange);
    if (patience !== undefined) this.clock.cancel(patience.timer);
    this.#patience.delete(exchange);
    this.#count(exchange.application, -1);
    if (exchange.inDialog && exchange.dialog !== undefined) exchange.dialog.waiting -= 1;
    if (exchange.transaction !== undefined) this.#byTransaction.delete(exchange.transaction);
  }

  all(): Exchange[] {
    return [...this.#byId.values(), ...this.#early.values()];
  }

  ofApplication(application: Application): Exchange[] {
    return this.all().filter(exchange => exchange.application === application);
  }

  /** The INVITEs that wait in a dialog, or are about to make it. */
  invitesOf(dialog: Dialog): Exchange[] {
    return this.all().filter(exchange => exchange.dialog === dialog && exchange.request.method === 'INVITE');
  }

  #count(application: Application, change: number): void {
    const count = this.countOf(application) + change;
    if (count === 0) this.#counts.delete(application);
    else this.#counts.set(application, count);
  }
}
