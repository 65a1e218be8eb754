/** Steps of the talk and of its end. */
import type { Sql } from '../../store/index.js';
import type { Outcome } from '../states.js';
import { intoWrapUp, isInternalCall } from './fragments.js';
import { type InteractionRef, move } from './move.js';
import { callOver } from './offer.js';

/** The two hear each other. */
export function bridge(sql: Sql, ref: InteractionRef) {
  return move(sql, ref, {
    event: 'bridged',
    to: 'bridged',
    agent: 'talk',
    set: sql`, bridged_at = clock_timestamp(), accepted_at = coalesce(accepted_at, clock_timestamp()),
      customer_live_since = coalesce(customer_live_since, clock_timestamp())`,
  });
}

/** The talk is over: the agent has his wrap-up, but for a talk with a colleague. */
export async function end(
  sql: Sql,
  ref: InteractionRef,
  outcome: Outcome,
  endedBy: 'agent' | 'customer' | 'system',
) {
  const ended = await move(sql, ref, {
    event: 'ended',
    to: 'wrap_up',
    agent: 'keep',
    only: sql`and not ${isInternalCall(sql)}`,
    set: intoWrapUp(sql, outcome),
    data: { outcome, endedBy },
  });
  return ended ?? (await callOver(sql, ref, outcome, { endedBy }));
}

/**
 * The request is taken back, by the customer or by an operator: at any moment; while they talk it ends the talk.
 * @param actor the operator
 */
export async function cancel(sql: Sql, ref: InteractionRef, actor?: string) {
  const by: Record<string, string> = actor === undefined ? {} : { actor };
  const withdrawn = await move(sql, ref, {
    event: 'cancelled',
    to: 'done',
    agent: 'release',
    set: sql`, outcome = 'cancelled', due_at = null, ended_at = clock_timestamp(), done_at = clock_timestamp()`,
    data: { outcome: 'cancelled', ...by },
  });
  if (withdrawn) return withdrawn;
  return await move(sql, ref, {
    event: 'cancelled',
    to: 'wrap_up',
    agent: 'keep',
    set: intoWrapUp(sql, 'completed'),
    data: { outcome: 'completed', ...by },
  });
}

/**
 * The agent asks to hang up: whoever serves the interaction hears of it and ends its legs.
 * @param actor the supervisor who does it in his place
 */
export async function requestHangup(
  sql: Sql,
  { id, tenantId }: InteractionRef,
  by: string,
  actor: string | null = null,
): Promise<boolean> {
  const rows = await sql`
    insert into events (tenant_id, type, interaction_id, queue_id, user_id, data)
    select tenant_id, 'hangup_requested', id, queue_id, agent_id, ${sql.json(actor === null ? {} : { actor })} from interactions
    where tenant_id = ${tenantId} and id = ${id} and agent_id = ${by} and state in ('accepted', 'dialing', 'bridged')
    returning id`;
  return rows.length > 0;
}
