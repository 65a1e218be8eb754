/** Steps of the wrap-up. */
import type { Sql } from '../../store/index.js';
import { type InteractionRef, move, type ServedInteraction, servedColumns } from './move.js';

/**
 * Wrap-up is over, by the agent's word or because its time has passed: the agent is free.
 * @param overdue only if its time has passed by now; it may have been extended
 */
export function finish(
  sql: Sql,
  ref: InteractionRef,
  wrapUp: { by?: string; note?: string; disposition?: string; overdue?: boolean } = {},
) {
  const { by, note, disposition, overdue = false } = wrapUp;
  return move(sql, ref, {
    event: 'finished',
    to: 'done',
    agent: 'free',
    by,
    only: overdue ? sql`and wrap_up_until <= clock_timestamp()` : sql``,
    set: sql`, done_at = clock_timestamp(), wrap_up_note = ${note ?? null}, disposition = ${disposition ?? null}`,
  });
}

/** The agent takes more time for his wrap-up, as often as its queue allows. */
export async function extendWrapUp(sql: Sql, { id, tenantId }: InteractionRef, by: string): Promise<boolean> {
  const rows = await sql`
    with extended as (
      update interactions i set wrap_up_extensions = i.wrap_up_extensions + 1,
        wrap_up_until = i.wrap_up_until + make_interval(secs => q.wrap_up_extension_seconds)
      from queues q
      where i.tenant_id = ${tenantId} and i.id = ${id} and i.agent_id = ${by} and i.state = 'wrap_up'
        and q.tenant_id = i.tenant_id and q.id = i.queue_id and i.wrap_up_extensions < q.wrap_up_extensions
      returning i.tenant_id, i.id, i.queue_id, i.agent_id, i.wrap_up_until
    )
    insert into events (tenant_id, type, interaction_id, queue_id, user_id, data)
    select tenant_id, 'wrap_up_extended', id, queue_id, agent_id, jsonb_build_object('until', wrap_up_until)
    from extended returning id`;
  return rows.length > 0;
}

/** Wrap-ups that run: all, only those whose time has passed, or only those of one interaction and its parts. */
export function wrapUps(sql: Sql, { overdue = false, id }: { overdue?: boolean; id?: string } = {}) {
  return sql<ServedInteraction[]>`
    select ${servedColumns(sql)} from interactions
    where state = 'wrap_up' ${overdue ? sql`and wrap_up_until <= now()` : sql``} ${id ? sql`and ${id} in (id, part_of)` : sql``}`;
}
