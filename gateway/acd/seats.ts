import type { Fragment, Sql } from '../store/index.js';
import { averageHandleSeconds } from './estimates.js';
import { live } from './states.js';

/** A promise for a time, of which there are only so many. */
export interface Slot {
  at: Date;
  until: Date;
}

/** What a queue's rules say of a promise for a time. */
export interface SlotTerms extends Slot {
  /** How many may be promised; null: as many as the agents of the queue can keep. */
  capacity: number | null;
  /** With which it enters the queue. */
  priority: number;
}

interface SeatWish {
  tenantId: string;
  queueId: string;
  slot: SlotTerms | undefined;
  /** Whose own seat is free for himself. */
  except?: string;
}

/**
 * A common table expression `seat` with a free seat of the slot, or none when it is full. Which one is left to chance,
 * so that those who come at once seldom want the same.
 */
export function freeSeat(sql: Sql, { tenantId, queueId, slot, except }: SeatWish): Fragment {
  if (!slot) return sql`seat as (select null::int as number)`;
  return sql`seat as (
    select number from generate_series(1, ${seats(sql, tenantId, queueId, slot)}) as number
    where not exists (
      select from interactions i
      where i.queue_id = ${queueId} and i.slot_at = ${slot.at} and i.slot_seat = number
        and i.state in ${live(sql)} and i.id is distinct from ${except ?? null}::uuid)
    order by random() limit 1)`;
}

/** Those of the slots of a queue, all equally long and in order, that have a seat free. */
export async function withFreeSeats<S extends Slot>(
  sql: Sql,
  { tenantId, queueId, capacity }: { tenantId: string; queueId: string; capacity: number | null },
  slots: S[],
): Promise<S[]> {
  const [first] = slots;
  const last = slots.at(-1);
  if (!first || !last) return [];
  const rows = await sql<{ at: Date | null; taken: number; seats: number }[]>`
    select slots.at, coalesce(slots.taken, 0)::int as taken, seats.number as seats
    from (select ${seats(sql, tenantId, queueId, { ...first, capacity, priority: 0 })} as number) seats
    left join (
      select slot_at as at, count(*) as taken from interactions
      where queue_id = ${queueId} and slot_at between ${first.at} and ${last.at} and slot_seat is not null
        and state in ${live(sql)}
      group by slot_at
    ) slots on true`;
  const taken = new Map(rows.map(row => [row.at?.getTime(), row.taken]));
  const number = rows[0]?.seats ?? 0;
  return slots.filter(({ at }) => (taken.get(at.getTime()) ?? 0) < number);
}

/** How many promises of a slot can be kept: as the rule says, or by the time of the queue's agents. */
function seats(sql: Sql, tenantId: string, queueId: string, { at, until, capacity }: SlotTerms): Fragment {
  if (capacity !== null) return sql`${capacity}::int`;
  const seconds = (until.getTime() - at.getTime()) / 1000;
  return sql`(${agentsCanKeep(sql, tenantId, queueId, seconds)})::int`;
}

/** How many calls the agents of a queue can handle in a time, each giving his time in equal parts to all of his queues. */
function agentsCanKeep(sql: Sql, tenantId: string, queueId: string, seconds: number): Fragment {
  return sql`
    select floor(coalesce(sum(1.0 / (select count(*) from agent_queues o where o.user_id = s.user_id)), 0)
      * ${seconds}::float8 / greatest(1, ${averageHandleSeconds(sql, sql`${queueId}`)}))::int
    from agent_queues s join agents a on a.user_id = s.user_id
    where s.tenant_id = ${tenantId} and s.queue_id = ${queueId} and takes(a, 'voice')`;
}

/** Runs a statement that takes a seat, again while somebody else has just taken the one it had found free. */
export async function forSeat<T>(statement: PromiseLike<T>): Promise<T | []> {
  try {
    return await statement;
  } catch (error) {
    if (isSeatTaken(error)) return [];
    throw error;
  }
}

function isSeatTaken(error: unknown): boolean {
  return (
    error instanceof Error && 'constraint_name' in error && error.constraint_name === 'interactions_one_seat'
  );
}
