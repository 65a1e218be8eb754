import {
  estimateWait,
  type QueueLoad,
  queueLoad,
  rangeAround,
  spreadTold,
  type ToldWait,
  type WaitRange,
  waitSpreads,
  waitsFor,
} from '../acd/index.js';
import type { Sql } from '../store/index.js';
import { offeredQueues, opensAt, takesCallsNow } from './promises.js';

/** A callback as its visitor sees it. Wrap-up is the agent's affair: for the visitor it is done. */
export interface VisitorView {
  id: string;
  state: 'scheduled' | 'waiting' | 'offered' | 'accepted' | 'dialing' | 'bridged' | 'done';
  outcome: string | null;
  /** Place in the queue, 1 is next; null when it no longer waits. */
  position: number | null;
  estimatedWaitSeconds: number | null;
  /** In which time eight of ten are reached who stand where he stands; null where nobody can know. */
  estimatedWait: WaitRange | null;
  queue: { key: string; name: string };
  requestedAt: Date;
  /** When it enters the queue; null when it has, or when somebody has yet to say. */
  dueAt: Date | null;
  /** The promised time. */
  slot: { at: Date; until: Date } | null;
  /** Why nobody is asked for it although it waits: its queue is closed. Then also when it opens, where that is known. */
  waitsFor: 'opening' | null;
  opensAt: Date | null;
  /** The name of the counter it was asked for at, where it has gone to another one since. */
  movedFrom: string | null;
  /** He has answered, and is asked to press 1 on his telephone. */
  confirming: boolean;
  via: 'phone' | 'browser';
  /** He talks in a page, and is not heard any more: he is waited for. */
  away: boolean;
  /** A fault of ours has cut off the talk, and he is called again. */
  cutOff: boolean;
}

export async function viewCallback(
  sql: Sql,
  id: string,
): Promise<(VisitorView & { tenantId: string }) | undefined> {
  const [row] = await sql<
    (Omit<VisitorView, 'estimatedWaitSeconds' | 'estimatedWait' | 'slot'> & {
      tenantId: string;
      load: QueueLoad | null;
      slotAt: Date | null;
      slotUntil: Date | null;
      told: ToldWait | null;
    })[]
  >`
    select i.id, i.tenant_id as "tenantId", case i.state when 'wrap_up' then 'done' else i.state end as state, i.outcome,
      case when i.state = 'waiting' then (
        select count(*)::int from interactions w
        where w.queue_id = i.queue_id and w.state = 'waiting'
          and (w.rank_at, w.id) <= (i.rank_at, i.id)
      ) end as position,
      json_build_object('key', q.key, 'name', coalesce(q.name ->> i.locale, q.name ->> 'en', q.key)) as queue,
      i.requested_at as "requestedAt", i.due_at as "dueAt", i.slot_at as "slotAt", i.slot_until as "slotUntil",
      ${waitsFor(sql)},
      case when i.queue_id <> i.asked_queue_id then coalesce(asked.name ->> i.locale, asked.name ->> 'en', asked.key) end as "movedFrom",
      i.state = 'dialing' and i.confirming_since is not null as confirming, i.via,
      i.customer_away_until is not null as away, i.last_outcome is not distinct from 'cut_off' as "cutOff",
      (select json_build_object('seconds', w.seconds, 'lowSeconds', w.low_seconds, 'highSeconds', w.high_seconds)
        from told_waits w where w.interaction_id = i.id) as told,
      case when i.state = 'waiting' then (select to_json(load) from ${queueLoad(sql)}) end as load
    from interactions i
    join queues q on q.tenant_id = i.tenant_id and q.id = i.queue_id
    join queues asked on asked.tenant_id = i.tenant_id and asked.id = i.asked_queue_id
    where i.id = ${id} and i.channel = 'callback'`;
  if (!row) return undefined;
  const { load, slotAt, slotUntil, told, ...rest } = row;
  const view = { ...rest, slot: slotAt && slotUntil ? { at: slotAt, until: slotUntil } : null };
  const seconds =
    load && view.position !== null && view.waitsFor === null ? estimateWait(view.position, load) : null;
  return {
    ...view,
    estimatedWaitSeconds: seconds,
    // What he was told moves with the estimate: to look at the queue's history anew for each who waits would cost too much.
    estimatedWait: seconds === null ? null : rangeAround(seconds, spreadTold(told)),
  };
}

/** A counter that a visitor may choose. */
export interface Counter {
  id: string;
  key: string;
  name: string;
  /** Whether a call can be asked for now. */
  open: boolean;
  /** Whether it is open, but so many wait that no more are taken. */
  full: boolean;
  opensAt: Date | null;
  /** Whether a time can be chosen. */
  later: boolean;
  estimatedWaitSeconds: number | null;
}

/** A counter as it is shown to somebody who chooses. */
export type CounterToChoose = Counter & { estimatedWait: WaitRange | null };

/** The counters with the range in which their next customers are reached. */
export async function countersToChoose(
  sql: Sql,
  tenantId: string,
  locale: string,
): Promise<CounterToChoose[]> {
  const [counters, spreads] = await Promise.all([
    listCounters(sql, tenantId, locale),
    waitSpreads(sql, tenantId),
  ]);
  return counters.map(counter => {
    const spread = spreads.get(counter.id);
    const seconds = counter.estimatedWaitSeconds;
    return { ...counter, estimatedWait: seconds === null || !spread ? null : rangeAround(seconds, spread) };
  });
}

export async function listCounters(sql: Sql, tenantId: string, locale: string): Promise<Counter[]> {
  const now = new Date();
  const [queues, rows] = await Promise.all([
    offeredQueues(sql, tenantId),
    sql<({ id: string; name: string; most: number | null } & QueueLoad)[]>`
      select q.id, q.max_waiting as most, coalesce(q.name ->> ${locale}, q.name ->> 'en', q.key) as name, load.*
      from queues q cross join ${queueLoad(sql)} where q.tenant_id = ${tenantId}`,
  ]);
  const loads = new Map(rows.map(row => [row.id, row]));
  return queues.flatMap(queue => {
    const load = loads.get(queue.id);
    if (!load) return [];
    const inTime = takesCallsNow(queue, now);
    const full = inTime && load.most !== null && load.waiting >= load.most;
    const open = inTime && !full;
    return {
      id: queue.id,
      key: queue.key,
      name: load.name,
      open,
      full,
      opensAt: opensAt(queue, now),
      later: queue.open && queue.horizonDays > 0,
      estimatedWaitSeconds: open ? estimateWait(load.waiting + 1, load) : null,
    };
  });
}
