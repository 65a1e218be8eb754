import { type AskedParty, askParty, type Party, partyLeaves } from '../calls/index.js';
import { type Fragment, type Sql, transaction, unlessTaken } from '../store/index.js';
import { isAtHisDesk } from './colleagues.js';
import { heldByHim } from './hold.js';
import type { ReservedInteraction } from './prober.js';
import { type InteractionEvent, type InteractionState, leaving } from './states.js';
import { agentGone, type InteractionRef, isLogged } from './transitions/index.js';

/**
 * A customer goes on from one agent to somebody else. The interaction stays one; what the agent did in it becomes a
 * piece of its own (`part_of`), in which he has his wrap-up. The customer keeps the place of the moment he first asked.
 */

/** How long a customer who was passed on in vain is kept for the agent who did it, beyond the time of the offer. */
const keptSeconds = 30;

/** What passing a customer on changes. */
interface PassOn {
  event: InteractionEvent;
  to: 'offered' | 'waiting' | 'bridged';
  /** Columns of the interaction that change with it. */
  set: Fragment;
  /** Who is engaged with it from now on. */
  agent: string | null;
  /** Of whom the event is. */
  of: string | null;
  data: Record<string, string | null>;
}

export function offerColumns(sql: Sql): Fragment {
  return sql`i.id, i.tenant_id as "tenantId", i.state, i.outcome, i.queue_id as "queueId", i.agent_id as "agentId",
    i.phone, i.name, i.offer_expires_at as "offerExpiresAt", i.wrap_up_until as "wrapUpUntil",
    i.proven_at as "provenAt"`;
}

/** An offer to somebody in particular: who has a desktop is asked first whether he is there. */
export function directOffer(sql: Sql, agent: string): Fragment {
  return sql`agent_id = ${agent}, offered_at = clock_timestamp(), accepted_at = null, bridged_at = null,
    offer_expires_at = clock_timestamp() + make_interval(secs => q.offer_seconds),
    proven_at = case when not exists (select from desktops d where d.user_id = ${agent} and d.lost_at is null)
      then clock_timestamp() end`;
}

/**
 * Runs a step that passes on what `by` is talking in. His engagement ends before the next one's begins, because an
 * interaction has one agent; all of it is one transaction under the lock of the interaction's row.
 */
function passOn(
  sql: Sql,
  ref: InteractionRef,
  by: string,
  step: (tx: Sql) => Promise<PassOn | undefined>,
): Promise<ReservedInteraction | undefined> {
  return unlessTaken(
    ref.step,
    key => passedBefore(sql, ref, key),
    () => takePassOn(sql, ref, by, step),
  );
}

/** How an interaction is that was passed on under this key. */
async function passedBefore(
  sql: Sql,
  { id, tenantId }: InteractionRef,
  key: string,
): Promise<ReservedInteraction | undefined> {
  const [row] = await sql<ReservedInteraction[]>`
    select ${offerColumns(sql)} from interactions i where i.tenant_id = ${tenantId} and i.id = ${id}
      and ${isLogged(sql, key)}`;
  return row;
}

