/** The INVITE client transaction: RFC 3261 section 17.1.1, figure 5, with the Accepted state of RFC 6026 section 7.2. */
import { type Table, to } from './table.js';

export type InviteClientState = 'calling' | 'proceeding' | 'completed' | 'accepted' | 'terminated';
export type InviteClientEvent =
  | 'timerA'
  | 'timerB'
  | 'timerD'
  | 'timerM'
  | 'provisional'
  | 'success'
  | 'failure'
  | 'transportError';
/**
 * `stopTimers`: A and B end with the first response. `deliver`: the response goes to the user. `sendAck`: to a
 * failure, here. `tellTimeout`, `tellError`: the user makes a 408 or 503 of it.
 */
export type InviteClientAction =
  | 'sendRequest'
  | 'startA'
  | 'startB'
  | 'restartA'
  | 'stopTimers'
  | 'deliver'
  | 'sendAck'
  | 'startD'
  | 'startM'
  | 'tellTimeout'
  | 'tellError'
  | 'end';

/** On the way in: the first transmission. Timer A runs on unreliable transports only. */
export const inviteClientStart: readonly InviteClientAction[] = ['sendRequest', 'startA', 'startB'];

const c = to<InviteClientState, InviteClientAction>;

export const inviteClient: Table<InviteClientState, InviteClientEvent, InviteClientAction> = {
  calling: {
    timerA: c('calling', 'sendRequest', 'restartA'),
    timerB: c('terminated', 'tellTimeout', 'end'),
    timerD: c('calling'),
    timerM: c('calling'),
    provisional: c('proceeding', 'stopTimers', 'deliver'),
    success: c('accepted', 'stopTimers', 'deliver', 'startM'),
    failure: c('completed', 'stopTimers', 'sendAck', 'deliver', 'startD'),
    transportError: c('terminated', 'tellError', 'end'),
  },
  proceeding: {
    timerA: c('proceeding'),
    timerB: c('proceeding'),
    timerD: c('proceeding'),
    timerM: c('proceeding'),
    provisional: c('proceeding', 'deliver'),
    success: c('accepted', 'deliver', 'startM'),
    failure: c('completed', 'sendAck', 'deliver', 'startD'),
    // Not in the figure: the connection it was sent over is gone, and no answer can come any more (section 18.4).
    transportError: c('terminated', 'tellError', 'end'),
  },
  completed: {
    timerA: c('completed'),
    timerB: c('completed'),
    timerD: c('terminated', 'end'),
    timerM: c('completed'),
    provisional: c('completed'),
    success: c('completed'),
    failure: c('completed', 'sendAck'),
    // The user has its final response; only our ACK did not leave.
    transportError: c('terminated', 'end'),
  },
  accepted: {
    timerA: c('accepted'),
    timerB: c('accepted'),
    timerD: c('accepted'),
    timerM: c('terminated', 'end'),
    provisional: c('accepted'),
    success: c('accepted', 'deliver'),
    failure: c('accepted'),
    transportError: c('terminated', 'end'),
  },
  terminated: {
    timerA: c('terminated'),
    timerB: c('terminated'),
    timerD: c('terminated'),
    timerM: c('terminated'),
    provisional: c('terminated'),
    success: c('terminated'),
    failure: c('terminated'),
    transportError: c('terminated'),
  },
};
