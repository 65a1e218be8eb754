import type { Fragment, Sql } from '../store/index.js';
import type { AgentState } from './agent-states.js';
import { agentState } from './agents.js';

/** Somebody of the same company, as he is now. */
export interface Colleague {
  id: string;
  name: string;
  state: AgentState;
  stateSince: Date;
  /** Whether he can be rung for something in particular. */
  reachable: boolean;
}

/** A queue, for somebody who would pass a customer on to it. */
export interface QueueNow {
  key: string;
  name: string;
  waiting: number;
  /** Agents who would be asked at once. */
  ready: number;
}

/** Whether an agent has a telephone, and is at his desk if he has one. */
export function isAtHisDesk(sql: Sql): Fragment {
  return sql`(a.intent <> 'offline' and not reconnects(a.user_id) and exists (select from registrations r
    where r.tenant_id = a.tenant_id and r.user_id = a.user_id and r.expires_at > now()))`;
}

/** Everybody else who takes calls, by name. */
export function colleaguesOf(sql: Sql, { tenantId, userId }: { tenantId: string; userId: string }) {
  return sql<Colleague[]>`
    select u.id, u.name, ${agentState(sql)} as state, a.state_since as "stateSince",
      a.interaction_id is null and ${isAtHisDesk(sql)} as reachable
    from agents a
    join users u on u.id = a.user_id
    left join interactions i on i.id = a.interaction_id
    where a.tenant_id = ${tenantId} and a.user_id <> ${userId} and u.disabled_at is null
    order by reachable desc, u.name limit 1000`;
}

/** The queues with those who wait in them. */
export function queuesNow(sql: Sql, { tenantId, locale }: { tenantId: string; locale: string }) {
  return sql<QueueNow[]>`
    select q.key, coalesce(q.name ->> ${locale}, q.name ->> 'en', q.key) as name,
      (select count(*)::int from interactions w where w.queue_id = q.id and w.state = 'waiting') as waiting,
      (select count(*)::int from agent_queues s join agents a on a.user_id = s.user_id
        where s.queue_id = q.id and takes(a, 'voice') and a.intent = 'ready' and a.interaction_id is null and a.unreachable_since is null
          and ${isAtHisDesk(sql)}) as ready
    from queues q where q.tenant_id = ${tenantId} order by q.position, q.key`;
}
