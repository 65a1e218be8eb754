import type { Sql } from '../store/index.js';
import { forSeat, freeSeat, type SlotTerms } from './seats.js';
import { live } from './states.js';

export interface CallbackRequest {
  tenantId: string;
  siteId: string;
  queueId: string;
  /** E.164; absent when he is called in his browser. */
  phone?: string | undefined;
  /** Where he is called; on his phone by default. */
  via?: 'phone' | 'browser';
  name?: string | undefined;
  note?: string | undefined;
  locale: string;
  /** IANA name. */
  timeZone?: string | undefined;
  pageUrl?: string | undefined;
  pageTitle?: string | undefined;
  /** What the site's own code tells the agent. */
  context?: Record<string, string | number | boolean> | undefined;
  /** The key of the greeting by which the visitor came. */
  greeting?: string | undefined;
  requester: Buffer;
  /** Absent: now. */
  slot?: SlotTerms | undefined;
  /** One that was kept and asked for within so long is the same request. */
  sameSeconds?: number;
}

/** Why nothing was promised. */
export type Refusal = 'slot_full' | 'queue_full';

export interface Enqueued {
  id: string;
  /** False when the customer already waits for the same thing: then it is that request. */
  created: boolean;
  /** Who asked first: the same requester may also cancel. Null: by telephone. */
  requester: Buffer | null;
}

/**
 * Stores a request with its first event, in one statement, or finds the live one of the same site, queue and number.
 * The unique index interactions_one_live decides between two that arrive at once; the loser finds the winner's row.
 * One for a slot takes one of its seats in the same statement; of two that would take the same seat, the index
 * interactions_one_seat lets one have it, and the other looks for another. Of two that would take the last place of a queue
 * of limited length, the function has_room lets one go first.
 */
export async function enqueueCallback(sql: Sql, request: CallbackRequest): Promise<Enqueued | Refusal> {
  const { tenantId, siteId, queueId, phone = null, via = 'phone', slot, sameSeconds = 0 } = request;
  const ofPhone = sql`tenant_id = ${tenantId} and asked_queue_id = ${queueId} and phone = ${phone}`;
  const same = sql`site_id = ${siteId} and ${ofPhone}`;
  for (;;) {
    const rows = await forSeat(
      sql<(Enqueued | { id: null; refusal: Refusal })[]>`
      with ${freeSeat(sql, { tenantId, queueId, slot })}, room as (
        select where ${slot ? sql`true` : sql`has_room(${queueId})`}
      ), recent as (
        -- whoever was served was talked to; said so, the index of talks by number is of use
        select id, requester from interactions
        where ${same} and outcome = 'completed' and bridged_at is not null and requested_at > now() - make_interval(secs => ${sameSeconds})
        order by requested_at desc limit 1
      ), called_in as (
        -- who called, hung up and kept his place came by no site
        select id, requester from interactions
        where ${ofPhone} and site_id is null and channel = 'callback' and state in ${live(sql)} limit 1
      ), created as (
        insert into interactions
          (tenant_id, channel, state, site_id, queue_id, phone, via, name, note, locale, time_zone, page_url, page_title,
            context, greeting, requester, place_at, due_at, priority, slot_at, slot_until, slot_seat)
        select ${tenantId}, 'callback', ${slot ? 'scheduled' : 'waiting'}, ${siteId}, ${queueId}, ${phone}, ${via},
          ${request.name ?? null}, ${request.note ?? null}, ${request.locale}, ${request.timeZone ?? null},
          ${request.pageUrl ?? null}, ${request.pageTitle ?? null},
          ${sql.json(request.context ?? {})}, ${request.greeting ?? null}, ${request.requester},
          coalesce(${slot?.at ?? null}::timestamptz, clock_timestamp()), ${slot?.at ?? null}::timestamptz,
          ${slot?.priority ?? 0}, ${slot?.at ?? null}::timestamptz, ${slot?.until ?? null}::timestamptz, seat.number
        from seat, room where not exists (select from recent) and not exists (select from called_in)
        on conflict (tenant_id, site_id, asked_queue_id, phone)
          where state in ('scheduled', 'waiting', 'offered', 'accepted', 'dialing', 'bridged') do nothing
        returning id, tenant_id, queue_id, requester, slot_at
      ), logged as (
        insert into events (tenant_id, type, interaction_id, queue_id, data)
        select tenant_id, 'requested', id, queue_id,
          case when slot_at is null then '{}' else jsonb_build_object('slotAt', slot_at) end
        from created
      )
      select id, true as created, requester, null as refusal from created
      union all
      select id, false, requester, null from interactions where ${same} and state in ${live(sql)}
      union all
      select id, false, requester, null from recent
      union all
      select id, false, requester, null from called_in
      union all
      select null, false, null, 'slot_full' where not exists (select from seat)
      union all
      select null, false, null, 'queue_full' where not exists (select from room)
      limit 1`,
    );
    const [row] = rows;
    if (row) return row.id === null ? row.refusal : row;
    // The winner was not visible to this statement's snapshot, or it ended just now: the next look sees either.
  }
}
