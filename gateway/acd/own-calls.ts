import { type Fragment, type Sql, transaction, unlessTaken } from '../store/index.js';
import { isAtHisDesk } from './colleagues.js';
import { makePart } from './consults.js';
import { live } from './states.js';
import { lockColleague } from './transfers.js';
import { type InteractionRef, type ServedInteraction, servedColumns } from './transitions/index.js';

/**
 * Calls that an agent begins himself. Nobody has asked for them, so none of them ever waits for an agent: such a call is
 * accepted by the agent who makes it from its first moment, and where he cannot go on with it, it is over
 * (`callOver` in transitions/offer.ts). Only a customer whom he has passed on waits, on the line, as any other.
 */

export interface OwnCall {
  tenantId: string;
  /** The agent who calls. */
  by: string;
  /** Whose terms it has: how long it rings, the wrap-up, the music. */
  queueId: string;
  /** The node that serves it. */
  nodeId: string;
  /** His language, until something better is known. */
  locale: string;
}

/** The agent of this row `a` may begin a call: he does nothing else, is at work, and has a telephone. */
function mayCall(sql: Sql): Fragment {
  return sql`a.interaction_id is null and a.intent <> 'offline' and exists (select from registrations r
    where r.tenant_id = a.tenant_id and r.user_id = a.user_id and r.expires_at > now())`;
}

/**
 * Begins a call of the agent, and engages him with it; whatever his desktop did before, he is there.
 * @param made the interaction, as the query `made` after the agent's `caller`
 * @param to whom he calls, of that row
 */
async function begin(
  sql: Sql,
  { tenantId, by }: OwnCall,
  { made, to }: { made: Fragment; to: Fragment },
): Promise<ServedInteraction | undefined> {
  const [row] = await sql<ServedInteraction[]>`
    with caller as (
      select a.user_id from agents a where a.tenant_id = ${tenantId} and a.user_id = ${by} and ${mayCall(sql)} for update
    ), ${made}, engaged as (
      update agents a set interaction_id = made.id, state_since = clock_timestamp(), unreachable_since = null from made
      where a.tenant_id = made.tenant_id and a.user_id = made.agent_id
    ), logged as (
      insert into events (tenant_id, type, interaction_id, queue_id, user_id, data)
      select tenant_id, 'dialed_out', id, queue_id, agent_id, jsonb_build_object('to', ${to}) from made
    )
    select ${servedColumns(sql)} from made`;
  return row;
}

/**
 * The agent dials a number: an interaction of his own, accepted. The customer's name is what he gave when he was last
 * talked with.
 * @param phone E.164
 * @returns undefined when the agent cannot call now
 */
export function dialOut(sql: Sql, call: OwnCall, phone: string): Promise<ServedInteraction | undefined> {
  const { tenantId, queueId, nodeId, locale } = call;
  const made = sql`known as (
      select name, locale from interactions
      where tenant_id = ${tenantId} and phone = ${phone} and name is not null order by requested_at desc limit 1
    ), made as (
      insert into interactions (tenant_id, channel, state, queue_id, agent_id, node_id, phone, name, locale, place_at,
        proven_at, accepted_at)
      select ${tenantId}, 'outbound', 'accepted', ${queueId}, user_id, ${nodeId}, ${phone}, (select name from known),
        coalesce((select locale from known), ${locale}), clock_timestamp(), clock_timestamp(), clock_timestamp()
      from caller returning *
    )`;
  return begin(sql, call, { made, to: sql`phone` });
}

/**
 * The agent calls a colleague. The colleague is not rung yet: that is when the caller's own line stands (`askCallee`).
 * @returns undefined when the agent cannot call now, or the colleague cannot be rung
 */
export function callColleague(
  sql: Sql,
  call: OwnCall,
  colleague: string,
): Promise<ServedInteraction | undefined> {
  const { tenantId, by, queueId, nodeId, locale } = call;
  const made = sql`callee as (
      select u.id, u.name from agents a join users u on u.id = a.user_id
      where a.tenant_id = ${tenantId} and a.user_id = ${colleague} and a.user_id <> ${by} and u.disabled_at is null
        and a.interaction_id is null and ${isAtHisDesk(sql)}
    ), made as (
      insert into interactions (tenant_id, channel, state, queue_id, agent_id, node_id, callee_id, name, locale, place_at,
        proven_at, accepted_at)
      select ${tenantId}, 'internal', 'accepted', ${queueId}, caller.user_id, ${nodeId}, callee.id, callee.name, ${locale},
        clock_timestamp(), clock_timestamp(), clock_timestamp()
      from caller, callee returning *
    )`;
  return begin(sql, call, { made, to: sql`name` });
}

/**
 * The colleague who is called gets a piece of work of his own: an offer as any other, which he may decline.
 * @returns undefined when he cannot be rung any more, or the call is over
 */
export function askCallee(sql: Sql, ref: InteractionRef): Promise<InteractionRef | undefined> {
  return unlessTaken(
    ref.step,
    () => askedCallee(sql, ref),
    () => makeOffer(sql, ref),
  );
}

/** The piece of work of the colleague who is called, where he is asked already: a call has one at a time. */
async function askedCallee(sql: Sql, { id, tenantId }: InteractionRef): Promise<InteractionRef | undefined> {
  const [part] = await sql<InteractionRef[]>`
    select id, tenant_id as "tenantId" from interactions
    where tenant_id = ${tenantId} and part_of = ${id} and state in ${live(sql)}`;
  return part;
}

async function makeOffer(sql: Sql, { id, tenantId }: InteractionRef): Promise<InteractionRef | undefined> {
  return await transaction(sql, async tx => {
    const [call] = await tx<{ by: string; callee: string; queueId: string }[]>`
      select agent_id as by, callee_id as callee, queue_id as "queueId" from interactions
      where tenant_id = ${tenantId} and id = ${id} and state = 'dialing' and callee_id is not null for update`;
    if (!call || !(await lockColleague(tx, tenantId, call.callee))) return undefined;
    const { by, callee, queueId } = call;
    return { id: await makePart(tx, id, { queueId, by, agent: callee }), tenantId };
  });
}

/** The queue whose terms an agent's call has: the one he names, or the first of his own, or of the company. */
export async function queueForCall(
  sql: Sql,
  { tenantId, by, key }: { tenantId: string; by: string; key: string | undefined },
): Promise<string | undefined> {
  const [queue] = await sql<{ id: string }[]>`
    select q.id from queues q left join agent_queues s on s.queue_id = q.id and s.user_id = ${by}
    where q.tenant_id = ${tenantId} ${key === undefined ? sql`` : sql`and q.key = ${key}`}
    order by s.user_id is null, q.position, q.key limit 1`;
  return queue?.id;
}
