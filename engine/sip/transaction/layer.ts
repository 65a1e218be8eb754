/** The transaction layer: matches what comes in with the transactions there are (RFC 3261 section 17), makes new ones. */
import type { SipRequest, SipResponse } from '../message/message.js';
import { responseText } from '../message/serializer.js';
import { detached, magicCookie, newTag } from '../message/token.js';
import { hostPort } from '../message/uri.js';
import type { Via } from '../message/via.js';
import type { MessageReceiver } from '../transport/inbound.js';
import type { Flow } from '../transport/transport.js';
import { type ClientRequest, ClientTransaction } from './client-transaction.js';
import type { Clock } from './clock.js';
import { noTransactions } from './counters.js';
import { type SentBy, ServerTransaction } from './server-transaction.js';
import type { Timers } from './timers.js';

/** What sits above: the user agent. */
export interface TransactionUser {
  /** A new request; it has to be answered through its transaction. */
  request(request: SipRequest, transaction: ServerTransaction): void;
  /** An ACK that belongs to no transaction: for a 2xx. */
  ack(request: SipRequest, flow: Flow): void;
  /** A CANCEL, with the INVITE it is for, if there is one. */
  cancel(request: SipRequest, transaction: ServerTransaction, invite: ServerTransaction | undefined): void;
}

export interface TransactionLimits {
  /** Server and client transactions together, the finished ones that absorb retransmissions included. */
  maxTransactions: number;
}

const retryAfterSeconds = '5';
/** How often is looked whether all is answered, at the end of the process. */
const pollMs = 20;

export class TransactionLayer implements MessageReceiver {
  user: TransactionUser | undefined;
  readonly #servers = new Map<string, ServerTransaction>();
  readonly #clients = new Map<string, ClientTransaction>();
  /** Requests outside dialogs by what is the same however they were forked (RFC 3261 section 8.2.2.2). */
  readonly #merge = new Map<string, ServerTransaction>();
  readonly counters = noTransactions();
  readonly #environment;

  constructor(
    readonly clock: Clock,
    readonly timers: Timers,
    private readonly limits: TransactionLimits,
  ) {
    this.#environment = {
      counters: this.counters,
      clock,
      timers,
      ended: (transaction: ClientTransaction | ServerTransaction) => this.#ended(transaction),
    };
  }

  get size(): number {
    return this.#servers.size + this.#clients.size;
  }

  /** A client transaction, not yet started; undefined when there are too many. */
  client(request: ClientRequest): ClientTransaction | undefined {
    if (this.size >= this.limits.maxTransactions) return undefined;
    const transaction = new ClientTransaction(request, this.#environment);
    this.#clients.set(clientKey(request.branch, request.method), transaction);
    return transaction;
  }

  /**
   * A request is forwarded: it may come back by another way, which is no reason to refuse it (RFC 3261 section 8.2.2.2
   * speaks of user agents; a proxy finds loops by its Via).
   */
  forwarded(transaction: ServerTransaction): void {
    this.#unmerge(transaction);
  }

  response(response: SipResponse, flow: Flow): void {
    const { branch } = response.via as Via;
    const method = response.cseq?.method ?? '';
    if (branch !== undefined) this.#clients.get(clientKey(branch, method))?.receive(response, flow);
  }

  request(request: SipRequest, flow: Flow): void {
    const key = serverKey(request, request.method === 'ACK' ? 'INVITE' : request.method);
    const known = this.#servers.get(key);
    if (request.method === 'ACK') {
      if (known === undefined) this.user?.ack(request, flow);
      else known.acknowledge(request);
      return;
    }
    if (known !== undefined) {
      known.retransmitted();
      return;
    }
    if (this.size >= this.limits.maxTransactions) {
      this.#refuse(request, flow);
      return;
    }
    const mergeKey =
      request.toTag === undefined && request.method !== 'CANCEL' ? mergeKeyOf(request) : undefined;
    const merged = mergeKey !== undefined && this.#merge.has(mergeKey);
    const transaction = new ServerTransaction(
      detached(key),
      merged || mergeKey === undefined ? undefined : detached(mergeKey),
      request.method === 'INVITE',
      flow,
      this.#environment,
      flow.returnFlow === undefined ? undefined : sentByOf(request),
    );
    this.#servers.set(transaction.key, transaction);
    if (merged) {
      transaction.respond(482, responseText(request, { status: 482, toTag: newTag() }));
      return;
    }
    if (transaction.mergeKey !== undefined) this.#merge.set(transaction.mergeKey, transaction);
    try {
      if (request.method === 'CANCEL') {
        this.user?.cancel(request, transaction, this.#servers.get(serverKey(request, 'INVITE')));
      } else this.user?.request(request, transaction);
    } catch (error) {
      // Our own fault; the peer has its answer, and nothing waits for one that will not come.
      transaction.respond(500, responseText(request, { status: 500, toTag: newTag() }));
      throw error;
    }
  }

  /** Stateless: keeping state for it is what there is no room for. */
  #refuse(request: SipRequest, flow: Flow): void {
    const fields = [{ id: 'retry-after', name: 'Retry-After', value: retryAfterSeconds }];
    flow.send(responseText(request, { status: 503, toTag: newTag(), fields }));
  }

  #ended(transaction: ClientTransaction | ServerTransaction): void {
    if (transaction instanceof ClientTransaction) {
      this.#clients.delete(clientKey(transaction.branch, transaction.method));
      return;
    }
    this.#servers.delete(transaction.key);
    this.#unmerge(transaction);
  }

  #unmerge(transaction: ServerTransaction): void {
    const { mergeKey } = transaction;
    // A forwarded request that came back may have taken the place.
    if (mergeKey !== undefined && this.#merge.get(mergeKey) === transaction) this.#merge.delete(mergeKey);
  }

  /** Resolves when no peer owes us an answer or an ACK any more, or after `limitMs`. */
  async answered(limitMs: number): Promise<void> {
    const end = this.clock.now() + limitMs;
    while (this.#owed() && this.clock.now() < end) {
      await new Promise<void>(resolve => this.clock.after(pollMs, resolve));
    }
  }

  #owed(): boolean {
    for (const client of this.#clients.values()) if (client.open) return true;
    for (const server of this.#servers.values()) if (server.open || server.unacknowledged) return true;
    return false;
  }

  /** Ends every transaction without a word; for the end of the process. */
  close(): void {
    for (const transaction of [...this.#clients.values()]) transaction.abandon();
    for (const transaction of [...this.#servers.values()]) transaction.abandon();
  }
}

function sentByOf(request: SipRequest): SentBy {
  const { port, host } = request.via as Via;
  return { port, host: detached(host) };
}

const clientKey = (branch: string, method: string): string => `${branch} ${method}`;

/** RFC 3261 section 17.2.3; without the magic cookie, what RFC 2543 compares. */
function serverKey(request: SipRequest, method: string): string {
  const via = request.via as Via;
  // The cookie alone identifies nothing (RFC 4475 section 3.2.1).
  if (via.branch?.startsWith(magicCookie) && via.branch !== magicCookie)
    return `${via.branch} ${hostPort(via.host, via.port)} ${method}`;
  const sent = `${hostPort(via.host, via.port)} ${via.branch ?? ''}`;
  return `2543 ${request.callId} ${request.fromTag ?? ''} ${request.cseq?.number} ${request.uri} ${sent} ${method}`;
}

const mergeKeyOf = (request: SipRequest): string =>
  `${request.callId} ${request.fromTag ?? ''} ${request.first('cseq') ?? ''}`;
