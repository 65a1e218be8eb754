import type { Fragment, Sql } from '../store/index.js';
import type { Outcome } from './states.js';
import {
  callOver,
  type InteractionRef,
  isOwnCall,
  move,
  offTheLine,
  type ServedInteraction,
} from './transitions/index.js';

/** But for whom a phone rings just now, only a customer on the line has been called at all. */
function called(sql: Sql): Fragment {
  return sql`and (state = 'dialing' or customer_live_since is not null)`;
}

/** After so many losses a person has to say what next: something is wrong that one more call does not mend. */
const mostLosses = 5;

/**
 * The system has lost the customer, whom it was calling or had on the line: he has not given up, and keeps his place. A
 * caller becomes a callback by that (migration 0091), where his number is known and he may be called. Who has not asked
 * for a call is not called again.
 * @param cause what has lost him
 */
export async function loseCustomer(
  sql: Sql,
  ref: InteractionRef,
  cause: string,
): Promise<ServedInteraction | undefined> {
  const { before } = await attemptsBefore(sql, ref, 'lost');
  if (before + 1 >= mostLosses) return await hold(sql, ref, 'lost');
  const waits = await move(sql, ref, {
    event: 'customer_lost',
    to: 'waiting',
    agent: 'release',
    only: sql`${called(sql)} and not ${isOwnCall(sql)}`,
    set: sql`${offTheLine(sql)}, last_outcome = 'lost'`,
    data: { cause },
  });
  return waits ?? (await callOver(sql, ref, 'failed', { cause }));
}

/** The customer was not reached: he is tried again at a time. Nobody has talked, so the agent is free at once. */
export function scheduleRetry(
  sql: Sql,
  ref: InteractionRef,
  { outcome, at, keepsPlace }: { outcome: Outcome; at: Date; keepsPlace: boolean },
) {
  return move(sql, ref, {
    event: 'retry_scheduled',
    to: 'scheduled',
    agent: 'release',
    only: called(sql),
    set: sql`${offTheLine(sql)}, due_at = ${at}, last_outcome = ${outcome}, slot_at = null, slot_until = null, slot_seat = null, place_at = ${keepsPlace ? sql`i.place_at` : at}`,
    data: { outcome, dueAt: at.toISOString() },
  });
}

/** The customer was not reached, and a person has to say what next: until then it has no time. */
export function hold(sql: Sql, ref: InteractionRef, outcome: Outcome | 'lost') {
  return move(sql, ref, {
    event: 'held',
    to: 'scheduled',
    agent: 'release',
    only: sql`${called(sql)} and state <> 'bridged'`,
    set: sql`${offTheLine(sql)}, due_at = null, last_outcome = ${outcome}, slot_at = null, slot_until = null, slot_seat = null`,
    data: { outcome },
  });
}

/** What the ledger says of a callback whose attempt has come to an outcome. */
export async function attemptsBefore(
  sql: Sql,
  { id, tenantId }: InteractionRef,
  outcome: Outcome | 'lost',
): Promise<{ before: number; firstAttemptAt: Date; now: Date; timeZone: string | null }> {
  const [row] = await sql<{ before: number; firstAttemptAt: Date; now: Date; timeZone: string | null }[]>`
    select count(a.*) filter (where a.outcome = ${outcome})::int as before,
      coalesce(min(a.started_at), now()) as "firstAttemptAt", now() as now, i.time_zone as "timeZone"
    from interactions i left join attempts a on a.interaction_id = i.id
    where i.tenant_id = ${tenantId} and i.id = ${id} group by i.id`;
  if (!row) throw new Error(`no interaction ${id}`);
  return row;
}
