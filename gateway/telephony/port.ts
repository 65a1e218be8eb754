/**
 * What the features see of SIP: dialogs with a peer's SDP, and named outcomes. No header, no status code that a
 * feature would have to understand.
 */

import type { TenantTrunk } from './trunks/tenant-trunk.js';

/** How one try at reaching somebody ended, before anybody talked. */
export type CallOutcome =
  | 'busy'
  | 'no_answer'
  | 'rejected'
  | 'unreachable'
  | 'invalid_number'
  | 'no_trunk'
  | 'cancelled'
  /** An engine of ours, the SIP server or the media server, was lost meanwhile, or is not there. */
  | 'dropped'
  | 'failed';

/** The peer was not reached. */
export class CallFailure extends Error {
  override readonly name = 'CallFailure';
  constructor(
    readonly outcome: CallOutcome,
    message: string,
    /** The SIP status that ended it, where there was one. */
    readonly sipStatus?: number,
  ) {
    super(message);
  }
}

/** The peer did not take our new offer: what was agreed before goes on (RFC 3261 14.1), unless the dialog has ended. */
export class OfferRefused extends Error {
  override readonly name = 'OfferRefused';
  constructor(
    message: string,
    /** The SIP status that refused it, where there was one. */
    readonly sipStatus?: number,
  ) {
    super(message);
  }
}

/** Whether the peer hung up, has lost the call, or the SIP server has. */
export type DialogEnding = 'hung_up' | 'failed' | 'dropped';
export type EndListener = (reason: string, how: DialogEnding) => void;

/** A confirmed SIP dialog (RFC 3261 section 12). */
export interface SipDialog {
  /** Known to the SIP server, also after a restart of the gateway. */
  readonly callId: string;
  /** The peer's last SDP. */
  readonly remoteSdp: string;
  /** Ends the dialog by BYE; resolves when the peer has answered or is given up. Safe to call more than once. */
  end(): Promise<void>;
  /** The peer ended it, or the SIP server did (no ACK, session timer). Called once; never after `end()`. */
  onEnded(listener: EndListener): void;
  /** A re-INVITE of the peer with an offer: the returned SDP is the answer; a throw is answered 488. */
  onReoffer(answer: (offer: string) => Promise<string>): void;
  /**
   * A re-INVITE of ours with a new offer: resolves with the peer's answer. One after the other; an offer that crosses
   * one of the peer is repeated (RFC 3261 14.1).
   * @throws OfferRefused
   */
  reinvite(offer: string): Promise<string>;
}

/** An INVITE without an offer was answered: the peer made one, and waits for our answer. */
export interface LateOffer {
  readonly callId: string;
  readonly offer: string;
  /** Acknowledges with our answer (RFC 3261 13.2.2.4). */
  answer(sdp: string): Promise<SipDialog>;
  /** Acknowledges, and ends it by BYE. */
  abandon(): Promise<void>;
}

/** An INVITE to a server of ours, whose address is in the settings. */
export interface ServerInvitation {
  uri: string;
  /** The user part of our own address, by which the server tells its clients apart. */
  from: string;
  headers?: Record<string, string>;
  signal: AbortSignal;
}

export interface InheritedCall {
  callId: string;
  interactionId: string;
  /** What we have described last. */
  localSdp: string;
  /** Whether it is over a trunk. */
  trunk: boolean;
}

export interface Progress {
  /** 180, 183 … */
  status: number;
  /** Early media (RFC 3960), where the peer sent a description. */
  sdp?: string;
}

/** Why a caller is not taken. */
export type Refusal =
  /** Nobody has this number. */
  | 'unknown_number'
  /** Somebody has it, but nobody answers it. */
  | 'not_served'
  /** The company has as many callers as it wants. */
  | 'busy'
  /** We, or the trunk, carry as much as we can: he is told when to try again. */
  | 'overloaded'
  | 'no_common_codec';

/** A call from a trunk, until it is answered or refused. */
export interface IncomingCall {
  readonly callId: string;
  /** Name of the trunk. */
  readonly trunk: string;
  /** The company whose own trunk it is: it brings calls to that company's numbers, and to nobody else's. */
  readonly tenantId: string | undefined;
  /** The number that was dialled, E.164; undefined where what was dialled is none. */
  readonly number: string | undefined;
  /** The caller's number, E.164; undefined where he withholds it, or it is none. */
  readonly caller: string | undefined;
  /** The caller's SDP; without one we make the offer. */
  readonly offer: string | undefined;
  /** Aborted when the caller gives up before he is answered. */
  readonly signal: AbortSignal;
  /**
   * Takes a channel of the trunk for as long as the call lasts; false when it has none.
   * @param holder what the channel is taken for: a later gateway finds it by that
   */
  takeChannel(tenantId: string, holder: string): Promise<boolean>;
  refuse(refusal: Refusal): void;
  /** Answers with our SDP. @throws CallFailure */
  answer(sdp: string): Promise<SipDialog>;
}

/** The reason of an abort: somebody else who was rung has taken the call, so that nobody has missed it. */
export const completedElsewhere = 'completed_elsewhere';

