/** What happens when an application's control connection drops: nobody is left ringing, nobody is left alone for long. */
import type { Clock } from '../transaction/clock.js';
import type { Application } from './application.js';
import type { DialogStore } from './dialog-store.js';
import type { ExchangeTable } from './exchange.js';
import { endReason, type HangUp } from './hang-up.js';
import type { OutgoingInvite } from './outgoing-invite.js';
import type { Responder } from './responder.js';

export interface OrphanContext {
  dialogs: DialogStore;
  exchanges: ExchangeTable;
  responder: Responder;
  hangUp: HangUp;
  pending: Map<string, OutgoingInvite>;
  clock: Clock;
  graceMs: number;
}

const gone = endReason('Application is gone');

/**
 * The application is gone. What it has not answered is answered 503 (a BYE: 200), its INVITEs are cancelled, a late 2xx
 * gets ACK and BYE. Its dialogs stay for the grace time, for another connection to name them; then they end.
 */
export function abandon(application: Application, context: OrphanContext): void {
  const { dialogs, exchanges, responder, hangUp, pending, clock, graceMs } = context;
  for (const exchange of exchanges.ofApplication(application)) {
    responder.settle(exchange, exchange.request.method === 'BYE' ? 200 : 503);
  }
  for (const invite of [...pending.values()]) if (invite.application === application) invite.cancel();
  const left = dialogs.ofApplication(application);
  for (const dialog of left) {
    const { pendingAck } = dialog;
    if (pendingAck !== undefined && pendingAck.text === undefined) {
      hangUp.acknowledgeAndEnd(dialog, pendingAck.sequence, gone);
    }
  }
  clock.after(graceMs, () => {
    // Adopted ones belong to another application by now.
    for (const dialog of left) if (dialog.application === application) hangUp.end(dialog, gone);
  });
}
