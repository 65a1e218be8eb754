import type { Outcome } from '../acd/index.js';
import { nextOpening, type OpeningHours } from '../hours/index.js';

/** The outcomes of an attempt that a queue may have a rule for. */
export const ruledOutcomes = [
  'busy',
  'no_answer',
  'rejected',
  'unreachable',
  'machine',
  'not_confirmed',
  'abandoned',
  'agent_lost',
  'invalid_number',
  'no_trunk',
  'failed',
] as const;

/** What a queue does when an attempt has come to an outcome. */
export interface OutcomeRule {
  /** How often it is tried again after this outcome. */
  retries: number;
  /** After how long the first time. */
  delaySeconds: number;
  /** By how much longer each further time. */
  growth: number;
  mostDelaySeconds: number;
  /** No later than this after the first attempt. */
  withinMinutes: number;
  keepsPlace: boolean;
  /** Closed with the outcome, or left for a person to decide. */
  finally: 'close' | 'person';
}

/** What is known of a callback whose attempt has just failed. */
export interface FailedAttempt {
  outcome: Outcome;
  /** How many earlier attempts have come to the same. */
  before: number;
  firstAttemptAt: Date;
  now: Date;
}

/** What becomes of it. */
export type NextStep = { do: 'retry'; at: Date; keepsPlace: boolean } | { do: 'close' } | { do: 'person' };

/**
 * What the rule says of a failed attempt. The time of the next one is moved out of hours in which nobody is there or
 * the customer sleeps; where that is too late, it is over.
 * @param callable every clock that has to agree: the queue's hours, the customer's day
 */
export function nextStep(
  rule: OutcomeRule | undefined,
  { before, firstAttemptAt, now }: FailedAttempt,
  callable: readonly OpeningHours[],
): NextStep {
  if (!rule) return { do: 'close' };
  if (before >= rule.retries) return { do: rule.finally };
  const delay = Math.min(rule.delaySeconds * rule.growth ** before, rule.mostDelaySeconds);
  const at = commonOpening(callable, new Date(now.getTime() + delay * 1000));
  const last = firstAttemptAt.getTime() + rule.withinMinutes * 60_000;
  if (!at || at.getTime() > last) return { do: rule.finally };
  return { do: 'retry', at, keepsPlace: rule.keepsPlace };
}

/** Two clocks that never agree are given up after so many looks at each. */
const mostLooks = 100;

/** The first moment from `at` on at which all are open. */
function commonOpening(all: readonly OpeningHours[], at: Date): Date | undefined {
  let moment: Date | undefined = at;
  for (let look = 0; look < mostLooks; look += 1) {
    const before: Date = moment;
    for (const hours of all) {
      moment = nextOpening(hours, moment);
      if (!moment) return undefined;
    }
    if (moment.getTime() === before.getTime()) return moment;
  }
  return undefined;
}

/** The part of the day in which a customer may be called, where it is quiet from one time of his clock to another (HH:MM). */
export function outsideQuietHours(timeZone: string, quiet: { from: string; until: string }): OpeningHours {
  const day = [`${quiet.until}-${quiet.from}`];
  const weekly = { mon: day, tue: day, wed: day, thu: day, fri: day, sat: day, sun: day };
  return { timeZone, weekly, publicHolidays: null, days: new Map() };
}
