/** Requests from the network: into their dialog, to an application by route, or answered here. */
import type { SipRequest } from '../../message/message.js';
import { unknownExtensions } from '../../message/required-extensions.js';
import { type ResponseParts, responseText } from '../../message/serializer.js';
import type { TemplateField } from '../../message/template.js';
import { newTag } from '../../message/token.js';
import type { TransactionUser } from '../../transaction/layer.js';
import type { ServerTransaction } from '../../transaction/server-transaction.js';
import type { Flow } from '../../transport/transport.js';
import type { Application, Applications } from '../application.js';
import { Call, type CallObserver } from '../call-events.js';
import type { OutgoingSubscribe } from '../client/outgoing-subscribe.js';
import { callMethods, type Dialog, dialogId } from '../dialog.js';
import type { DialogStore } from '../dialog-store.js';
import type { UserAgentOptions } from '../options.js';
import { isTooShort, leastInterval, minSe } from '../session-timer/session-expires.js';
import { refreshesSession } from '../session-timer/session-timers.js';
import type { Subscriptions } from '../subscription/subscriptions.js';
import type { Exchange, ExchangeTable } from './exchange.js';
import type { ReliableProvisionals } from './reliable-provisional.js';
import type { Responder } from './responder.js';

/** Methods that mean nothing without the dialog or transaction they name. */
const dialogOnly = new Set(['BYE', 'UPDATE', 'PRACK', 'INFO', 'REFER']);
/** Methods that a server for applications always knows: without a route the service is missing, not the method. */
const standardMethods = new Set([
  'INVITE',
  'REGISTER',
  'OPTIONS',
  'MESSAGE',
  'INFO',
  'NOTIFY',
  'SUBSCRIBE',
  'PUBLISH',
  'REFER',
  'UPDATE',
]);
/** During an early dialog these are taken as if they came outside it. */
const outsideEarlyDialog = new Set(['INFO', 'NOTIFY', 'OPTIONS', 'MESSAGE', 'PUBLISH', 'SUBSCRIBE']);

/** Beside INVITE. */
const mayOffer = new Set(['UPDATE', 'PRACK']);
/** RFC 4028 section 9. */
const intervalTooSmall: ResponseParts = { status: 422, fields: [minSe(leastInterval)] };

export interface UasContext {
  dialogs: DialogStore;
  exchanges: ExchangeTable;
  responder: Responder;
  reliable: ReliableProvisionals;
  subscriptions: Subscriptions;
  subscribes: ReadonlyMap<string, OutgoingSubscribe>;
  applications: Applications;
  options: UserAgentOptions;
  /** The server is going down: no new calls. */
  closing: AbortSignal;
  /** Absent when calls are not recorded. */
  calls?: CallObserver;
}

type Served =
  | { application: Application; refusal?: undefined }
  | { application?: undefined; refusal: ResponseParts };

/** Too much waits already. */
const later = (status: number): ResponseParts => ({
  status,
  fields: [{ id: 'retry-after', name: 'Retry-After', value: '5' }],
});

export class Uas implements TransactionUser {
  readonly #acknowledged = (ack: SipRequest): void => this.ack(ack);
  constructor(private readonly context: UasContext) {}

  request(request: SipRequest, transaction: ServerTransaction): void {
    if (request.method === 'INVITE') this.#answer(request, transaction, { status: 100 });
    const unknown = unknownExtensions(request);
    if (unknown !== undefined) {
      const fields = [{ id: 'unsupported', name: 'Unsupported', value: unknown }];
      this.#answer(request, transaction, { status: 420, fields });
      return;
    }
    const dialog = this.context.dialogs.ofRequest(request);
    if (dialog !== undefined && !(dialog.state === 'early' && outsideEarlyDialog.has(request.method))) {
      this.#withinDialog(dialog, request, transaction);
      return;
    }
    if (dialog === undefined && this.#notifyOfOurs(request, transaction)) return;
    const strayInvite = request.method === 'INVITE' && request.toTag !== undefined;
    const stray = dialogOnly.has(request.method) && (request.toTag !== undefined || isBound(request.method));
    if (dialog === undefined && (strayInvite || stray)) this.#answer(request, transaction, { status: 481 });
    else this.#byRoute(request, transaction);
  }

  /** The first NOTIFY for a subscription that an application asked for. False when there is no such subscription. */
  #notifyOfOurs(request: SipRequest, transaction: ServerTransaction): boolean {
    const { toTag } = request;
    if (request.method !== 'NOTIFY' || toTag === undefined) return false;
    const subscribe = this.context.subscribes.get(dialogId(request.callId, toTag));
    if (subscribe === undefined) return false;
    const again = () => this.request(request, transaction);
    const dialog = subscribe.notified(request, transaction.flow, again);
    if (dialog === undefined) this.#answer(request, transaction, { status: 481 });
    else if (dialog !== 'later') this.#withinDialog(dialog, request, transaction);
    return true;
  }

