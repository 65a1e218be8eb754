/** Dialogs as a message makes them (RFC 3261 section 12.1, RFC 6665 section 4.4.1). */
import type { SipRequest, SipResponse } from '../message/message.js';
import { hostPort } from '../message/uri.js';
import type { Flow } from '../transport/transport.js';
import type { Application } from './application.js';
import type { BuiltRequest } from './client/request-builder.js';
import { contactUri, Dialog, type DialogState, recordRoutes } from './dialog.js';

export interface DialogOwner {
  id: string;
  flow: Flow;
  application: Application;
  state: DialogState;
}

/** The dialog that a response to a request of ours makes (section 12.1.2). */
export const dialogOfResponse = (
  request: BuiltRequest,
  response: SipResponse,
  owner: DialogOwner & { localSequence?: number },
): Dialog =>
  new Dialog({
    callId: request.callId,
    localTag: request.localTag,
    remoteTag: response.toTag ?? '',
    local: request.from,
    remote: response.to,
    remoteTarget: contactUri(response) ?? /^\S+ (\S+)/.exec(request.text)?.[1] ?? '',
    localContact: request.contact ?? '',
    routeSet: recordRoutes(response).reverse(),
    localSequence: request.sequence,
    remoteSequence: -1,
    ...owner,
  });

/** The dialog that a NOTIFY makes for the subscription that a request of ours asked for. */
export const dialogOfNotify = (request: BuiltRequest, notify: SipRequest, owner: DialogOwner): Dialog =>
  new Dialog({
    callId: request.callId,
    localTag: request.localTag,
    remoteTag: notify.fromTag ?? '',
    local: request.from,
    remote: notify.from,
    remoteTarget: contactUri(notify) ?? `sip:${hostPort(owner.flow.remoteAddress, owner.flow.remotePort)}`,
    localContact: request.contact ?? '',
    routeSet: recordRoutes(notify),
    localSequence: request.sequence,
    remoteSequence: -1,
    ...owner,
  });
