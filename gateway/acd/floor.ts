import type { Sql } from '../store/index.js';
import type { AgentState } from './agent-states.js';
import { agentState } from './agents.js';
import { type PartyView, partyViews } from './interactions.js';
import type { InteractionState } from './states.js';

/** An agent, as a supervisor sees him. */
export interface AgentOnFloor {
  id: string;
  name: string;
  state: AgentState;
  stateSince: Date;
  /** What comes after what he does now. */
  nextState: string;
  reason: string | null;
  /** What he is engaged with. */
  interactionId: string | null;
  /** Since when he has his customer on hold. */
  heldSince: Date | null;
}

/** An interaction in progress, as a supervisor sees it. */
export interface TalkOnFloor {
  id: string;
  channel: string;
  state: InteractionState;
  queue: { key: string; name: string };
  customer: { name: string | null; phone: string };
  agent: { id: string; name: string } | null;
  forwardedTo: string | null;
  /** Since when the customer is on hold. */
  heldSince: Date | null;
  since: Date;
  parties: PartyView[];
}

export interface Floor {
  agents: AgentOnFloor[];
  talks: TalkOnFloor[];
}

/** Who does what now: agents by name, interactions in progress with the oldest first. */
export async function readFloor(
  sql: Sql,
  { tenantId, locale }: { tenantId: string; locale: string },
): Promise<Floor> {
  const [agents, talks] = await Promise.all([
    sql<AgentOnFloor[]>`
      select u.id, u.name, ${agentState(sql)} as state, a.state_since as "stateSince", a.intent as "nextState", a.reason,
        coalesce(i.part_of, i.id) as "interactionId", i.held_since as "heldSince"
      from agents a
      join users u on u.id = a.user_id
      left join interactions i on i.id = a.interaction_id
      where a.tenant_id = ${tenantId} and u.disabled_at is null
      order by u.name limit 2000`,
    sql<TalkOnFloor[]>`
      select i.id, i.channel, i.state,
        json_build_object('key', q.key, 'name', coalesce(q.name ->> ${locale}, q.name ->> 'en', q.key)) as queue,
        json_build_object('name', i.name, 'phone', i.phone) as customer,
        case when u.id is not null then json_build_object('id', u.id, 'name', u.name) end as agent, i.forwarded_to as "forwardedTo",
        i.held_since as "heldSince",
        coalesce(i.bridged_at, i.dialed_at, i.accepted_at, i.requested_at) as since,
        ${partyViews(sql, locale, { supervisors: true })} as parties
      from interactions i
      join queues q on q.id = i.queue_id
      left join users u on u.id = i.agent_id
      where i.tenant_id = ${tenantId} and i.part_of is null and i.state in ('offered', 'accepted', 'dialing', 'bridged')
      order by since limit 1000`,
  ]);
  return { agents: [...agents], talks: [...talks] };
}
