/** What happens when an application is gone: nobody is left ringing, nobody is left alone for long. */
import type { Clock } from '../../transaction/clock.js';
import type { Application } from '../application.js';
import type { OutgoingInvite } from '../client/outgoing-invite.js';
import type { Dialog } from '../dialog.js';
import type { DialogStore } from '../dialog-store.js';
import { endReason, type HangUp } from '../hang-up.js';
import type { ExchangeTable } from '../server/exchange.js';
import type { Responder } from '../server/responder.js';
import type { Subscriptions } from '../subscription/subscriptions.js';

export interface OrphanContext {
  dialogs: DialogStore;
  exchanges: ExchangeTable;
  responder: Responder;
  hangUp: HangUp;
  subscriptions: Subscriptions;
  pending: Map<string, OutgoingInvite>;
  clock: Clock;
  graceMs: number;
}

const gone = endReason('Application is gone');

/**
 * The application is gone, and nobody will take over by itself. What it has not answered is answered 503 (a BYE: 200),
 * its INVITEs are cancelled, a late 2xx gets ACK and BYE. Its dialogs stay for the grace time, for another connection to
 * name them; then they end.
 */
export function abandon(application: Application, context: OrphanContext): void {
  const { dialogs, clock, graceMs } = context;
  release(application, 503, context);
  const left = dialogs.ofApplication(application);
  clock.after(graceMs, () => {
    // Adopted ones belong to another application by now.
    for (const dialog of left) {
      if (dialog.application === application) end(dialog, context);
    }
  });
}

/** Nobody has taken over in time: what waits within dialogs is answered 481 (RFC 3261 section 12.2.2), and they end. */
export function unclaimed(standIn: Application, context: OrphanContext): void {
  release(standIn, 481, context);
  for (const dialog of context.dialogs.ofApplication(standIn)) end(dialog, context);
}

function end(dialog: Dialog, { hangUp, subscriptions }: OrphanContext): void {
  hangUp.end(dialog, gone);
  subscriptions.finish(dialog, 'deactivated');
}

/** @param status what waits within a dialog is answered with */
function release(application: Application, status: number, context: OrphanContext): void {
  const { dialogs, exchanges, responder, hangUp, pending } = context;
  for (const exchange of exchanges.ofApplication(application)) {
    if (exchange.request.method === 'BYE') responder.settle(exchange, 200);
    else responder.settle(exchange, exchange.inDialog ? status : 503);
  }
  for (const invite of [...pending.values()]) if (invite.application === application) invite.cancel();
  for (const dialog of dialogs.ofApplication(application)) {
    const { pendingAck } = dialog;
    if (pendingAck !== undefined && pendingAck.text === undefined) {
      hangUp.acknowledgeAndEnd(dialog, pendingAck.sequence, gone);
    }
  }
}
