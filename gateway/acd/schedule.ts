import type { Sql } from '../store/index.js';
import { forSeat, freeSeat, type SlotTerms } from './seats.js';
import { leaving } from './states.js';
import type { InteractionRef } from './transitions.js';

/** Who does it: a user of the tenant, or nobody when it is the visitor himself. */
export interface Actor {
  userId?: string | undefined;
}

export type Rescheduled = 'done' | 'full' | 'too_late';

/**
 * Gives a callback another time, in one statement with the seat it takes and the one it leaves: a slot, or any moment
 * an operator says. It can be moved until an agent is asked for it.
 */
export async function reschedule(
  sql: Sql,
  { id, tenantId, queueId }: InteractionRef & { queueId: string },
  { slot, at, actor = {} }: { slot?: SlotTerms; at?: Date; actor?: Actor },
): Promise<Rescheduled> {
  const due = slot?.at ?? at;
  if (!due) throw new Error('a callback is moved to a time');
  for (;;) {
    const rows = await forSeat(sql<{ found: boolean; seated: boolean; moved: boolean }[]>`
      with before as (
        select id, queue_id from interactions
        where tenant_id = ${tenantId} and id = ${id} and state in ${sql(leaving('rescheduled', 'scheduled'))} for update
      ), ${freeSeat(sql, { tenantId, queueId, slot, except: id })}, moved as (
        update interactions i set state = 'scheduled', due_at = ${due}, place_at = ${due},
          priority = ${slot ? slot.priority : sql`i.priority`},
          slot_at = ${slot?.at ?? null}, slot_until = ${slot?.until ?? null}, slot_seat = seat.number
        from before, seat where i.id = before.id
        returning i.id, i.tenant_id, i.queue_id
      ), logged as (
        insert into events (tenant_id, type, interaction_id, queue_id, user_id, data)
        select tenant_id, 'rescheduled', id, queue_id, ${actor.userId ?? null}, jsonb_build_object('dueAt', ${due}::timestamptz)
        from moved
      )
      select exists (select from before) as found, exists (select from seat) as seated, exists (select from moved) as moved`);
    const [row] = rows;
    if (!row) continue;
    if (row.moved) return 'done';
    return row.found && !row.seated ? 'full' : 'too_late';
  }
}

/** Lets a callback enter its queue before its time, at the place and with the priority of one that asks for now. */
export async function bringForward(
  sql: Sql,
  { id, tenantId }: InteractionRef,
  actor: Actor & { priority?: number } = {},
): Promise<boolean> {
  const rows = await sql`
    with moved as (
      update interactions set state = 'waiting', due_at = null, slot_at = null, slot_until = null, slot_seat = null,
        place_at = least(place_at, clock_timestamp()), priority = ${actor.priority ?? 0}
      where tenant_id = ${tenantId} and id = ${id} and state in ${sql(leaving('due', 'waiting'))}
      returning id, tenant_id, queue_id
    )
    insert into events (tenant_id, type, interaction_id, queue_id, user_id, data)
    select tenant_id, 'due', id, queue_id, ${actor.userId ?? null}, '{"early": true}' from moved returning id`;
  return rows.length > 0;
}

/** Whose time has come enters its queue. Gateways that do this at once take different ones. */
export async function enterDue(sql: Sql): Promise<number> {
  const rows = await sql`
    with due as (
      select id from interactions where state = 'scheduled' and due_at <= now()
      order by due_at limit 200 for update skip locked
    ), moved as (
      update interactions i set state = 'waiting', due_at = null from due where i.id = due.id
      returning i.id, i.tenant_id, i.queue_id
    )
    insert into events (tenant_id, type, interaction_id, queue_id)
    select tenant_id, 'due', id, queue_id from moved returning id`;
  return rows.length;
}

/** In how many milliseconds the next one is due, by the database's clock. */
export async function untilNextDue(sql: Sql): Promise<number | undefined> {
  const [row] = await sql<{ ms: number | null }[]>`
    select extract(epoch from min(due_at) - now())::float8 * 1000 as ms from interactions where state = 'scheduled'`;
  return row?.ms ?? undefined;
}
