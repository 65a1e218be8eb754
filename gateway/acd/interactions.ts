import { type LineView, linesUp } from '../calls/index.js';
import type { Fragment, Sql } from '../store/index.js';
import type { InteractionState, Outcome } from './states.js';

const uuid = /\b[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}\b/g;

/** Who is, was, or is to be in a talk beside its agent and its customer. */
export interface PartyView {
  id: string;
  kind: 'agent' | 'queue' | 'number' | 'supervisor';
  role: 'consult' | 'third' | 'listen' | 'whisper' | 'barge';
  state: 'asked' | 'ringing' | 'consulting' | 'joined' | 'left';
  /** Why he has left, or did not come. */
  reason: string | null;
  /** Of a colleague or a supervisor. */
  userId: string | null;
  /** Whoever it is, as people call him: a name, a queue, a number (E.164). */
  name: string;
  since: Date;
}

/** An interaction as agents see it. */
export interface InteractionView {
  id: string;
  channel: 'callback' | 'call' | 'outbound' | 'internal';
  /** Whom the agent talks with, or would. */
  with: 'customer' | 'colleague';
  state: InteractionState;
  outcome: Outcome | null;
  queue: { key: string; name: string };
  /** A caller may withhold his number; who talks in his browser need not have one. */
  customer: { name: string | null; phone: string | null };
  /** Of somebody who called: the number he dialled, and what he chose in which menu. */
  inbound: { number: string; choices: { step: string; keys: string; to: string | null }[] } | null;
  /** Where the customer is called. */
  via: 'phone' | 'browser';
  /** He has answered, and is asked to press 1. */
  confirming: boolean;
  note: string | null;
  locale: string;
  page: { url: string; title: string | null } | null;
  /** What the site's own code told with the request. */
  context: Record<string, string | number | boolean>;
  rating: { stars: number; comment: string | null } | null;
  agent: { id: string; name: string } | null;
  requestedAt: Date;
  dueAt: Date | null;
  offeredAt: Date | null;
  offerExpiresAt: Date | null;
  /** His desktop takes it by itself when it is offered. */
  autoAnswer: boolean;
  acceptedAt: Date | null;
  dialedAt: Date | null;
  bridgedAt: Date | null;
  /** Until when the talk waits for its agent, whose line is lost. */
  agentAwayUntil: Date | null;
  /** Until when it waits for the visitor who talks in his page, which is lost. */
  customerAwayUntil: Date | null;
  /** Since when the customer is on hold. */
  heldSince: Date | null;
  /** It is the agent's telephone that holds, and it alone takes the customer back. */
  heldByPhone: boolean;
  /** How long he was on hold in all. */
  heldSeconds: number;
  endedAt: Date | null;
  wrapUpUntil: Date | null;
  wrapUpExtensionsLeft: number;
  doneAt: Date | null;
  wrapUpNote: string | null;
  disposition: string | null;
  /** The interaction that this is a part of: a colleague is helped with it, or has passed it on. */
  partOf: string | null;
  /** Whom this helps. */
  askedBy: { id: string; name: string } | null;
  /** How it came here, or where it went: by whom, to whom, and why that failed when it has. */
  transfer: { by: string | null; to: string; reason: string | null } | null;
  /** The number outside that goes on with the customer. */
  forwardedTo: string | null;
  /** A fault of ours has cut off its talk before, and it goes on by another call. */
  cutOff: boolean;
  parties: PartyView[];
  /** The lines that are up, and how they sound. */
  lines: LineView[];
}

export interface InteractionEventView {
  id: string;
  at: Date;
  type: string;
  userId: string | null;
  data: Record<string, unknown>;
}

/** Who looks: an agent sees his own, supervisors and admins see their tenant's. */
export interface Viewer {
  tenantId: string;
  userId: string;
  role: string;
  locale: string;
}

