/** The non-INVITE client transaction: RFC 3261 section 17.1.2, figure 6. */
import { type Table, to } from './table.js';

export type NonInviteClientState = 'trying' | 'proceeding' | 'completed' | 'terminated';
export type NonInviteClientEvent =
  | 'timerE'
  | 'timerF'
  | 'timerK'
  | 'provisional'
  | 'final'
  | 'transportError';
/** `slowE`: in Proceeding the interval is T2 at once. */
export type NonInviteClientAction =
  | 'sendRequest'
  | 'startE'
  | 'startF'
  | 'restartE'
  | 'slowE'
  | 'stopTimers'
  | 'deliver'
  | 'startK'
  | 'tellTimeout'
  | 'tellError'
  | 'end';

/** On the way in: the first transmission. Timer E runs on unreliable transports only. */
export const nonInviteClientStart: readonly NonInviteClientAction[] = ['sendRequest', 'startE', 'startF'];

const c = to<NonInviteClientState, NonInviteClientAction>;

export const nonInviteClient: Table<NonInviteClientState, NonInviteClientEvent, NonInviteClientAction> = {
  trying: {
    timerE: c('trying', 'sendRequest', 'restartE'),
    timerF: c('terminated', 'tellTimeout', 'end'),
    timerK: c('trying'),
    provisional: c('proceeding', 'deliver'),
    final: c('completed', 'stopTimers', 'deliver', 'startK'),
    transportError: c('terminated', 'tellError', 'end'),
  },
  proceeding: {
    timerE: c('proceeding', 'sendRequest', 'slowE'),
    timerF: c('terminated', 'tellTimeout', 'end'),
    timerK: c('proceeding'),
    provisional: c('proceeding', 'deliver'),
    final: c('completed', 'stopTimers', 'deliver', 'startK'),
    transportError: c('terminated', 'tellError', 'end'),
  },
  completed: {
    timerE: c('completed'),
    timerF: c('completed'),
    timerK: c('terminated', 'end'),
    provisional: c('completed'),
    final: c('completed'),
    transportError: c('terminated', 'end'),
  },
  terminated: {
    timerE: c('terminated'),
    timerF: c('terminated'),
    timerK: c('terminated'),
    provisional: c('terminated'),
    final: c('terminated'),
    transportError: c('terminated'),
  },
};
