/** A client transaction at work: runs one of the two client tables over a flow. */
import { defaultMessageLimits } from '../message/limits.js';
import type { SipResponse } from '../message/message.js';
import { parseMessage } from '../message/parser.js';
import { viaCount } from '../message/via.js';
import type { Flow } from '../transport/transport.js';
import type { Clock } from './clock.js';
import type { TransactionCounters } from './counters.js';
import {
  type InviteClientAction,
  type InviteClientEvent,
  type InviteClientState,
  inviteClient,
  inviteClientStart,
} from './invite-client.js';
import {
  type NonInviteClientAction,
  type NonInviteClientEvent,
  type NonInviteClientState,
  nonInviteClient,
  nonInviteClientStart,
} from './non-invite-client.js';
import type { Cell } from './table.js';
import { TimerSet } from './timer-set.js';
import type { Timers } from './timers.js';

/** What its user is told. Exactly one of a final response, `timeout` and `failed` comes, then only repeated 2xx. */
export interface ClientUser {
  response(response: SipResponse, flow: Flow): void;
  /** No final response in time (timers B and F). */
  timeout(): void;
  /** The request could not be sent, or its connection is gone. */
  failed(error: Error): void;
}

export interface ClientRequest {
  method: string;
  branch: string;
  /** The whole request as it goes on the wire. */
  text: string;
  user: ClientUser;
}

export type ClientState = InviteClientState | NonInviteClientState;
type ClientEvent = InviteClientEvent | NonInviteClientEvent;
type ClientAction = InviteClientAction | NonInviteClientAction;

export interface ClientEnvironment {
  clock: Clock;
  timers: Timers;
  counters: TransactionCounters;
  ended(transaction: ClientTransaction): void;
}

const suspiciousRepetitions = 2;

export class ClientTransaction {
  readonly method: string;
  readonly branch: string;
  #state: ClientState;
  #flow: Flow | undefined;
  #timers: TimerSet | undefined;
  #text: string;
  #ack: string | undefined;
  #response: { message: SipResponse; flow: Flow } | undefined;
  #error: Error | undefined;
  #stopListening: (() => void) | undefined;
  #repetitions = 0;
  readonly #user: ClientUser;
  readonly #environment: ClientEnvironment;

  constructor(request: ClientRequest, environment: ClientEnvironment) {
    this.method = request.method;
    this.branch = request.branch;
    this.#text = request.text;
    this.#user = request.user;
    this.#environment = environment;
    this.#state = this.#isInvite ? 'calling' : 'trying';
  }

  get state(): ClientState {
    return this.#state;
  }

  /** Whether it still waits for a final response. */
  get open(): boolean {
    return this.#state === 'calling' || this.#state === 'trying' || this.#state === 'proceeding';
  }

  /** Where it was sent; undefined before `start`. */
  get flow(): Flow | undefined {
    return this.#flow;
  }

