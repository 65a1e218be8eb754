/** The state of one dialog (RFC 3261 section 12). */
import type { SipRequest, SipResponse } from '../message/message.js';
import { parseNameAddr, splitList } from '../message/name-addr.js';
import type { TemplateField } from '../message/template.js';
import { detached } from '../message/token.js';
import type { Flow } from '../transport/transport.js';
import type { Application } from './application.js';
import type { Call } from './call-events.js';
import { OfferAnswer } from './offer-answer.js';
import type { SessionTimer } from './session-timer/session-timer.js';
import type { Subscription } from './subscription/subscription.js';

/**
 * Of the call in it, the INVITE usage (RFC 5057 section 3): terminated also where there never was one. A dialog lives
 * as long as a call or a subscription uses it.
 */
export type DialogState = 'early' | 'confirmed' | 'terminated';

/** Methods that are about the call in a dialog. */
export const callMethods: ReadonlySet<string> = new Set(['INVITE', 'ACK', 'BYE', 'UPDATE', 'PRACK', 'INFO']);

/** Requests that change where the far end is to be reached (RFC 5057 section 4.2). */
export const targetRefresh: ReadonlySet<string> = new Set([
  'INVITE',
  'UPDATE',
  'SUBSCRIBE',
  'NOTIFY',
  'REFER',
]);

/** A 2xx received that is to be acknowledged, and its ACK once it is sent. */
export interface PendingAck {
  sequence: number;
  /** The INVITE's credentials, which its ACK repeats (RFC 3261 section 13.2.2.4). */
  credentials: TemplateField[];
  /** The INVITE carried the offer: the ACK needs no body, and anybody can send it. */
  offered: boolean;
  /** As sent; undefined until the application acknowledges. */
  text?: string;
  /** When set, the dialog ends with that Reason as soon as the ACK is out. */
  endReason?: string;
}

/** A reliable provisional response that was received. */
export interface ReliableReceived {
  /** The early dialog it belongs to: forks may use the same numbers. */
  dialog: Dialog;
  rseq: number;
  /** The CSeq number of the INVITE. */
  sequence: number;
  /** Its PRACK has been sent. */
  acknowledged: boolean;
}

/** A session description with its type. */
export interface Description {
  type: string;
  body: string;
}

export interface DialogParts {
  id: string;
  callId: string;
  localTag: string;
  remoteTag: string;
  /** The From value of requests we send, tag included. */
  local: string;
  /** The To value of requests we send, tag included. */
  remote: string;
  remoteTarget: string;
  localContact: string;
  routeSet: string[];
  localSequence: number;
  remoteSequence: number;
  flow: Flow;
  application: Application;
  state: DialogState;
}

const noSubscriptions: readonly Subscription[] = [];

export class Dialog {
  readonly id: string;
  readonly callId: string;
  readonly localTag: string;
  readonly remoteTag: string;
  readonly local: string;
  remote: string;
  routeSet: readonly string[];
  remoteTarget: string;
  localContact: string;
  localSequence: number;
  /** Of the last request received; -1 before the first. */
  remoteSequence: number;
  /** Where its last message came from. */
  flow: Flow;
  application: Application;
  state: DialogState;
  /** What is recorded of it, where calls are recorded. */
  call: Call | undefined;
  pendingAck: PendingAck | undefined;
  /** The last reliable provisional response received: the next one has one more (RFC 3262 section 4). */
  reliable: ReliableReceived | undefined;
  /** Those that PRACK is to acknowledge, in the order of their arrival; early dialogs of one INVITE share it. */
  unacknowledged: ReliableReceived[] | undefined;
  /** Ends the repetition of our own 2xx when its ACK comes; undefined when none is awaited. */
  awaitedAck: { sequence: number; acknowledged(ack: SipRequest): void; stop(): void } | undefined;
  /** A BYE of the application that waits for the ACK of our 2xx (RFC 3261 section 15). */
  heldBye: (() => void) | undefined;
  /** When it came to be, on the server's clock. */
  since = 0;
  /** Requests received in it that wait for their answer. */
  waiting = 0;
  /** INVITEs under way within the dialog, by who sent them: at most one each (RFC 3261 section 14). */
  inviteOut: { cancel(): unknown } | undefined;
  inviteIn = false;
  /** An UPDATE of the peer waits for its answer. */
  updateIn = false;
  readonly offers = new OfferAnswer();
  /** Undefined until a 2xx has put a limit to the session (RFC 4028). */
  timer: SessionTimer | undefined;
  /** What we last said about the session; kept only where a refresh of ours may have to say it again. */
  description: Description | undefined;
  /** Whether the peer takes UPDATE; known where there is a session timer. */
  allowsUpdate = false;
  /** Settled when our own refresh by INVITE has its answer; undefined while none is under way. */
  refreshing: Promise<void> | undefined;
  subscriptions: readonly Subscription[] = noSubscriptions;

  constructor(parts: DialogParts) {
    this.id = detached(parts.id);
    this.callId = detached(parts.callId);
    this.localTag = detached(parts.localTag);
    this.remoteTag = detached(parts.remoteTag);
    this.local = detached(parts.local);
    this.remote = detached(parts.remote);
    this.remoteTarget = detached(parts.remoteTarget);
    this.localContact = detached(parts.localContact);
    this.routeSet = parts.routeSet.map(detached);
    this.localSequence = parts.localSequence;
    this.remoteSequence = parts.remoteSequence;
    this.flow = parts.flow;
    this.application = parts.application;
    this.state = parts.state;
  }

  /** An early dialog of ours is answered: its route set is that of the 2xx (RFC 3261 section 13.2.2.4). */
  confirm(response: SipResponse, flow: Flow): void {
    this.state = 'confirmed';
    this.remote = detached(response.to);
    this.routeSet = recordRoutes(response).reverse().map(detached);
    this.flow = flow;
    this.refreshTarget(response);
  }

  /** A target refresh (RFC 3261 section 12.2): the peer's new Contact. */
  refreshTarget(message: SipRequest | SipResponse): void {
    const contact = contactUri(message);
    if (contact !== undefined) this.remoteTarget = detached(contact);
  }
}

/** As the protocol names a dialog: the tag is that of the side that created it. */
export const dialogId = (callId: string, creatorTag: string): string => `${callId};from-tag=${creatorTag}`;

/** The URI of the first Contact; undefined when there is none that can be used. */
export function contactUri(message: SipRequest | SipResponse): string | undefined {
  const value = message.first('contact');
  const first = value === undefined ? undefined : splitList(value)[0];
  return first === undefined || first === '*' ? undefined : parseNameAddr(first)?.uri;
}

/** The Record-Route values of a message, in its order. */
export const recordRoutes = (message: SipRequest | SipResponse): string[] =>
  message.all('record-route').flatMap(splitList);
