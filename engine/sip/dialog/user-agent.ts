/** The user agent core (RFC 3261 section 5): puts the parts of this room together and is what the control room sees. */

import type { RingingJournal } from '../journal/ringing-journal.js';
import type { SipRequest } from '../message/message.js';
import type { StatusLine, Template } from '../message/template.js';
import type { TransactionLayer, TransactionUser } from '../transaction/layer.js';
import type { ServerTransaction } from '../transaction/server-transaction.js';
import type { FlowTable } from '../transport/flow-table.js';
import type { Router } from '../transport/router.js';
import type { Application, Applications, Outcome } from './application.js';
import type { Call, CallObserver } from './call-events.js';
import { NextHop } from './client/next-hop.js';
import type { OutgoingInvite } from './client/outgoing-invite.js';
import type { OutgoingSubscribe } from './client/outgoing-subscribe.js';
import { recallDialog, recallInvite } from './client/recalled-invite.js';
import { Sender } from './client/sender.js';
import { type ApplicationRequest, Uac } from './client/uac.js';
import type { Dialog } from './dialog.js';
import { DialogStore } from './dialog-store.js';
import { endReason, HangUp } from './hang-up.js';
import type { UserAgentOptions } from './options.js';
import { Registrations } from './registrations.js';
import { type Exchange, ExchangeTable } from './server/exchange.js';
import { ReliableProvisionals } from './server/reliable-provisional.js';
import { Responder } from './server/responder.js';
import { Uas } from './server/uas.js';
import { SessionTimers } from './session-timer/session-timers.js';
import { Subscriptions } from './subscription/subscriptions.js';
import { Estate } from './succession/estate.js';
import { Succession } from './succession/succession.js';

export interface UserAgentParts {
  transactions: TransactionLayer;
  router: Router;
  flows: FlowTable;
  applications: Applications;
  options: UserAgentOptions;
  /** Absent when calls are not recorded. */
  calls?: CallObserver;
  /** Absent when the next run need not know what rings. */
  journal?: RingingJournal;
}

/** A request from the network with whom it was for. */
export interface TakenExchange {
  request: SipRequest;
  transaction: ServerTransaction;
  application: Application;
  /** What is recorded of it, where calls are recorded. */
  call: Call | undefined;
}

export class UserAgent {
  readonly #dialogs: DialogStore;
  readonly #exchanges: ExchangeTable;
  readonly #pending = new Map<string, OutgoingInvite>();
  readonly #sender: Sender;
  readonly #hangUp: HangUp;
  readonly #subscriptions: Subscriptions;
  readonly #responder: Responder;
  readonly #registrations: Registrations;
  readonly #uas: Uas;
  readonly #uac: Uac;
  readonly #succession: Succession;
  readonly #estate: Estate;
  readonly #parts: UserAgentParts;
  readonly #closing = new AbortController();

