import type { FinalResponse } from '../outcomes.js';
import type { DownRule } from './trunk-sql.js';

/** Nobody answered, or nobody could be reached: every further call would wait for that, too. */
const silent: DownRule = { afterFaults: 1, firstSeconds: 30, longestSeconds: 600 };

/** A fault of the trunk that may concern one call only; five in a row do not. */
const failing: DownRule = { afterFaults: 5, firstSeconds: 30, longestSeconds: 600 };

const longestRetryAfter = 300;

/**
 * What a final response to an INVITE says of the trunk itself, and not of the callee: undefined when it works. A 503
 * with Retry-After wants no calls for so long (RFC 3261 21.5.4).
 */
export function faultOf({ status, local, retryAfter }: FinalResponse): DownRule | undefined {
  if (local) return silent;
  if (status === 503 && retryAfter !== undefined) {
    const seconds = Math.min(retryAfter, longestRetryAfter);
    return { afterFaults: 1, firstSeconds: seconds, longestSeconds: seconds };
  }
  return status >= 500 && status < 600 ? failing : undefined;
}
