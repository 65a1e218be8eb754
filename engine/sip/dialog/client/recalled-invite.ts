/**
 * What an earlier run of the server has left. An INVITE that nobody waits for any more is cancelled; a peer who has
 * answered it meanwhile is acknowledged and hung up (RFC 3261 sections 9.1 and 13.2.2.4).
 */

import type { DialogNote } from '../../journal/ringing-journal.js';
import { defaultMessageLimits } from '../../message/limits.js';
import type { SipResponse } from '../../message/message.js';
import { SipRequest } from '../../message/message.js';
import { parseMessage } from '../../message/parser.js';
import { newUuid } from '../../message/token.js';
import type { Flow } from '../../transport/transport.js';
import type { Application } from '../application.js';
import { Dialog } from '../dialog.js';
import { endReason, type HangUp } from '../hang-up.js';
import { dialogOfResponse } from '../new-dialog.js';
import { type BuiltRequest, cancelText } from './request-builder.js';
import type { Sender } from './sender.js';

const recalled = endReason('Server was started anew');

const nobody: Application = {
  connected: false,
  watchesFlows: false,
  congested: false,
  resumeName: undefined,
  deliver: () => undefined,
};

export interface Recalling {
  sender: Sender;
  hangUp: HangUp;
  /** It rings no more, or nobody knows. */
  over: () => void;
}

/** @param head the INVITE as sent, without its body */
export function recallInvite(head: string, flow: Flow, { sender, hangUp, over }: Recalling): void {
  const request = builtFrom(head);
  const transaction = request && resumed(request, flow, { sender, hangUp, over });
  if (transaction === undefined) {
    over();
    return;
  }
  const { clock, timers } = sender.transactions;
  const cancel = { ...request, method: 'CANCEL', text: cancelText(head, undefined) };
  sender.send(cancel as BuiltRequest, { kind: 'flow', flow }, () => undefined);
  // RFC 3261 section 9.1: without a final response in 64*T1 the INVITE counts as cancelled.
  clock.after(64 * timers.T1, () => {
    if (!transaction.open) return;
    transaction.abandon();
    over();
  });
}

/** Requests may have gone out in it since it was noted: the BYE has to come after them (RFC 3261 section 12.2.1.1). */
const sequencesSince = 1_000_000;

/** A call that an earlier run had, and that nobody knows any more: its peer is hung up. */
export function recallDialog(note: DialogNote, flow: Flow, { hangUp, over }: Recalling): void {
  const localSequence = Math.min(note.localSequence + sequencesSince, 2 ** 31 - 1);
  const parts = { ...note, localSequence, flow, application: nobody, state: 'confirmed' as const };
  hangUp.endQuietly(new Dialog(parts), recalled);
  over();
}

function resumed(request: BuiltRequest, flow: Flow, { sender, hangUp, over }: Recalling) {
  const answered = new Map<string, Dialog>();
  const response = (response: SipResponse, from: Flow) => {
    const { status, toTag = '' } = response;
    if (status < 200) return;
    over();
    if (status > 299) return;
    const known = answered.get(toTag);
    const owner = { id: newUuid(), flow: from, application: nobody, state: 'confirmed' as const };
    const dialog = known ?? dialogOfResponse(request, response, owner);
    answered.set(toTag, dialog);
    hangUp.acknowledge(dialog, request.sequence);
    if (known === undefined) hangUp.endQuietly(dialog, recalled);
  };
  const { method, branch, text } = request;
  const user = { response, timeout: over, failed: over };
  const transaction = sender.transactions.client({ method, branch, text, user });
  transaction?.resume(flow);
  return transaction;
}

function builtFrom(text: string): BuiltRequest | undefined {
  const message = parseMessage(text, defaultMessageLimits);
  const branch = message?.via?.branch;
  if (!(message instanceof SipRequest) || branch === undefined || message.cseq === undefined)
    return undefined;
  const { callId, fromTag: localTag = '', from, to, cseq } = message;
  const contact = message.first('contact');
  return {
    method: 'INVITE',
    branch,
    text,
    contact,
    callId,
    localTag,
    from,
    to,
    sequence: cseq.number,
    credentials: [],
  };
}
