import type { Sql } from '../store/index.js';
import type { Viewer } from './interactions.js';

/** The talk that a supervisor is in. */
export interface Monitoring {
  id: string;
  interactionId: string;
  role: 'listen' | 'whisper' | 'barge';
  state: 'asked' | 'ringing' | 'joined' | 'left';
  /** Why it is over, or has not begun. */
  reason: string | null;
  agent: { id: string; name: string };
  customer: { name: string | null; phone: string | null };
}

/** For how long a supervisor is told why his line into a talk is over, seconds. */
const toldSeconds = 15;

/** What a supervisor is in now, or why that has just ended without his doing. */
export async function monitoringOf(
  sql: Sql,
  { tenantId, userId }: Pick<Viewer, 'tenantId' | 'userId'>,
): Promise<Monitoring | null> {
  const [row] = await sql<Monitoring[]>`
    select p.id, p.interaction_id as "interactionId", p.role, p.state, p.reason,
      json_build_object('id', u.id, 'name', u.name) as agent,
      json_build_object('name', i.name, 'phone', i.phone) as customer
    from call_parties p
    join interactions i on i.id = p.interaction_id
    join users u on u.id = i.agent_id
    where p.tenant_id = ${tenantId} and p.user_id = ${userId} and p.kind = 'supervisor'
      and (p.state <> 'left'
        or p.reason not in ('withdrawn', 'took_over') and p.left_at > now() - make_interval(secs => ${toldSeconds}))
    order by p.asked_at desc limit 1`;
  return row ?? null;
}