  /** An ACK for a 2xx of ours; any other is dropped. */
  ack(request: SipRequest): void {
    const awaited = this.context.dialogs.ofRequest(request)?.awaitedAck;
    if (awaited !== undefined && awaited.sequence === request.cseq?.number) awaited.acknowledged(request);
  }

  cancel(request: SipRequest, transaction: ServerTransaction, invite: ServerTransaction | undefined): void {
    const exchange = invite === undefined ? undefined : this.context.exchanges.ofTransaction(invite);
    if (invite === undefined) {
      this.#answer(request, transaction, { status: 481 });
      return;
    }
    // RFC 3261 section 9.2: after a final answer a CANCEL has no effect but is answered 200 all the same.
    if (exchange !== undefined) exchange.localTag ??= newTag();
    this.#answer(request, transaction, { status: 200, toTag: exchange?.localTag });
    if (exchange === undefined) return;
    const dialogId = exchange.dialog?.id ?? '';
    this.context.responder.settle(exchange, 487);
    this.#deliver(exchange, { text: request.delivered(), size: request.size, dialogId });
  }

  #byRoute(request: SipRequest, transaction: ServerTransaction): void {
    const { calls, exchanges, options } = this.context;
    const isCall = calls !== undefined && request.method === 'INVITE';
    const call = isCall ? new Call(calls, 'network', 'uas', request.delivered()) : undefined;
    const { application, refusal } = this.#whoServes(request);
    if (application === undefined) {
      const sent = this.#answer(request, transaction, refusal);
      call?.failed('application', refusal.status, sent);
      return;
    }
    const limit = request.method === 'INVITE' ? options.inviteAnswerMs : options.answerMs;
    const exchange = exchanges.add(
      { request, flow: transaction.flow, application, transaction, call },
      limit,
      late => this.#forgotten(late),
    );
    this.#attend(exchange, transaction);
    this.#deliver(exchange, { text: request.delivered(), size: request.size, dialogId: '', fresh: true });
  }

  /** Who gets a new request; or what it is answered at once. */
  #whoServes(request: SipRequest): Served {
    const { applications, exchanges, options, closing } = this.context;
    if (closing.aborted) return { refusal: later(503) };
    if (request.method === 'INVITE' && isTooShort(request)) return { refusal: intervalTooSmall };
    const hasRoom = (candidate: Application) =>
      !candidate.congested && exchanges.countOf(candidate) < options.maxWaiting;
    const application = applications.choose(request, hasRoom);
    if (application === undefined) return { refusal: this.#withoutRoute(request) };
    return hasRoom(application) ? { application } : { refusal: later(503) };
  }

  /** Nobody has a route for it. */
  #withoutRoute(request: SipRequest): ResponseParts {
    const { applications } = this.context;
    const methods = applications.methods();
    // RFC 3261 section 12.2.2: it may have been for a dialog that is gone.
    if (request.toTag !== undefined) return { status: 481 };
    // RFC 3261 section 11.2: OPTIONS is answered as an INVITE would be, and says what is understood.
    if (request.method === 'OPTIONS' && methods.includes('INVITE')) {
      const allow = [...new Set([...methods, 'ACK', 'BYE', 'CANCEL', 'OPTIONS'])].join(', ');
      return { status: 200, fields: [field('Allow', allow), field('Accept', 'application/sdp')] };
    }
    if (standardMethods.has(request.method)) return { status: 503 };
    return { status: 405, fields: [field('Allow', methods.join(', '))] };
  }

  #withinDialog(dialog: Dialog, request: SipRequest, transaction: ServerTransaction): void {
    const sequence = request.cseq?.number ?? 0;
    // RFC 3261 section 12.2.2: out of order.
    if (sequence <= dialog.remoteSequence) {
      this.#answer(request, transaction, { status: 500 });
      return;
    }
    dialog.remoteSequence = sequence;
    if (dialog.state === 'terminated' && callMethods.has(request.method)) {
      this.#answer(request, transaction, { status: 481 });
      return;
    }
    if (!dialog.flow.open) dialog.flow = transaction.flow;
    if (request.method === 'BYE') {
      this.#bye(dialog, request, transaction);
      return;
    }
    if (!dialog.application.connected) {
      this.#answer(request, transaction, { status: 481 });
      return;
    }
    if (refreshesSession(request.method) && isTooShort(request)) {
      this.#answer(request, transaction, intervalTooSmall);
      return;
    }
    const { exchanges, options } = this.context;
    if (
      dialog.waiting >= options.maxWaitingInDialog ||
      exchanges.countOf(dialog.application) >= options.maxWaiting
    ) {
      this.#answer(request, transaction, later(500));
      return;
    }
    if (refreshesSession(request.method) && this.#collides(dialog, request, transaction)) return;
    if (
      request.method === 'PRACK' &&
      !this.context.reliable.acknowledge(dialog, request.first('rack') ?? '')
    ) {
      this.#answer(request, transaction, { status: 481 });
      return;
    }
    if (request.method === 'NOTIFY') this.context.subscriptions.notified(dialog, request);
    if (mayOffer.has(request.method)) dialog.offers.request('peer', request.method, request.body !== '');
    this.#deliverWithin(dialog, dialog.application, request, transaction);
    if (request.method === 'PRACK') this.context.reliable.release(dialog);
  }

  /** Answers an INVITE or UPDATE that cannot be taken now. */
  #collides(dialog: Dialog, request: SipRequest, transaction: ServerTransaction): boolean {
    const status =
      request.method === 'INVITE' ? inviteRefusal(dialog, request) : updateRefusal(dialog, request);
    if (status === undefined) {
      if (request.method === 'INVITE') {
        dialog.inviteIn = true;
        dialog.offers.request('peer', 'INVITE', request.body !== '');
      } else dialog.updateIn = true;
      return false;
    }
    const seconds = String(1 + Math.floor(Math.random() * 10));
    const fields = status === 500 ? [{ id: 'retry-after', name: 'Retry-After', value: seconds }] : [];
    this.#answer(request, transaction, { status, fields });
    return true;
  }

  #deliverWithin(
    dialog: Dialog,
    application: Application,
    request: SipRequest,
    transaction: ServerTransaction,
  ): void {
    const { exchanges, options } = this.context;
    const limit = request.method === 'INVITE' ? options.inviteAnswerMs : options.answerMs;
    const inEarlyDialog = request.method === 'UPDATE' && dialog.state === 'early';
    const invite = inEarlyDialog ? exchanges.invitesOf(dialog)[0] : undefined;
    const exchange = exchanges.add(
      { request, flow: transaction.flow, application, transaction, dialog, invite },
      limit,
      late => this.#forgotten(late),
    );
    this.#attend(exchange, transaction);
    this.#deliver(exchange, { text: request.delivered(), size: request.size, dialogId: dialog.id });
  }

  /** The application has not answered in time. Where it has let it ring, it is told as if the caller had cancelled. */
  #forgotten(exchange: Exchange): void {
    const { method } = exchange.request;
    this.context.responder.settle(exchange, method === 'INVITE' ? 408 : 500);
    if (method === 'INVITE' && exchange.progressed) this.tellCancelled(exchange);
  }

  #bye(dialog: Dialog, request: SipRequest, transaction: ServerTransaction): void {
    const { dialogs, exchanges, reliable, responder } = this.context;
    const early = dialog.state === 'early';
    const waiting = early || dialog.inviteIn || reliable.holds(dialog);
    const open = waiting ? exchanges.invitesOf(dialog) : [];
    // A BYE of ours that waits for the ACK goes out now: the application hears how it ended.
    dialog.heldBye?.();
    dialog.call?.ended('network', 'normal-release', request.delivered());
    dialogs.remove(dialog);
    // RFC 3261 section 15.1.2: requests that wait in the dialog are answered 487.
    for (const exchange of open) responder.settle(exchange, 487);
    if (early || !dialog.application.connected) {
      this.#answer(request, transaction, { status: 200 });
      for (const exchange of early ? open : []) this.tellCancelled(exchange);
      return;
    }
    this.#deliverWithin(dialog, dialog.application, request, transaction);
  }

  #attend(exchange: Exchange, transaction: ServerTransaction): void {
    transaction.user = {
      acknowledged: this.#acknowledged,
      deserted: () => {
        this.context.exchanges.remove(exchange);
        exchange.dialog?.offers.closed(exchange.request.method);
        if (exchange.dialog !== undefined && exchange.request.method === 'UPDATE')
          exchange.dialog.updateIn = false;
        if (exchange.request.method !== 'INVITE') return;
        exchange.call?.ended('network', 'call-canceled');
        if (exchange.dialog !== undefined) this.context.reliable.stop(exchange.dialog);
        if (exchange.dialog !== undefined && exchange.inDialog) exchange.dialog.inviteIn = false;
        else if (exchange.dialog !== undefined) this.context.dialogs.remove(exchange.dialog);
        this.tellCancelled(exchange);
      },
    };
  }

  /** The caller is gone without a CANCEL: the application gets the CANCEL that it would have sent. */
  tellCancelled(exchange: Exchange): void {
    const { request } = exchange;
    const lines = [
      `CANCEL ${request.uri} SIP/2.0`,
      `Via: ${request.first('via')}`,
      'Max-Forwards: 70',
      `From: ${request.from}`,
      `To: ${request.to}`,
      `Call-ID: ${request.callId}`,
      `CSeq: ${request.cseq?.number} CANCEL`,
      'Content-Length: 0',
    ];
    this.#deliver(exchange, {
      text: `${lines.join('\r\n')}\r\n\r\n`,
      size: 0,
      dialogId: exchange.dialog?.id ?? '',
    });
  }

  #deliver(
    exchange: Exchange,
    message: { text: string; size: number; dialogId: string; fresh?: boolean },
  ): void {
    const { application, flow, id } = exchange;
    if (application.connected)
      application.deliver({ ...message, source: 'network', flow, transactionId: id });
  }

  /** Returns the response as sent. */
  #answer(request: SipRequest, transaction: ServerTransaction, parts: ResponseParts): string {
    // A 100 needs no tag (RFC 3261 section 8.2.6.2).
    const toTag = parts.toTag ?? (parts.status === 100 ? undefined : newTag());
    const text = responseText(request, { ...parts, toTag });
    transaction.respond(parts.status, text);
    return text;
  }

  /** A request that another application was given, or none yet, goes to the one that is to answer it now. */
  redeliver(exchange: Exchange): void {
    const { request, dialog } = exchange;
    // It has answered, and its 2xx waits for a PRACK.
    if (request.method === 'INVITE' && dialog !== undefined && this.context.reliable.holds(dialog)) return;
    const { size } = request;
    const fresh = dialog === undefined;
    this.#deliver(exchange, { text: request.delivered(), size, dialogId: dialog?.id ?? '', fresh });
  }

  /**
   * Hands a message that the server made itself to an application as a new request.
   * @param answered gets the status of the answer, which goes nowhere else; 408 when there is none
   */
  announce(
    request: SipRequest,
    flow: Flow,
    application: Application,
    answered?: (status: number) => void,
  ): void {
    const { exchanges, options } = this.context;
    const exchange = exchanges.add({ request, flow, application, answered }, options.answerMs, late => {
      exchanges.remove(late);
      answered?.(408);
    });
    this.#deliver(exchange, { text: request.text, size: 0, dialogId: '', fresh: true });
  }
}

/** RFC 3261 section 14.2: 500 while another one of the peer's is open, 491 while one of ours is. */
function inviteRefusal(dialog: Dialog, request: SipRequest): number | undefined {
  if (request.first('contact') === undefined) return 400;
  const open = dialog.offers.open;
  if (dialog.state === 'early' || dialog.inviteIn || dialog.awaitedAck !== undefined || open === 'peer')
    return 500;
  return dialog.inviteOut !== undefined || open === 'us' ? 491 : undefined;
}

/** RFC 3311 section 5.2: the same for UPDATE, of which one without an offer collides with none but its like. */
function updateRefusal(dialog: Dialog, request: SipRequest): number | undefined {
  if (dialog.updateIn) return 500;
  if (request.body === '') return undefined;
  return { us: 491, peer: 500, none: undefined }[dialog.offers.open ?? 'none'];
}

/** Methods that need a dialog even when they carry no To tag. */
const isBound = (method: string): boolean => method === 'BYE' || method === 'UPDATE' || method === 'PRACK';

const field = (name: string, value: string): TemplateField => ({ id: name.toLowerCase(), name, value });
