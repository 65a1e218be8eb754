/** A server transaction at work: runs one of the two server tables over the flow its request came in on. */
import type { SipRequest } from '../message/message.js';
import type { Flow } from '../transport/transport.js';
import type { Clock } from './clock.js';
import type { TransactionCounters } from './counters.js';
import {
  type InviteServerAction,
  type InviteServerEvent,
  type InviteServerState,
  inviteServer,
} from './invite-server.js';
import {
  type NonInviteServerAction,
  type NonInviteServerEvent,
  type NonInviteServerState,
  nonInviteServer,
} from './non-invite-server.js';
import type { Cell } from './table.js';
import { TimerSet } from './timer-set.js';
import type { Timers } from './timers.js';

export type ServerState = InviteServerState | NonInviteServerState;
type ServerEvent = InviteServerEvent | NonInviteServerEvent;
type ServerAction = InviteServerAction | NonInviteServerAction;

export interface ServerEnvironment {
  clock: Clock;
  timers: Timers;
  counters: TransactionCounters;
  ended(transaction: ServerTransaction): void;
}

/** What the user of a server transaction may want to know. */
export interface ServerUser {
  /** An ACK for its 2xx that came with the INVITE's branch. */
  acknowledged?(ack: SipRequest): void;
  /** The connection of an unanswered request is gone: nobody waits for the answer. */
  deserted?: (() => void) | undefined;
  /** A response did not leave; a retransmission of the request asks for it again. */
  sendFailed?(): void;
}

/** Who sent a request, by its Via. */
export interface SentBy {
  port: number | undefined;
  host: string;
}

export class ServerTransaction {
  user: ServerUser = {};
  #state: ServerState;
  #timers: TimerSet;
  #next = '';
  #last = '';
  #ack: SipRequest | undefined;
  #stopListening: () => void;
  #flow: Flow;
  #sentBy: SentBy | undefined;

  /**
   * @param key what its requests have in common (RFC 3261 section 17.2.3)
   * @param sentBy of the Via, where the flow is a connection to a peer that can be connected to
   */
  constructor(
    readonly key: string,
    readonly mergeKey: string | undefined,
    readonly isInvite: boolean,
    flow: Flow,
    private readonly environment: ServerEnvironment,
    sentBy?: SentBy,
  ) {
    this.#flow = flow;
    this.#sentBy = sentBy;
    this.#state = isInvite ? 'proceeding' : 'trying';
    this.#timers = new TimerSet(environment.clock, environment.timers, flow.connected, name =>
      this.#fire(`timer${name}` as ServerEvent),
    );
    this.#stopListening = flow.onClosed(() => this.#deserted());
  }

  /** The way its responses go. */
  get flow(): Flow {
    return this.#flow;
  }

  get state(): ServerState {
    return this.#state;
  }

  /** Whether it still waits for a final response. */
  get open(): boolean {
    return this.#state === 'trying' || this.#state === 'proceeding';
  }

  /** Whether it waits for the peer: for the ACK of a failure. */
  get unacknowledged(): boolean {
    return this.isInvite && this.#state === 'completed';
  }

  /** The request again. */
  retransmitted(): void {
    this.environment.counters.repeatsReceived += 1;
    this.#fire('request');
  }

  /** An ACK with the branch of the INVITE. */
  acknowledge(ack: SipRequest): void {
    this.#ack = ack;
    this.#fire('ack');
    this.#ack = undefined;
  }

  /** Sends a response; one that comes too late is dropped by the table. */
  respond(status: number, text: string): void {
    this.#next = text;
    if (status < 200) this.#fire('sendProvisional');
    else if (!this.isInvite) this.#fire('sendFinal');
    else this.#fire(status < 300 ? 'sendSuccess' : 'sendFailure');
    this.#next = '';
    // Nobody waits any more. What the listener knows (the whole request) would be kept until the last timer.
    if (!this.open) this.user = { ...this.user, deserted: undefined };
  }

  /** Gives up without a word. */
  abandon(): void {
    this.#state = 'terminated';
    this.#end();
  }

  #deserted(): void {
    if (this.open && this.#moved()) return;
    if (this.open) this.user.deserted?.();
    this.abandon();
  }

  /** RFC 3261 section 18.2.2: once, responses take a new connection to the peer when that of the request is gone. */
  #moved(): boolean {
    const sentBy = this.#sentBy;
    this.#sentBy = undefined;
    const flow = sentBy === undefined ? undefined : this.#flow.returnFlow?.(sentBy.port, sentBy.host);
    if (flow?.open !== true) return false;
    this.#stopListening();
    this.#flow = flow;
    if (this.#state !== 'terminated') this.#stopListening = flow.onClosed(() => this.#deserted());
    return true;
  }

  #fire(event: ServerEvent): void {
    const states: Record<string, Record<string, Cell<ServerState, ServerAction>>> = this.isInvite
      ? inviteServer
      : nonInviteServer;
    const cell = states[this.#state]?.[event];
    if (cell === undefined) return;
    this.#state = cell.next;
    for (const action of cell.actions) this.#act(action);
  }

  #act(action: ServerAction): void {
    switch (action) {
      case 'send':
        // An accepted INVITE is never answered again from here: its user repeats the 2xx.
        this.#last = this.#state === 'accepted' ? '' : this.#next;
        this.#send(this.#next);
        return;
      case 'resend':
        this.environment.counters.repeatsSent += 1;
        this.#send(this.#last);
        return;
      case 'startG':
      case 'startH':
      case 'startI':
      case 'startJ':
      case 'startL':
        this.#timers.start(action.slice(5) as 'G');
        return;
      case 'restartG':
        this.#timers.restart('G');
        return;
      case 'stopTimers':
        this.#timers.stopAll();
        return;
      case 'tellAck':
        if (this.#ack !== undefined) this.user.acknowledged?.(this.#ack);
        return;
      case 'tellError':
        this.user.sendFailed?.();
        return;
      case 'end':
        this.#end();
        return;
    }
  }

  #send(text: string): void {
    if (text === '') return;
    this.#flow.send(text, () => {
      if (this.#moved()) this.#send(text);
      else this.#fire('transportError');
    });
  }

  #end(): void {
    this.#timers.stopAll();
    this.#stopListening();
    this.#last = '';
    this.user = {};
    this.environment.ended(this);
  }
}
