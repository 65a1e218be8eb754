import type { Sql } from '../store/index.js';
import type { ReservedInteraction } from './prober.js';
import type { ServedInteraction } from './transitions.js';

export interface Matches {
  offers: ReservedInteraction[];
  /** Another match held a row that would have done: what it leaves has to be looked at again. */
  contended: boolean;
}

/**
 * Pairs what waits with free agents, up to `most` pairs, and reserves both. The function offer_waiting of the database
 * (migration 0111) decides, and says why in the events it writes.
 * @param nodeId the node that serves the offers
 */
export async function offerWaiting(sql: Sql, nodeId: string, most: number): Promise<Matches> {
  const rows = await sql<(ReservedInteraction & { contended: boolean })[]>`
    select id, tenant_id as "tenantId", 'offered' as state, null as outcome, queue_id as "queueId", agent_id as "agentId",
      phone, name, offer_expires_at as "offerExpiresAt", null::timestamptz as "wrapUpUntil", proven_at as "provenAt", contended
    from offer_waiting(${nodeId}, ${most})`;
  return {
    offers: rows.filter(row => !row.contended).map(({ contended: _, ...offer }) => offer),
    contended: rows.some(row => row.contended),
  };
}

/**
 * Whether another agent of its queue could be asked for an interaction at once. A call that an agent began himself is
 * nobody else's, as long as he has not passed it on.
 */
export async function isAnotherFree(
  sql: Sql,
  { id, tenantId, queueId, agentId }: Pick<ServedInteraction, 'id' | 'tenantId' | 'queueId' | 'agentId'>,
): Promise<boolean> {
  const rows = await sql`
    select from agents a join agent_queues s on s.user_id = a.user_id
    where a.tenant_id = ${tenantId} and s.queue_id = ${queueId} and a.user_id is distinct from ${agentId}
      and takes(a, 'voice') and a.intent = 'ready' and a.interaction_id is null and a.unreachable_since is null
      and exists (select from registrations r
        where r.tenant_id = a.tenant_id and r.user_id = a.user_id and r.expires_at > now())
      and not exists (select from interactions i
        where i.id = ${id} and i.channel in ('outbound', 'internal') and i.transfer is null)
    limit 1`;
  return rows.length > 0;
}