  constructor(parts: UserAgentParts) {
    const { transactions, router, flows, applications, options, calls, journal } = parts;
    const { clock, timers } = transactions;
    this.#parts = parts;
    const closing = this.#closing.signal;
    const dialogs = new DialogStore(options.maxDialogs, clock, journal);
    const exchanges = new ExchangeTable(clock, options.ringMs);
    const sender = new Sender(transactions, options.targetMs);
    const nextHop = new NextHop(router, options.natRule);
    const hangUp = new HangUp(dialogs, sender, nextHop);
    const sessionTimers = new SessionTimers({ clock, sender, nextHop, hangUp });
    const subscriptions = new Subscriptions(dialogs, sender, nextHop);
    const subscribes = new Map<string, OutgoingSubscribe>();
    const registrations = new Registrations(flows, applications, (request, flow, application) =>
      uas.announce(request, flow, application),
    );
    const reliable = new ReliableProvisionals(clock, timers);
    const abandoned = (exchange: Exchange) => uas.tellCancelled(exchange);
    const responder = new Responder({
      dialogs,
      exchanges,
      hangUp,
      registrations,
      reliable,
      sessionTimers,
      subscriptions,
      abandoned,
      clock,
      timers,
    });
    const uas = new Uas({
      closing,
      dialogs,
      exchanges,
      responder,
      reliable,
      subscriptions,
      subscribes,
      applications,
      options,
      calls,
    });
    this.#dialogs = dialogs;
    this.#exchanges = exchanges;
    this.#sender = sender;
    this.#hangUp = hangUp;
    this.#subscriptions = subscriptions;
    this.#responder = responder;
    const pending = this.#pending;
    const graceMs = options.orphanGraceMs;
    const holders = { dialogs, exchanges, pending };
    const estate = new Estate({ ...holders, responder, hangUp, subscriptions, clock, graceMs });
    const succession = new Succession({ ...holders, applications, estate, uas, clock, graceMs });
    this.#estate = estate;
    this.#succession = succession;
    const claim = (dialog: Dialog, application: Application) => succession.claim(dialog, application);
    const claimEnded = (id: string, application: Application) => succession.claimEnded(id, application);
    this.#uac = new Uac({
      dialogs,
      sender,
      hangUp,
      sessionTimers,
      subscriptions,
      subscribes,
      pending,
      router,
      nextHop,
      claim,
      claimEnded,
      closing,
      calls,
      journal,
    });
    this.#registrations = registrations;
    this.#uas = uas;
  }

  /** Counts of what is alive, for metrics and tests. */
  get sizes(): { dialogs: number; exchanges: number; invites: number; transactions: number } {
    return {
      dialogs: this.#dialogs.size,
      exchanges: this.#exchanges.size,
      invites: this.#pending.size,
      transactions: this.#parts.transactions.size,
    };
  }

  /** An application sends a request. */
  request(request: ApplicationRequest): Outcome {
    return this.#uac.request(request);
  }

  /** An application cancels its INVITE. */
  cancel(transactionId: string, template: Template): Outcome {
    return this.#uac.cancel(transactionId, template);
  }

  /** An application answers a request. */
  respond(transactionId: string, line: StatusLine, template: Template): Outcome {
    return this.#responder.respond(transactionId, line, template);
  }

  /** Where requests from the network go. */
  get receiver(): TransactionUser {
    return this.#uas;
  }

  /**
   * Takes a new request from its application: it will not answer it. Undefined when there is no such request, or it has
   * been answered provisionally.
   */
  take(transactionId: string): TakenExchange | undefined {
    const exchange = this.#exchanges.ofId(transactionId);
    if (exchange?.transaction === undefined || exchange.inDialog || exchange.progressed) return undefined;
    this.#exchanges.remove(exchange);
    const { request, application, transaction, call } = exchange;
    call?.forwarded();
    return { request, application, transaction, call };
  }

  /** A REGISTER that was taken has been accepted. */
  registered({ request, transaction, application }: TakenExchange): void {
    this.#registrations.accepted(request, transaction.flow, application);
  }

  /** Gives a request to another application than it was meant for first; false when it does not wait any more. */
  hand(transactionId: string, application: Application): boolean {
    const exchange = this.#exchanges.ofId(transactionId);
    if (exchange === undefined) return false;
    this.#exchanges.hand(exchange, application);
    this.#uas.redeliver(exchange);
    return true;
  }

  /** An application's connection is gone. Its `connected` is false by now. */
  left(application: Application): void {
    const { resumeName } = application;
    if (resumeName === undefined) {
      this.#estate.abandon(application);
      return;
    }
    if (application.answeredOnly) this.#estate.stopRinging(application);
    this.#succession.inherit(application, resumeName);
  }

  /** An application can be told of dialogs from now on. */
  attends(application: Application): void {
    const { resumeName } = application;
    if (resumeName !== undefined) this.#succession.attend(application, resumeName);
  }

  /** Ends what an earlier run left ringing, or talking. */
  recall(journal: RingingJournal): void {
    for (const [id, noted] of journal.left) {
      const over = () => journal.ended(id);
      const { protocol, address, port, domain } = noted;
      const flow = this.#parts.router.again(protocol, address, port, domain);
      const parts = { sender: this.#sender, hangUp: this.#hangUp, over };
      if (flow === undefined) over();
      else if ('head' in noted) recallInvite(noted.head, flow, parts);
      else recallDialog(noted.dialog, flow, parts);
    }
  }

  /** The server is about to end: BYE to every peer, 503 to every caller, CANCEL to every callee, and nothing new. */
  shutdown(): void {
    this.#closing.abort();
    for (const exchange of this.#exchanges.all())
      this.#responder.settle(exchange, exchange.request.method === 'BYE' ? 200 : 503);
    for (const invite of [...this.#pending.values()]) invite.cancel();
    for (const dialog of this.#dialogs.all()) {
      this.#hangUp.end(dialog, endReason('Server is going down'));
      this.#subscriptions.finish(dialog, 'probation');
    }
  }

  /** Nothing that is still to come will come: the INVITEs without an answer have ended, too. */
  giveUp(): void {
    for (const invite of this.#pending.values()) invite.giveUp();
  }
}
