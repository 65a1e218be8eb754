import type { Fragment, Sql } from '../store/index.js';
import type { AgentState } from './agent-states.js';

export type Intent = 'ready' | 'paused' | 'offline';

/** What an agent sees of himself. `state` follows from what he said and what he is engaged with. */
export interface AgentView {
  id: string;
  name: string;
  email: string;
  role: string;
  locale: string;
  tenant: { name: string; timeZone: string; countries: string[] };
  state: AgentState;
  stateSince: Date;
  /** What comes when the present engagement is over. */
  nextState: Intent;
  reason: string | null;
  softphone: 'registered' | 'unregistered';
}

/** What an agent is (agent-states.ts), from his row `a` and that of what he is engaged with, `i`; either may be absent. */
export function agentState(sql: Sql): Fragment {
  return sql`case i.state
    when 'offered' then case when i.proven_at is null and not coalesce(a.user_id = any(i.offered_present), false)
      then 'reserved' else 'offered' end
    when 'wrap_up' then 'wrap_up'
    else case
      when i.id is not null then 'talking'
      when a.intent = 'ready' and a.unreachable_since is not null then 'unreachable'
      else coalesce(a.intent, 'offline')
    end
  end`;
}

/** The view of one user; an account that takes no calls is shown offline. */
export async function viewAgent(sql: Sql, tenantId: string, userId: string): Promise<AgentView | undefined> {
  const [row] = await sql<AgentView[]>`
    select u.id, u.name, u.email, u.role, u.locale,
      json_build_object('name', t.name, 'timeZone', t.time_zone, 'countries', t.countries) as tenant,
      ${agentState(sql)} as state,
      coalesce(a.state_since, now()) as "stateSince",
      coalesce(a.intent, 'offline') as "nextState",
      a.reason,
      case when exists (select from registrations r
        where r.tenant_id = u.tenant_id and r.user_id = u.id and r.expires_at > now())
        then 'registered' else 'unregistered' end as softphone
    from users u
    join tenants t on t.id = u.tenant_id
    left join agents a on a.tenant_id = u.tenant_id and a.user_id = u.id
    left join interactions i on i.tenant_id = a.tenant_id and i.id = a.interaction_id
    where u.tenant_id = ${tenantId} and u.id = ${userId}`;
  return row;
}

/**
 * The agent says what he wants to be. While he is engaged it says what comes afterwards: an engagement is never cut by
 * it. Becoming ready starts his idle time, and says that he is there again after his desktop did not answer. Writes an
 * event only when something changes.
 * @param actor the supervisor who says it in his place
 * @returns false when the user is not an agent
 */
export async function setIntent(
  sql: Sql,
  agent: { tenantId: string; userId: string },
  intent: Intent,
  reason: string | null,
  actor: string | null = null,
): Promise<boolean> {
  const [row] = await sql<{ known: boolean }[]>`
    with changed as (
      update agents set
        intent = ${intent}, reason = ${reason}, unreachable_since = null,
        state_since = case when interaction_id is null then clock_timestamp() else state_since end,
        idle_since = case when ${intent} = 'ready' then clock_timestamp() else idle_since end
      where tenant_id = ${agent.tenantId} and user_id = ${agent.userId}
        and ((intent, reason) is distinct from (${intent}, ${reason}::text) or unreachable_since is not null)
      returning tenant_id, user_id
    ), logged as (
      insert into events (tenant_id, type, user_id, data)
      select tenant_id, 'agent_intent', user_id, ${sql.json({ intent, reason, ...(actor !== null && { actor }) })} from changed
    )
    select exists (select from agents where tenant_id = ${agent.tenantId} and user_id = ${agent.userId}) as known`;
  return row?.known ?? false;
}
