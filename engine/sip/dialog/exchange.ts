/** Requests from the network that wait for an application's answer. */
import { randomUUID } from 'node:crypto';
import type { SipRequest } from '../message/message.js';
import type { Clock, TimerHandle } from '../transaction/clock.js';
import type { ServerTransaction } from '../transaction/server-transaction.js';
import type { Flow } from '../transport/transport.js';
import type { Application } from './application.js';
import type { Dialog } from './dialog.js';
import type { Terms } from './session-expires.js';

export interface Exchange {
  /** The transaction id that the application answers with. */
  readonly id: string;
  readonly request: SipRequest;
  readonly flow: Flow;
  readonly application: Application;
  /** Absent for a notice that the server made itself: its answer goes nowhere. */
  readonly transaction?: ServerTransaction;
  /** The dialog it came in, or the one its first answer made. */
  dialog?: Dialog;
  /** Whether it came inside a dialog. */
  readonly inDialog: boolean;
  /** The tag of every answer to it. */
  localTag?: string;
  /** The limit that its 2xx puts to the session. */
  terms?: Terms | undefined;
  /** A provisional answer has been given. */
  progressed: boolean;
}

export interface NewExchange {
  request: SipRequest;
  flow: Flow;
  application: Application;
  transaction?: ServerTransaction;
  dialog?: Dialog;
}

export class ExchangeTable {
  readonly #byId = new Map<string, Exchange>();
  readonly #byTransaction = new Map<ServerTransaction, Exchange>();
  readonly #timers = new Map<Exchange, TimerHandle>();
  constructor(private readonly clock: Clock) {}

  get size(): number {
    return this.#byId.size;
  }

  /** @param expired called when nobody has answered within `limitMs` */
  add(parts: NewExchange, limitMs: number, expired: (exchange: Exchange) => void): Exchange {
    const exchange: Exchange = {
      ...parts,
      id: randomUUID(),
      inDialog: parts.dialog !== undefined,
      progressed: false,
    };
    this.#timers.set(
      exchange,
      this.clock.after(limitMs, () => expired(exchange)),
    );
    this.#byId.set(exchange.id, exchange);
    if (parts.transaction !== undefined) this.#byTransaction.set(parts.transaction, exchange);
    return exchange;
  }

  ofId(id: string): Exchange | undefined {
    return this.#byId.get(id);
  }

  ofTransaction(transaction: ServerTransaction): Exchange | undefined {
    return this.#byTransaction.get(transaction);
  }

  /** It rings: the time for a first answer no longer counts. */
  progressed(exchange: Exchange): void {
    exchange.progressed = true;
    this.#stop(exchange);
  }

  /** It has its final answer. */
  remove(exchange: Exchange): void {
    this.#stop(exchange);
    this.#byId.delete(exchange.id);
    if (exchange.transaction !== undefined) this.#byTransaction.delete(exchange.transaction);
  }

  all(): Exchange[] {
    return [...this.#byId.values()];
  }

  ofApplication(application: Application): Exchange[] {
    return [...this.#byId.values()].filter(exchange => exchange.application === application);
  }

  /** The INVITEs that wait in a dialog, or are about to make it. */
  invitesOf(dialog: Dialog): Exchange[] {
    return this.all().filter(exchange => exchange.dialog === dialog && exchange.request.method === 'INVITE');
  }

  #stop(exchange: Exchange): void {
    const timer = this.#timers.get(exchange);
    if (timer !== undefined) this.clock.cancel(timer);
    this.#timers.delete(exchange);
  }
}
