import type { Fragment, Sql } from '../store/index.js';
import {
  type InteractionEvent,
  type InteractionState,
  leaving,
  type Outcome,
  statesBefore,
} from './states.js';

/** What serving an interaction needs to know of it. */
export interface ServedInteraction {
  id: string;
  tenantId: string;
  state: InteractionState;
  outcome: Outcome | null;
  queueId: string;
  agentId: string | null;
  phone: string;
  name: string | null;
  offerExpiresAt: Date | null;
  wrapUpUntil: Date | null;
}

export interface InteractionRef {
  id: string;
  tenantId: string;
  /** Where it is given, a step is taken only while it is this agent's: what is late must not meet the next one's offer. */
  agentId?: string | null;
}

/** What becomes of the agent who was engaged with the interaction. */
type AgentEffect =
  | 'keep'
  /** Free again; his idle time starts now, because he has worked. */
  | 'free'
  /** Free again; his idle time goes on, because he has not. */
  | 'release'
  /** Free, but not ready: he did not take what was offered (RONA). */
  | 'pause';

interface Move {
  event: InteractionEvent;
  to: InteractionState;
  agent: AgentEffect;
  /** Columns that change with the state. */
  set?: Fragment | undefined;
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
    offer_expires_at as "offerExpiresAt", wrap_up_until as "wrapUpUntil"`;
}

function agentEffect(sql: Sql, effect: AgentEffect): Fragment {
  switch (effect) {
    case 'keep':
      return sql`state_since = clock_timestamp()`;
    case 'free':
      return sql`interaction_id = null, state_since = clock_timestamp(), idle_since = clock_timestamp()`;
    case 'release':
      return sql`interaction_id = null, state_since = clock_timestamp()`;
    case 'pause':
      return sql`interaction_id = null, state_since = clock_timestamp(), intent = 'paused', reason = 'no_answer'`;
  }
}

/**
 * One step of the table in states.ts as one statement: the interaction, its agent and the event change together or
 * not at all, and only if the interaction is in a state that the event may leave. The row is locked before it is
 * looked at, so of two that race for the same step one finds it done.
 * @returns undefined when the interaction was not in such a state
 */
export async function move(
  sql: Sql,
  { id, tenantId, agentId }: InteractionRef,
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
  } = step;
  const [row] = await sql<ServedInteraction[]>`
    with before as (
      select id, agent_id, state from interactions
      where tenant_id = ${tenantId} and id = ${id} and state in ${sql(leaving(event, to))}
        ${by === undefined ? sql`` : sql`and agent_id = ${by}`}
      for update
    ), moved as (
      update interactions i set state = ${to} ${set} from before where i.id = before.id
      returning i.*, before.agent_id as served_by, before.state as came_from
    ), engaged as (
      update agents a set ${agentEffect(sql, agent)} from moved
      where a.tenant_id = moved.tenant_id and a.user_id = moved.served_by and a.interaction_id = moved.id
    ), passed_over as (
      insert into declined_offers (tenant_id, interaction_id, user_id)
      select tenant_id, id, served_by from moved where ${passedOver}
      on conflict (interaction_id, user_id) do update set declined_at = clock_timestamp()
    ), logged as (
      insert into events (tenant_id, type, interaction_id, queue_id, user_id, data)
      ${
        along === undefined
          ? sql``
          : sql`select tenant_id, ${along}, id, queue_id, served_by, '{}' from moved where came_from in ${sql(statesBefore(along))} union all`
      }
      select tenant_id, ${event}, id, queue_id, served_by, ${sql.json(data)} from moved
    )
    select ${servedColumns(sql)} from moved`;
  return row;
}

/** Back to its place in the queue: everything that belonged to the try is taken off, the moment of asking stays. */
export function backToQueue(sql: Sql): Fragment {
  return sql`, agent_id = null, node_id = null, offered_at = null, offer_expires_at = null, accepted_at = null, dialed_at = null`;
}

export function intoWrapUp(sql: Sql, outcome: Outcome): Fragment {
  return sql`, outcome = ${outcome}, ended_at = clock_timestamp(), wrap_up_until = clock_timestamp()
    + (select make_interval(secs => q.wrap_up_seconds) from queues q where q.tenant_id = i.tenant_id and q.id = i.queue_id)`;
}

/** The agent took the offer; from now on the offer cannot expire. */
export function accept(sql: Sql, ref: InteractionRef, by?: string) {
  return move(sql, ref, {
    event: 'accepted',
    to: 'accepted',
    agent: 'keep',
    by,
    set: sql`, accepted_at = clock_timestamp()`,
  });
}

/** The agent does not want it: it waits again in its old place, and he goes on being ready for others. */
export function decline(sql: Sql, ref: InteractionRef, by: string) {
  const set = backToQueue(sql);
  return move(sql, ref, { event: 'declined', to: 'waiting', agent: 'release', by, set, passedOver: true });
}

/** Nobody answered in time: it waits again in its old place, and the agent is paused where he can see why. */
export function expireOffer(sql: Sql, ref: InteractionRef) {
  return move(sql, ref, { event: 'offer_expired', to: 'waiting', agent: 'pause', set: backToQueue(sql) });
}

/**
 * The agent's leg failed before the customer was reached: the customer keeps his place for the next agent.
 * @param passedOver whether others are asked before this agent is asked again
 */
export function loseAgent(sql: Sql, ref: InteractionRef, reason: string, passedOver = true) {
  const set = backToQueue(sql);
  return move(sql, ref, {
    event: 'agent_lost',
    to: 'waiting',
    agent: 'release',
    set,
    passedOver,
    data: { reason },
  });
}

/**
 * The customer's phone is called from now on. An agent whose phone is answered has taken the offer: that step is taken
 * with this one where his desktop has not taken it, so that the customer does not wait for two commits.
 */
export function startDialing(sql: Sql, ref: InteractionRef) {
  return move(sql, ref, {
    event: 'dialing',
    to: 'dialing',
    agent: 'keep',
    along: 'accepted',
    set: sql`, accepted_at = coalesce(accepted_at, clock_timestamp()), dialed_at = clock_timestamp()`,
  });
}

/** The customer answered. */
export function bridge(sql: Sql, ref: InteractionRef) {
  return move(sql, ref, {
    event: 'bridged',
    to: 'bridged',
    agent: 'keep',
    set: sql`, bridged_at = clock_timestamp()`,
  });
}

/** The customer was not reached, for a reason with a name. */
export function failCustomer(sql: Sql, ref: InteractionRef, outcome: Outcome) {
  return move(sql, ref, {
    event: 'customer_failed',
    to: 'wrap_up',
    agent: 'keep',
    set: intoWrapUp(sql, outcome),
    data: { outcome },
  });
}

/** The talk is over. */
export function end(
  sql: Sql,
  ref: InteractionRef,
  outcome: Outcome,
  endedBy: 'agent' | 'customer' | 'system',
) {
  return move(sql, ref, {
    event: 'ended',
    to: 'wrap_up',
    agent: 'keep',
    set: intoWrapUp(sql, outcome),
    data: { outcome, endedBy },
  });
}

/**
 * The request is taken back, by the customer or by an operator: at any moment; while they talk it ends the talk.
 * @param actor the operator
 */
export async function cancel(sql: Sql, ref: InteractionRef, actor?: string) {
  const by: Record<string, string> = actor === undefined ? {} : { actor };
  const withdrawn = await move(sql, ref, {
    event: 'cancelled',
    to: 'done',
    agent: 'release',
    set: sql`, outcome = 'cancelled', due_at = null, ended_at = clock_timestamp(), done_at = clock_timestamp()`,
    data: { outcome: 'cancelled', ...by },
  });
  if (withdrawn) return withdrawn;
  return await move(sql, ref, {
    event: 'cancelled',
    to: 'wrap_up',
    agent: 'keep',
    set: intoWrapUp(sql, 'completed'),
    data: { outcome: 'completed', ...by },
  });
}

/** Wrap-up is over, by the agent's word or because its time has passed: the agent is free. */
export function finish(
  sql: Sql,
  ref: InteractionRef,
  wrapUp: { by?: string; note?: string; disposition?: string } = {},
) {
  const { by, note, disposition } = wrapUp;
  return move(sql, ref, {
    event: 'finished',
    to: 'done',
    agent: 'free',
    by,
    set: sql`, done_at = clock_timestamp(), wrap_up_note = ${note ?? null}, disposition = ${disposition ?? null}`,
  });
}

/** The agent asks to hang up: whoever serves the interaction hears of it and ends its legs. */
export async function requestHangup(
  sql: Sql,
  { id, tenantId }: InteractionRef,
  by: string,
): Promise<boolean> {
  const rows = await sql`
    insert into events (tenant_id, type, interaction_id, queue_id, user_id)
    select tenant_id, 'hangup_requested', id, queue_id, agent_id from interactions
    where tenant_id = ${tenantId} and id = ${id} and agent_id = ${by} and state in ('accepted', 'dialing', 'bridged')
    returning id`;
  return rows.length > 0;
}

/** Wrap-ups that run, or only those whose time has passed. */
export function wrapUps(sql: Sql, { overdue }: { overdue: boolean }) {
  return sql<ServedInteraction[]>`
    select ${servedColumns(sql)} from interactions
    where state = 'wrap_up' ${overdue ? sql`and wrap_up_until <= now()` : sql``}`;
}
