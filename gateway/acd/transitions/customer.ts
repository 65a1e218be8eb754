/** Steps of the customer, until he talks. */
import type { Sql } from '../../store/index.js';
import type { Outcome } from '../states.js';
import { intoWrapUp, isInternalCall, isOwnCall, onTheLine } from './fragments.js';
import { type InteractionRef, move } from './move.js';
import { callOver } from './offer.js';

/**
 * The customer's phone is called from now on. An agent whose phone is answered has taken the offer: that step is taken
 * with this one where his desktop has not taken it, so that the customer does not wait for two commits.
 * @param agentAnswered false where the customer is called first: his agent is reserved, and not asked yet
 */
export function startDialing(sql: Sql, ref: InteractionRef, agentAnswered = true) {
  return move(sql, ref, {
    event: 'dialing',
    to: 'dialing',
    agent: 'keep',
    ...(agentAnswered && { along: 'accepted' as const }),
    set: agentAnswered
      ? sql`, accepted_at = coalesce(accepted_at, clock_timestamp()), dialed_at = clock_timestamp()`
      : sql`, dialed_at = clock_timestamp()`,
  });
}

/** The customer is on the line, and is asked to press 1 before he is connected. */
export function askToConfirm(sql: Sql, ref: InteractionRef) {
  return move(sql, ref, {
    event: 'confirm_asked',
    to: 'dialing',
    agent: 'keep',
    set: sql`, confirming_since = clock_timestamp(),
      customer_live_since = coalesce(customer_live_since, clock_timestamp())`,
  });
}

/** He has pressed it. */
export function confirm(sql: Sql, ref: InteractionRef) {
  return move(sql, ref, {
    event: 'confirmed',
    to: 'dialing',
    agent: 'keep',
    set: sql`, confirming_since = null`,
  });
}

/** The customer is on the line, and his agent not yet. */
export function customerAnswered(sql: Sql, ref: InteractionRef) {
  return move(sql, ref, {
    event: 'customer_answered',
    to: 'dialing',
    agent: 'keep',
    set: sql`, customer_live_since = clock_timestamp()`,
  });
}

/**
 * No next agent came for the customer on the line: he keeps his place, and is called again when there is one. Who has not
 * asked for a call is not.
 */
export async function releaseCustomer(sql: Sql, ref: InteractionRef) {
  const waits = await move(sql, ref, {
    event: 'customer_released',
    to: 'waiting',
    agent: 'keep',
    only: sql`${onTheLine(sql)} and not ${isOwnCall(sql)}`,
    set: sql`, customer_live_since = null, confirming_since = null, node_id = null, last_outcome = 'agent_lost'`,
  });
  return waits ?? (await callOver(sql, ref, 'agent_lost'));
}

/** The customer hung up before he had talked with anybody. */
export function customerLeft(sql: Sql, ref: InteractionRef) {
  return move(sql, ref, {
    event: 'customer_left',
    to: 'done',
    agent: 'release',
    only: onTheLine(sql),
    set: sql`, outcome = 'abandoned', ended_at = clock_timestamp(), done_at = clock_timestamp()`,
    data: { outcome: 'abandoned' },
  });
}

/** The customer was not reached, for a reason with a name; a colleague, and there is nothing to finish. */
export async function failCustomer(sql: Sql, ref: InteractionRef, outcome: Outcome) {
  const failed = await move(sql, ref, {
    event: 'customer_failed',
    to: 'wrap_up',
    agent: 'keep',
    only: sql`and not ${isInternalCall(sql)}`,
    set: intoWrapUp(sql, outcome),
    data: { outcome },
  });
  return failed ?? (await callOver(sql, ref, outcome));
}

/** A rule of the queue closes it, and nobody has anything to finish: its agent has failed, and is free. */
export function giveUp(sql: Sql, ref: InteractionRef, outcome: Outcome) {
  return move(sql, ref, {
    event: 'given_up',
    to: 'done',
    agent: 'release',
    set: sql`, outcome = ${outcome}, ended_at = clock_timestamp(), done_at = clock_timestamp()`,
    data: { outcome },
  });
}
