import { type AskedParty, askParty, type Party, type PartyRole } from '../calls/index.js';
import { type Sql, transaction } from '../store/index.js';
import { lockColleague } from './transfers.js';
import { type InteractionRef, move, type ServedInteraction } from './transitions/index.js';

/** Whose help is asked for. */
export type Helper = { agent: string } | { queue: string } | { number: string };

export interface HelpAsked {
  /** The agent who asks. */
  by: string;
  helper: Helper;
  /** `consult`: alone with the agent at first; `third`: joins the talk when he answers. */
  role: Extract<PartyRole, 'consult' | 'third'>;
}

/** A colleague who is asked for something is asked nothing else, and nobody else is asked for it: for so long. */
const keptFor = '1 day';

/**
 * Asks somebody into a talk. A colleague, or whoever of a queue is next, gets a piece of work of his own for it: an offer
 * as any other, which he may decline, with a history. The agent waits for him on the line, so it goes before others.
 * @returns undefined when the talk is not the agent's (any more), or the colleague cannot be rung
 */
export async function askHelp(
  sql: Sql,
  { id, tenantId }: InteractionRef,
  { by, helper, role }: HelpAsked,
): Promise<Party | undefined> {
  return await transaction(sql, async tx => {
    const [talk] = await tx<{ nodeId: string | null; queueId: string }[]>`
      select node_id as "nodeId", queue_id as "queueId" from interactions
      where tenant_id = ${tenantId} and id = ${id} and state = 'bridged' and agent_id = ${by}
        and forwarded_to is null and part_of is null and channel <> 'internal' for update`;
    if (!talk) return undefined;
    const asked: Omit<AskedParty, 'kind'> = {
      tenantId,
      interactionId: id,
      role,
      askedBy: by,
      nodeId: talk.nodeId,
    };
    if ('number' in helper) return await askParty(tx, { ...asked, kind: 'number', phone: helper.number });
    const queueId = 'queue' in helper ? helper.queue : talk.queueId;
    if ('queue' in helper) {
      const partId = await makePart(tx, id, { queueId, by, agent: null });
      return await askParty(tx, { ...asked, kind: 'queue', queueId, partId });
    }
    if (!(await lockColleague(tx, tenantId, helper.agent))) return undefined;
    const partId = await makePart(tx, id, { queueId, by, agent: helper.agent });
    return await askParty(tx, { ...asked, kind: 'agent', userId: helper.agent, partId });
  });
}

/**
 * The colleague's piece of work: offered to him, or waiting for the next one of a queue. It shows him the customer; where
 * he is called himself, who calls.
 */
export async function makePart(
  tx: Sql,
  id: string,
  { queueId, by, agent }: { queueId: string; by: string; agent: string | null },
): Promise<string> {
  const [part] = await tx<{ id: string }[]>`
    with part as (
      insert into interactions (tenant_id, part_of, asked_by, channel, state, queue_id, agent_id, node_id, phone, name, note,
        locale, page_url, page_title, place_at, customer_live_since, offered_at, offer_expires_at, proven_at)
      select i.tenant_id, i.id, ${by}, 'internal', ${agent ? 'offered' : 'waiting'}, ${queueId}, ${agent}, i.node_id, i.phone,
        case when i.callee_id is null then i.name else (select name from users where id = ${by}) end, i.note, i.locale, i.page_url, i.page_title, i.place_at, clock_timestamp(),
        case when ${agent !== null} then clock_timestamp() end,
        case when ${agent !== null} then clock_timestamp() + make_interval(secs => q.offer_seconds) end,
        case when ${agent !== null} and not exists (
          select from desktops d where d.user_id = ${agent}::uuid and d.lost_at is null) then clock_timestamp() end
      from interactions i, queues q where i.id = ${id} and q.id = ${queueId}
      returning *
    ), engaged as (
      update agents a set interaction_id = part.id, state_since = clock_timestamp() from part
      where a.tenant_id = part.tenant_id and a.user_id = part.agent_id
    ), logged as (
      insert into events (tenant_id, type, interaction_id, queue_id, user_id, data)
      select tenant_id, ${agent ? 'offered' : 'consult_asked'}, id, queue_id, agent_id,
        jsonb_build_object('partOf', part_of, 'by', ${by}::text)
      from part
    )
    select id from part`;
  if (!part) throw new Error(`no piece of work was made of ${id}`);
  if (agent)
    await tx`update interactions set last_agent_id = ${agent}, held_until = now() + ${keptFor}::interval where id = ${part.id}`;
  return part.id;
}

/** A colleague's help is over, or nobody wants it any more: he is free at once. */
export function endConsult(sql: Sql, ref: InteractionRef): Promise<ServedInteraction | undefined> {
  return move(sql, ref, {
    event: 'consult_over',
    to: 'done',
    agent: 'free',
    only: sql`and part_of is not null`,
    set: sql`, outcome = case when i.bridged_at is null then 'cancelled' else 'completed' end,
      ended_at = clock_timestamp(), done_at = clock_timestamp(), customer_live_since = null`,
  });
}

/** Why a colleague who was asked did not come: what his piece of work says last. */
export async function whyNot(sql: Sql, { id, tenantId }: InteractionRef): Promise<string> {
  const [row] = await sql<{ type: string; reason: string | null }[]>`
    select type, data ->> 'reason' as reason from events
    where tenant_id = ${tenantId} and interaction_id = ${id}
      and type in ('declined', 'offer_expired', 'agent_lost', 'agent_gone') order by id desc limit 1`;
  if (row?.type === 'declined') return 'rejected';
  if (row?.type === 'offer_expired') return 'no_answer';
  return row?.reason ?? 'failed';
}
