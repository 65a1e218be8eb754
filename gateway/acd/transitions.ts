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
  /** Null where the customer gave none: he talks in his browser. */
  phone: string | null;
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
    offer_expires_at as "offerExpiresAt", wrap_up_until as "wrapUpUntil"`;
}

function agentEffect(sql: Sql, effect: AgentEffect): Fragment {
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
    only = sql``,
  } = step;
  const [row] = await sql<ServedInteraction[]>`
    with before as (
      select id, agent_id, state from interactions
      where tenant_id = ${tenantId} and id = ${id} and state in ${sql(leaving(event, to))}
        ${by === undefined ? sql`` : sql`and agent_id = ${by}`} ${only}
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

/**
 * Back to its place in the queue: everything that belonged to the try is taken off, the moment of asking stays. Its time
 * is looked at again at once: while it was offered, a step of its skills may have come. A customer who is on the line is
 * so at this node, and whether he has yet to press 1 goes along with him.
 */
export function backToQueue(sql: Sql): Fragment {
  const ifLive = (column: Fragment) => sql`case when i.customer_live_since is not null then ${column} end`;
  return sql`${offTheAgent(sql)}, node_id = ${ifLive(sql`i.node_id`)}, confirming_since = ${ifLive(sql`i.confirming_since`)}`;
}

/** The same, and its customer is not on the line any more. */
export function offTheLine(sql: Sql): Fragment {
  return sql`${offTheAgent(sql)}, node_id = null, confirming_since = null, customer_live_since = null`;
}

function offTheAgent(sql: Sql): Fragment {
  return sql`, agent_id = null, proven_at = null, wake_at = clock_timestamp(), offered_at = null, offer_expires_at = null, accepted_at = null, dialed_at = null,
    agent_away_until = null`;
}

/** A call that its agent began himself: nobody waits for it (own-calls.ts). Of a row of interactions without an alias. */
function isOwnCall(sql: Sql): Fragment {
  return sql`(channel in ('outbound', 'internal') and part_of is null)`;
}

/** One of those in which two colleagues talk: nothing is left to be finished after it. */
function isInternalCall(sql: Sql): Fragment {
  return sql`(channel = 'internal' and part_of is null)`;
}

/** Where it is an own call, only once its customer is on the line, passed on to somebody else. */
function mayWait(sql: Sql): Fragment {
  return sql`and (not ${isOwnCall(sql)} or customer_live_since is not null and transfer is not null)`;
}

/** Only while the customer is on the line. */
function onTheLine(sql: Sql): Fragment {
  return sql`and customer_live_since is not null`;
}

export function intoWrapUp(sql: Sql, outcome: Outcome): Fragment {
  return sql`, outcome = ${outcome}, agent_away_until = null, ended_at = clock_timestamp(), wrap_up_until = clock_timestamp()
    + (select make_interval(secs => coalesce(s.wrap_up_seconds, q.wrap_up_seconds)) from queues q
      left join agent_queues s on s.tenant_id = q.tenant_id and s.queue_id = q.id and s.user_id = i.agent_id
      where q.tenant_id = i.tenant_id and q.id = i.queue_id)`;
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
  return move(sql, ref, {
    ...{ event: 'declined', to: 'waiting', agent: 'release', by, set, passedOver: true },
    only: mayWait(sql),
  });
}

/** Nobody answered in time: it waits again in its old place, and the agent is paused where he can see why. */
export function expireOffer(sql: Sql, ref: InteractionRef) {
  return move(sql, ref, { event: 'offer_expired', to: 'waiting', agent: 'pause', set: backToQueue(sql) });
}

/**
 * The agent's leg failed before the customer was reached: the customer keeps his place for the next agent. Who was called
 * by the agent himself has none, and the call is over.
 * @param passedOver whether others are asked before this agent is asked again
 */
export async function loseAgent(sql: Sql, ref: InteractionRef, reason: string, passedOver = true) {
  const waits = await move(sql, ref, {
    event: 'agent_lost',
    to: 'waiting',
    agent: 'release',
    only: sql`and not ${isOwnCall(sql)}`,
    set: offTheLine(sql),
    passedOver,
    data: { reason },
  });
  return waits ?? (await callOver(sql, ref, 'agent_lost', { reason }));
}

/**
 * A call that its agent began himself is over: he was lost before anybody had answered, or it was with a colleague. With a
 * customer on the line it ends as any other (`end`).
 */
export function callOver(
  sql: Sql,
  ref: InteractionRef,
  outcome: Outcome,
  data: Record<string, string> = {},
): Promise<ServedInteraction | undefined> {
  return move(sql, ref, {
    event: 'call_over',
    to: 'done',
    agent: 'free',
    only: sql`and ${isOwnCall(sql)} and (state <> 'bridged' or ${isInternalCall(sql)})`,
    set: sql`, outcome = ${outcome}, agent_away_until = null, ended_at = clock_timestamp(), done_at = clock_timestamp(),
      customer_live_since = null`,
    data: { outcome, ...data },
  });
}

/**
 * The agent's desktop did not answer for the offer: the next agent is asked, and this one gets nothing until he says that
 * he is back.
 * @returns undefined when it has answered after all, or the offer is no more
 */
export function failProbe(sql: Sql, ref: InteractionRef) {
  return move(sql, ref, {
    event: 'agent_lost',
    to: 'waiting',
    agent: 'unreachable',
    only: sql`and state = 'offered' and proven_at is null`,
    set: backToQueue(sql),
    data: { reason: 'probe_unanswered' },
  });
}

/** The agent's desktop answered for the offer: he may be rung. */
export async function proveAgent(
  sql: Sql,
  { id, tenantId }: InteractionRef,
  { by, visible }: { by: string; visible: boolean },
): Promise<boolean> {
  const rows = await sql`
    with proven as (
      update interactions set proven_at = clock_timestamp()
      where tenant_id = ${tenantId} and id = ${id} and agent_id = ${by} and state = 'offered' and proven_at is null
      returning id, tenant_id, queue_id, agent_id
    )
    insert into events (tenant_id, type, interaction_id, queue_id, user_id, data)
    select tenant_id, 'agent_present', id, queue_id, agent_id, ${sql.json({ visible })} from proven returning id`;
  return rows.length > 0;
}

/** An agent lost to the end of his gateway has let nothing go by: he may be asked again at once. */
const gatewayGone: ReadonlySet<string> = new Set(['gateway_lost', 'restart']);

/**
 * The agent is gone while the customer is on the line: he waits for the next one, before all who are not on the line.
 * @param why what the agent's leg came to; who did not answer (`no_answer`) is paused, as by an offer that expires
 */
export function agentGone(sql: Sql, ref: InteractionRef, why: string) {
  return move(sql, ref, {
    event: 'agent_gone',
    to: 'waiting',
    agent: why === 'no_answer' ? 'pause' : 'release',
    only: sql`${onTheLine(sql)} ${mayWait(sql)}`,
    passedOver: !gatewayGone.has(why),
    set: sql`${backToQueue(sql)}, bridged_at = null`,
    data: { reason: why },
  });
}

/**
 * The customer's phone is called from now on. An agent whose phone is answered has taken the offer: that step is taken
 * with this one where his desktop has not taken it, so that the customer does not wait for two commits.
 * @param agentAnswered false where the customer is called first: his agent is reserved, and not asked yet
 */
export function startDialing(sql: Sql, ref: InteractionRef, agentAnswered = true) {
  return move(sql, ref, {
    event: 'dialing',
    to: 'dialing',
    agent: 'keep',
    ...(agentAnswered && { along: 'accepted' as const }),
    set: agentAnswered
      ? sql`, accepted_at = coalesce(accepted_at, clock_timestamp()), dialed_at = clock_timestamp()`
      : sql`, dialed_at = clock_timestamp()`,
  });
}

/** The customer is on the line, and is asked to press 1 before he is connected. */
export function askToConfirm(sql: Sql, ref: InteractionRef) {
  return move(sql, ref, {
    event: 'confirm_asked',
    to: 'dialing',
    agent: 'keep',
    set: sql`, confirming_since = clock_timestamp(),
      customer_live_since = coalesce(customer_live_since, clock_timestamp())`,
  });
}

/** He has pressed it. */
export function confirm(sql: Sql, ref: InteractionRef) {
  return move(sql, ref, {
    event: 'confirmed',
    to: 'dialing',
    agent: 'keep',
    set: sql`, confirming_since = null`,
  });
}

/** The customer is on the line, and his agent not yet. */
export function customerAnswered(sql: Sql, ref: InteractionRef) {
  return move(sql, ref, {
    event: 'customer_answered',
    to: 'dialing',
    agent: 'keep',
    set: sql`, customer_live_since = clock_timestamp()`,
  });
}

/** The two hear each other. */
export function bridge(sql: Sql, ref: InteractionRef) {
  return move(sql, ref, {
    event: 'bridged',
    to: 'bridged',
    agent: 'talk',
    set: sql`, bridged_at = clock_timestamp(), accepted_at = coalesce(accepted_at, clock_timestamp()),
      customer_live_since = coalesce(customer_live_since, clock_timestamp())`,
  });
}

/**
 * No next agent came for the customer on the line: he keeps his place, and is called again when there is one. Who has not
 * asked for a call is not.
 */
export async function releaseCustomer(sql: Sql, ref: InteractionRef) {
  const waits = await move(sql, ref, {
    event: 'customer_released',
    to: 'waiting',
    agent: 'keep',
    only: sql`${onTheLine(sql)} and not ${isOwnCall(sql)}`,
    set: sql`, customer_live_since = null, confirming_since = null, node_id = null, last_outcome = 'agent_lost'`,
  });
  return waits ?? (await callOver(sql, ref, 'agent_lost'));
}

/** The customer hung up before he had talked with anybody. */
export function customerLeft(sql: Sql, ref: InteractionRef) {
  return move(sql, ref, {
    event: 'customer_left',
    to: 'done',
    agent: 'release',
    only: onTheLine(sql),
    set: sql`, outcome = 'abandoned', ended_at = clock_timestamp(), done_at = clock_timestamp()`,
    data: { outcome: 'abandoned' },
  });
}

/** The customer was not reached, for a reason with a name; a colleague, and there is nothing to finish. */
export async function failCustomer(sql: Sql, ref: InteractionRef, outcome: Outcome) {
  const failed = await move(sql, ref, {
    event: 'customer_failed',
    to: 'wrap_up',
    agent: 'keep',
    only: sql`and not ${isInternalCall(sql)}`,
    set: intoWrapUp(sql, outcome),
    data: { outcome },
  });
  return failed ?? (await callOver(sql, ref, outcome));
}

/** A rule of the queue closes it, and nobody has anything to finish: its agent has failed, and is free. */
export function giveUp(sql: Sql, ref: InteractionRef, outcome: Outcome) {
  return move(sql, ref, {
    event: 'given_up',
    to: 'done',
    agent: 'release',
    set: sql`, outcome = ${outcome}, ended_at = clock_timestamp(), done_at = clock_timestamp()`,
    data: { outcome },
  });
}

/** The talk is over: the agent has his wrap-up, but for a talk with a colleague. */
export async function end(
  sql: Sql,
  ref: InteractionRef,
  outcome: Outcome,
  endedBy: 'agent' | 'customer' | 'system',
) {
  const ended = await move(sql, ref, {
    event: 'ended',
    to: 'wrap_up',
    agent: 'keep',
    only: sql`and not ${isInternalCall(sql)}`,
    set: intoWrapUp(sql, outcome),
    data: { outcome, endedBy },
  });
  return ended ?? (await callOver(sql, ref, outcome, { endedBy }));
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

/**
 * The agent asks to hang up: whoever serves the interaction hears of it and ends its legs.
 * @param actor the supervisor who does it in his place
 */
export async function requestHangup(
  sql: Sql,
  { id, tenantId }: InteractionRef,
  by: string,
  actor: string | null = null,
): Promise<boolean> {
  const rows = await sql`
    insert into events (tenant_id, type, interaction_id, queue_id, user_id, data)
    select tenant_id, 'hangup_requested', id, queue_id, agent_id, ${sql.json(actor === null ? {} : { actor })} from interactions
    where tenant_id = ${tenantId} and id = ${id} and agent_id = ${by} and state in ('accepted', 'dialing', 'bridged')
    returning id`;
  return rows.length > 0;
}

/** Wrap-ups that run: all, only those whose time has passed, or only those of one interaction and its parts. */
export function wrapUps(sql: Sql, { overdue = false, id }: { overdue?: boolean; id?: string } = {}) {
  return sql<ServedInteraction[]>`
    select ${servedColumns(sql)} from interactions
    where state = 'wrap_up' ${overdue ? sql`and wrap_up_until <= now()` : sql``} ${id ? sql`and ${id} in (id, part_of)` : sql``}`;
}
