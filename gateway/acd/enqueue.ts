import type { Sql } from '../store/index.js';

export interface CallbackRequest {
  tenantId: string;
  siteId: string;
  queueId: string;
  phone: string;
  name?: string | undefined;
  note?: string | undefined;
  locale: string;
  pageUrl?: string | undefined;
  pageTitle?: string | undefined;
  requester: Buffer;
}

export interface Enqueued {
  id: string;
  /** False when the customer already waits for the same thing: then it is that request. */
  created: boolean;
  /** Who asked first: the same requester may also cancel. */
  requester: Buffer;
}

/**
 * Stores a request with its first event, in one statement, or finds the live one of the same site, queue and number.
 * The unique index interactions_one_live decides between two that arrive at once; the loser finds the winner's row.
 */
export async function enqueueCallback(sql: Sql, request: CallbackRequest): Promise<Enqueued> {
  for (;;) {
    const [row] = await sql<Enqueued[]>`
      with created as (
        insert into interactions
          (tenant_id, channel, state, site_id, queue_id, phone, name, note, locale, page_url, page_title, requester)
        values (${request.tenantId}, 'callback', 'waiting', ${request.siteId}, ${request.queueId}, ${request.phone},
          ${request.name ?? null}, ${request.note ?? null}, ${request.locale}, ${request.pageUrl ?? null},
          ${request.pageTitle ?? null}, ${request.requester})
        on conflict (tenant_id, site_id, queue_id, phone)
          where state in ('waiting', 'offered', 'accepted', 'dialing', 'bridged') do nothing
        returning id, tenant_id, queue_id, requester
      ), logged as (
        insert into events (tenant_id, type, interaction_id, queue_id)
        select tenant_id, 'requested', id, queue_id from created
      )
      select id, true as created, requester from created
      union all
      select id, false, requester from interactions
      where tenant_id = ${request.tenantId} and site_id = ${request.siteId} and queue_id = ${request.queueId}
        and phone = ${request.phone} and state in ('waiting', 'offered', 'accepted', 'dialing', 'bridged')
      limit 1`;
    if (row) return row;
    // The winner was not visible to this statement's snapshot, or it ended just now: the next look sees either.
  }
}
