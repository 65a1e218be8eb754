import { estimateWait, type QueueLoad, queueLoad } from '../acd/index.js';
import type { Sql } from '../store/index.js';

/** A callback as its visitor sees it. Wrap-up is the agent's affair: for the visitor it is done. */
export interface VisitorView {
  id: string;
  state: 'waiting' | 'offered' | 'accepted' | 'dialing' | 'bridged' | 'done';
  outcome: string | null;
  /** Place in the queue, 1 is next; null when it no longer waits. */
  position: number | null;
  estimatedWaitSeconds: number | null;
  queue: { key: string; name: string };
  requestedAt: Date;
}

export async function viewCallback(sql: Sql, id: string): Promise<VisitorView | undefined> {
  const [row] = await sql<(Omit<VisitorView, 'estimatedWaitSeconds'> & QueueLoad)[]>`
    select i.id, case i.state when 'wrap_up' then 'done' else i.state end as state, i.outcome,
      case when i.state = 'waiting' then (
        select count(*)::int from interactions w
        where w.queue_id = i.queue_id and w.state = 'waiting' and (w.requested_at, w.id) <= (i.requested_at, i.id)
      ) end as position,
      json_build_object('key', q.key, 'name', coalesce(q.name ->> i.locale, q.name ->> 'en', q.key)) as queue,
      i.requested_at as "requestedAt", load.*
    from interactions i
    join queues q on q.tenant_id = i.tenant_id and q.id = i.queue_id
    cross join ${queueLoad(sql)}
    where i.id = ${id} and i.channel = 'callback'`;
  if (!row) return undefined;
  const { waiting: _, agents, free, aht, ...view } = row;
  const load = { waiting: row.waiting, agents, free, aht };
  return { ...view, estimatedWaitSeconds: view.position === null ? null : estimateWait(view.position, load) };
}

/** A counter that a visitor may choose. */
export interface Counter {
  key: string;
  name: string;
  open: boolean;
  estimatedWaitSeconds: number | null;
}

export async function listCounters(sql: Sql, tenantId: string, locale: string): Promise<Counter[]> {
  const rows = await sql<(Omit<Counter, 'estimatedWaitSeconds'> & QueueLoad)[]>`
    select q.key, coalesce(q.name ->> ${locale}, q.name ->> 'en', q.key) as name, q.open, load.*
    from queues q cross join ${queueLoad(sql)}
    where q.tenant_id = ${tenantId} order by q.position, q.key`;
  return rows.map(({ key, name, open, ...load }) => ({
    key,
    name,
    open,
    estimatedWaitSeconds: open ? estimateWait(load.waiting + 1, load) : null,
  }));
}
