import { type EndpointStatistics, scoreOf } from '../media/index.js';

/** What a line sounds like to people; `silent`: nothing comes from its far end. */
export type LineGrade = 'good' | 'fair' | 'poor' | 'silent';

/** Below these scores (ITU-T G.107 Annex B) many, and nearly all, are not content. */
const fairBelow = 3.6;
const poorBelow = 3.1;

/**
 * What the figures of a line come to between two looks, by the worse of its two directions. In the whole of a call a bad
 * minute drowns; what somebody hears is now.
 */
export function gradeBetween(before: EndpointStatistics, now: EndpointStatistics): LineGrade {
  const received = now.packetsReceived - before.packetsReceived;
  if (received <= 0) return 'silent';
  const { jitterMs, roundTripMs } = now;
  const incoming = scoreOf({ received, lost: now.packetsLost - before.packetsLost, jitterMs, roundTripMs });
  const worst = Math.min(incoming ?? fairBelow, outgoing(before, now) ?? fairBelow);
  if (worst < poorBelow) return 'poor';
  return worst < fairBelow ? 'fair' : 'good';
}

/** The score of what we send, by what its receiver has reported since; null where he has not. */
function outgoing(before: EndpointStatistics, now: EndpointStatistics): number | null {
  if (now.sentLost === null || before.sentLost === null) return null;
  const lost = Math.max(0, now.sentLost - before.sentLost);
  const sent = now.packetsSent - before.packetsSent;
  const { sentJitterMs, roundTripMs } = now;
  return scoreOf({ received: sent - lost, lost, jitterMs: sentJitterMs ?? 0, roundTripMs });
}

const order: readonly LineGrade[] = ['good', 'fair', 'poor', 'silent'];

/** Follows one line: worse at once, better only when two looks agree, so that it does not flicker. */
export class GradeFollower {
  #before: EndpointStatistics | undefined;
  #grade: LineGrade | undefined;
  #better = false;

  /** Undefined at the first look. */
  get grade(): LineGrade | undefined {
    return this.#grade;
  }

  /** @returns whether somebody has to be told */
  look(now: EndpointStatistics): boolean {
    const before = this.#before;
    this.#before = now;
    if (!before) return false;
    const found = gradeBetween(before, now);
    const was = this.#grade;
    const better = was !== undefined && order.indexOf(found) < order.indexOf(was);
    const wait = better && !this.#better;
    this.#better = better;
    if (wait || found === was) return false;
    this.#grade = found;
    return was !== undefined || found !== 'good';
  }
}
