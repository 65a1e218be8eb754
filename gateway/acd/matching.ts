import type { Sql } from '../store/index.js';
import type { ReservedInteraction } from './prober.js';

export interface Matches {
  offers: ReservedInteraction[];
  /** Another match held a row that would have done: what it leaves has to be looked at again. */
  contended: boolean;
}

/**
 * Pairs what waits with free agents, up to `most` pairs, and reserves both. The function offer_waiting of the database
 * (migration 0011) decides, and says why in the events it writes.
 * @param nodeId the node that serves the offers
 */
export async function offerWaiting(sql: Sql, nodeId: string, most: number): Promise<Matches> {
  const rows = await sql<(ReservedInteraction & { contended: boolean })[]>`
    select contended, (offer).id, (offer).tenant_id as "tenantId", (offer).state, (offer).outcome,
      (offer).queue_id as "queueId", (offer).agent_id as "agentId", (offer).phone, (offer).name,
      (offer).offer_expires_at as "offerExpiresAt", (offer).wrap_up_until as "wrapUpUntil",
      (offer).proven_at as "provenAt"
    from offer_waiting(${nodeId}, ${most})`;
  return {
    offers: rows.filter(row => !row.contended).map(({ contended: _, ...offer }) => offer),
    contended: rows.some(row => row.contended),
  };
}
