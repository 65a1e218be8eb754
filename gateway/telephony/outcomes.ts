import type { CallOutcome } from './port.js';

interface Verdict {
  outcome: CallOutcome;
  /** Whether another trunk could do better: the fault is on the way, not with the callee. */
  tryNext: boolean;
}

const callee = (outcome: CallOutcome): Verdict => ({ outcome, tryNext: false });
const path = (outcome: CallOutcome): Verdict => ({ outcome, tryNext: true });

/** What a final response to an INVITE means (RFC 3261 section 21). A status not listed falls to its class below. */
const byStatus: Record<number, Verdict> = {
  486: callee('busy'),
  600: callee('busy'),

  408: callee('no_answer'),
  480: callee('no_answer'),
  487: callee('no_answer'),

  403: callee('rejected'),
  433: callee('rejected'),
  603: callee('rejected'),
  607: callee('rejected'),
  608: callee('rejected'),

  404: callee('invalid_number'),
  410: callee('invalid_number'),
  414: callee('invalid_number'),
  416: callee('invalid_number'),
  484: callee('invalid_number'),
  485: callee('invalid_number'),
  604: callee('invalid_number'),

  // Our credentials, or our address, are not accepted by this trunk.
  401: path('unreachable'),
  402: path('unreachable'),
  407: path('unreachable'),
  430: path('unreachable'),
  482: path('unreachable'),
  483: path('unreachable'),

  // No common codec: another trunk may have one.
  415: path('failed'),
  488: path('failed'),
  606: path('failed'),
};

/** Redirections are not followed: a trunk could send our calls anywhere. */
const byClass: Record<number, Verdict> = {
  3: path('unreachable'),
  4: callee('failed'),
  5: path('unreachable'),
  6: callee('rejected'),
};

/** Causes of the ISDN (ITU-T Q.850 table 1), which gateways put into a Reason header (RFC 3326): finer than the status. */
const byCause: Record<number, Verdict> = {
  1: callee('invalid_number'), // unallocated number
  2: path('unreachable'), // no route to transit network
  3: path('unreachable'), // no route to destination
  17: callee('busy'), // user busy
  18: callee('no_answer'), // no user responding
  19: callee('no_answer'), // no answer from user (user alerted)
  20: callee('no_answer'), // subscriber absent
  21: callee('rejected'), // call rejected
  22: callee('invalid_number'), // number changed
  27: path('unreachable'), // destination out of order
  28: callee('invalid_number'), // invalid number format
  34: path('unreachable'), // no circuit available
  38: path('unreachable'), // network out of order
  41: path('unreachable'), // temporary failure
  42: path('unreachable'), // switching equipment congestion
  44: path('unreachable'), // requested circuit not available
  47: path('unreachable'), // resource unavailable
};

export interface FinalResponse {
  status: number;
  /** Value of the Reason header. */
  reasonHeader?: string;
  /** The SIP server made it up: nobody answered, or the transport is gone. */
  local: boolean;
  /** Seconds of the Retry-After header (RFC 3261 20.33). */
  retryAfter?: number;
}

/** What became of an INVITE that was answered with a failure, or by nobody. */
export function judge({ status, reasonHeader, local }: FinalResponse): Verdict {
  if (local) return path('unreachable');
  const cause = /(?:^|,)\s*Q\.850\s*;(?:[^,]*;)?\s*cause\s*=\s*(\d{1,3})/i.exec(reasonHeader ?? '')?.[1];
  return (
    (cause && byCause[Number(cause)]) ||
    byStatus[status] ||
    byClass[Math.floor(status / 100)] ||
    callee('failed')
  );
}
