import {
  attemptsBefore,
  failCustomer,
  giveUp,
  hold,
  type InteractionRef,
  type Outcome,
  type ServedInteraction,
  type ServiceTerms,
  scheduleRetry,
} from '../acd/index.js';
import { type Sql, takeStep } from '../store/index.js';
import { nextStep, type OutcomeRule, outsideQuietHours } from './outcome-rules.js';
import { queuePromises } from './promises.js';
import type { ServiceParts, Turn } from './turn.js';

/** What comes next: for a customer who has asked for it by the rule of his queue, for all others nothing. */
export async function notReached(
  { sql, wrapUps }: ServiceParts,
  { interaction, terms }: Turn,
  outcome: Outcome,
): Promise<void> {
  const close = leavesWork(terms, outcome) ? failCustomer : giveUp;
  const settle = terms.channel === 'callback' ? settleFailure : close;
  const closed = await takeStep(interaction, ref => settle(sql, ref, outcome, close));
  if (closed?.state === 'wrap_up') wrapUps.schedule(closed);
}

/**
 * Whether the agent has seen or heard something that he could write down: he was called before his customer, and did not
 * just wait for a key to be pressed.
 */
function leavesWork({ customerFirst }: ServiceTerms, outcome: Outcome): boolean {
  return !customerFirst && outcome !== 'not_confirmed';
}

type Close = typeof failCustomer;

/**
 * Ends an attempt that did not reach the customer as the rule of its queue and outcome says: tried again at a time,
 * put before a person, or closed.
 * @returns the interaction when it was closed
 */
async function settleFailure(
  sql: Sql,
  interaction: ServedInteraction & InteractionRef,
  outcome: Outcome,
  close: Close,
): Promise<ServedInteraction | undefined> {
  const { tenantId, queueId } = interaction;
  const [rule] = await sql<(OutcomeRule & { quietFrom: string | null; quietUntil: string | null })[]>`
    select r.retries, r.delay_seconds as "delaySeconds", r.growth::float8 as growth,
      r.most_delay_seconds as "mostDelaySeconds", r.within_minutes as "withinMinutes", r.keeps_place as "keepsPlace",
      r.finally, to_char(q.quiet_from, 'HH24:MI') as "quietFrom", to_char(q.quiet_until, 'HH24:MI') as "quietUntil"
    from outcome_rules r join queues q on q.id = r.queue_id
    where r.tenant_id = ${tenantId} and r.queue_id = ${queueId} and r.outcome = ${outcome}`;
  if (!rule) return await close(sql, interaction, outcome);
  const [failed, queues] = await Promise.all([
    attemptsBefore(sql, interaction, outcome),
    queuePromises(sql, tenantId),
  ]);
  const hours = queues.find(({ id }) => id === queueId)?.hours;
  const { quietFrom, quietUntil } = rule;
  const callable = hours ? [hours] : [];
  // The customer's clock is the one his browser told; where it told none, the company's.
  if (hours && quietFrom && quietUntil)
    callable.push(
      outsideQuietHours(failed.timeZone ?? hours.timeZone, { from: quietFrom, until: quietUntil }),
    );
  const step = nextStep(rule, { ...failed, outcome }, callable);
  if (step.do === 'retry') await scheduleRetry(sql, interaction, { ...step, outcome });
  else if (step.do === 'person') await hold(sql, interaction, outcome);
  else return await close(sql, interaction, outcome);
  return undefined;
}
