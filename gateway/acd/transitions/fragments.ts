/** Pieces that several steps share: columns that change, and conditions. */
import type { Fragment, Sql } from '../../store/index.js';
import type { Outcome } from '../states.js';

/**
 * Back to its place in the queue: everything that belonged to the try is taken off, the moment of asking stays. Its time
 * is looked at again at once: while it was offered, a step of its skills may have come. A customer who is on the line is
 * so at this node, and whether he has yet to press 1 goes along with him.
 */
export function backToQueue(sql: Sql): Fragment {
  const ifLive = (column: Fragment) => sql`case when i.customer_live_since is not null then ${column} end`;
  return sql`${offTheAgent(sql)}, node_id = ${ifLive(sql`i.node_id`)}, confirming_since = ${ifLive(sql`i.confirming_since`)}`;
}

/** The same, and its customer is not on the line any more. */
export function offTheLine(sql: Sql): Fragment {
  return sql`${offTheAgent(sql)}, node_id = null, confirming_since = null, customer_live_since = null`;
}

function offTheAgent(sql: Sql): Fragment {
  return sql`, agent_id = null, proven_at = null, wake_at = clock_timestamp(), offered_at = null, offer_expires_at = null, accepted_at = null, dialed_at = null,
    agent_away_until = null`;
}

/** A call that its agent began himself: nobody waits for it (own-calls.ts). Of a row of interactions without an alias. */
export function isOwnCall(sql: Sql): Fragment {
  return sql`(channel in ('outbound', 'internal') and part_of is null)`;
}

/** One of those in which two colleagues talk: nothing is left to be finished after it. */
export function isInternalCall(sql: Sql): Fragment {
  return sql`(channel = 'internal' and part_of is null)`;
}

/** Where it is an own call, only once its customer is on the line, passed on to somebody else. */
export function mayWait(sql: Sql): Fragment {
  return sql`and (not ${isOwnCall(sql)} or customer_live_since is not null and transfer is not null)`;
}

/** Only while the customer is on the line. */
export function onTheLine(sql: Sql): Fragment {
  return sql`and customer_live_since is not null`;
}

export function intoWrapUp(sql: Sql, outcome: Outcome): Fragment {
  return sql`, outcome = ${outcome}, agent_away_until = null, ended_at = clock_timestamp(), wrap_up_until = clock_timestamp()
    + (select make_interval(secs => coalesce(s.wrap_up_seconds, q.wrap_up_seconds)) from queues q
      left join agent_queues s on s.tenant_id = q.tenant_id and s.queue_id = q.id and s.user_id = i.agent_id
      where q.tenant_id = i.tenant_id and q.id = i.queue_id)`;
}