interface Invitation {
  /** Our SDP offer. */
  offer: string;
  /**
   * Aborting sends CANCEL (or BYE, if an answer crosses it); the promise rejects with outcome `cancelled`. With the reason
   * `completedElsewhere` the CANCEL says so.
   */
  signal: AbortSignal;
  onProgress?: (progress: Progress) => void;
  /** Called with the Call-ID as soon as the INVITE is out. */
  onSent?: (callId: string) => void;
}

export interface AgentInvitation extends Invitation {
  tenantId: string;
  userId: string;
  interactionId: string;
  /** Shown by the softphone. */
  callerName?: string;
  callerNumber: string;
}

export interface PhoneInvitation extends Invitation {
  tenantId: string;
  /** E.164 with `+`. */
  number: string;
  /** The tenant's own number, E.164, presented to the customer. */
  callerId: string;
  interactionId: string;
  /** The company's own trunks must not carry it: it is to prove something to the operator. */
  operatorOnly?: boolean;
}

/** Which kind of media a user's softphone needs. */
export type SoftphoneMedia = 'webrtc' | 'rtp';

export interface SoftphoneCredential {
  wsUrl: string;
  uri: string;
  username: string;
  password: string;
  expiresAt: string;
  iceServers: { urls: string | string[]; username?: string; credential?: string }[];
}

/** How a line to the telephone network stands. */
export interface LineState {
  up: boolean;
  /** Why it is passed over. */
  reason: string | null;
  /** Calls on it, of all gateways: of everybody, or of the tenant that was asked for. */
  channels: number;
  /** Null: it does not register. */
  registered: boolean | null;
  registerFault: string | null;
}

export interface TrunkState extends LineState {
  name: string;
  /** Whose own it is; null: the operator's. */
  tenantId: string | null;
  /** By which the store has it; null: the operator's. */
  id: string | null;
}

/** What came of asking a trunk by OPTIONS. */
export interface TrunkTest {
  /** Whether anybody answered; an answer that refuses is one. */
  answered: boolean;
  /** Null: nobody answered. */
  status: number | null;
  /** The words of the answer, or why nothing was sent. */
  reason: string;
  milliseconds: number;
}

export interface Telephony {
  /** Connects to the SIP server; resolves when logged in. Reconnects by itself afterwards. */
  start(): Promise<void>;
  stop(): Promise<void>;
  connected(): boolean;
  /**
   * The lines to the telephone network: the operator's, in the order of the dialplan, and those of companies that are in
   * use; or, of one company, all of its own.
   */
  trunks(tenantId?: string): Promise<TrunkState[]>;
  /** Reads the trunks of companies anew: what has changed is so when it resolves. Other gateways hear of it by themselves. */
  readTrunks(): Promise<void>;
  /** Refuses a trunk that a company may not have. @throws ApiError */
  admitTrunk(trunk: TenantTrunk): Promise<void>;
  /** Asks a company's trunk whether it is there, in use or not; undefined: there is none of that id. */
  testTrunk(tenantId: string, id: string): Promise<TrunkTest | undefined>;
  /** The kind of media the user's registered softphone wants, or undefined when none is registered. */
  softphoneOf(tenantId: string, userId: string): Promise<SoftphoneMedia | undefined>;
  /** @throws CallFailure */
  inviteAgent(invitation: AgentInvitation): Promise<SipDialog>;
  /** @throws CallFailure */
  invitePhone(invitation: PhoneInvitation): Promise<SipDialog>;
  /** @throws CallFailure */
  inviteServer(invitation: ServerInvitation & { offer: string }): Promise<SipDialog>;
  /** The server is to make the offer. @throws CallFailure */
  inviteServerToOffer(invitation: ServerInvitation): Promise<LateOffer>;
  /** Who takes the calls that come from trunks; without anybody they are not served. */
  onIncoming(listener: (call: IncomingCall) => void): void;
  /** Ends a dialog of an earlier run of the gateway by BYE; false when the SIP server no longer knows it. */
  endStale(callId: string): Promise<boolean>;
  /** Whether answered calls outlive the gateway: the next one can go on with them. Not with a drachtio-server. */
  keepsCalls(): boolean;
  /** Resolves when it is known what calls gateways have left that are no more. */
  inherited(): Promise<void>;
  /** Takes an answered call over that another gateway, or an earlier run, has left; undefined: it is over. */
  adopt(call: InheritedCall): Promise<SipDialog | undefined>;
  /**
   * Of one that is over: whether its far end had hung up by itself, when no gateway came in time to hear it. To be asked
   * once the calls are known (`inherited`).
   */
  hungUpMeanwhile(callId: string): boolean;
  /** A short-lived softphone credential bound to a login session; dies with it. */
  issueCredential(session: {
    tenantId: string;
    userId: string;
    sessionId: string;
  }): Promise<SoftphoneCredential>;
  /**
   * Takes the credential and the softphone of a login session. To be called before the session's row goes: that takes
   * them too, but writes no event.
   */
  revokeCredential(session: { tenantId: string; userId: string; sessionId: string }): Promise<void>;
}
