/** Requests from the network that wait for an application's answer. */
import { randomUUID } from 'node:crypto';
import type { SipRequest } from '../../message/message.js';
import type { Clock, TimerHandle } from '../../transaction/clock.js';
import type { ServerTransaction } from '../../transaction/server-transaction.js';
import type { Flow } from '../../transport/transport.js';
import type { Application } from '../application.js';
import type { Call } from '../call-events.js';
import type { Dialog } from '../dialog.js';
import type { Terms } from '../session-timer/session-expires.js';

export interface Exchange {
  /** The transaction id that the application answers with. */
  readonly id: string;
  readonly request: SipRequest;
  /** Where its answers go. */
  readonly flow: Flow;
  /** Who is to answer; changed by `ExchangeTable.hand` alone. */
  application: Application;
  /** Absent for a notice that the server made itself: its answer goes to `answered` alone. */
  readonly transaction?: ServerTransaction;
  /** What a notice does with the status of its final answer; 408 when there is none. */
  readonly answered?: (status: number) => void;
  /** What is recorded of the call that it may begin, where calls are recorded. */
  readonly call?: Call;
  /** The dialog it came in, or the one its first answer made. */
  dialog?: Dialog;
  /** Whether it came inside a dialog. */
  readonly inDialog: boolean;
  /** The tag of every answer to it. */
  localTag?: string;
  /** The INVITE whose transaction id it has: for an UPDATE in an early dialog. */
  readonly invite?: Exchange | undefined;
  /** The limit that its 2xx puts to the session. */
  terms?: Terms | undefined;
  /** A provisional answer has been given. */
  progressed: boolean;
  /** When it came, on the server's clock. */
  readonly since: number;
}

export interface NewExchange {
  request: SipRequest;
  flow: Flow;
  application: Application;
  transaction?: ServerTransaction;
  answered?: (status: number) => void;
  call?: Call;
  dialog?: Dialog;
  /** The INVITE that an UPDATE in its early dialog came after; both have one transaction id. */
  invite?: Exchange | undefined;
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
    const exchange: Exchange = {
      ...parts,
      // The transaction knows another way when the connection of the request is gone.
      get flow() {
        return parts.transaction?.flow ?? parts.flow;
      },
      id: parts.invite?.id ?? randomUUID(),
      inDialog: parts.dialog !== undefined,
      progressed: false,
      since: this.clock.now(),
    };
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
