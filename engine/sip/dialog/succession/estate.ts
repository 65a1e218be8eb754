/** Settles what an application has left, as fates.ts says. */
import type { Clock } from '../../transaction/clock.js';
import type { Application } from '../application.js';
import type { OutgoingInvite } from '../client/outgoing-invite.js';
import type { Dialog } from '../dialog.js';
import { endReason, type HangUp } from '../hang-up.js';
import type { Exchange } from '../server/exchange.js';
import type { Responder } from '../server/responder.js';
import type { Subscriptions } from '../subscription/subscriptions.js';
import { dialogIdOf, type Holders, type Holding, holdings, idsOf } from './dialog-list.js';
import {
  type DialogKind,
  type DialogTurn,
  dialogFates,
  inviteFates,
  type RequestKind,
  requestFates,
  type Turn,
} from './fates.js';

export interface EstateContext extends Holders {
  responder: Pick<Responder, 'settle'>;
  hangUp: Pick<HangUp, 'acknowledge' | 'acknowledgeAndEnd' | 'end'>;
  subscriptions: Pick<Subscriptions, 'finish'>;
  clock: Clock;
  /** How long calls outlive their application. */
  graceMs: number;
}

const gone = endReason('Application is gone');

export function kindOfRequest(exchange: Exchange): RequestKind {
  if (exchange.request.method === 'BYE') return 'bye';
  if (exchange.inDialog) return 'within';
  return dialogIdOf(exchange) === undefined ? 'outside' : 'invite';
}

export function kindOfDialog({ pendingAck }: Dialog): DialogKind {
  if (pendingAck === undefined || pendingAck.text !== undefined) return 'settled';
  if (pendingAck.endReason !== undefined) return 'cancelled';
  return pendingAck.offered ? 'unacknowledged' : 'offering';
}

export class Estate {
  constructor(private readonly context: EstateContext) {}

  /**
   * The application is gone, and nobody will take over by itself. Its dialogs stay for the grace time, for another
   * connection to name them; then they end.
   */
  abandon(application: Application): void {
    this.settleAll(application, 'abandoned');
    this.context.clock.after(this.context.graceMs, () => this.settleAll(application, 'unclaimed'));
  }

  /** The application is gone, and wants nobody to ring who would be connected with nobody. */
  stopRinging(application: Application): void {
    const { exchanges, pending, responder } = this.context;
    for (const invite of [...pending.values()])
      if (invite.application === application && invite.within === undefined) invite.cancel();
    for (const exchange of exchanges.ofApplication(application))
      if (kindOfRequest(exchange) === 'invite') responder.settle(exchange, 503);
  }

  /** @param heir who gets what is handed on */
  settleAll(application: Application, turn: Turn, heir?: Application): void {
    const { exchanges } = this.context;
    const ids = idsOf(owner => owner === application, this.context);
    for (const holding of holdings(ids, this.context)) this.settle(holding, turn, application, heir);
    for (const exchange of exchanges.ofApplication(application)) this.#request(exchange, turn, heir);
  }

  /**
   * What is `from`'s of a dialog; the far end's requests first: it may be its BYE.
   * @returns the requests that `heir` is to be given
   */
  settle(
    { exchanges, sent, sentBefore = [], dialog }: Holding,
    turn: Turn,
    from: Application,
    heir?: Application,
  ): Exchange[] {
    const mine = exchanges.filter(({ application }) => application === from);
    const delivered = mine.filter(exchange => this.#request(exchange, turn, heir));
    for (const invite of [...sentBefore, sent])
      if (invite?.application === from) this.#invite(invite, turn, heir);
    if (dialog?.application === from) this.dialog(dialog, turn, heir);
    return delivered;
  }

  dialog(dialog: Dialog, turn: DialogTurn, heir?: Application): void {
    const { hangUp, subscriptions } = this.context;
    const { sequence = 0, endReason: reason = gone } = dialog.pendingAck ?? {};
    switch (dialogFates[kindOfDialog(dialog)][turn]) {
      case 'keep':
        return;
      case 'acknowledge':
        hangUp.acknowledge(dialog, sequence);
        return;
      case 'acknowledgeAndHand':
        hangUp.acknowledge(dialog, sequence);
        if (heir !== undefined) dialog.application = heir;
        return;
      case 'hand':
        if (heir !== undefined) dialog.application = heir;
        return;
      case 'acknowledgeAndEnd':
        hangUp.acknowledgeAndEnd(dialog, sequence, reason);
        return;
      case 'end':
        hangUp.end(dialog, gone);
        subscriptions.finish(dialog, 'deactivated');
        return;
    }
  }

  #invite(invite: OutgoingInvite, turn: Turn, heir: Application | undefined): void {
    if (inviteFates[turn] === 'cancel') invite.cancel();
    else if (heir !== undefined) invite.application = heir;
  }

  /** Whether it is to be delivered. */
  #request(exchange: Exchange, turn: Turn, heir: Application | undefined): boolean {
    const fate = requestFates[kindOfRequest(exchange)][turn];
    switch (fate) {
      case 'answer200':
      case 'answer481':
      case 'answer503':
        this.context.responder.settle(exchange, Number(fate.slice(6)));
        return false;
      case 'hand':
      case 'deliver':
        if (heir !== undefined) this.context.exchanges.hand(exchange, heir);
        return fate === 'deliver';
    }
  }
}
