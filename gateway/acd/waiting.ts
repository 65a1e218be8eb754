import type { Sql } from '../store/index.js';
import { live } from './states.js';

/** How many are advanced in one statement. */
const mostAtOnce = 500;

/**
 * What time changes for interactions that wait: each whose `wake_at` has passed goes to the step of its skills that is
 * its turn now, and gets its next `wake_at` by that. Steps that relax are logged. Of several gateways that do it at once
 * each takes its own rows.
 * @returns how many had something to change
 */
export async function advanceWaiting(sql: Sql): Promise<number> {
  const [row] = await sql<{ advanced: number }[]>`
    with due as (
      select i.id, i.skill_step as was, i, q, (
        select count(*) - 1 from jsonb_array_elements(steps_of(i, q)) step
        where i.place_at + make_interval(secs => (step ->> 'after')::float8) <= clock_timestamp()) as step
      from interactions i join queues q on q.tenant_id = i.tenant_id and q.id = i.queue_id
      where i.state = 'waiting' and i.wake_at <= clock_timestamp()
      order by i.wake_at limit ${mostAtOnce} for update of i skip locked
    ), moved as (
      update interactions i set skill_step = greatest(due.step, 0) from due where i.id = due.id
      returning i.tenant_id, i.id, i.queue_id, i.skill_step, due.was, required_at(due.i, due.q, i.skill_step) as require
    ), logged as (
      insert into events (tenant_id, type, interaction_id, queue_id, data)
      select m.tenant_id, 'relaxed', m.id, m.queue_id, jsonb_build_object('step', m.skill_step, 'require', m.require)
      from moved m where m.skill_step > m.was
    )
    select count(*)::int as advanced from moved`;
  return row?.advanced ?? 0;
}

/** When time next changes something for somebody who waits. */
export async function nextWake(sql: Sql): Promise<Date | undefined> {
  const [row] = await sql<{ at: Date | null }[]>`
    select min(wake_at) as at from interactions where state = 'waiting'`;
  return row?.at ?? undefined;
}

/** After a change of its rules: everybody who lives in the queue takes the place and the step that they give him now. */
export async function placeAnew(
  sql: Sql,
  { tenantId, queueId }: { tenantId: string; queueId: string },
): Promise<void> {
  await sql`
    update interactions i set queue_id = i.queue_id, skill_step = greatest(0, (
      select count(*) - 1 from jsonb_array_elements(steps_of(i, q)) step
      where i.place_at + make_interval(secs => (step ->> 'after')::float8) <= clock_timestamp()))
    from queues q
    where q.tenant_id = ${tenantId} and q.id = ${queueId} and i.tenant_id = q.tenant_id and i.queue_id = q.id
      and i.state in ${live(sql)}`;
}
