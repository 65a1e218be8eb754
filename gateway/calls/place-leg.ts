import type { Logger } from 'pino';
import {
  type Endpoint,
  type EndpointKind,
  type EndpointRequest,
  MediaError,
  type MediaServer,
} from '../media/index.js';
import {
  CallFailure,
  type IncomingCall,
  type Progress,
  type SipDialog,
  type Telephony,
} from '../telephony/index.js';
import { type BrowserCallParts, inviteBrowser } from './browser-call.js';
import { type CallAgain, Leg, type LegEnd } from './leg.js';
import type { LegJournal } from './leg-journal.js';
import { type InheritedLeg, type LegParty, LegRecord } from './leg-record.js';
import type { LineWatch } from './line-watch.js';

export interface CallParts {
  legJournal: LegJournal;
  lineWatch: LineWatch;
  telephony: Telephony;
  media: MediaServer;
  logger: Logger;
}

/** What every INVITE of a leg is given. */
interface Invitation {
  offer: string;
  signal: AbortSignal;
  onProgress: (progress: Progress) => void;
  onSent: (callId: string) => void;
}

interface Placement {
  party: LegParty;
  kind: EndpointKind;
  holdMusic: string;
  /** Of the talk it will be joined to: its interaction, where that is another one. */
  owner?: string | undefined;
  signal: AbortSignal;
  onProgress?: (progress: Progress, endpoint: Endpoint) => void;
  invite: (invitation: Invitation) => Promise<SipDialog>;
  closing?: LegEnd;
  again?: CallAgain;
}

/** Music that the media server cannot open costs the caller that music, and not the call. */
async function openEndpoint({ media, logger }: CallParts, request: EndpointRequest): Promise<Endpoint> {
  try {
    return await media.createEndpoint(request);
  } catch (error) {
    if (!(error instanceof MediaError && error.code === 'bad_request')) throw error;
    logger.warn(
      { err: error, interactionId: request.owner },
      "the house's hold music in the place of another",
    );
    return await media.createEndpoint({ ...request, holdMusic: undefined });
  }
}

/**
 * Makes an endpoint, invites the peer with its offer, applies the answer. Whatever fails, nothing is left behind: no
 * endpoint, no ringing phone.
 * @throws CallFailure
 */
async function placeLeg(parts: CallParts, placement: Placement): Promise<Leg> {
  const { legJournal, logger } = parts;
  const {
    party,
    kind,
    owner = party.interactionId ?? party.inboundCallId,
    holdMusic,
    signal,
    onProgress,
    invite,
    closing,
    again,
  } = placement;
  const record = new LegRecord(legJournal, party);
  let endpoint: Endpoint | undefined;
  let dialog: SipDialog | undefined;
  const mediaLost = new AbortController();
  try {
    const made = await openEndpoint(parts, { kind, owner, holdMusic });
    endpoint = made;
    // A phone that rings on without anybody to hear it is given up, whoever waits for its answer.
    made.on('lost', reason => mediaLost.abort(reason));
    const connected = new Promise<void>(resolve => made.on('connected', resolve));
    dialog = await invite({
      offer: made.localSdp,
      signal: AbortSignal.any([signal, mediaLost.signal]),
      onProgress: progress => onProgress?.(progress, made),
      onSent: callId => record.started(callId, made.id),
    });
    await made.accept(dialog.remoteSdp);
    record.answered();
    return new Leg(parts, { dialog, endpoint: made, record, closing, connected, again });
  } catch (error) {
    if (!(error instanceof CallFailure || error instanceof MediaError))
      logger.error(
        { err: error, interactionId: party.interactionId, role: party.role },
        'leg failed unexpectedly',
      );
    const failure = mediaLost.signal.aborted
      ? new CallFailure(
          mediaLost.signal.reason === 'engine_gone' ? 'dropped' : 'failed',
          'The media server lost the leg before it was answered',
        )
      : asCallFailure(error);
    record.ended({
      outcome: failure.outcome,
      sipStatus: failure.sipStatus,
      endedBy: signal.aborted || mediaLost.signal.aborted ? 'us' : 'peer',
    });
    // The BYE is out with this call; a peer that never answers it must not hold up what comes next.
    dialog
      ?.end()
      .catch(cause => logger.warn({ err: cause, interactionId: party.interactionId }, 'BYE failed'));
    await endpoint?.destroy();
    throw failure;
  }
}

/** Whether calls outlive the gateway that made them: both engines keep them for the next one. */
export function keepsCalls({ telephony, media }: Pick<CallParts, 'telephony' | 'media'>): boolean {
  return telephony.keepsCalls() && media.capabilities.has('adopt');
}

/**
 * Goes on with an answered leg that another gateway, or an earlier run of this one, has left: its endpoint and its dialog
 * are this gateway's from now on. Undefined: one of the two is no more, and the other is freed.
 */
export async function adoptLeg(parts: CallParts, leg: InheritedLeg): Promise<Leg | undefined> {
  const { legJournal, telephony, media, logger } = parts;
  const { callId, interactionId, inboundCallId, endpointId, role } = leg;
  let endpoint: Endpoint;
  try {
    endpoint = await media.adopt(endpointId);
  } catch (error) {
    if (!(error instanceof MediaError)) throw error;
    logger.info({ err: error, interactionId, role }, 'endpoint not adopted');
    return undefined;
  }
  const trunk = role === 'customer';
  const dialog = await telephony.adopt({
    ...{ callId, localSdp: endpoint.localSdp, trunk },
    interactionId: inboundCallId ?? interactionId ?? '',
  });
  if (dialog) return new Leg(parts, { dialog, endpoint, record: LegRecord.of(legJournal, leg) });
  await endpoint.destroy();
  return undefined;
}

