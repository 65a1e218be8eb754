/**
 * The proxy core (RFC 3261 section 16): forwards what an application wants forwarded, and what belongs to dialogs that it
 * remained in. It stands before the user agent and leaves to it all that it has nothing to do with.
 *
 * Requests of such dialogs never reach an application. They are forwarded statefully, so that retransmissions, timeouts
 * and broken connections on the one side are none of the other's; only an ACK, which is never answered, is not.
 */
import { Call, type CallObserver } from '../dialog/call-events.js';
import { type Sender, sendUnanswered } from '../dialog/client/sender.js';
import type { TakenExchange } from '../dialog/user-agent.js';
import type { SipRequest } from '../message/message.js';
import { type ResponseParts, responseText } from '../message/serializer.js';
import type { TemplateField } from '../message/template.js';
import { newTag } from '../message/token.js';
import { parseSipUri } from '../message/uri.js';
import type { TransactionLayer, TransactionUser } from '../transaction/layer.js';
import type { ServerTransaction } from '../transaction/server-transaction.js';
import type { FlowTable } from '../transport/flow-table.js';
import type { Router } from '../transport/router.js';
import type { Flow } from '../transport/transport.js';
import type { BranchTimeouts } from './branch.js';
import { Forwarding, type ForwardingParts } from './forwarding.js';
import { statelessBranch } from './loop.js';
import type { ProxyOptions } from './options.js';
import { OwnAddresses } from './own-addresses.js';
import { ReleasedCalls } from './released-calls.js';
import { type ProxyReport, ResponseContext, type SearchRules } from './response-context.js';
import { RouteTokens } from './route-token.js';
import { type RoutedRequest, remainingRoute, routedRequest } from './routed.js';
import { type Target, TargetSet } from './target-set.js';
import { type Forwardable, isRefusal, type Refusal, refusal, validated } from './validation.js';

/** The user agent, as far as the proxy needs it. */
export interface ProxiedUserAgent {
  /** Undefined when there is no such request that waits for its first answer. */
  take(transactionId: string): TakenExchange | undefined;
  /** A REGISTER has been accepted by the registrar that it was forwarded to. */
  registered(taken: TakenExchange): void;
  /** Where all goes that is not for the proxy. */
  readonly receiver: TransactionUser;
}

export interface ProxyParts {
  transactions: TransactionLayer;
  router: Router;
  flows: FlowTable;
  userAgent: ProxiedUserAgent;
  sender: Sender;
  options: ProxyOptions;
  /** Absent when calls are not recorded. */
  calls?: CallObserver | undefined;
  /** What the URIs are signed with that we put into Record-Route. */
  key: Buffer;
}

/** What an application asks for. */
export interface ProxyRequest extends SearchRules, Omit<BranchTimeouts, 'timerCMs'> {
  transactionId: string;
  /** URIs, in order. */
  destinations: readonly string[];
  /** Requests of the dialog come by here. */
  recordRoute: boolean;
  /** Header fields for the forwarded request. */
  fields: readonly TemplateField[];
}

/** A request that is forwarded: the response context needs its targets and the way to them. */
interface Passage {
  request: SipRequest;
  transaction: ServerTransaction;
  targets: TargetSet;
  forwarding: ForwardingParts;
  rules: SearchRules;
  timeouts: Omit<BranchTimeouts, 'timerCMs'>;
  report?: ProxyReport | undefined;
  accepted?: () => void;
  call?: Call | undefined;
}

/** The server writes them, or the request has them as they are. */
const notForApplications = new Set([
  'from',
  'to',
  'call-id',
  'cseq',
  'contact',
  'max-forwards',
  'max-breadth',
  'content-type',
  'path',
]);
const retryAfter = { id: 'retry-after', name: 'Retry-After', value: '5' };

