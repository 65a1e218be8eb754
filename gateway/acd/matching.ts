import type { Sql } from '../store/index.js';
import type { ReservedInteraction } from './prober.js';

export interface Matches {
  offers: ReservedInteraction[];
  /** Another match held a row that would have done: what it leaves has to be looked at again. */
  contended: boolean;
}

/**
 * Pairs what waits with free agents, up to `most` pairs, and reserves both; where the queue wants it, several agents for
 * one. The function offer_waiting of the database (migration 0190) decides, and says why in the events it writes.
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
