/** The INVITE server transaction: RFC 3261 section 17.2.1, figure 7, with the Accepted state of RFC 6026 section 7.1. */
import { type Table, to } from './table.js';

export type InviteServerState = 'proceeding' | 'completed' | 'confirmed' | 'accepted' | 'terminated';
export type InviteServerEvent =
  | 'request'
  | 'ack'
  | 'sendProvisional'
  | 'sendSuccess'
  | 'sendFailure'
  | 'timerG'
  | 'timerH'
  | 'timerI'
  | 'timerL'
  | 'transportError';
/**
 * `send`: the response the user gave, which becomes the last one. `resend`: the last one again. `tellAck`: the ACK
 * of a 2xx goes to the user. `tellError`: the response did not leave; RFC 6026 keeps the state, because a retransmitted
 * INVITE asks for it again.
 */
export type InviteServerAction =
  | 'send'
  | 'resend'
  | 'startG'
  | 'restartG'
  | 'startH'
  | 'startI'
  | 'startL'
  | 'stopTimers'
  | 'tellAck'
  | 'tellError'
  | 'end';

const c = to<InviteServerState, InviteServerAction>;

export const inviteServer: Table<InviteServerState, InviteServerEvent, InviteServerAction> = {
  proceeding: {
    request: c('proceeding', 'resend'),
    ack: c('proceeding'),
    sendProvisional: c('proceeding', 'send'),
    sendSuccess: c('accepted', 'send', 'startL'),
    sendFailure: c('completed', 'send', 'startG', 'startH'),
    timerG: c('proceeding'),
    timerH: c('proceeding'),
    timerI: c('proceeding'),
    timerL: c('proceeding'),
    transportError: c('proceeding', 'tellError'),
  },
  completed: {
    request: c('completed', 'resend'),
    ack: c('confirmed', 'stopTimers', 'startI'),
    sendProvisional: c('completed'),
    sendSuccess: c('completed'),
    sendFailure: c('completed'),
    timerG: c('completed', 'resend', 'restartG'),
    timerH: c('terminated', 'end'),
    timerI: c('completed'),
    timerL: c('completed'),
    transportError: c('completed', 'tellError'),
  },
  confirmed: {
    request: c('confirmed'),
    ack: c('confirmed'),
    sendProvisional: c('confirmed'),
    sendSuccess: c('confirmed'),
    sendFailure: c('confirmed'),
    timerG: c('confirmed'),
    timerH: c('confirmed'),
    timerI: c('terminated', 'end'),
    timerL: c('confirmed'),
    transportError: c('confirmed'),
  },
  accepted: {
    // The user re-sends its 2xx by itself; a retransmitted INVITE is absorbed.
    request: c('accepted'),
    ack: c('accepted', 'tellAck'),
    sendProvisional: c('accepted'),
    sendSuccess: c('accepted', 'send'),
    sendFailure: c('accepted'),
    timerG: c('accepted'),
    timerH: c('accepted'),
    timerI: c('accepted'),
    timerL: c('terminated', 'end'),
    transportError: c('accepted', 'tellError'),
  },
  terminated: {
    request: c('terminated'),
    ack: c('terminated'),
    sendProvisional: c('terminated'),
    sendSuccess: c('terminated'),
    sendFailure: c('terminated'),
    timerG: c('terminated'),
    timerH: c('terminated'),
    timerI: c('terminated'),
    timerL: c('terminated'),
    transportError: c('terminated'),
  },
};