export class ProxyCore implements TransactionUser {
  readonly #parts: ProxyParts;
  readonly #own: OwnAddresses;
  readonly #tokens: RouteTokens;
  readonly #released: ReleasedCalls | undefined;
  readonly #contexts = new Map<ServerTransaction, ResponseContext>();

  constructor(parts: ProxyParts) {
    this.#parts = parts;
    this.#own = new OwnAddresses(parts.router);
    this.#tokens = new RouteTokens(parts.key);
    const { calls, transactions } = parts;
    if (calls !== undefined)
      this.#released = new ReleasedCalls(calls, transactions.clock, 64 * transactions.timers.T1);
  }

  /** Requests that are being forwarded. */
  get size(): number {
    return this.#contexts.size;
  }

  request(request: SipRequest, transaction: ServerTransaction): void {
    const routed = routedRequest(request, this.#own, this.#tokens);
    if (routed === undefined) this.#parts.userAgent.receiver.request(request, transaction);
    else this.#pass(request, transaction, routed);
  }

  ack(request: SipRequest, flow: Flow): void {
    const routed = routedRequest(request, this.#own, this.#tokens);
    if (routed === undefined) this.#parts.userAgent.receiver.ack(request, flow);
    else this.#passAck(request, flow, routed);
  }

  cancel(request: SipRequest, transaction: ServerTransaction, invite: ServerTransaction | undefined): void {
    const context = invite === undefined ? undefined : this.#contexts.get(invite);
    if (context === undefined) {
      this.#parts.userAgent.receiver.cancel(request, transaction, invite);
      return;
    }
    this.#answer(request, transaction, { status: 200 });
    context.cancel(request.fields.filter(({ id }) => id === 'reason'));
  }

  /** Forwards a request for an application. A string says why not; then the caller has its answer already. */
  forward(wanted: ProxyRequest, report: ProxyReport): string | undefined {
    const { options, userAgent, transactions } = this.#parts;
    const taken = userAgent.take(wanted.transactionId);
    if (taken === undefined) return `Unknown transaction id: ${wanted.transactionId}`;
    const { request, transaction, call } = taken;
    const { destinations } = wanted;
    const checked =
      destinations.length > options.maxTargets
        ? refusal(500)
        : this.#check(request, transaction.flow, wanted.parallel ? destinations.length : 1);
    if (isRefusal(checked)) {
      const sent = this.#answer(request, transaction, checked);
      call?.failed('application', checked.status, sent);
      return refusalText(checked);
    }
    transactions.forwarded(transaction);
    const targets = new TargetSet(options.maxTargets);
    targets.add(destinations.map(destination => this.#targetOf(request, destination)));
    const started = this.#start({
      request,
      transaction,
      targets,
      forwarding: {
        request,
        inbound: transaction.flow,
        routes: remainingRoute(request.all('route'), this.#own).routes,
        digest: checked.digest,
        maxForwards: checked.maxForwards,
        maxBreadth: checked.maxBreadth,
        recordRoute: wanted.recordRoute,
        added: wanted.fields.filter(({ id }) => !notForApplications.has(id)),
      },
      rules: wanted,
      timeouts: wanted,
      report,
      call,
      accepted: () => {
        if (request.method === 'REGISTER') userAgent.registered(taken);
      },
    });
    return started ? undefined : 'error proxying request to ';
  }

  /** The server ends: 503 to all callers, CANCEL to all callees. */
  shutdown(): void {
    for (const context of [...this.#contexts.values()]) context.shutdown();
  }

  /** The Request-URI stays, unless it was only the way to us: then that is where it is to go (section 16.5). */
  #targetOf(request: SipRequest, destination: string): Target {
    const uri = parseSipUri(request.uri);
    const isOurs = uri !== undefined && this.#own.hasUri(uri);
    return { uri: isOurs ? (destination.split('?')[0] as string) : request.uri, nextHop: destination };
  }

  /** A request of a dialog that we are in the Route of. */
  #pass(request: SipRequest, transaction: ServerTransaction, routed: RoutedRequest): void {
    const checked = this.#check(request, transaction.flow, 1);
    if (isRefusal(checked)) {
      this.#answer(request, transaction, checked);
      return;
    }
    if (request.method === 'INVITE') this.#answer(request, transaction, { status: 100 });
    const targets = new TargetSet(1);
    targets.add([routed.target]);
    this.#start({
      request,
      transaction,
      targets,
      forwarding: this.#passing(request, transaction.flow, routed, checked),
      rules: { parallel: false, recurse: false },
      timeouts: { provisionalMs: undefined, finalMs: undefined },
      report: request.method === 'BYE' ? this.#released?.report(request) : undefined,
    });
  }

  #check(request: SipRequest, inbound: Flow, branches: number): Forwardable | Refusal {
    if (this.#contexts.size >= this.#parts.options.maxProxied)
      return { ...refusal(503), fields: [retryAfter] };
    return validated(request, inbound, this.#own, branches);
  }

  /** Nothing answers an ACK, and nobody could be told of a failure. */
  #passAck(request: SipRequest, inbound: Flow, routed: RoutedRequest): void {
    const checked = validated(request, inbound, this.#own, 1);
    if (isRefusal(checked)) return;
    const branch = statelessBranch(request, checked.digest);
    const forwarded = this.#forwarding(this.#passing(request, inbound, routed, checked)).to(
      routed.target,
      branch,
    );
    if (forwarded !== undefined) sendUnanswered(forwarded.route, forwarded.request.text);
  }

  #passing(request: SipRequest, inbound: Flow, routed: RoutedRequest, checked: Forwardable): ForwardingParts {
    const { routes, flow } = routed;
    return {
      ...checked,
      request,
      inbound,
      routes,
      recordRoute: false,
      added: [],
      flow: flow && this.#parts.flows.ofAddress(flow.protocol, flow.address, flow.port),
    };
  }