async function takePassOn(
  sql: Sql,
  { id, tenantId, step: tried }: InteractionRef,
  by: string,
  step: (tx: Sql) => Promise<PassOn | undefined>,
): Promise<ReservedInteraction | undefined> {
  return await transaction(sql, async tx => {
    const [talk] = await tx<{ id: string }[]>`
      select id from interactions where tenant_id = ${tenantId} and id = ${id} and state = 'bridged'
        and agent_id = ${by} and forwarded_to is null and part_of is null and channel <> 'internal' for update`;
    if (!talk) return undefined;
    const change = await step(tx);
    if (!change) return undefined;
    await tx`
      with part as (
        insert into interactions (tenant_id, part_of, channel, via, state, outcome, queue_id, agent_id, node_id, phone, name, note,
          locale, page_url, page_title, place_at, requested_at, offered_at, accepted_at, dialed_at, bridged_at, ended_at,
          wrap_up_until, held_ms)
        select i.tenant_id, i.id, i.channel, i.via, 'wrap_up', 'transferred', i.queue_id, i.agent_id, i.node_id, i.phone, i.name,
          i.note, i.locale, i.page_url, i.page_title, i.place_at, i.requested_at, i.offered_at, i.accepted_at, i.dialed_at,
          i.bridged_at, clock_timestamp(), clock_timestamp() + make_interval(secs => q.wrap_up_seconds),
          ${heldByHim(tx)}
        from interactions i join queues q on q.id = i.queue_id where i.id = ${id}
        returning id, agent_id
      )
      update agents a set interaction_id = part.id, state_since = clock_timestamp() from part
      where a.tenant_id = ${tenantId} and a.user_id = part.agent_id and a.interaction_id = ${id}`;
    const { event, to, set, agent, of, data } = change;
    const [moved] = await tx<ReservedInteraction[]>`
      with i as (
        update interactions i set state = ${to}, agent_away_until = null, ${set} from queues q
        where i.id = ${id} and q.id = i.queue_id returning i.*
      ), engaged as (
        update agents a set interaction_id = i.id, state_since = clock_timestamp() from i
        where a.tenant_id = i.tenant_id and a.user_id = ${agent}
      ), logged as (
        insert into events (tenant_id, type, interaction_id, queue_id, user_id, step_key, data)
        select i.tenant_id, ${event}, i.id, i.queue_id, ${of}, ${tried?.key ?? null}::uuid, ${tx.json(data)} from i
      )
      select ${offerColumns(tx)} from i`;
    return moved;
  });
}

/** Whether the colleague can be rung; nobody else may take him before this transaction is over. */
export async function lockColleague(
  tx: Sql,
  tenantId: string,
  userId: string,
): Promise<{ name: string } | undefined> {
  const [row] = await tx<{ name: string }[]>`
    select u.name from agents a join users u on u.id = a.user_id
    where a.tenant_id = ${tenantId} and a.user_id = ${userId} and a.interaction_id is null and ${isAtHisDesk(tx)}
    for update of a`;
  return row;
}

/** Blind transfer to a colleague: he is rung, the customer hears music, the agent has his wrap-up. */
export function transferToAgent(sql: Sql, ref: InteractionRef, by: string, colleague: string) {
  return passOn(sql, ref, by, async tx => {
    const to = await lockColleague(tx, ref.tenantId, colleague);
    if (!to) return undefined;
    return {
      event: 'transferred',
      to: 'offered',
      agent: colleague,
      of: colleague,
      data: { by, to: to.name },
      set: tx`${directOffer(tx, colleague)}, transferred_by = ${by}, last_agent_id = ${by},
        held_until = clock_timestamp() + make_interval(secs => q.offer_seconds + ${keptSeconds}),
        transfer = ${tx.json({ to: to.name })}`,
    };
  });
}

/** Blind transfer to a queue: the customer, on the line, waits there in the place of his first asking. */
export function transferToQueue(
  sql: Sql,
  ref: InteractionRef,
  by: string,
  queue: { id: string; name: string },
) {
  return passOn(sql, ref, by, async tx => ({
    event: 'requeued',
    to: 'waiting',
    agent: null,
    of: by,
    data: { to: queue.name },
    set: tx`queue_id = ${queue.id}, agent_id = null, proven_at = null, wake_at = clock_timestamp(), offered_at = null,
      offer_expires_at = null, accepted_at = null, bridged_at = null, transferred_by = null, held_until = null,
      transfer = ${tx.json({ to: queue.name })}`,
  }));
}

/**
 * Transfer to a number outside: no agent is engaged any more.
 * @param party who was consulted there; absent: the number is dialled now
 */
export function forwardToNumber(
  sql: Sql,
  ref: InteractionRef,
  by: string,
  to: { number: string; partyId?: string },
) {
  return passOn(sql, ref, by, async tx => {
    const { number, partyId } = to;
    if (partyId === undefined) await askParty(tx, await thirdParty(tx, ref, { number, by }));
    return {
      event: 'forwarded',
      to: 'bridged',
      agent: null,
      of: by,
      data: { to: number },
      set: tx`forwarded_to = ${number}, transferred_by = ${by}, transfer = ${tx.json({ to: number })}`,
    };
  });
}

