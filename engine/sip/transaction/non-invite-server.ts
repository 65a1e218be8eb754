/** The non-INVITE server transaction: RFC 3261 section 17.2.2, figure 8. */
import { type Table, to } from './table.js';

export type NonInviteServerState = 'trying' | 'proceeding' | 'completed' | 'terminated';
export type NonInviteServerEvent = 'request' | 'sendProvisional' | 'sendFinal' | 'timerJ' | 'transportError';
export type NonInviteServerAction = 'send' | 'resend' | 'startJ' | 'tellError' | 'end';

const c = to<NonInviteServerState, NonInviteServerAction>;

export const nonInviteServer: Table<NonInviteServerState, NonInviteServerEvent, NonInviteServerAction> = {
  trying: {
    request: c('trying'),
    sendProvisional: c('proceeding', 'send'),
    sendFinal: c('completed', 'send', 'startJ'),
    timerJ: c('trying'),
    transportError: c('trying', 'tellError'),
  },
  proceeding: {
    request: c('proceeding', 'resend'),
    sendProvisional: c('proceeding', 'send'),
    sendFinal: c('completed', 'send', 'startJ'),
    timerJ: c('proceeding'),
    transportError: c('proceeding', 'tellError'),
  },
  completed: {
    request: c('completed', 'resend'),
    sendProvisional: c('completed'),
    sendFinal: c('completed'),
    timerJ: c('terminated', 'end'),
    transportError: c('completed', 'tellError'),
  },
  terminated: {
    request: c('terminated'),
    sendProvisional: c('terminated'),
    sendFinal: c('terminated'),
    timerJ: c('terminated'),
    transportError: c('terminated'),
  },
};
