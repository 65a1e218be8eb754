import type { Sql } from '../store/index.js';
import { type InteractionRef, move } from './transitions/index.js';

/** How long a talk waits for one of the two to come back: a page is loaded again, a network changes, a lid is opened. */
export const awaySeconds = 20;

/**
 * The agent's line is lost while they talk: from now on the talk waits for him. Whoever has signed out everywhere does not
 * come back.
 * @param why how it was lost
 * @returns undefined when he does not come back, or they do not talk any more
 */
export function agentAway(sql: Sql, ref: InteractionRef, why: string) {
  return move(sql, ref, {
    event: 'agent_away',
    to: 'bridged',
    agent: 'stay',
    only: sql`and agent_away_until is null and forwarded_to is null and part_of is null
      and exists (select from sessions s where s.user_id = agent_id and s.expires_at > now())`,
    // What his telephone held it holds no more; the customer stays on hold until the agent takes him back.
    set: sql`, agent_away_until = clock_timestamp() + make_interval(secs => ${awaySeconds}), held_by_phone = false`,
    data: { reason: why },
  });
}

/** He is back, and the two hear each other again. */
export function agentBack(sql: Sql, ref: InteractionRef) {
  return move(sql, ref, {
    event: 'agent_back',
    to: 'bridged',
    agent: 'stay',
    only: sql`and agent_away_until is not null`,
    set: sql`, agent_away_until = null`,
  });
}

/** How long the talk still waits for its agent, in milliseconds; undefined: it does not. */
export async function awayFor(sql: Sql, { id, tenantId }: InteractionRef): Promise<number | undefined> {
  const [row] = await sql<{ leftMs: number }[]>`
    select greatest(extract(epoch from agent_away_until - clock_timestamp()) * 1000, 0)::float8 as "leftMs" from interactions
    where tenant_id = ${tenantId} and id = ${id} and agent_away_until is not null`;
  return row?.leftMs;
}

/** The page of a visitor who talks in it is lost: from now on the talk waits for him. */
export function customerAway(sql: Sql, ref: InteractionRef, why: string) {
  return move(sql, ref, {
    event: 'customer_away',
    to: 'bridged',
    agent: 'stay',
    only: sql`and customer_away_until is null`,
    set: sql`, customer_away_until = clock_timestamp() + make_interval(secs => ${awaySeconds})`,
    data: { reason: why },
  });
}

/** He is back, and the two hear each other again. */
export function customerBack(sql: Sql, ref: InteractionRef) {
  return move(sql, ref, {
    event: 'customer_back',
    to: 'bridged',
    agent: 'stay',
    only: sql`and customer_away_until is not null`,
    set: sql`, customer_away_until = null`,
  });
}
