import { type Fragment, type Sql, type StepKey, unlessTaken } from '../../store/index.js';
import {
  type InteractionEvent,
  type InteractionState,
  leaving,
  type Outcome,
  statesBefore,
} from '../states.js';

/** What serving an interaction needs to know of it. */
export interface ServedInteraction {
  id: string;
  tenantId: string;
  state: InteractionState;
  outcome: Outcome | null;
  queueId: string;
  agentId: string | null;
  /** Null where the customer gave none: he talks in his browser. */
  phone: string | null;
  name: string | null;
  offerExpiresAt: Date | null;
  wrapUpUntil: Date | null;
  /** The agent has put the customer on hold: at his desktop, or by his telephone. */
  held: 'desktop' | 'phone' | null;
}

export interface InteractionRef {
  id: string;
  tenantId: string;
  /**
   * Where it is given, a step is taken only while it is this agent's: what is late must not meet the next one's offer. Of one
   * that is offered to several it is the one of them whom the step is about.
   */
  agentId?: string | null;
  /** Where a step is repeated whose answer was lost (`takeStep`). */
  step?: StepKey;
}

/** What becomes of the agent who was engaged with the interaction; of all of them, where it was offered to several. */
export type AgentEffect =
  | 'keep'
  /** Engaged as before: the moment of his state stays. */
  | 'stay'
  /** Engaged, and one more talk of his day. */
  | 'talk'
  /** Free again; his idle time starts now, because he has worked. */
  | 'free'
  /** Free again; his idle time goes on, because he has not. */
  | 'release'
  /** Free, but not ready: he did not take what was offered (RONA). */
  | 'pause'
  /** Not engaged, and nothing is offered to him: his desktop did not answer. */
  | 'unreachable';

interface Move {
  event: InteractionEvent;
  to: InteractionState;
  agent: AgentEffect;
  /** Columns that change with the state. */
  set?: Fragment | undefined;
  /** A further condition on the interaction. */
  only?: Fragment;
  /** Only if this agent is the one engaged. */
  by?: string | undefined;
  /** The agent let it go by: others are asked before he is asked again. */
  passedOver?: boolean;
  /** A step that this one takes along, with its event, where it has not been taken. */
  along?: InteractionEvent;
  /** Stored with the event. */
  data?: Record<string, string | number | boolean | null>;
}

export function servedColumns(sql: Sql): Fragment {
  return sql`id, tenant_id as "tenantId", state, outcome, queue_id as "queueId", agent_id as "agentId", phone, name,
    offer_expires_at as "offerExpiresAt", wrap_up_until as "wrapUpUntil",
    case when held_since is not null then case when held_by_phone then 'phone' else 'desktop' end end as held`;
}

export function agentEffect(sql: Sql, effect: AgentEffect): Fragment {
  switch (effect) {
    case 'stay':
      return sql`state_since = a.state_since`;
    case 'keep':
      return sql`state_since = clock_timestamp()`;
    case 'talk': {
      const today = sql`(select (now() at time zone t.time_zone)::date from tenants t where t.id = a.tenant_id)`;
      return sql`state_since = clock_timestamp(), calls_on = ${today},
        calls = case when a.calls_on = ${today} then a.calls else 0 end + 1`;
    }
    case 'free':
      return sql`interaction_id = null, state_since = clock_timestamp(), idle_since = clock_timestamp()`;
    case 'release':
      return sql`interaction_id = null, state_since = clock_timestamp()`;
    case 'pause':
      return sql`interaction_id = null, state_since = clock_timestamp(), intent = 'paused', reason = 'no_answer'`;
    case 'unreachable':
      return sql`interaction_id = null, state_since = clock_timestamp(), unreachable_since = clock_timestamp(),
        reason = 'probe_unanswered'`;
  }
}

/** Whose it is. What goes back to the queue was his also where he was the last of those to whom it was offered at once. */
function isHis(sql: Sql, by: string, to: InteractionState): Fragment {
  return to === 'waiting'
    ? sql`and (agent_id = ${by} or offered_to = array[${by}::uuid])`
    : sql`and agent_id = ${by}`;
}

/**
 * One step of the table in states.ts as one statement: the interaction, its agent and the event change together or
 * not at all, and only if the interaction is in a state that the event may leave. The row is locked before it is
 * looked at, so of two that race for the same step one finds it done. So is the agent: whoever was engaged by the step
 * that this one has waited for is not yet in what the statement began with.
 * @returns undefined when the interaction was not in such a state
 */
export function move(sql: Sql, ref: InteractionRef, step: Move): Promise<ServedInteraction | undefined> {
  return unlessTaken(
    ref.step,
    key => takenBefore(sql, ref, key),
    () => takeMove(sql, ref, step),
  );
}

/** How an interaction is of which a step has been logged under this key. */
export async function takenBefore(
  sql: Sql,
  { id, tenantId }: InteractionRef,
  key: string,
): Promise<ServedInteraction | undefined> {
  const [row] = await sql<ServedInteraction[]>`
    select ${servedColumns(sql)} from interactions i where tenant_id = ${tenantId} and id = ${id} and ${isLogged(sql, key)}`;
  return row;
}

/** A step of interaction `i` has been logged under this key. */
export function isLogged(sql: Sql, key: string): Fragment {
  return sql`exists (select from events e where e.tenant_id = i.tenant_id and e.interaction_id = i.id and e.step_key = ${key})`;
}

async function takeMove(
  sql: Sql,
  { id, tenantId, agentId, step: tried }: InteractionRef,
  step: Move,
): Promise<ServedInteraction | undefined> {
  const {
    event,
    to,
    agent,
    set = sql``,
    by = agentId ?? undefined,
    passedOver = false,
    data = {},
    along,
    only = sql``,
  } = step;
  const key = tried?.key ?? null;
  const [row] = await sql<ServedInteraction[]>`
    with before as (
      select id, state, coalesce(offered_to, array[agent_id]) as agents from interactions
      where tenant_id = ${tenantId} and id = ${id} and state in ${sql(leaving(event, to))}
        ${by === undefined ? sql`` : isHis(sql, by, to)} ${only}
      for update
    ), moved as (
      update interactions i set state = ${to}, offered_to = null, offered_present = null ${set} from before where i.id = before.id
      returning i.*, before.agents, case when cardinality(before.agents) = 1 then before.agents[1] end as served_by,
        before.state as came_from
    ), served as (
      select a.tenant_id, a.user_id, a.interaction_id from before b join agents a on a.user_id = any(b.agents)
      where a.tenant_id = ${tenantId} for update of a
    ), engaged as (
      update agents a set ${agentEffect(sql, agent)} from moved, served
      where a.tenant_id = served.tenant_id and a.user_id = served.user_id and served.interaction_id = moved.id
    ), passed_over as (
      insert into declined_offers (tenant_id, interaction_id, user_id)
      select tenant_id, id, unnest(agents) from moved where ${passedOver}
      on conflict (interaction_id, user_id) do update set declined_at = clock_timestamp()
    ), logged as (
      insert into events (tenant_id, type, interaction_id, queue_id, user_id, step_key, data)
      ${
        along === undefined
          ? sql``
          : sql`select tenant_id, ${along}, id, queue_id, served_by, ${key}::uuid, '{}'::jsonb from moved where came_from in ${sql(statesBefore(along))} union all`
      }
      select tenant_id, ${event}, id, queue_id, served_by, ${key}::uuid, ${sql.json(data)}::jsonb
        || case when cardinality(agents) > 1 then jsonb_build_object('agents', agents) else '{}' end
      from moved
    )
    select ${servedColumns(sql)} from moved`;
  return row;
}