async function thirdParty(
  tx: Sql,
  { id, tenantId }: InteractionRef,
  { number, by }: { number: string; by: string },
): Promise<AskedParty> {
  const [row] = await tx<
    { nodeId: string | null }[]
  >`select node_id as "nodeId" from interactions where id = ${id}`;
  const nodeId = row?.nodeId ?? null;
  return { tenantId, interactionId: id, kind: 'number', phone: number, role: 'third', askedBy: by, nodeId };
}

/** Attended transfer, and an agent who leaves a talk of three: the colleague goes on with the customer. */
export function handOver(sql: Sql, ref: InteractionRef, by: string, party: Party) {
  const { userId, partId } = party;
  if (!userId || !partId) throw new Error(`party ${party.id} is no colleague`);
  return passOn(sql, ref, by, async tx => {
    const parts = await tx`
      update interactions set state = 'done', outcome = 'transferred', ended_at = clock_timestamp(),
        done_at = clock_timestamp(), customer_live_since = null
      where tenant_id = ${ref.tenantId} and id = ${partId} and state = 'bridged' returning id`;
    if (parts.length === 0) return undefined;
    if (!(await partyLeaves(tx, party, 'took_over'))) throw new Error(`party ${party.id} is not there`);
    await tx`update agents set interaction_id = null where tenant_id = ${ref.tenantId} and user_id = ${userId}`;
    const [to] = await tx<{ name: string }[]>`select name from users where id = ${userId}`;
    return {
      event: 'handed_over',
      to: 'bridged',
      agent: userId,
      of: by,
      data: { to: userId },
      set: tx`agent_id = ${userId}, bridged_at = clock_timestamp(), transferred_by = ${by},
        transfer = ${tx.json({ to: to?.name ?? '' })}`,
    };
  });
}

/** A supervisor goes on with the customer, and the agent has his wrap-up. Whoever takes calls is an agent from now on. */
export function takeOverTalk(sql: Sql, ref: InteractionRef, agentId: string, party: Party) {
  const { userId } = party;
  if (!userId) throw new Error(`party ${party.id} is no supervisor`);
  return passOn(sql, ref, agentId, async tx => {
    await tx`insert into agents (tenant_id, user_id) values (${ref.tenantId}, ${userId}) on conflict do nothing`;
    const free = await tx`
      select from agents where user_id = ${userId} and interaction_id is null for update`;
    if (free.length === 0 || !(await partyLeaves(tx, party, 'took_over'))) return undefined;
    const [to] = await tx<{ name: string }[]>`select name from users where id = ${userId}`;
    return {
      event: 'taken_over',
      to: 'bridged',
      agent: userId,
      of: agentId,
      data: { by: userId },
      set: tx`agent_id = ${userId}, bridged_at = clock_timestamp(), transferred_by = ${agentId},
        transfer = ${tx.json({ to: to?.name ?? '' })}`,
    };
  });
}

/**
 * Whom the customer was passed on to does not have him: back to the agent who did it, if he can be rung: he is free, or
 * still has his wrap-up of this very talk, which is over then. If not, the next agent of the queue is asked.
 * @returns the offer, or undefined where nothing was passed on or the agent cannot be had
 */
export function recall(
  sql: Sql,
  ref: InteractionRef,
  reason: string,
): Promise<ReservedInteraction | undefined> {
  return unlessTaken(
    ref.step,
    key => passedBefore(sql, ref, key),
    () => takeBack(sql, ref, reason),
  );
}

