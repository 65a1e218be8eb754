import type { Fragment, Sql } from '../store/index.js';
import { waitsFor } from './queue-hours.js';
import { type InteractionState, live } from './states.js';

/** A callback that is promised and not yet kept, as its operators see it. */
export interface PromiseView {
  id: string;
  state: InteractionState;
  channel: string;
  /** Whether the customer is on the line. */
  onTheLine: boolean;
  queue: { key: string; name: string };
  customer: { name: string | null; phone: string };
  agent: { id: string; name: string } | null;
  requestedAt: Date;
  /** Its place among those who wait in its queue; 1 is next. */
  place: number | null;
  priority: number;
  /** When it enters its queue; null with the state `scheduled`: a person has to say. */
  dueAt: Date | null;
  slotAt: Date | null;
  timeZone: string | null;
  /** What its newest attempt has come to: why it is tried again, or held. */
  lastOutcome: string | null;
  attempts: number;
  /** Since when it waits in this queue, opening hours aside. */
  queuedAt: Date | null;
  /** Why it is offered to nobody although it waits, and until when. */
  waitsFor: 'opening' | null;
  opensAt: Date | null;
  /** The queue it was asked for at, where it has gone to another one since. */
  movedFrom: { key: string; name: string } | null;
}

export interface AttemptView {
  number: number;
  agent: { id: string; name: string } | null;
  startedAt: Date;
  bridgedAt: Date | null;
  endedAt: Date | null;
  outcome: string | null;
}

export interface PromiseFilter {
  queue?: string;
  state?: InteractionState;
  /** Only those that a person has to say something about. */
  held?: boolean;
  limit: number;
  /** How many before them are left out. */
  offset: number;
}

/** So many of them, and how many there are. */
export interface PromisePage {
  promises: PromiseView[];
  total: number;
}

/** Those that are served, then those that wait in their order, then those that come, the held ones first. */
export async function listPromises(
  sql: Sql,
  { tenantId, locale }: { tenantId: string; locale: string },
  { queue, state, held, limit, offset }: PromiseFilter,
): Promise<PromisePage> {
  const only = (given: unknown, condition: Fragment) => (given === undefined ? sql`` : sql`and ${condition}`);
  const chosen = sql`
    i.tenant_id = ${tenantId} and i.part_of is null and i.state in ${live(sql)}
      and (i.channel not in ('outbound', 'internal') or i.state in ('waiting', 'offered'))
      ${only(queue, sql`exists (select from queues q where q.id = i.queue_id and q.key = ${queue ?? ''})`)}
      ${only(state, sql`i.state = ${state ?? ''}`)}
      ${only(held, sql`(i.state = 'scheduled' and i.due_at is null) = ${held ?? false}`)}`;
  const [promises, [all]] = await Promise.all([
    sql<PromiseView[]>`
    select i.id, i.state, i.channel, i.customer_live_since is not null as "onTheLine",
      json_build_object('key', q.key, 'name', coalesce(q.name ->> ${locale}, q.name ->> 'en', q.key)) as queue,
      json_build_object('name', i.name, 'phone', i.phone) as customer,
      case when u.id is not null then json_build_object('id', u.id, 'name', u.name) end as agent,
      i.requested_at as "requestedAt",
      case when i.state = 'waiting'
        then rank() over (partition by i.queue_id, i.state = 'waiting' order by ${placeOrder(sql)})::int end as place,
      i.priority, i.due_at as "dueAt", i.slot_at as "slotAt", i.time_zone as "timeZone",
      i.last_outcome as "lastOutcome",
      (select count(*)::int from attempts a where a.interaction_id = i.id) as attempts,
      case when i.state = 'waiting' then i.queued_at end as "queuedAt", ${waitsFor(sql)},
      case when i.queue_id <> i.asked_queue_id then json_build_object(
        'key', asked.key, 'name', coalesce(asked.name ->> ${locale}, asked.name ->> 'en', asked.key)) end as "movedFrom"
    from interactions i
    join queues q on q.tenant_id = i.tenant_id and q.id = i.queue_id
    join queues asked on asked.tenant_id = i.tenant_id and asked.id = i.asked_queue_id
    left join users u on u.tenant_id = i.tenant_id and u.id = i.agent_id
    where ${chosen}
    order by case i.state when 'scheduled' then 2 when 'waiting' then 1 else 0 end,
      i.due_at nulls first, ${placeOrder(sql)}
    limit ${limit} offset ${offset}`,
    sql<{ total: number }[]>`select count(*)::int as total from interactions i where ${chosen}`,
  ]);
  return { promises: [...promises], total: all?.total ?? 0 };
}

function placeOrder(sql: Sql): Fragment {
  return sql`i.priority desc, i.place_at, i.id`;
}

/** Every try at reaching the customer, oldest first. */
export function attemptsOf(sql: Sql, tenantId: string, interactionId: string) {
  return sql<AttemptView[]>`
    select a.number, case when u.id is not null then json_build_object('id', u.id, 'name', u.name) end as agent,
      a.started_at as "startedAt", a.bridged_at as "bridgedAt", a.ended_at as "endedAt", a.outcome
    from attempts a left join users u on u.tenant_id = a.tenant_id and u.id = a.agent_id
    where a.tenant_id = ${tenantId} and a.interaction_id = ${interactionId} order by a.number limit 200`;
}