function view(sql: Sql, locale: string): Fragment {
  return sql`
    i.id, i.channel,
    case when (select w.callee_id from interactions w where w.id = coalesce(i.part_of, i.id)) is null
      then 'customer' else 'colleague' end as "with",
    i.state, i.outcome,
    json_build_object('key', q.key, 'name', coalesce(q.name ->> ${locale}, q.name ->> 'en', q.key)) as queue,
    json_build_object('name', i.name, 'phone', i.phone) as customer, i.via,
    i.state = 'dialing' and i.confirming_since is not null as confirming,
    i.note, i.locale,
    case when i.page_url is not null then json_build_object('url', i.page_url, 'title', i.page_title) end as page,
    i.context,
    (select json_build_object('stars', r.stars, 'comment', r.comment) from ratings r where r.interaction_id = i.id) as rating,
    case when u.id is not null then json_build_object('id', u.id, 'name', u.name) end as agent,
    i.requested_at as "requestedAt", i.due_at as "dueAt", i.offered_at as "offeredAt", i.offer_expires_at as "offerExpiresAt",
    i.state = 'offered' and q.auto_answer and i.part_of is null as "autoAnswer",
    i.accepted_at as "acceptedAt", i.dialed_at as "dialedAt", i.bridged_at as "bridgedAt", i.agent_away_until as "agentAwayUntil",
    i.customer_away_until as "customerAwayUntil", i.held_since as "heldSince", i.held_by_phone as "heldByPhone",
    round(i.held_ms / 1000.0 + coalesce(extract(epoch from clock_timestamp() - i.held_since), 0))::int as "heldSeconds", i.ended_at as "endedAt",
    i.wrap_up_until as "wrapUpUntil",
    greatest(q.wrap_up_extensions - i.wrap_up_extensions, 0) as "wrapUpExtensionsLeft", i.done_at as "doneAt", i.wrap_up_note as "wrapUpNote", i.disposition,
    (select json_build_object('number', c.number, 'choices', coalesce((
        select json_agg(json_build_object('step', p.step ->> 'step', 'keys', p.step ->> 'keys', 'to', p.step ->> 'to') order by p.nth)
        from jsonb_array_elements(c.path) with ordinality p(step, nth) where p.step ->> 'result' = 'chosen'), '[]'))
      from inbound_calls c where c.id = i.inbound_call_id) as inbound,
    i.part_of as "partOf", i.forwarded_to as "forwardedTo",
    exists (select from interactions cut where cut.part_of = i.id and cut.outcome = 'cut_off') as "cutOff",
    (select json_build_object('id', h.id, 'name', h.name) from users h where h.id = i.asked_by) as "askedBy",
    case when i.transfer is not null then json_build_object('to', i.transfer ->> 'to', 'reason', i.transfer ->> 'reason',
      'by', (select b.name from users b where b.id = i.transferred_by)) end as transfer,
    ${partyViews(sql, locale)} as parties,
    case when i.state in ('dialing', 'bridged') then ${linesUp(sql)} else '[]' end as lines
    from interactions i
    join queues q on q.tenant_id = i.tenant_id and q.id = i.queue_id
    left join users u on u.tenant_id = i.tenant_id and u.id = i.agent_id
    where i.tenant_id =`;
}

/**
 * Those of the talk that an interaction `i` is, or is a part of.
 * @param supervisors to a supervisor; an agent sees them where the company shows them
 */
export function partyViews(
  sql: Sql,
  locale: string,
  { supervisors = false }: { supervisors?: boolean } = {},
): Fragment {
  return sql`coalesce((
    select json_agg(json_build_object('id', p.id, 'kind', p.kind, 'role', p.role, 'state', p.state, 'reason', p.reason,
      'userId', p.user_id, 'name', coalesce(pu.name, p.phone, pq.name ->> ${locale}, pq.name ->> 'en', pq.key, ''),
      'since', coalesce(p.left_at, p.joined_at, p.answered_at, p.asked_at)) order by p.asked_at)
    from call_parties p
    left join users pu on pu.id = p.user_id
    left join queues pq on pq.id = p.queue_id
    where p.interaction_id = coalesce(i.part_of, i.id)
      and (p.kind <> 'supervisor' or p.state <> 'left' and ${supervisors ? sql`true` : sql`(select monitoring_shown from tenants t where t.id = i.tenant_id)`})
  ), '[]')`;
}