async function takeBack(
  sql: Sql,
  { id, tenantId, step }: InteractionRef,
  reason: string,
): Promise<ReservedInteraction | undefined> {
  return await transaction(sql, async tx => {
    const [waiting] = await tx<{ by: string; state: InteractionState }[]>`
      select transferred_by as by, state from interactions i
      where tenant_id = ${tenantId} and id = ${id} and transferred_by is not null and customer_live_since is not null
        and (state in ${tx(leaving('recalled', 'offered').filter(state => state !== 'bridged'))}
          or state = 'bridged' and forwarded_to is not null)
      for update`;
    if (!waiting) return undefined;
    const { by, state } = waiting;
    const [agent] = await tx<{ partId: string | null }[]>`
      select a.interaction_id as "partId" from agents a
      where a.tenant_id = ${tenantId} and a.user_id = ${by} and ${isAtHisDesk(tx)}
        and (a.interaction_id is null and a.intent = 'ready' and a.unreachable_since is null
          or exists (select from interactions p where p.id = a.interaction_id and p.part_of = ${id} and p.state = 'wrap_up'))
      for update of a`;
    if (!agent) {
      await tx`update interactions set held_until = null, transferred_by = null, wake_at = clock_timestamp(),
          forwarded_to = null, transfer = transfer || ${tx.json({ reason })}
        where id = ${id}`;
      if (state === 'bridged') await agentGone(tx, { id, tenantId }, reason);
      await tx`insert into events (tenant_id, type, interaction_id, queue_id, user_id, data)
        select tenant_id, 'recall_failed', id, queue_id, ${by}, ${tx.json({ reason })} from interactions where id = ${id}`;
      return undefined;
    }
    await tx`update interactions set state = 'done', done_at = clock_timestamp() where id = ${agent.partId} and state = 'wrap_up'`;
    const [offer] = await tx<ReservedInteraction[]>`
      with i as (
        update interactions i set state = 'offered', ${directOffer(tx, by)}, forwarded_to = null, held_until = null,
          transferred_by = null, transfer = i.transfer || ${tx.json({ reason })}
        from queues q where i.id = ${id} and q.id = i.queue_id returning i.*
      ), engaged as (
        update agents a set interaction_id = i.id, state_since = clock_timestamp() from i
        where a.tenant_id = i.tenant_id and a.user_id = ${by}
      ), logged as (
        insert into events (tenant_id, type, interaction_id, queue_id, user_id, step_key, data)
        select tenant_id, 'recalled', id, queue_id, agent_id, ${step?.key ?? null}::uuid, jsonb_build_object('reason', ${reason}::text, 'to', transfer -> 'to')
        from i
      )
      select ${offerColumns(tx)} from i`;
    return offer;
  });
}

/** The customer's talk with the number outside is over; nobody is engaged, so there is no wrap-up. */
export async function endForward(
  sql: Sql,
  { id, tenantId }: InteractionRef,
  { outcome, endedBy }: { outcome: 'completed' | 'failed'; endedBy: 'agent' | 'customer' | 'system' },
): Promise<boolean> {
  const rows = await sql`
    with moved as (
      update interactions set state = 'done', outcome = ${outcome}, ended_at = clock_timestamp(), done_at = clock_timestamp()
      where tenant_id = ${tenantId} and id = ${id} and forwarded_to is not null
        and state in ${sql(leaving('forward_ended', 'done'))}
      returning *
    )
    insert into events (tenant_id, type, interaction_id, queue_id, user_id, data)
    select tenant_id, 'forward_ended', id, queue_id, agent_id, ${sql.json({ outcome, endedBy })} from moved returning id`;
  return rows.length > 0;
}

/** An offer to somebody in particular, as it is now; undefined when it is none any more. */
export async function directOfferOf(
  sql: Sql,
  { id, tenantId }: InteractionRef,
): Promise<ReservedInteraction | undefined> {
  const [row] = await sql<ReservedInteraction[]>`
    select ${offerColumns(sql)} from interactions i
    where i.tenant_id = ${tenantId} and i.id = ${id} and i.state in ('offered', 'accepted')`;
  return row;
}

/** A talk as it is now; undefined when it is over. */
export async function talkNow(
  sql: Sql,
  { id, tenantId }: InteractionRef,
): Promise<{ interaction: ReservedInteraction; forwarded: boolean } | undefined> {
  const [row] = await sql<(ReservedInteraction & { forwarded: boolean })[]>`
    select ${offerColumns(sql)}, i.forwarded_to is not null as forwarded from interactions i
    where i.tenant_id = ${tenantId} and i.id = ${id} and i.state = 'bridged'`;
  if (!row) return undefined;
  const { forwarded, ...interaction } = row;
  return { interaction, forwarded };
}