  #forwarding(parts: ForwardingParts): Forwarding {
    return new Forwarding(parts, this.#parts.router, this.#tokens);
  }

  /** False when there is no way to any target; then it is answered 500. */
  #start(passage: Passage): boolean {
    const { request, transaction, targets, rules, report } = passage;
    const context = new ResponseContext({
      request,
      transaction,
      targets,
      rules,
      report,
      forwarding: this.#forwarding(passage.forwarding),
      timeouts: { ...passage.timeouts, timerCMs: this.#parts.options.timerCMs },
      sender: this.#parts.sender,
      accepted: passage.accepted,
      call: passage.call,
      attempt: this.#attempts(passage),
      finished: () => this.#contexts.delete(transaction),
    });
    this.#contexts.set(transaction, context);
    if (!context.start()) {
      this.#contexts.delete(transaction);
      const sent = this.#answer(request, transaction, { status: 500 });
      passage.call?.failed('application', 500, sent);
      return false;
    }
    transaction.user = {
      acknowledged: ack => this.ack(ack, transaction.flow),
      deserted: () => context.deserted(),
    };
    return true;
  }

  /** Each branch of a call that is recorded is a call of its own, with the part of a caller. */
  #attempts({ call }: Passage): ((invite: string) => Call) | undefined {
    const { calls } = this.#parts;
    if (call === undefined || calls === undefined) return undefined;
    return invite => new Call(calls, 'application', 'proxy-uac', invite);
  }

  /** Returns the response as sent. */
  #answer(request: SipRequest, transaction: ServerTransaction, parts: ResponseParts): string {
    // A 100 needs no tag (RFC 3261 section 8.2.6.2).
    const toTag = parts.status === 100 ? undefined : newTag();
    const text = responseText(request, { ...parts, toTag });
    transaction.respond(parts.status, text);
    return text;
  }
}

const refusalText = ({ status, reason }: Refusal): string =>
  status === 483
    ? 'Rejected with 483 Too Many Hops due to Max-Forwards value of 0'
    : `Rejected with ${status} ${reason}`;
