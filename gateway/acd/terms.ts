import type { Sql } from '../store/index.js';
import type { InteractionState } from './states.js';
import type { InteractionRef } from './transitions.js';

/** What serving an interaction has to keep to. */
export interface ServiceTerms {
  state: InteractionState;
  /** How long the customer's phone may ring. */
  ringSeconds: number;
  /** E.164, the tenant's own number. */
  callerId: string;
  /** ISO 3166 code of the tenant's first country: whose tones are played. */
  country: string;
}

/** Reads the terms and the state of an interaction. */
export async function serviceTerms(
  sql: Sql,
  { id, tenantId }: InteractionRef,
): Promise<ServiceTerms | undefined> {
  const [row] = await sql<ServiceTerms[]>`
    select i.state, q.ring_seconds as "ringSeconds", t.caller_id as "callerId", t.countries[1] as country
    from interactions i
    join queues q on q.tenant_id = i.tenant_id and q.id = i.queue_id
    join tenants t on t.id = i.tenant_id
    where i.tenant_id = ${tenantId} and i.id = ${id}`;
  return row;
}