function visibleTo(sql: Sql, { userId, role }: Viewer): Fragment {
  return role === 'agent' ? sql`and i.agent_id = ${userId}` : sql``;
}

/** The newest first; `before` pages on from the `requestedAt` of the last one shown. */
export function listInteractions(
  sql: Sql,
  viewer: Viewer,
  { limit, before }: { limit: number; before?: string },
) {
  return sql<InteractionView[]>`
    select ${view(sql, viewer.locale)} ${viewer.tenantId} ${visibleTo(sql, viewer)}
      ${before === undefined ? sql`` : sql`and i.requested_at < ${before}`}
    order by i.requested_at desc limit ${limit}`;
}

export async function findInteraction(
  sql: Sql,
  viewer: Viewer,
  id: string,
): Promise<InteractionView | undefined> {
  const [row] = await sql<InteractionView[]>`
    select ${view(sql, viewer.locale)} ${viewer.tenantId} and i.id = ${id}
      and (true ${visibleTo(sql, viewer)} or ${viewer.userId} = any(i.offered_to))`;
  return row;
}

/** What the agent is engaged with now. */
export async function currentInteraction(sql: Sql, viewer: Viewer): Promise<InteractionView | null> {
  const [row] = await sql<InteractionView[]>`
    select ${view(sql, viewer.locale)} ${viewer.tenantId}
      and i.id = (select interaction_id from agents where tenant_id = ${viewer.tenantId} and user_id = ${viewer.userId})`;
  return row ?? null;
}

/** The queues that the agent serves. */
export async function queuesServed(sql: Sql, { tenantId, userId }: Viewer): Promise<string[]> {
  const rows = await sql<{ id: string }[]>`
    select queue_id as id from agent_queues where tenant_id = ${tenantId} and user_id = ${userId}`;
  return rows.map(({ id }) => id);
}

/** What has happened to an offer since its agent got it: types of events, oldest first. */
export async function eventsSinceOffer(
  sql: Sql,
  { id, tenantId, agentId }: { id: string; tenantId: string; agentId: string | null },
): Promise<string[]> {
  const rows = await sql<{ type: string }[]>`
    with own as (
      select id, type from events where tenant_id = ${tenantId} and interaction_id = ${id} and user_id = ${agentId}
    )
    select type from own where id > (select max(id) from own where type in ('offered', 'dialed_out')) order by id`;
  return rows.map(({ type }) => type);
}

/** The names of everybody whom the events of an interaction name. */
export async function peopleIn(
  sql: Sql,
  tenantId: string,
  events: readonly InteractionEventView[],
): Promise<Record<string, string>> {
  const ids = new Set(
    events.flatMap(({ userId, data }) => [
      ...(userId ? [userId] : []),
      ...(JSON.stringify(data).match(uuid) ?? []),
    ]),
  );
  const rows = await sql<{ id: string; name: string }[]>`
    select id, name from users where tenant_id = ${tenantId} and id in ${sql([...ids, tenantId])}`;
  return Object.fromEntries(rows.map(({ id, name }) => [id, name]));
}

/** An agent does not read in the history what he is not to see in the talk. */
function seenBy(sql: Sql, { role }: Viewer): Fragment {
  return role === 'agent'
    ? sql`and (data ->> 'kind' is distinct from 'supervisor'
        or (select monitoring_shown from tenants t where t.id = events.tenant_id))`
    : sql``;
}

/** The story of an interaction, oldest first; of a part that of the whole. */
export function interactionEvents(sql: Sql, viewer: Viewer, id: string) {
  const { tenantId } = viewer;
  return sql<InteractionEventView[]>`
    select id, at, type, user_id as "userId", data from events
    where tenant_id = ${tenantId}
      and interaction_id in (select unnest(array[i.id, i.part_of]) from interactions i where i.id = ${id})
      ${seenBy(sql, viewer)}
    order by id limit 500`;
}
