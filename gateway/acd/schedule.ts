import type { Sql } from '../store/index.js';
import { forSeat, freeSeat, type SlotTerms } from './seats.js';
import { leaving } from './states.js';
import { type InteractionRef, move } from './transitions/index.js';

/** Goes before whatever a queue's rule may say. */
const firstPriority = 100;

export type Rescheduled = 'done' | 'full' | 'too_late';

/**
 * Gives a callback another time, in one statement with the seat it takes and the one it leaves: a slot, or any moment
 * an operator (`actor`) says. It can be moved until an agent is asked for it.
 */
export async function reschedule(
  sql: Sql,
  { id, tenantId, queueId }: InteractionRef & { queueId: string },
  { slot, at, actor }: { slot?: SlotTerms; at?: Date; actor?: string },
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
        insert into events (tenant_id, type, interaction_id, queue_id, data)
        select tenant_id, 'rescheduled', id, queue_id,
          jsonb_strip_nulls(jsonb_build_object('dueAt', ${due}::timestamptz, 'actor', ${actor ?? null}::text))
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
export function bringForward(sql: Sql, ref: InteractionRef) {
  return move(sql, ref, {
    event: 'due',
    to: 'waiting',
    agent: 'keep',
    set: sql`, due_at = null, slot_at = null, slot_until = null, slot_seat = null, priority = 0,
      place_at = least(i.place_at, clock_timestamp())`,
    data: { early: true },
  });
}

/** Lets a callback go before all others, whatever the hours, by the word of the operator `actor`. */
export function callNow(sql: Sql, ref: InteractionRef, actor: string) {
  return move(sql, ref, {
    event: 'called_now',
    to: 'waiting',
    agent: 'keep',
    set: sql`, due_at = null, priority = ${firstPriority}, called_now = true`,
    data: { actor },
  });
}

/**
 * Moves what waits to another queue, by the word of the operator `actor`. It keeps the place of its asking; moved back, it
 * stands where it stood.
 */
export async function moveToQueue(
  sql: Sql,
  ref: InteractionRef,
  { queue, actor }: { queue: string; actor: string },
): Promise<'done' | 'too_late' | 'queue_unknown'> {
  const { id, tenantId } = ref;
  const [names] = await sql<{ target: string; data: Record<string, string> }[]>`
    select t.id as target, jsonb_build_object('actor', ${actor}::text,
      'from', jsonb_build_object('key', q.key, 'name', q.name), 'to', jsonb_build_object('key', t.key, 'name', t.name)) as data
    from interactions i join queues q on q.id = i.queue_id
    join queues t on t.tenant_id = i.tenant_id and t.key = ${queue} and t.disabled_at is null
    where i.tenant_id = ${tenantId} and i.id = ${id}`;
  if (!names) return 'queue_unknown';
  const moved = await move(sql, ref, {
    event: 'moved',
    to: 'waiting',
    agent: 'keep',
    set: sql`, queue_id = ${names.target}, slot_seat = null`,
    data: names.data,
  });
  return moved ? 'done' : 'too_late';
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
