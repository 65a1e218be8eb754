/**
 * One branch of a forwarded request: RFC 3261 sections 16.7 to 16.10. Beside the client transaction, which repeats the
 * request and acknowledges failures, a branch knows how long it may take, and that a CANCEL waits for a 1xx.
 */
import { type Table, to } from '../transaction/table.js';

/**
 * `trying`: sent, not a word yet. `proceeding`: a 1xx has come. `cancelPending`, `cancelled`: nobody wants it any more, its
 * final response is waited for; in the first the CANCEL still waits for a 1xx (section 9.1). `overduePending`, `overdue`:
 * the same for one that took too long; it counts as a 408 already. `answered`: a 2xx has come, and may be repeated.
 * `ended`: it failed, or was never sent.
 */
export type BranchState =
  | 'idle'
  | 'trying'
  | 'proceeding'
  | 'cancelPending'
  | 'cancelled'
  | 'overduePending'
  | 'overdue'
  | 'answered'
  | 'ended';
/**
 * `failure`: a final response from 300 up, real or made up for a timeout or a transport error (section 16.9). `late`:
 * timer C, the final timeout, or the provisional timeout. `cancel`: another branch has won, or the caller has given up.
 * `giveUp`: no final response in 64*T1 after the CANCEL, or the request has not left at all.
 */
export type BranchEvent = 'start' | 'provisional' | 'success' | 'failure' | 'late' | 'cancel' | 'giveUp';
/**
 * `settle`: no other server of the target's domain is tried. `forward`: the response goes to the caller now. `keep`: the final response may become the best one. `keepTimeout`,
 * `keepTerminated`: as if it had been 408, 487. `decide`: the response context looks what is to be done next.
 */
export type BranchAction =
  | 'send'
  | 'settle'
  | 'startTimers'
  | 'heard'
  | 'stopTimers'
  | 'forward'
  | 'keep'
  | 'keepTimeout'
  | 'keepTerminated'
  | 'sendCancel'
  | 'abandon'
  | 'decide';

const c = to<BranchState, BranchAction>;

export const branchTable: Table<BranchState, BranchEvent, BranchAction> = {
  idle: {
    start: c('trying', 'startTimers', 'send'),
    provisional: c('idle'),
    success: c('idle'),
    failure: c('idle'),
    late: c('idle'),
    cancel: c('ended'),
    giveUp: c('idle'),
  },
  trying: {
    start: c('trying'),
    provisional: c('proceeding', 'heard', 'forward'),
    success: c('answered', 'stopTimers', 'forward', 'decide'),
    failure: c('ended', 'stopTimers', 'keep', 'decide'),
    late: c('overduePending', 'stopTimers', 'settle', 'keepTimeout', 'decide'),
    cancel: c('cancelPending', 'stopTimers', 'settle'),
    giveUp: c('trying'),
  },
  proceeding: {
    start: c('proceeding'),
    provisional: c('proceeding', 'heard', 'forward'),
    success: c('answered', 'stopTimers', 'forward', 'decide'),
    failure: c('ended', 'stopTimers', 'keep', 'decide'),
    late: c('overdue', 'stopTimers', 'settle', 'sendCancel', 'keepTimeout', 'decide'),
    cancel: c('cancelled', 'stopTimers', 'settle', 'sendCancel'),
    giveUp: c('proceeding'),
  },
  cancelPending: {
    start: c('cancelPending'),
    provisional: c('cancelled', 'sendCancel'),
    success: c('answered', 'forward', 'decide'),
    failure: c('ended', 'keep', 'decide'),
    late: c('cancelPending'),
    cancel: c('cancelPending'),
    giveUp: c('ended', 'keepTerminated', 'decide'),
  },
  cancelled: {
    start: c('cancelled'),
    provisional: c('cancelled'),
    success: c('answered', 'stopTimers', 'forward', 'decide'),
    failure: c('ended', 'stopTimers', 'keep', 'decide'),
    late: c('cancelled'),
    cancel: c('cancelled'),
    giveUp: c('ended', 'abandon', 'keepTerminated', 'decide'),
  },
  overduePending: {
    start: c('overduePending'),
    provisional: c('overdue', 'sendCancel'),
    success: c('answered', 'forward', 'decide'),
    failure: c('ended'),
    late: c('overduePending'),
    cancel: c('overduePending'),
    giveUp: c('ended'),
  },
  overdue: {
    start: c('overdue'),
    provisional: c('overdue'),
    success: c('answered', 'stopTimers', 'forward', 'decide'),
    failure: c('ended', 'stopTimers'),
    late: c('overdue'),
    cancel: c('overdue'),
    giveUp: c('ended', 'abandon'),
  },
  answered: {
    start: c('answered'),
    provisional: c('answered'),
    // A 2xx of an INVITE is repeated until its ACK; each one goes on (section 16.7 item 5).
    success: c('answered', 'forward'),
    failure: c('answered'),
    late: c('answered'),
    cancel: c('answered'),
    giveUp: c('answered'),
  },
  ended: {
    start: c('ended'),
    provisional: c('ended'),
    success: c('ended'),
    failure: c('ended'),
    late: c('ended'),
    cancel: c('ended'),
    giveUp: c('ended'),
  },
};

/** The states in which a final response is still waited for, before the best one can be chosen. */
export const pendingStates: ReadonlySet<BranchState> = new Set([
  'trying',
  'proceeding',
  'cancelPending',
  'cancelled',
]);
