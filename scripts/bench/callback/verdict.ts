/** What a step of the load came to, and which rate is clean. */
import type { Spread } from '../spread.js';

export interface StepCounts {
  /** Callbacks a second that were asked for. */
  rate: number;
  asked: number;
  /** Ended with the outcome `completed`, both legs answered. */
  completed: number;
  /** Messages that sipp had to send, or was sent, a second time. */
  retransmissions: number;
  /** Calls that went otherwise than sipp's scenario says. */
  failedCalls: number;
  /** Requests that could not be sent within a tenth of a second of their time. */
  late: number;
  /** Callbacks not yet bridged when the last one was asked for. */
  backlog: number;
  /** From the request to the two being bridged. */
  setUp: Spread;
}

/** What no clean step exceeds, milliseconds. */
export const slowest = 1_000;

/** More than this share of the requests sent late: the rate was not that rate. */
const lateShare = 0.01;

/** More than this many seconds' worth of requests not yet bridged: they come faster than they are served. */
const backlogSeconds = 1;

/** Why a step is not clean; empty when it is. */
export function complaints(step: StepCounts): string[] {
  const { rate, asked, completed, retransmissions, failedCalls, late, backlog, setUp } = step;
  return [
    completed < asked && `${asked - completed} of ${asked} not completed`,
    failedCalls > 0 && `${failedCalls} calls failed at sipp`,
    retransmissions > 0 && `${retransmissions} SIP retransmissions`,
    backlog > rate * backlogSeconds && `${backlog} not yet bridged at the end of the load`,
    (setUp.p99 ?? Number.POSITIVE_INFINITY) > slowest && `p99 of the setup above ${slowest} ms`,
    late > asked * lateShare && `${late} requests sent late: the load generator is at its end`,
  ].filter(text => text !== false);
}

/** The highest rate up to which every step was clean; 0 when the first was not. */
export function cleanRate(steps: readonly StepCounts[]): number {
  let clean = 0;
  for (const step of [...steps].sort((a, b) => a.rate - b.rate)) {
    if (complaints(step).length > 0) break;
    clean = step.rate;
  }
  return clean;
}