  get #isInvite(): boolean {
    return this.method === 'INVITE';
  }

  /** Sends the request and starts the timers. */
  start(flow: Flow): void {
    this.#attach(flow);
    if (flow.open) this.#run(this.#isInvite ? inviteClientStart : nonInviteClientStart);
    else this.fail(new Error('the connection is closed'));
  }

  /** Goes on with an INVITE that an earlier run of the server sent, and that was answered provisionally. */
  resume(flow: Flow): void {
    this.#state = 'proceeding';
    this.#attach(flow);
  }

  #attach(flow: Flow): void {
    this.#flow = flow;
    const { clock, timers } = this.#environment;
    this.#timers = new TimerSet(clock, timers, flow.connected, name =>
      this.#fire(`timer${name}` as ClientEvent),
    );
    this.#stopListening = flow.onClosed(() => this.fail(new Error('the connection is closed')));
  }

  /** A response with this transaction's branch and method (RFC 3261 section 17.1.3). */
  receive(response: SipResponse, flow: Flow): void {
    if (this.#isMisdirected(response)) return;
    // A UDP answer may come from another address than the request went to; ACK and CANCEL go where that went
    // (RFC 3261 sections 9.1 and 17.1.1.3).
    this.#response = { message: response, flow };
    if (response.status < 200) this.#fire('provisional');
    else if (!this.#isInvite) this.#fire('final');
    else this.#fire(response.status < 300 ? 'success' : 'failure');
  }

  /** More Via values than the request had: what it answers is another's request (RFC 3261 section 8.1.3.3). */
  #isMisdirected(response: SipResponse): boolean {
    const count = viaCount(response.all('via'));
    if (count === 1) return false;
    const request = parseMessage(this.#text, defaultMessageLimits);
    return request !== undefined && count > viaCount(request.all('via'));
  }

  /** The transport could not send, or is gone. */
  fail(error: Error): void {
    this.#error = error;
    this.#fire('transportError');
  }

  /** Sends the request no more, and still waits for an answer. */
  stopRepeating(): void {
    this.#timers?.stop(this.#isInvite ? 'A' : 'E');
  }

  /** Gives up without a word to the user. */
  abandon(): void {
    if (this.#state === 'terminated') return;
    this.#state = 'terminated';
    this.#end();
  }

  #fire(event: ClientEvent): void {
    const states: Record<string, Record<string, Cell<ClientState, ClientAction>>> = this.#isInvite
      ? inviteClient
      : nonInviteClient;
    const cell = states[this.#state]?.[event];
    if (cell === undefined) return;
    this.#state = cell.next;
    this.#run(cell.actions);
  }

  #run(actions: readonly ClientAction[]): void {
    for (const action of actions) this.#act(action);
  }

  #act(action: ClientAction): void {
    const timers = this.#timers;
    switch (action) {
      case 'sendRequest':
        this.#send(this.#text);
        return;
      case 'sendAck':
        this.#ack ??= this.#ackText();
        this.#send(this.#ack);
        return;
      case 'startA':
      case 'startB':
      case 'startD':
      case 'startE':
      case 'startF':
      case 'startK':
      case 'startM':
        timers?.start(action.slice(5) as 'A');
        return;
      case 'restartA':
        this.#environment.counters.repeatsSent += 1;
        timers?.restart('A');
        this.#repeated();
        return;
      case 'restartE':
        this.#environment.counters.repeatsSent += 1;
        timers?.restart('E');
        this.#repeated();
        return;
      case 'slowE':
        this.#environment.counters.repeatsSent += 1;
        timers?.restart('E', true);
        return;
      case 'stopTimers':
        timers?.stopAll();
        return;
      case 'deliver':
        this.#deliver();
        return;
      case 'tellTimeout':
        this.#environment.counters.timeouts += 1;
        this.#user.timeout();
        return;
      case 'tellError':
        this.#user.failed(this.#error ?? new Error('the request could not be sent'));
        return;
      case 'end':
        this.#end();
        return;
    }
  }

  #send(text: string): void {
    this.#flow?.send(text, error => this.fail(error));
  }

  /** Sent often enough to suspect that nobody is there, which a datagram that gets lost does not tell. */
  #repeated(): void {
    this.#repetitions += 1;
    if (this.#repetitions !== suspiciousRepetitions) return;
    void this.#flow?.refused?.().then(refused => {
      if (refused && (this.#state === 'calling' || this.#state === 'trying'))
        this.fail(new Error('nobody listens there'));
    });
  }

  #deliver(): void {
    if (this.#response !== undefined) this.#user.response(this.#response.message, this.#response.flow);
    this.#response = undefined;
  }

  /** The ACK to a failure: same branch, Request-URI, From, Call-ID, Route; To of the response (section 17.1.1.3). */
  #ackText(): string {
    const lines = this.#text.slice(0, this.#text.indexOf('\r\n\r\n')).split('\r\n');
    // The Via in front is ours, behind it are those of a request that we have forwarded: the ACK goes one hop.
    const via = lines[1] as string;
    const kept = lines
      .slice(2)
      .filter(line => /^(?:Route|Max-Forwards|From|Call-ID|Authorization|Proxy-Authorization):/.test(line));
    const uri = (lines[0] as string).split(' ')[1];
    const sequence = /^CSeq: (\d+)/m.exec(this.#text)?.[1] ?? '1';
    const own = [
      `To: ${this.#response?.message.to ?? ''}`,
      `CSeq: ${sequence} ACK`,
      'Content-Length: 0',
      '',
      '',
    ];
    return [`ACK ${uri} SIP/2.0`, via, ...kept, ...own].join('\r\n');
  }

  #end(): void {
    this.#timers?.stopAll();
    this.#stopListening?.();
    this.#text = '';
    this.#environment.ended(this);
  }
}
