/** The agent of a talk puts its customer on hold, and takes him back. What else ends a hold is in migration 0200. */
import type { Fragment, Sql } from '../store/index.js';
import { type InteractionRef, move } from './transitions/index.js';

/** Who acts on a hold: the agent at his desktop, or his telephone by re-INVITE. */
export type HoldBy = 'desktop' | 'phone';

/**
 * The customer is on hold from now on. A helped colleague's part has no customer of its own: there it is his telephone
 * that holds.
 * @returns undefined when he is already, or they do not talk
 */
export function holdCustomer(sql: Sql, ref: InteractionRef, by: HoldBy, agentId?: string) {
  return move(sql, ref, {
    event: 'customer_held',
    to: 'bridged',
    agent: 'stay',
    by: agentId,
    only: sql`and held_since is null and forwarded_to is null ${by === 'desktop' ? sql`and part_of is null` : sql``}`,
    set: sql`, held_since = clock_timestamp(), held_by_phone = ${by === 'phone'}`,
    data: { by },
  });
}

/**
 * The two hear each other again. What the telephone holds, it alone takes back: it would not let them.
 * @returns undefined when the customer is not on hold, or not for this one to be taken back
 */
export function resumeCustomer(sql: Sql, ref: InteractionRef, by: HoldBy, agentId?: string) {
  return move(sql, ref, {
    event: 'customer_resumed',
    to: 'bridged',
    agent: 'stay',
    by: agentId,
    only: sql`and held_since is not null ${by === 'desktop' ? sql`and not held_by_phone` : sql``}`,
    set: sql`, held_since = null`,
    data: { by },
  });
}

/** The agent's telephone holds, also where his desktop did already. */
export async function phoneHolds(sql: Sql, ref: InteractionRef): Promise<void> {
  if (await holdCustomer(sql, ref, 'phone')) return;
  await sql`update interactions set held_by_phone = true
    where tenant_id = ${ref.tenantId} and id = ${ref.id} and agent_id = ${ref.agentId ?? null} and held_since is not null`;
}

export interface Hold {
  /** Whose talk it is. */
  agentId: string | null;
  byPhone: boolean;
}

/** Undefined: the customer is not on hold. */
export async function holdOf(sql: Sql, { id, tenantId }: InteractionRef): Promise<Hold | undefined> {
  const [row] = await sql<Hold[]>`
    select agent_id as "agentId", held_by_phone as "byPhone" from interactions
    where tenant_id = ${tenantId} and id = ${id} and held_since is not null`;
  return row;
}

/**
 * How long the agent of interaction `i` has held its customer, milliseconds: what those before him have is in their parts.
 */
export function heldByHim(sql: Sql): Fragment {
  return sql`i.held_ms + coalesce((extract(epoch from clock_timestamp() - i.held_since) * 1000)::bigint, 0) - coalesce((
    select sum(p.held_ms)::bigint from interactions p
    where p.part_of = i.id and p.outcome in ('transferred', 'cut_off')), 0)`;
}
