/** BYE by the server itself, and the notice of it to the application (TXN `unsolicited`). */
import type { Template } from '../message/template.js';
import type { NextHop } from './client/next-hop.js';
import { dialogRequest } from './client/request-builder.js';
import { localOf, type Sender, sendUnanswered } from './client/sender.js';
import type { Dialog } from './dialog.js';
import type { DialogStore } from './dialog-store.js';

const emptyTemplate = (reason?: string): Template => ({
  startLine: '',
  fields: reason === undefined ? [] : [{ id: 'reason', name: 'Reason', value: reason }],
  body: '',
});

/** A Reason header field value (RFC 3326) as the real server words it. */
export const endReason = (text: string): string => `SIP;cause=200;text="${text}"`;

const peerLost = (status: number): string =>
  `SIP;cause=${status};text="Peer ${status === 408 ? 'does not answer' : 'does not know the call'}"`;
export const sessionExpired = endReason('Session timer expired');

export class HangUp {
  constructor(
    private readonly dialogs: DialogStore,
    private readonly sender: Sender,
    private readonly nextHop: NextHop,
  ) {}

  /** Ends the dialog: BYE to the far end, the dialog forgotten, its application told. */
  end(dialog: Dialog, reason: string): void {
    if (dialog.state === 'terminated') return;
    const text = this.endQuietly(dialog, reason);
    if (text === undefined || !dialog.application.connected) return;
    dialog.application.deliver({
      text,
      size: text.length,
      source: 'application',
      flow: dialog.flow,
      transactionId: 'unsolicited',
      dialogId: dialog.id,
    });
  }

  /** RFC 3261 section 12.2.1.2: a peer that does not answer, or does not know the call, has none any more. */
  lost(dialog: Dialog, status: number): void {
    if ((status === 408 || status === 481) && dialog.state === 'confirmed')
      this.end(dialog, peerLost(status));
  }

  /** The same without a word to the application. Returns the BYE; undefined when there is no way to send it. */
  endQuietly(dialog: Dialog, reason: string): string | undefined {
    const route = this.nextHop.of(dialog);
    if (route.kind === 'refused') {
      this.dialogs.remove(dialog);
      return undefined;
    }
    const bye = dialogRequest(
      dialog,
      { method: 'BYE', uri: 'sip:placeholder' },
      emptyTemplate(reason),
      localOf(route),
    );
    const stop = reason === sessionExpired ? 'session-expired' : 'system-initiated-termination';
    dialog.call?.ended('application', stop, bye.text);
    this.dialogs.remove(dialog);
    this.sender.send(bye, route, () => undefined);
    return bye.text;
  }

  /** Acknowledges a 2xx that nobody will acknowledge, and ends its dialog. */
  acknowledgeAndEnd(dialog: Dialog, sequence: number, reason: string): void {
    this.acknowledge(dialog, sequence);
    this.end(dialog, reason);
  }

  acknowledge(dialog: Dialog, sequence: number): void {
    const route = this.nextHop.of(dialog);
    if (route.kind === 'refused') return;
    const { credentials = [] } = dialog.pendingAck ?? {};
    const line = { method: 'ACK', uri: 'sip:placeholder' };
    const ack = dialogRequest(dialog, line, emptyTemplate(), localOf(route), { sequence, credentials });
    if (dialog.pendingAck !== undefined) dialog.pendingAck.text = ack.text;
    sendUnanswered(route, ack.text);
  }
}