function asCallFailure(error: unknown): CallFailure {
  if (error instanceof CallFailure) return error;
  if (error instanceof MediaError && error.code === 'engine_unavailable')
    return new CallFailure('dropped', error.message);
  return new CallFailure('failed', error instanceof Error ? error.message : String(error));
}

/** What a softphone is shown of a caller without a number (RFC 3323 4.1.1.3). */
const nobodysNumber = 'anonymous';

export interface AnswerCall {
  call: IncomingCall;
  tenantId: string;
  inboundCallId: string;
  /** What the other side hears while the caller holds: a file. */
  holdMusic: string;
}

/**
 * Answers a call that comes in. Whatever fails, nothing is left behind.
 * @throws CallFailure, MediaError
 */
export async function answerCall(parts: CallParts, request: AnswerCall): Promise<Leg> {
  const { call, tenantId, inboundCallId, holdMusic } = request;
  const phone = call.caller;
  const record = new LegRecord(parts.legJournal, {
    ...{ tenantId, inboundCallId, role: 'customer' as const },
    ...(phone !== undefined && { phone }),
  });
  const endpoint = await openEndpoint(parts, {
    kind: 'rtp',
    owner: inboundCallId,
    holdMusic,
    ...(call.offer !== undefined && { remoteSdp: call.offer }),
  });
  let dialog: SipDialog | undefined;
  try {
    dialog = await call.answer(endpoint.localSdp);
    if (call.offer === undefined) await endpoint.accept(dialog.remoteSdp);
    record.started(dialog.callId, endpoint.id);
    record.answered();
    return new Leg(parts, { dialog, endpoint, record });
  } catch (error) {
    dialog?.end().catch(cause => parts.logger.warn({ err: cause, inboundCallId }, 'BYE failed'));
    await endpoint.destroy();
    throw error;
  }
}

export interface RingAgent {
  tenantId: string;
  interactionId: string;
  userId: string;
  kind: EndpointKind;
  /** What the customer hears while the agent holds: a file. */
  holdMusic: string;
  callerName?: string | undefined;
  /** Null: the caller has none. */
  callerNumber: string | null;
  /** Agent by default. */
  role?: 'agent' | 'supervisor';
  /** The interaction of the talk he will be joined to, where that is another one. */
  owner?: string | undefined;
  /** What his softphone knows the call by; the interaction by default. */
  reference?: string;
  signal: AbortSignal;
}

/**
 * Rings an agent's softphone until he answers.
 * @throws CallFailure
 */
export function ringAgent(parts: CallParts, request: RingAgent): Promise<Leg> {
  const { tenantId, interactionId, userId, kind, holdMusic, callerName, callerNumber, signal } = request;
  const { role = 'agent', owner, reference = interactionId } = request;
  return placeLeg(parts, {
    party: { tenantId, interactionId, role, userId },
    kind,
    holdMusic,
    owner,
    signal,
    invite: invitation =>
      parts.telephony.inviteAgent({
        ...invitation,
        tenantId,
        userId,
        interactionId: reference,
        callerName,
        callerNumber: callerNumber ?? nobodysNumber,
      }),
  });
}

export interface CallBrowser {
  tenantId: string;
  interactionId: string;
  /** What the agent hears while the customer holds: a file. */
  holdMusic: string;
  signal: AbortSignal;
}

/**
 * Calls the page that a visitor has open until it answers.
 * @throws CallFailure
 */
export function callBrowser(
  parts: CallParts & BrowserCallParts,
  { signal, ...request }: CallBrowser,
  again = false,
): Promise<Leg> {
  const { tenantId, interactionId, holdMusic } = request;
  return placeLeg(parts, {
    party: { tenantId, interactionId, role: 'customer' },
    kind: 'webrtc',
    holdMusic,
    signal,
    invite: invitation => inviteBrowser(parts, { ...invitation, tenantId, interactionId, again }),
    closing: 'closed',
    again: signal => callBrowser(parts, { ...request, signal }, true),
  });
}

export interface DialPhone {
  tenantId: string;
  /** Whose talk it is: an interaction's, or that of a caller who is in no queue. */
  interactionId?: string;
  inboundCallId?: string;
  /** Of the talk that the leg will be joined to; that of its interaction by default. */
  owner?: string | undefined;
  number: string;
  callerId: string;
  /** What the agent hears while the customer holds: a file. */
  holdMusic: string;
  /** The customer by default. */
  role?: 'customer' | 'third';
  signal: AbortSignal;
  onProgress: (progress: Progress, endpoint: Endpoint) => void;
  onSent?: () => void;
}

/**
 * Calls a telephone over a trunk until it is answered.
 * @throws CallFailure
 */
export function dialPhone(parts: CallParts, request: DialPhone): Promise<Leg> {
  const { tenantId, interactionId, inboundCallId, owner, number, callerId, role = 'customer' } = request;
  const { holdMusic, signal, onProgress, onSent } = request;
  const call = interactionId ?? inboundCallId;
  if (call === undefined) throw new Error('nobody is called for nothing');
  return placeLeg(parts, {
    party: {
      ...{ tenantId, role, phone: number },
      ...(interactionId !== undefined && { interactionId }),
      ...(inboundCallId !== undefined && { inboundCallId }),
    },
    owner,
    kind: 'rtp',
    holdMusic,
    signal,
    onProgress,
    invite: invitation =>
      parts.telephony.invitePhone({
        ...invitation,
        onSent: callId => {
          invitation.onSent(callId);
          onSent?.();
        },
        tenantId,
        number,
        callerId,
        interactionId: call,
      }),
  });
}
